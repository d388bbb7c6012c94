"""Help as far as a scope reaches: a household's measures and what they did to its income."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fangpin.casework.cases.assessment import INCOME_PER_HEAD, facts_of, line_of
from fangpin.casework.divisions.walks import capped
from fangpin.casework.measures.models import Measure, Resource
from fangpin.casework.measures.states import ALIVE
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import Household
from fangpin.policy import Pack
from fangpin.policy.expressions.evaluate import value_of
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError


@dataclass(frozen=True, slots=True)
class EffectMonth:
    """Rolling net income per head of the twelve months up to a month, against the line."""

    month: int
    per_head: Decimal | None
    line: Decimal | None
    is_after: bool
    """Whether help had begun by then."""


def measures_of_household(
    scope: Scope, household_ref: int, *, alive_only: bool = False
) -> list[Measure]:
    """The household's measures, those under way first, then the latest; none outside the scope."""
    found = Measure.objects.filter(household_id=household_ref)
    if alive_only:
        found = found.filter(state__in=ALIVE)
    rows = (
        within(found, scope)
        .select_related("resource", "planned_by_act")
        .prefetch_related("deliveries")
        .order_by("-from_date", "-id")
    )
    return sorted(rows, key=lambda one: one.state not in ALIVE)


COUNT_CAP = 1_000
"""Counting stops here: the console then says "more than"."""


@dataclass(frozen=True, slots=True)
class MeasureFilters:
    """Which measures are asked for: of one kind and state, or those that hold a place."""

    measure: str = ""
    state: str = ""
    resource: int | None = None
    """The id of a resource: measures planned or in force that hold one of its places."""


@dataclass(frozen=True, slots=True)
class MeasurePage:
    """One page, the latest planned first; `next` is the id to go on behind, None on the last."""

    measures: tuple[Measure, ...]
    count_capped: int
    is_capped: bool
    next: int | None


def measure_page(
    scope: Scope, *, filters: MeasureFilters, after: int | None = None, limit: int = 50
) -> MeasurePage:
    """One page of the scope's measures with their households and the cases that planned them."""
    found = within(Measure.objects.all(), scope)
    if filters.measure:
        found = found.filter(measure=filters.measure)
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.resource is not None:
        found = found.filter(resource=filters.resource, state__in=ALIVE)
    count = capped(found, COUNT_CAP)
    behind = found if after is None else found.filter(id__lt=after)
    rows = list(
        behind.select_related("household", "resource", "planned_by_act__case").order_by("-id")[
            : limit + 1
        ]
    )
    following = rows[limit - 1].pk if len(rows) > limit else None
    return MeasurePage(tuple(rows[:limit]), min(count, COUNT_CAP), count > COUNT_CAP, following)


def resource(scope: Scope, resource_no: str) -> Resource:
    """Places that households of the scope may have: offered in it, or above it.

    Raises Resource.DoesNotExist for those of elsewhere.
    """
    found = Resource.objects.get(resource_no=resource_no)
    if not scope.covers(found.division) and not any(
        code.startswith(found.division) for code in scope.divisions
    ):
        raise Resource.DoesNotExist
    return found


def measure(scope: Scope, measure_id: int) -> Measure:
    """One measure with its household. Raises Measure.DoesNotExist outside the scope."""
    found = Measure.objects.select_related("household", "resource")
    return within(found, scope).get(pk=measure_id)


def effect_on_income(
    scope: Scope, household: Household, *, pack: Pack, on: date, months: int = 24
) -> list[EffectMonth]:
    """The household's rolling income month by month, before and after help began.

    Figures of months whose data are missing are unknown. Empty outside the scope.
    """
    if not scope.covers(household.division):
        return []
    begun = [
        one.first_delivered_date
        for one in measures_of_household(scope, household.household_ref)
        if one.first_delivered_date is not None
    ]
    start = int(Month.containing(min(begun))) if begun else None
    last = int(Month.last_complete(on))
    found = []
    for number in range(last - months + 1, last + 1):
        day = Month(number + 1).first_day
        facts = facts_of(pack, household, at=day)
        try:
            value = value_of(INCOME_PER_HEAD, facts)
        except ProblemError:
            value = None
        found.append(
            EffectMonth(
                month=number,
                per_head=Decimal(value) if isinstance(value, Decimal | int) else None,
                line=line_of(pack, at=day, division=household.division),
                is_after=start is not None and number >= start,
            )
        )
    return found
