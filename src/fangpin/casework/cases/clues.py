"""Clues of a household: one open case takes them all, and none is lost when that case ends."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from fangpin.casework.alerts.models import Alert
from fangpin.casework.audit.actions import record
from fangpin.casework.cases.models import Case, Clue
from fangpin.casework.cases.opened import held_case_of, open_case
from fangpin.casework.cases.progress import refresh
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.models import Household
from fangpin.policy import Pack

REPORT_CLUE = "report_clue"
APPROVAL = "approve_at_county"


@dataclass(frozen=True, slots=True)
class NewClue:
    """A clue about to be recorded; `alert` where a rule raised it."""

    channel: str
    on: date
    cause: str
    note: str
    alert: Alert | None


def join_or_open(
    pack: Pack, household: Household, *, by: Scope, at: datetime, clue: NewClue
) -> Case:
    """The household's open case with one more clue; a new case where there is none."""
    case = held_case_of(household)
    if case is None:
        alert = clue.alert
        case = open_case(
            pack=pack,
            household=household,
            kind="identification",
            channel=clue.channel,
            first_clue=clue.on,
            by=by,
            at=at,
            severity=alert.severity if alert else "",
            category=alert.suggested_category if alert else "",
        )
    if clue.alert is None or not case.clues.filter(alert=clue.alert).exists():
        add_clue(pack, case, by=by, at=at, clue=clue)
    return case


def add_clue(pack: Pack, case: Case, *, by: Scope, at: datetime, clue: NewClue) -> None:
    """One more clue; an earlier day moves the clocks of an undecided case back to it."""
    Clue.objects.create(
        case=case,
        channel=clue.channel,
        on=clue.on,
        alert=clue.alert,
        cause=clue.cause,
        note=clue.note,
        recorded_at=at,
        recorded_by=by.official,
    )
    if case.kind == "identification" and not case.outcome:
        first = case.clues.order_by("on", "id").first()
        if first is not None and first.on <= case.first_clue_date:
            case.first_clue_date, case.channel = first.on, first.channel
    alert = clue.alert
    if alert is not None and alert.severity_rank < case.severity_rank:
        case.severity, case.severity_rank = alert.severity, alert.severity_rank
    refresh(pack, case, on=timezone.localdate(at), by=by, at=at)
    record(
        act=REPORT_CLUE,
        official=by,
        subject_kind="case",
        subject=case.case_no,
        division=case.division,
        at=at,
        detail={
            "channel": clue.channel,
            "on": clue.on.isoformat(),
            **({"alert": alert.alert_no} if alert else {}),
        },
    )


def carry_clues(*, pack: Pack, case: Case, by: Scope, at: datetime) -> Case | None:
    """Open a case for clues that an ended case did not answer; None where there is none.

    Those are the clues that came after its approval, and, where an elimination ended without one,
    all that came meanwhile. Alerts among them are left alone: they stay open in the queue.
    """
    waiting = case.clues.filter(alert__isnull=True).order_by("on", "id")
    approval = case.log.filter(act=APPROVAL, is_undone=False).order_by("-seq").first()
    if approval is not None:
        waiting = waiting.filter(recorded_at__gt=approval.at)
    elif case.kind == "identification":
        return None
    carried = None
    for one in list(waiting):
        clue = NewClue(one.channel, one.on, one.cause, one.note, None)
        carried = join_or_open(pack, case.household, by=by, at=at, clue=clue)
    return carried
