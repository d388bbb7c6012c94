"""Whose turn it is: the cases that wait for a role, by due date, page by page, and how many.

The acts keep whose turn each case is (`turns_kept`), so that a list of many cases reads one index.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, TypeAlias

from django.db.models import (
    DateField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce

from fangpin.casework.cases.models import Case, CaseAct, Clue, Turn
from fangpin.casework.cases.states import CaseState
from fangpin.casework.cases.turns_kept import NO_DATE
from fangpin.casework.divisions.ranges import begins_with
from fangpin.casework.divisions.walks import FEW, Unindexed, before, beyond, capped, up_to
from fangpin.casework.officials.asked import counted
from fangpin.casework.officials.scope import Scope, narrow_to, within
from fangpin.casework.registry.models import Household
from fangpin.casework.registry.naming import named
from fangpin.policy import Pack
from fangpin.policy.models.procedures import Procedure, Step

View: TypeAlias = Literal["mine", "open", "ended"]
"""mine: what the official's role may complete now; open: all under way; ended: the latest first."""
After: TypeAlias = tuple[str, int]
"""The last row of a page: its due date (or the moment of its end) as text, and id."""

COUNT_CAP = 1_000
"""Counting stops here: the console then says "more than"."""


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
class Counts:
    """Cases of a scope on a day; counting stops at one more than COUNT_CAP.

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
    filters: TurnFilters,
    after: After | None = None,
    limit: int = 50,
) -> TurnPage:
    """One page of the list: earliest due first, those without a running clock last.

    Costs the page, however many cases the scope holds and however deep it lies. Raises ValueError
    for an `after` that cannot be read.
    """
    count = capped(chosen(scope, filters=filters), max(COUNT_CAP, FEW))
    found = chosen(scope, filters=filters, is_walked=count > FEW)
    rows = _ROWS[filters.view](found, after, limit + 1, count > FEW)
    shown = rows[:limit]
    following = _place(shown[-1]) if len(rows) > limit else None
    return TurnPage(tuple(shown), min(count, COUNT_CAP), count > COUNT_CAP, following)


def chosen(scope: Scope, *, filters: TurnFilters, is_walked: bool = False) -> QuerySet[Any]:
    """The cases of the scope that pass the filters, in no order; of the view `mine` their turns.

    Found by their division's index; `is_walked`: by that of the list's order.
    """
    if filters.division:
        scope = narrow_to(scope, filters.division)
    found: QuerySet[Any]
    if filters.view == "mine":
        found, of_case = Turn.objects.filter(role=scope.role), "case__"
    else:
        state = CaseState.ENDED if filters.view == "ended" else CaseState.OPEN
        found, of_case = Case.objects.filter(state=state), ""
    if is_walked:
        found = within(found.alias(place=Unindexed("division")), scope, "place")
    else:
        found = within(found, scope)
    equal = {"kind": filters.kind, "step": filters.step, "severity": filters.severity}
    found = found.filter(**{of_case + name: value for name, value in equal.items() if value})
    if filters.overdue_on is not None:
        found = found.filter(due_date__lt=filters.overdue_on)
    text = filters.text.strip()
    if text:
        households = Household.objects.filter(named(text)).values("household_ref")
        of_household = Q(**{f"{of_case}household__in": households})
        found = found.filter(of_household | begins_with(f"{of_case}case_no", text.upper()))
    return found


def counts(scope: Scope, *, filters: TurnFilters, on: date, soon_days: int) -> Counts:
    """How many cases each view holds under the other filters."""

    def of(view: View, **others: Any) -> QuerySet[Case]:
        asked = replace(filters, view=view, overdue_on=None)
        return chosen(scope, filters=asked, **others)

    under_way = capped(of("open"), COUNT_CAP)
    dated = of("open", is_walked=under_way > FEW)
    soon = on + timedelta(days=soon_days)
    return Counts(
        mine=capped(of("mine"), COUNT_CAP),
        open=under_way,
        ended=capped(of("ended"), COUNT_CAP),
        overdue=capped(dated.filter(due_date__lt=on), COUNT_CAP),
        soon=capped(dated.filter(due_date__gte=on, due_date__lte=soon), COUNT_CAP),
    )


def count_of_mine(scope: Scope) -> int:
    """How many cases wait for the official; counting stops at one more than COUNT_CAP."""
    return counted(_waiting, scope)


def case_numbers(scope: Scope, alerts: Iterable[int]) -> dict[int, str]:
    """Alert id -> the number of the case that it is a clue of; none outside the scope."""
    found = within(Case.objects.filter(clues__alert__in=list(alerts)), scope)
    return dict(found.order_by("id").values_list("clues__alert", "case_no"))


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
    for earlier in _awaited(step, procedure):
        condition &= _done(earlier.step) | _left_out(earlier)
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


def _mine(found: QuerySet[Any], after: After | None, limit: int, walked: bool) -> list[Case]:
    found = found.alias(due=F("due_date") if walked else Unindexed("due_date"))
    if after is not None:
        found = beyond(found, "due", date.fromisoformat(after[0]), after[1], key="case_id")
    # The index of turns alone finds the page; only its cases are read.
    page = list(found.order_by("due", "case_id").values_list("case_id", flat=True)[:limit])
    cases = Case.objects.select_related("household").in_bulk(page)
    return [cases[one] for one in page]


def by_due_date(found: QuerySet[Case], after: After | None, limit: int, walked: bool) -> list[Case]:
    """At most `limit` cases behind a place, earliest due first, those without a date last."""
    found = found.select_related("household")
    field = "due_date"
    if not walked:
        field = "due"
        found = found.alias(due=Coalesce("due_date", Value(NO_DATE, DateField())))
    dated, undated = found, found.filter(due_date__isnull=True)
    if walked:
        dated = found.filter(due_date__isnull=False)
    if after is not None:
        due, last = date.fromisoformat(after[0]), after[1]
        dated = beyond(dated, field, due, last)
        if due == NO_DATE:
            undated = undated.filter(id__gt=last)
    rows = list(dated.order_by(field, "id")[:limit])
    if walked and len(rows) < limit:
        rows += list(undated.order_by("id")[: limit - len(rows)])
    return rows


def _ended(found: QuerySet[Any], after: After | None, limit: int, walked: bool) -> list[Case]:
    found = found.alias(moment=F("ended_at") if walked else Unindexed("ended_at"))
    if after is not None:
        found = before(found, "moment", datetime.fromisoformat(after[0]), after[1])
    return list(found.select_related("household").order_by("-moment", "-id")[:limit])


_ROWS: dict[View, Callable[..., list[Case]]] = {"mine": _mine, "open": by_due_date, "ended": _ended}


def _place(case: Case) -> After:
    """Where the next page begins: behind this case."""
    place = case.ended_at or case.due_date or NO_DATE
    return place.isoformat(), case.pk


def _waiting(scope: Scope) -> QuerySet[Any]:
    return up_to(chosen(scope, filters=TurnFilters("mine")), COUNT_CAP)
