"""How far a case has come: its log as the procedure reads it, its clocks, and what lists repeat."""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.states import AlertState
from fangpin.casework.cases.models import Case
from fangpin.casework.cases.states import CaseState
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack, WorkingCalendar
from fangpin.policy.procedure import (
    ClockState,
    Happening,
    Standing,
    clock_states,
    edition_of,
    nearest_deadline,
    standing,
)


def log_of(case: Case) -> list[Happening]:
    """The case's acts in order."""
    rows = case.log.order_by("seq").values_list("act", "on", "step", "is_undone")
    return [Happening(act, on, step, undone) for act, on, step, undone in rows]


def standing_of(pack: Pack, case: Case) -> Standing:
    """Which steps are done and open, and which exits could be taken."""
    return standing(
        edition_of(pack, procedure=case.procedure, from_date=case.procedure_from),
        channel=case.channel,
        log=log_of(case),
        is_ended=case.state == CaseState.ENDED,
    )


def clocks_of(pack: Pack, case: Case, *, on: date) -> tuple[ClockState, ...]:
    """Every clock of a case on a day, from the log alone."""
    return clock_states(
        edition_of(pack, procedure=case.procedure, from_date=case.procedure_from),
        pack=pack,
        calendar=WorkingCalendar(pack),
        division=case.division,
        channel=case.channel,
        first_clue=case.first_clue_date,
        log=log_of(case),
        on=on,
        ended=timezone.localdate(case.ended_at) if case.ended_at else None,
    )


def refresh(pack: Pack, case: Case, *, on: date, by: Scope, at: datetime) -> None:
    """Renew what lists repeat, end a case that has come through, and tell its alerts.

    A case comes through when nothing but optional steps is left; its outcome was decided before.
    """
    now = standing_of(pack, case)
    if case.state == CaseState.OPEN and now.is_through and case.outcome:
        case.state = CaseState.ENDED
        case.ended_at, case.ended_by = at, by.official
    case.step = now.open[0].step if now.open and case.state == CaseState.OPEN else ""
    open_case = case.state == CaseState.OPEN
    case.due_date = nearest_deadline(clocks_of(pack, case, on=on)) if open_case else None
    case.save()
    _tell_alerts(case, at=at, by=by)


def _tell_alerts(case: Case, *, at: datetime, by: Scope) -> None:
    """An alert shows its case's step; the decision that answers the clue ends the alert.

    Only an identification answers a clue: one that comes while an elimination is under way stays.
    """
    if case.kind != "identification":
        return
    alerts = Alert.objects.filter(clues__case=case, state=AlertState.OPEN)
    if case.outcome:
        alerts.update(
            state=AlertState.ENDED,
            step=case.step,
            ended_at=at,
            ended_by=by.official,
            end_reason=f"alert_end.{case.outcome}",
        )
    else:
        alerts.update(step=case.step)
