"""The figures of the overview page, each one SQL aggregate over indexed columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr

from fangpin.casework.alerts.models import Alert, Run
from fangpin.casework.alerts.states import STEPS_BEFORE_VISIT, AlertState
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.queries import divisions_below, top_divisions
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import DivisionCount
from fangpin.values.withheld import is_withheld

COUNT_OF_MONTHS = 24

BySeverity: TypeAlias = dict[str, int]
"""Severity code -> alerts; a severity without alerts is left out."""


@dataclass(frozen=True, slots=True)
class MonthOfAlerts:
    """Alerts raised by the runs that judged one month, by present severity."""

    month: int
    by_severity: BySeverity
    total: int | None = None
    """Stated where the severities do not add up to it, since some are withheld."""

    @property
    def count(self) -> int:
        return sum(self.by_severity.values()) if self.total is None else self.total


@dataclass(frozen=True, slots=True)
class CauseOfAlerts:
    """This month's new alerts of one cause; an empty cause is one the rules did not state."""

    cause: str
    by_severity: BySeverity
    total: int | None = None
    """Stated where the severities are withheld."""

    @property
    def count(self) -> int:
        return sum(self.by_severity.values()) if self.total is None else self.total


@dataclass(frozen=True, slots=True)
class DivisionRow:
    """One division below the scope's; `new` are alerts raised this month."""

    division: Division
    households: int
    new: int
    open: int
    to_visit: int
    overdue: int
    new_by_severity: BySeverity
    open_by_severity: BySeverity

    @property
    def new_per_thousand(self) -> float | None:
        """New alerts a thousand listed households; None where no household is listed, or where
        one of the two is withheld."""
        if is_withheld(self.new) or is_withheld(self.households) or not self.households:
            return None
        return 1000 * self.new / self.households


@dataclass(frozen=True, slots=True)
class Overview:
    """The scope's alerts on a day, after one run. `months` are 24, oldest first, this one last."""

    month: int
    open: int
    open_by_severity: BySeverity
    new_this_month: int
    new_last_month: int
    to_visit: int
    to_visit_overdue: int
    overdue: int
    households: int
    members: int
    months: tuple[MonthOfAlerts, ...]
    causes: tuple[CauseOfAlerts, ...]
    divisions: tuple[DivisionRow, ...] = field(default=())

    @property
    def trend(self) -> tuple[int, ...]:
        """New alerts of each of the 24 months."""
        return tuple(month.count for month in self.months)


def overview_of(
    scope: Scope, *, run: Run, on: date, waiting_steps: Sequence[str] = STEPS_BEFORE_VISIT
) -> Overview:
    """The overview of a scope after a run, with overdue counted on a day.

    `waiting_steps` are the steps at which nobody has been to see the household yet.
    """
    alerts = within(Alert.objects.all(), scope)
    months = _months(alerts, last=run.month)
    size = registry.count(scope)
    still_open = alerts.filter(state=AlertState.OPEN)
    open_by_severity = {
        row["severity"]: row["n"] for row in still_open.values("severity").annotate(n=Count("id"))
    }
    waiting = Q(step__in=waiting_steps)
    late = Q(pressing_date__lt=on)
    counts = still_open.aggregate(
        to_visit=Count("id", filter=waiting),
        to_visit_overdue=Count("id", filter=waiting & late),
        overdue=Count("id", filter=late),
    )
    return Overview(
        month=run.month,
        open=sum(open_by_severity.values()),
        open_by_severity=open_by_severity,
        new_this_month=months[-1].count,
        new_last_month=months[-2].count,
        to_visit=counts["to_visit"],
        to_visit_overdue=counts["to_visit_overdue"],
        overdue=counts["overdue"],
        households=size.count_of_households,
        members=size.count_of_members,
        months=months,
        causes=_causes(alerts.filter(raised_month=run.month)),
        divisions=_divisions(scope, alerts, month=run.month, on=on, waiting_steps=waiting_steps),
    )


