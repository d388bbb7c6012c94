"""What has changed for a phone since it last asked: as much work as there were changes.

Every change of casework has its entry in the audit trail, in the order of their numbers: the trail
is the list of changes. A mark is the number of the last entry and what everything else hangs on
(run, pack, villages); when that differs, or without a mark, the phone gets its list anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Q, QuerySet

from fangpin.casework.alerts.queries import latest_run
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases.models import Case, CaseAct
from fangpin.casework.cases.progress import standing_of
from fangpin.casework.cases.reading import logs_of
from fangpin.casework.cases.states import CaseState
from fangpin.casework.followup.queries import household_duties
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import Household
from fangpin.web.field.limits import keep_days
from fangpin.web.field.tasks import ACT, Village, done, follow_up, followed, task
from fangpin.web.ground.pack import installation_pack

REACH = 500
"""How far back a number is waited for that was taken by a transaction not yet ended."""
MOST_MISSING = 40
RECORD_FOLLOW_UP = "record_follow_up"


@dataclass(frozen=True, slots=True)
class Seen:
    """How far a phone has come: the last entry's number, and those before it that were missing.

    PostgreSQL gives numbers before transactions end: a lower one may appear after a higher one.
    """

    top: int
    missing: tuple[int, ...]

    @classmethod
    def of(cls, mark: str, *, base: str) -> Seen | None:
        """What a mark says; None for one of another list, or for no mark."""
        numbers, _, found = mark.partition("-")
        top, *missing = numbers.split(".")
        if found != base or not all(one.isdecimal() for one in (top, *missing)):
            return None
        return cls(int(top), tuple(map(int, missing)))


@dataclass(frozen=True, slots=True)
class Changes:
    """What the phone puts in place of what it holds; `gone` are tasks that are no longer its own."""

    since: str
    is_whole: bool
    tasks: list[dict[str, Any]]
    gone: list[str]


def changes(scope: Scope, *, since: str, at: datetime) -> Changes:
    """The changes after a mark, or everything."""
    mark, today = _base(scope, at.date()), at.date()
    seen, following = Seen.of(since, base=mark), _looked(mark)
    if seen is None:
        return Changes(following, True, _everything(scope, at=at), [])
    new = Q(id__gt=seen.top) | Q(id__in=seen.missing)
    touched = within(AuditEntry.objects.filter(new), scope)
    cases = touched.filter(subject_kind="case").values_list("subject", flat=True)
    refs = touched.filter(subject_kind="household", act=RECORD_FOLLOW_UP)
    found = list(_with_households(scope).filter(case_no__in=set(cases)))
    tasks, gone = _sorted_out(scope, found, at=at)
    households = {int(ref) for ref in refs.values_list("subject", flat=True)}
    households |= {case.household_id for case in found}
    again = _follow_ups(scope, today=today, at=at, refs=households) if households else []
    gone += sorted({f"F{ref}" for ref in households} - {one["id"] for one in again})
    return Changes(following, False, tasks + again, gone)


def _looked(base: str) -> str:
    """The mark of this look at the trail."""
    top = AuditEntry.objects.aggregate(last=Max("id"))["last"] or 0
    low = max(top - REACH, 0)
    here = set(AuditEntry.objects.filter(id__gt=low, id__lte=top).values_list("id", flat=True))
    missing = [one for one in range(low + 1, top) if one not in here][-MOST_MISSING:]
    return ".".join(map(str, [top, *missing])) + f"-{base}"


def _base(scope: Scope, today: date) -> str:
    """What the whole list hangs on: the run, the pack, the villages, and the role."""
    run = latest_run()
    parts = [
        str(run.pk if run else 0),
        run.key if run else "",
        installation_pack().digest,
        scope.official,
        scope.role,
        *scope.divisions,
        f"{today:%Y-%m}",
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _with_households(scope: Scope) -> QuerySet[Case]:
    return within(Case.objects.select_related("household"), scope)


def _everything(scope: Scope, *, at: datetime) -> list[dict[str, Any]]:
    today = at.date()
    steps = {
        step.step
        for procedure in installation_pack().procedures
        for step in procedure.steps
        if step.act == ACT
    }
    open_cases = _with_households(scope).filter(
        Q(assigned_to="") | Q(assigned_to=scope.official), state=CaseState.OPEN, step__in=steps
    )
    recent = within(
        CaseAct.objects.filter(act=ACT, is_undone=False, on__gte=_first_shown(at)).select_related(
            "case__household"
        ),
        scope,
        "case__division",
    )
    visited = {entry.case_id: entry.case for entry in recent}
    waiting = list(open_cases.order_by("due_date", "id"))
    cases = {case.pk: case for case in waiting} | visited
    tasks, _ = _sorted_out(scope, list(cases.values()), at=at)
    return tasks + _follow_ups(scope, today=today, at=at)


def _first_shown(at: datetime) -> date:
    """Visits from this day on are shown as done: as long as a phone keeps anything."""
    return at.date() - timedelta(days=keep_days(at) or 0)


def _sorted_out(
    scope: Scope, cases: list[Case], *, at: datetime
) -> tuple[list[dict[str, Any]], list[str]]:
    """Cases as tasks to do or done, and the numbers of those that are neither."""
    village = Village.of({case.division for case in cases}, on=at.date())
    logs, first = logs_of(cases), _first_shown(at)
    tasks, gone = [], []
    for case in cases:
        log = logs[case.pk]
        if case.state == CaseState.OPEN and case.assigned_to in ("", scope.official):
            now = standing_of(installation_pack(), case, log=log)
            if now.step_of(ACT) is not None:
                tasks.append(task(scope, case, now=now, village=village, at=at))
                continue
        visited = [one.on for one in log if one.act == ACT and not one.is_undone]
        if visited and visited[-1] >= first:
            tasks.append(done(case, on=visited[-1], village=village))
        else:
            gone.append(case.case_no)
    return tasks, gone


def _follow_ups(
    scope: Scope, *, today: date, at: datetime, refs: set[int] | None = None
) -> list[dict[str, Any]]:
    """Households in monitoring whose next follow-up is this role's."""
    if not scope.can(RECORD_FOLLOW_UP):
        return []
    due: dict[int, date | None] = {}
    seen: dict[int, date] = {}
    for state in household_duties(scope, pack=installation_pack(), on=today, refs=refs):
        roles = {rhythm.role for rhythm in state.duty.rhythm}
        if state.duty.watches == "follow_up" and scope.role in roles:
            due[int(state.subject)] = state.due
            if state.last and state.last >= today.replace(day=1):
                seen[int(state.subject)] = state.last
    households = within(Household.objects.filter(household_ref__in=due), scope)
    village = Village.of({one.division for one in households}, on=today)
    return [
        followed(one, on=seen[one.household_ref], village=village)
        if one.household_ref in seen
        else follow_up(scope, one, due=due[one.household_ref], village=village, at=at)
        for one in households.order_by("household_ref")
    ]
