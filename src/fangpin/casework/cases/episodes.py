"""How decisions begin, renew and end a household's time in monitoring."""

from __future__ import annotations

from datetime import date

from fangpin.casework.cases.models import Case, Decision, Episode, EpisodeCause
from fangpin.casework.cases.states import EpisodeState


def begin_or_renew(case: Case, *, decision: Decision, on: date) -> Episode:
    """The household's time in monitoring after an identification.

    A household in monitoring already keeps its first day: its category and causes are those of the
    new decision, causes it had before stay behind them.
    """
    episode = Episode.objects.filter(household=case.household, state=EpisodeState.MONITORED).first()
    earlier: list[str] = []
    if episode is None:
        episode = Episode.objects.create(
            household=case.household,
            division=case.division,
            category=decision.category,
            identified_by_case=case,
            identified_date=on,
            income_per_head=decision.income_per_head,
            self_paid=decision.self_paid,
        )
    else:
        earlier = list(episode.causes.order_by("place").values_list("cause", flat=True))
        episode.causes.all().delete()
        episode.category = decision.category
        episode.save(update_fields=["category"])
    causes = [one.cause for one in decision.causes.order_by("place")]
    EpisodeCause.objects.bulk_create(
        EpisodeCause(episode=episode, cause=cause, place=place)
        for place, cause in enumerate(dict.fromkeys([*causes, *earlier]), start=1)
    )
    return episode


def end_by_elimination(case: Case, *, decision: Decision, on: date) -> Episode:
    """The time in monitoring ends; the episode, its causes and measures stay on record."""
    episode = Episode.objects.select_for_update().get(
        household=case.household, state=EpisodeState.MONITORED
    )
    episode.state = EpisodeState.ELIMINATED
    episode.eliminated_date = on
    episode.elimination_kind = decision.elimination_kind
    episode.eliminated_by_case = case
    episode.save()
    return episode