def division_rows(
    scope: Scope, *, month: int, on: date, waiting_steps: Sequence[str]
) -> tuple[DivisionRow, ...]:
    """The table of divisions alone, as the overview of this scope has it."""
    alerts = within(Alert.objects.all(), scope)
    return _divisions(scope, alerts, month=month, on=on, waiting_steps=waiting_steps)


def _months(alerts: QuerySet[Alert], *, last: int) -> tuple[MonthOfAlerts, ...]:
    first = last - COUNT_OF_MONTHS + 1
    found: dict[int, BySeverity] = {month: {} for month in range(first, last + 1)}
    rows = alerts.filter(raised_month__gte=first, raised_month__lte=last)
    for row in rows.values("raised_month", "severity").annotate(n=Count("id")):
        found[row["raised_month"]][row["severity"]] = row["n"]
    return tuple(MonthOfAlerts(month, found[month]) for month in sorted(found))


def _causes(new: QuerySet[Alert]) -> tuple[CauseOfAlerts, ...]:
    found: dict[str, BySeverity] = {}
    for row in new.values("cause", "severity").annotate(n=Count("id")):
        found.setdefault(row["cause"], {})[row["severity"]] = row["n"]
    causes = [CauseOfAlerts(cause, by_severity) for cause, by_severity in found.items()]
    return tuple(sorted(causes, key=lambda cause: (-cause.count, cause.cause)))


def _divisions(
    scope: Scope,
    alerts: QuerySet[Alert],
    *,
    month: int,
    on: date,
    waiting_steps: Sequence[str],
) -> tuple[DivisionRow, ...]:
    shown = _shown_divisions(scope)
    if not shown:
        return ()
    by_width: dict[int, list[Division]] = {}
    for division in shown:
        by_width.setdefault(len(division.code), []).append(division)
    rows: list[DivisionRow] = []
    for width, divisions in by_width.items():
        rows += _rows_of_width(
            scope, alerts, width, divisions, month=month, on=on, waiting_steps=waiting_steps
        )
    return tuple(sorted(rows, key=lambda row: row.division.code))


def _shown_divisions(scope: Scope) -> list[Division]:
    """What the table lists: what lies below the one division of the scope, or its several."""
    tops = top_divisions(scope)
    if len(tops) == 1:
        return divisions_below(scope, parent=tops[0].code)
    return tops


def _rows_of_width(
    scope: Scope,
    alerts: QuerySet[Alert],
    width: int,
    divisions: list[Division],
    *,
    month: int,
    on: date,
    waiting_steps: Sequence[str],
) -> list[DivisionRow]:
    place = Substr("division", 1, width)
    opened: dict[str, Counter[str]] = {}
    waiting: Counter[str] = Counter()
    overdue: Counter[str] = Counter()
    still_open = alerts.filter(state=AlertState.OPEN).annotate(place=place)
    for row in still_open.values("place", "severity").annotate(
        n=Count("id"),
        waiting=Count("id", filter=Q(step__in=waiting_steps)),
        late=Count("id", filter=Q(pressing_date__lt=on)),
    ):
        opened.setdefault(row["place"], Counter())[row["severity"]] += row["n"]
        waiting[row["place"]] += row["waiting"]
        overdue[row["place"]] += row["late"]
    new: dict[str, Counter[str]] = {}
    raised = alerts.filter(raised_month=month).annotate(place=place)
    for code, severity, count in (
        raised.values("place", "severity")
        .annotate(n=Count("id"))
        .values_list("place", "severity", "n")
    ):
        new.setdefault(code, Counter())[severity] += count
    households: Counter[str] = Counter()
    for code, count in within(DivisionCount.objects.all(), scope).values_list(
        "division", "count_of_households"
    ):
        households[code[:width]] += count
    return [
        DivisionRow(
            division=division,
            households=households[division.code],
            new=new.get(division.code, Counter()).total(),
            open=opened.get(division.code, Counter()).total(),
            to_visit=waiting[division.code],
            overdue=overdue[division.code],
            new_by_severity=dict(new.get(division.code, {})),
            open_by_severity=dict(opened.get(division.code, {})),
        )
        for division in divisions
    ]
