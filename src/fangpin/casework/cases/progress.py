"""How far a case has come: its log as the procedure reads it, its clocks, and what lists repeat."""

from __future__ import annotations

from datetime import date, datetime
from functools import cache

from django.db import connection
from django.db.models import Min
from django.utils import timezone

from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.states import AlertState
from fangpin.casework.cases.models import Case, CaseAct
from fangpin.casework.cases.states import CaseState
from fangpin.casework.cases.turns_kept import NO_DATE, keep_turn
from fangpin.casework.divisions.bulk import run_statement
from fangpin.casework.divisions.rows import Question, change
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack
from fangpin.policy.calendar import calendar_of
from fangpin.policy.models.procedures import Procedure
from fangpin.policy.procedure import (
    ClockState,
    Happening,
    Standing,
    clock_states,
    edition_of,
    nearest_deadline,
    standing,
)
from fangpin.values.problem import ProblemError

CHANGED_BY_ACTS = (
    *("state", "outcome", "channel", "first_clue_date", "assigned_to", "is_green", "category"),
    *("severity", "severity_rank", "step", "due_date", "version"),
    *("ended_at", "ended_by", "end_reason"),
)
"""What an act may change of a case; the rest stands from its opening."""
VISIT = "record_visit"


def log_of(case: Case) -> list[Happening]:
    """The case's acts in order."""
    return log_and_keys_of(case)[0]


def log_and_keys_of(case: Case) -> tuple[list[Happening], frozenset[str]]:
    """The case's acts in order, and the keys with which they were sent."""
    rows = _log_of().ask([case.pk])
    return [Happening(*row[:4]) for row in rows], frozenset(row[4] for row in rows)


@cache
def _log_of() -> Question:
    acts = CaseAct.objects.filter(case_id=0).order_by("seq")
    return Question.of(acts.values_list("act", "on", "step", "is_undone", "key"), [0])


def clues_of(case: Case, procedure: Procedure) -> dict[str, date]:
    """Channel -> the earliest day of a clue that came by it.

    Where the procedure knows no difference of channels the first clue stands for all.
    """
    first = {case.channel: case.first_clue_date}
    by_channel = [step.channels for step in procedure.steps]
    by_channel += [clock.channels for clock in procedure.clocks]
    if not any(by_channel):
        return first
    rows = case.clues.values_list("channel").annotate(day=Min("on"))
    return dict(rows) or first


def standing_of(pack: Pack, case: Case, *, log: list[Happening] | None = None) -> Standing:
    """Which steps are done and open, and which exits could be taken; `log` if it is at hand."""
    procedure = edition_of(pack, procedure=case.procedure, from_date=case.procedure_from)
    return standing(
        procedure,
        clues=clues_of(case, procedure),
        log=log_of(case) if log is None else log,
        is_ended=case.state == CaseState.ENDED,
    )


def clocks_of(
    pack: Pack, case: Case, *, on: date, log: list[Happening] | None = None
) -> tuple[ClockState, ...]:
    """Every clock of a case on a day, from the log alone."""
    procedure = edition_of(pack, procedure=case.procedure, from_date=case.procedure_from)
    return clock_states(
        procedure,
        pack=pack,
        calendar=calendar_of(pack),
        division=case.division,
        clues=clues_of(case, procedure),
        log=log_of(case) if log is None else log,
        on=on,
        ended=timezone.localdate(case.ended_at) if case.ended_at else None,
    )


def refresh(
    pack: Pack,
    case: Case,
    *,
    on: date,
    by: Scope,
    at: datetime,
    log: list[Happening] | None = None,
    decides: bool = False,
) -> None:
    """Renew what lists repeat, end a case that has come through, and tell its alerts.

    `log` is the case's log where the caller has it. A case comes through when nothing but optional
    steps is left; its outcome was decided before. `decides`: the act under way decided the outcome.
    """
    log = log_of(case) if log is None else log
    procedure = edition_of(pack, procedure=case.procedure, from_date=case.procedure_from)
    clues = clues_of(case, procedure)
    is_ended = case.state == CaseState.ENDED
    now = standing(procedure, clues=clues, log=log, is_ended=is_ended)
    if not is_ended and now.is_through and case.outcome:
        case.state = CaseState.ENDED
        case.ended_at, case.ended_by = at, by.official
    case.step, case.due_date = "", None
    if case.state == CaseState.OPEN:
        case.step = now.open[0].step if now.open else ""
        case.due_date = _due_date(pack, procedure, case, clues=clues, on=on, log=log)
    change(case, *CHANGED_BY_ACTS)
    keep_turn(pack, procedure, case, now)
    _tell_alerts(case, log, at=at, by=by, decides=decides)


def _due_date(
    pack: Pack,
    procedure: Procedure,
    case: Case,
    *,
    clues: dict[str, date],
    on: date,
    log: list[Happening],
) -> date | None:
    """The nearest deadline; None where it lies in a year whose working days are not published yet.

    Nobody's clue is turned away for that: the page says that the calendar is missing.
    """
    try:
        states = clock_states(
            procedure,
            pack=pack,
            calendar=calendar_of(pack),
            division=case.division,
            clues=clues,
            log=log,
            on=on,
        )
    except ProblemError as error:
        if error.problems[0].code != "CALENDAR_YEAR_MISSING":
            raise
        return None
    return nearest_deadline(states)


def _tell_alerts(
    case: Case, log: list[Happening], *, at: datetime, by: Scope, decides: bool
) -> None:
    """An alert shows its case's step and day; the act that decides ends the alerts that it answers.

    Only an identification answers a clue: an alert that comes while an elimination is under way, or
    after a decision, stays open.
    """
    if case.kind != "identification":
        return
    if decides:
        Alert.objects.filter(clues__case=case, state=AlertState.OPEN).update(
            state=AlertState.ENDED,
            step=case.step,
            ended_at=at,
            ended_by=by.official,
            end_reason=f"alert_end.{case.outcome}",
        )
    elif not case.outcome:
        run_statement(
            "UPDATE alerts_alert SET step = %s, case_date = %s, is_visited = %s "
            "WHERE state = %s AND id IN (SELECT alert_id FROM cases_clue WHERE case_id = %s)",
            [
                case.step,
                connection.ops.adapt_datefield_value(case.due_date or NO_DATE),
                any(done.act == VISIT for done in log),
                AlertState.OPEN.value,
                case.pk,
            ],
        )
