"""The facts of casework that conditions of the pack may name, from what officials recorded.

What each means stands in `policy.expressions.case_facts`; what follows from others (days, months)
is added by `decisions.case_facts.with_derived`.
"""

from __future__ import annotations

from datetime import date

from fangpin.casework.cases.models import Case, Decision, Episode, Visit
from fangpin.casework.cases.states import CaseState, EpisodeState
from fangpin.casework.registry.models import Household
from fangpin.policy import Pack
from fangpin.policy.expressions.facts import Value


def known_facts(pack: Pack, household: Household, *, at: date) -> dict[str, Value | None]:
    """The household's cases and times in monitoring, as recorded by the end of a day."""
    cases = list(Case.objects.filter(household=household, first_clue_date__lte=at))
    open_case = next((one for one in cases if one.state == CaseState.OPEN), None)
    visit = (
        Visit.objects.filter(household=household, act__on__lte=at, act__is_undone=False)
        .order_by("-act__on", "-act__seq")
        .first()
    )
    known: dict[str, Value | None] = {
        "has_case": open_case is not None,
        "opened_cases": len(cases),
        "first_clue_date": open_case.first_clue_date if open_case else None,
        "verified_risk": visit.is_at_risk if visit else None,
        "is_monitored": False,
    }
    episode = (
        Episode.objects.filter(household=household, identified_date__lte=at)
        .order_by("-identified_date", "-id")
        .first()
    )
    if episode is not None:
        known |= _of_episode(pack, episode, at=at)
    elif visit is not None:
        known["causes"] = frozenset(visit.causes.values_list("cause", flat=True))
    return known


def _of_episode(pack: Pack, episode: Episode, *, at: date) -> dict[str, Value | None]:
    eliminated = episode.state == EpisodeState.ELIMINATED and (
        episode.eliminated_date is not None and episode.eliminated_date <= at
    )
    causes = list(episode.causes.order_by("place").values_list("cause", flat=True))
    known: dict[str, Value | None] = {
        "is_monitored": not eliminated,
        "category": episode.category,
        "first_clue_date": episode.identified_by_case.first_clue_date,
        "identified_date": episode.identified_date,
        "causes": frozenset(causes),
        "has_cause_note": _is_noted(pack, episode, causes),
        "per_head_at_identification": episode.income_per_head,
        "self_paid_at_identification": episode.self_paid,
        "is_eliminated": eliminated,
    }
    if eliminated:
        known["eliminated_date"] = episode.eliminated_date
        known["elimination_kind"] = episode.elimination_kind
        decision = (
            Decision.objects.filter(act__case=episode.eliminated_by_case, act__is_undone=False)
            .order_by("-act__seq")
            .first()
        )
        if decision is not None:
            known["natural_reason"] = decision.natural_reason or None
            known["per_head_at_elimination"] = decision.income_per_head
            known["line_at_elimination"] = decision.line
    return known


def _is_noted(pack: Pack, episode: Episode, causes: list[str]) -> bool:
    """Whether every cause that needs words got them at the visit."""
    asking = [code for code in causes if code in pack.causes and pack.causes[code].note_required]
    noted = Visit.objects.filter(
        act__case=episode.identified_by_case, causes__cause__in=asking
    ).exclude(causes__note="")
    return not asking or noted.exists()
