"""Proposing to end a time in monitoring, and undoing an elimination that was wrong."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.cases import refusals
from fangpin.casework.cases.gate import act_title, local_day, words_under
from fangpin.casework.cases.models import Case, Episode
from fangpin.casework.cases.opened import held_case_of, open_case
from fangpin.casework.cases.states import REASONS, CaseState, EpisodeState
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.held import held_household
from fangpin.policy import Pack

PROPOSAL = "proposal"


def propose_elimination(*, pack: Pack, household_ref: int, by: Scope, at: datetime) -> Case:
    """Open the elimination of a monitored household; the procedure then checks its conditions.

    Raises Household.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, NOT_MONITORED,
    CASE_OPEN, NO_PROCEDURE.
    """
    act = "propose_elimination"
    with transaction.atomic():
        household = held_household(by, household_ref)
        where = f"household {household.household_no}"
        if not by.can(act):
            raise refusals.not_permitted(where, title=act_title(pack, act))
        if not Episode.objects.filter(household=household, state=EpisodeState.MONITORED).exists():
            raise refusals.refusal(
                "NOT_MONITORED",
                where,
                zh="这一户现在不是监测对象。",
                en="This household is not in monitoring now.",
                fix_zh="无需办理风险消除。",
                fix_en="There is nothing to eliminate.",
            )
        other = Case.objects.filter(household=household, state=CaseState.OPEN).first()
        if other is not None:
            raise refusals.refusal(
                "CASE_OPEN",
                where,
                zh=f"这一户还有在办的件（{other.case_no}），办结后再提出消除。",
                en=f"The household has an open case ({other.case_no}); propose when it has ended.",
                fix_zh="请先办结在办的件。",
                fix_en="Bring the open case to its end first.",
                case_no=other.case_no,
            )
        case = open_case(
            pack=pack,
            household=household,
            kind="elimination",
            channel=PROPOSAL,
            first_clue=local_day(at),
            by=by,
            at=at,
        )
        record(
            act=act,
            official=by,
            subject_kind="case",
            subject=case.case_no,
            division=case.division,
            at=at,
            detail={"role": by.role},
        )
    return case


def roll_back_elimination(
    *, pack: Pack, household_ref: int, by: Scope, at: datetime, reason: str, note: str
) -> Episode:
    """Undo an elimination that was wrong: the same time in monitoring goes on.

    A new risk after a right elimination is another matter: a new clue and a new identification.
    Raises Household.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED,
    NOTHING_TO_ROLL_BACK, REASON_UNKNOWN, TEXT_MISSING.
    """
    act = "roll_back_elimination"
    with transaction.atomic():
        household = held_household(by, household_ref)
        where = f"household {household.household_no}"
        title = act_title(pack, act)
        if not by.can(act):
            raise refusals.not_permitted(where, title=title)
        # An approval under way may begin the next time in monitoring.
        held_case_of(household)
        episode = (
            Episode.objects.filter(household=household).order_by("-identified_date", "-id").first()
        )
        if episode is None or episode.state != EpisodeState.ELIMINATED:
            raise refusals.refusal(
                "NOTHING_TO_ROLL_BACK",
                where,
                zh="这一户没有可以回退的风险消除。",
                en="This household has no elimination to roll back.",
                fix_zh="如有新的风险，请登记新的线索。",
                fix_en="Record a new clue if there is a new risk.",
            )
        if reason not in words_under(pack, REASONS[act]):
            raise refusals.reason_unknown(where, title=title)
        if not note.strip():
            raise refusals.missing_text(where, zh="回退说明", en="why the mark was wrong")
        detail = {
            "reason": reason,
            "eliminated_date": str(episode.eliminated_date),
            "kind": episode.elimination_kind,
        }
        episode.state = EpisodeState.MONITORED
        episode.rolled_back_date = local_day(at)
        episode.eliminated_date, episode.elimination_kind = None, ""
        episode.save()
        record(
            act=act,
            official=by,
            subject_kind="household",
            subject=str(household.household_ref),
            division=household.division,
            at=at,
            detail=detail,
        )
    return episode
