"""Whose turn it is: the cases that wait for a role, by due date, page by page, and how many.

A step is open when the log says that it is not done and all before it are: the same reading as
`policy.procedure.standing`, put as one condition so that a list of many cases needs no loop.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, TypeAlias

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from fangpin.casework.cases.models import Case, CaseAct, Clue
from fangpin.casework.cases.states import CaseState
from fangpin.casework.divisions.ranges import begins_with
from fangpin.casework.officials.scope import Scope, narrow_to, within
from fangpin.casework.registry.models import Household
from fangpin.casework.registry.naming import named
from fangpin.policy import Pack, WorkingCalendar
from fangpin.policy.procedure import (
    ClockState,
    Happening,
    Standing,
    clock_states,
    edition_of,
    standing,
)
from fangpin.policy.procedure_models import Procedure, Step

View: TypeAlias = Literal["mine", "open", "ended"]
"""mine: what the official's role may complete now; open: all under way; ended: the latest first."""
After: TypeAlias = tuple[str, int]
"""The last row of a page: its due date (or the moment of its end) as text, and id."""

COUNT_CAP = 1_000
"""Counting stops here: the console then says "more than"."""
_NO_DATE = date.max


@dataclass(frozen=True, slots=True)
class TurnFilters:
    """What the address of the list asks for; empty asks for nothing."""

    view: View = "open"
    division: str = ""
    kind: str = ""
    step: str = ""
    severity: str = ""
    overdue_on: date | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class TurnPage:
    """One page; `next` is the `after` of the following page, None on the last."""

    cases: tuple[Case, ...]
    count_capped: int
    is_capped: bool
    next: After | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A case as its procedure reads its log on a day."""

    standing: Standing
    clocks: tuple[ClockState, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """Cases of a scope on a day; `mine` and `ended` stop at one more than COUNT_CAP.

    `soon` are due within the days asked for.
    """

    mine: int
    open: int
    ended: int
    overdue: int
    soon: int


def page(
    scope: Scope,
    *,
    pack: Pack,
    filters: TurnFilters,
    after: After | None = None,
    limit: int = 50,
) -> TurnPage:
    """One page of the list: earliest due first, those without a running clock last.

    Raises ValueError for an `after` that cannot be read.
    """
    found = chosen(scope, pack=pack, filters=filters)
    count = found.values("id")[: COUNT_CAP + 1].count()
    ended = filters.view == "ended"
    rows = _ended(found, after, limit) if ended else _due(found, after, limit)
    shown = rows[:limit]
    following: After | None = None
    if len(rows) > limit:
        last = shown[-1]
        place = last.ended_at.isoformat() if ended and last.ended_at else None
        following = (place or (last.due_date or _NO_DATE).isoformat(), last.pk)
    return TurnPage(tuple(shown), min(count, COUNT_CAP), count > COUNT_CAP, following)


def chosen(scope: Scope, *, pack: Pack, filters: TurnFilters) -> QuerySet[Case]:
    """The cases of the scope that pass the filters, in no order."""
    if filters.division:
        scope = narrow_to(scope, filters.division)
    found = within(Case.objects.select_related("household"), scope)
    found = found.filter(
        state=CaseState.ENDED if filters.view == "ended" else CaseState.OPEN,
        **{
            name: value
            for name, value in {
                "kind": filters.kind,
                "step": filters.step,
                "severity": filters.severity,
            }.items()
            if value
        },
    )
    if filters.view == "mine":
        found = found.filter(waits_for(pack, scope))
    if filters.overdue_on is not None:
        found = found.filter(due_date__lt=filters.overdue_on)
    text = filters.text.strip()
    if text:
        households = Household.objects.filter(named(text)).values("household_ref")
        found = found.filter(Q(household__in=households) | begins_with("case_no", text.upper()))
    return found


def counts(scope: Scope, *, pack: Pack, filters: TurnFilters, on: date, soon_days: int) -> Counts:
    """How many cases each view holds under the other filters."""

    def of(view: View) -> QuerySet[Case]:
        asked = TurnFilters(
            view, filters.division, filters.kind, filters.step, filters.severity, None, filters.text
        )
        return chosen(scope, pack=pack, filters=asked).select_related(None)

    soon = on + timedelta(days=soon_days)
    due = of("open").aggregate(
        open=Count("id"),
        overdue=Count("id", filter=Q(due_date__lt=on)),
        soon=Count("id", filter=Q(due_date__gte=on, due_date__lte=soon)),
    )
    return Counts(
        mine=of("mine").order_by().values("id")[: COUNT_CAP + 1].count(),
        open=due["open"],
        ended=of("ended").values("id")[: COUNT_CAP + 1].count(),
        overdue=due["overdue"],
        soon=due["soon"],
    )


def count_of_mine(scope: Scope, *, pack: Pack, cap: int = COUNT_CAP) -> int:
    """How many cases wait for the official, at most `cap`."""
    found = chosen(scope, pack=pack, filters=TurnFilters("mine")).select_related(None)
    return found.order_by().values("id")[:cap].count()


def case_numbers(scope: Scope, alerts: Iterable[int]) -> dict[int, str]:
    """Alert id -> the number of the case that it is a clue of; none outside the scope."""
    found = within(Case.objects.filter(clues__alert__in=list(alerts)), scope)
    return dict(found.order_by("id").values_list("clues__alert", "case_no"))


def readings(pack: Pack, cases: Iterable[Case], *, on: date) -> dict[int, Reading]:
    """Case id -> how far it has come; the logs of all in one query."""
    found = list(cases)
    logs, clues = logs_of(found), _clues_of(found)
    calendar = WorkingCalendar(pack)
    read: dict[int, Reading] = {}
    for case in found:
        procedure = edition_of(pack, procedure=case.procedure, from_date=case.procedure_from)
        by_channel = clues[case.pk] or {case.channel: case.first_clue_date}
        read[case.pk] = Reading(
            standing(
                procedure,
                clues=by_channel,
                log=logs[case.pk],
                is_ended=case.state == CaseState.ENDED,
            ),
            clock_states(
                procedure,
                pack=pack,
                calendar=calendar,
                division=case.division,
                clues=by_channel,
                log=logs[case.pk],
                on=on,
                ended=timezone.localdate(case.ended_at) if case.ended_at else None,
            ),
        )
    return read


def logs_of(cases: Iterable[Case]) -> dict[int, list[Happening]]:
    """Case id -> its acts in order, for many cases at once."""
    logs: dict[int, list[Happening]] = defaultdict(list)
    rows = CaseAct.objects.filter(case__in=[one.pk for one in cases]).order_by("case", "seq")
    for case, act, on, step, undone in rows.values_list("case", "act", "on", "step", "is_undone"):
        logs[case].append(Happening(act, on, step, undone))
    return logs


def _clues_of(cases: Iterable[Case]) -> dict[int, dict[str, date]]:
    """Case id -> channel -> the earliest day of a clue that came by it."""
    found: dict[int, dict[str, date]] = defaultdict(dict)
    rows = Clue.objects.filter(case__in=[one.pk for one in cases]).values_list("case", "channel")
    for case, channel, day in rows.annotate(day=Min("on")):
        found[case][channel] = day
    return found


def waits_for(pack: Pack, scope: Scope) -> Q:
    """The condition that some open step of a case is the role's to complete."""
    condition = Q(pk__in=[])
    for procedure in pack.procedures:
        steps = Q(pk__in=[])
        for step in procedure.steps:
            if scope.role in step.by and scope.can(step.act):
                steps |= _is_open(step, procedure)
        green = procedure.green_channel
        if green is not None and scope.role in green.by:
            for step in procedure.steps:
                if step.act in green.acts and scope.can(step.act):
                    steps |= Q(Q(is_green=True) & ~_done(step.step))
        condition |= Q(procedure=procedure.procedure, procedure_from=procedure.from_date) & steps
    return condition


