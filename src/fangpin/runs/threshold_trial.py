"""Another value for a threshold: what it would have cost in visits, and whom it would have found.

A trial replays a rule over past months with the value in force, the value that is tried and a
ladder of values around it, each judged with what had arrived by then. It belongs to no scope: the
counts of a scope are taken from it by `within`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Literal

from django.db.models import QuerySet

from fangpin.backtest import Difference, Replay, parameters_of, replay_all
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import Household
from fangpin.feeds.arrivals import arrivals
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.home import Home
from fangpin.policy.models.lists import Parameter, ParameterValue, Rule
from fangpin.policy.pack import Pack
from fangpin.runs.known_truth import KnownTruth, known_truth
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError

USUAL_MONTHS = 12
STEPS_BELOW, STEPS_ABOVE = 4, 8
_PARTS_OF_A_VALUE = 6
"""A step of the ladder is about a sixth of the value in force, rounded down to 1, 2, 2.5 or 5."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Replays of one rule over some months, one for each value; for all households."""

    rule: Rule
    parameter: str
    present: Decimal
    """The value in force on the last day of the trial; a dated value may have changed before it."""
    tried: Decimal
    from_month: Month
    to_month: Month
    truth: KnownTruth
    as_it_is: Replay
    by_value: tuple[tuple[Decimal, Replay], ...]
    """In order of value; the value in force among them stands for itself in every month."""

    @property
    def count_of_months(self) -> int:
        """How many months were judged."""
        return int(self.to_month) - int(self.from_month) + 1


@dataclass(frozen=True, slots=True)
class Step:
    """One value over the months of a trial, counted in the households of a scope."""

    value: Decimal
    households: int
    """Hit at least once: how many visits the value asks for."""
    true_households: int
    """Of them, how many the truth knows to be in need then or within a year."""
    in_need: int
    """Households in need in that time, hit or not."""
    is_present: bool
    is_tried: bool

    @property
    def others(self) -> int:
        """Visited without a need being found."""
        return self.households - self.true_households

    @property
    def precision(self) -> float | None:
        """Of the households hit, the share truly in need; None where none was hit."""
        return self.true_households / self.households if self.households else None

    @property
    def recall(self) -> float | None:
        """Of the households in need, the share that was hit; None where none is in need."""
        return self.true_households / self.in_need if self.in_need else None


@dataclass(frozen=True, slots=True)
class Answer:
    """A trial as one scope sees it."""

    steps: tuple[Step, ...]
    present: Step
    tried: Step
    difference: Difference
    truth: Literal["officials", "synthetic"]


def thresholds_of(
    pack: Pack, rule: Rule, *, at: date, division: str | None
) -> list[tuple[Parameter, ParameterValue]]:
    """The figures that decide whether a rule hits, with their values of a day in a division; those
    that the rule tells with its alerts come first.

    Lists of words, switches of zero and one, and parameters without a value for that day are no
    thresholds to try and are left out.
    """
    found = []
    deciding = parameters_of(pack, rule)
    told = [code for code in rule.thresholds if code in deciding]
    for code in dict.fromkeys([*told, *deciding]):
        parameter = pack.parameters[code]
        try:
            value = pack.parameter(code, at=at, division=division)
        except ProblemError:
            continue
        if isinstance(value.value, Decimal) and not _is_switch(parameter):
            found.append((parameter, value))
    return found


def _is_switch(parameter: Parameter) -> bool:
    stated = {one.value for one in parameter.values if isinstance(one.value, Decimal)}
    return Decimal(0) in stated and stated <= {Decimal(0), Decimal(1)}


def first_possible(home: Home, last: Month, *, months: int = USUAL_MONTHS) -> Month:
    """The first of some months that end with the last; none before the registry came."""
    registries = [one.received for one in arrivals(home) if one.is_registry]
    known = Month.containing(min(registries)) if registries else last
    return Month(max(int(known), int(last) + 1 - months))


def try_value(
    home: Home,
    pack: Pack,
    *,
    rule: Rule,
    parameter: str,
    present: Decimal,
    tried: Decimal,
    from_month: Month,
    to_month: Month,
    today: date,
    engine: Engine,
) -> Trial:
    """Replay a rule with a value and a ladder around the one in force, months inclusive.

    `today` bounds what officials are known to have found. Raises ProblemError as `replay_all`.
    """
    values = sorted({*ladder(present), tried} - {present})
    truth = known_truth(home=home, as_of=today)
    as_it_is, *others = replay_all(
        home,
        pack,
        rule=rule.rule,
        tries=[{}, *({parameter: value} for value in values)],
        from_month=from_month,
        to_month=to_month,
        truth=truth.months,
        engine=engine,
    )
    by_value = sorted([(present, as_it_is), *zip(values, others, strict=True)])
    return Trial(
        rule=rule,
        parameter=parameter,
        present=present,
        tried=tried,
        from_month=from_month,
        to_month=to_month,
        truth=truth,
        as_it_is=as_it_is,
        by_value=tuple(by_value),
    )


def ladder(present: Decimal) -> list[Decimal]:
    """Round values around the one in force, none below zero, the one in force among them.

    A whole number below the parts of a value (months, times, yes or no) moves by ones; a share
    stays within one.
    """
    step = _step(present)
    reached = [present + step * count for count in range(-STEPS_BELOW, STEPS_ABOVE + 1)]
    is_share = 0 < present < 1
    inside = [value for value in reached if value > 0 and (value <= 1 or not is_share)]
    return sorted({*inside, present})


def _step(present: Decimal) -> Decimal:
    rough = abs(present) / _PARTS_OF_A_VALUE
    is_whole = present == present.to_integral_value()
    if is_whole and rough < 1:
        return Decimal(1)
    power = Decimal(10) ** (rough.log10().to_integral_value(ROUND_CEILING) - 1)
    steps = [power * factor for factor in (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5))]
    step = max((one for one in steps if one <= rough), default=power)
    return step.to_integral_value() if is_whole and step > 1 else step


def within_scope(trial: Trial, scope: Scope) -> Answer:
    """The counts of a trial in the households that a scope reaches."""
    inside = _references(within(Household.objects.all(), scope))
    window = range(int(trial.from_month), int(trial.to_month) + 12)
    in_need = sum(
        ref in inside and any(month in window for month in months)
        for ref, months in trial.truth.months.items()
    )
    steps = tuple(
        Step(
            value=value,
            households=len(replay.first_hit.keys() & inside),
            true_households=len(replay.true_households & inside),
            in_need=in_need,
            is_present=replay is trial.as_it_is,
            is_tried=value == trial.tried,
        )
        for value, replay in trial.by_value
    )
    present = next(step for step in steps if step.is_present)
    tried = next(step for step in steps if step.is_tried)
    return Answer(
        steps=steps,
        present=present,
        tried=tried,
        difference=Difference(
            households=tried.households - present.households,
            true_households=tried.true_households - present.true_households,
        ),
        truth=trial.truth.source,
    )


def _references(households: QuerySet[Household]) -> frozenset[int]:
    return frozenset(households.values_list("household_ref", flat=True))