def stands_at(pack: Pack, act: str) -> Q:
    """The condition that the step which an act completes is open."""
    condition = Q(pk__in=[])
    for procedure in pack.procedures:
        for step in procedure.steps:
            if step.act == act:
                condition |= Q(
                    procedure=procedure.procedure, procedure_from=procedure.from_date
                ) & _is_open(step, procedure)
    return condition


def _is_open(step: Step, procedure: Procedure) -> Q:
    condition = Q(~_done(step.step))
    for before in _awaited(step, procedure):
        condition &= _done(before.step) | _left_out(before)
    if step.optional:
        for other in procedure.steps:
            if step.step in other.after:
                condition &= Q(~_done(other.step))
    if step.channels:
        condition &= _came_by(step.channels)
    return condition


def _awaited(step: Step, procedure: Procedure) -> list[Step]:
    """Steps that must be done first; an optional one is replaced by what comes before it."""
    by_code = {one.step: one for one in procedure.steps}
    found: list[Step] = []
    for code in step.after:
        before = by_code[code]
        found += _awaited(before, procedure) if before.optional else [before]
    return found


def _done(step: str) -> Exists:
    return Exists(CaseAct.objects.filter(case=OuterRef("pk"), step=step, is_undone=False))


def _left_out(step: Step) -> Q:
    """A step that a case of other channels does not have."""
    return ~_came_by(step.channels) if step.channels else Q(pk__in=[])


def _came_by(channels: Sequence[str]) -> Q:
    """The condition that a clue of the case came by one of these channels."""
    found = Clue.objects.filter(case=OuterRef("pk"), channel__in=list(channels))
    return Q(channel__in=list(channels)) | Q(Exists(found))


def _due(found: QuerySet[Case], after: After | None, limit: int) -> list[Case]:
    dated = found.filter(due_date__isnull=False)
    undated = found.filter(due_date__isnull=True)
    rows: list[Case] = []
    if after is not None:
        due, last = date.fromisoformat(after[0]), after[1]
        dated = dated.filter(Q(due_date__gt=due) | Q(due_date=due, id__gt=last))
        if due == _NO_DATE:
            undated = undated.filter(id__gt=last)
    rows = list(dated.order_by("due_date", "id")[: limit + 1])
    if len(rows) <= limit:
        rows += list(undated.order_by("id")[: limit + 1 - len(rows)])
    return rows


def _ended(found: QuerySet[Case], after: After | None, limit: int) -> list[Case]:
    if after is not None:
        moment = datetime.fromisoformat(after[0])
        found = found.filter(Q(ended_at__lt=moment) | Q(ended_at=moment, id__lt=after[1]))
    return list(found.order_by("-ended_at", "-id")[: limit + 1])
