"""The overview for those who may not see rows: small numbers, and what gives them away, withheld.

Each line of figures that has its total on the page (places, severities, causes, months) is guarded
by itself; a figure that the page of the division above withholds is withheld here too, so that
drilling down gives nothing away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from fangpin.casework.alerts.overview import (
    BySeverity,
    CauseOfAlerts,
    DivisionRow,
    MonthOfAlerts,
    Overview,
)
from fangpin.values.withheld import WITHHELD, is_small, shown, withheld_cells

MEASURES = ("households", "new", "open", "to_visit", "overdue")
"""The columns of the table of divisions, each with its total on the page."""


def guarded(
    found: Overview,
    *,
    smallest: int,
    severities: Sequence[str],
    withheld_above: frozenset[str] = frozenset(),
) -> Overview:
    """The overview without figures from 1 to `smallest` - 1 and without what gives them away.

    `withheld_above` are the measures that the page of the division above withholds of this one.
    """
    totals = {
        "households": found.households,
        "new": found.new_this_month,
        "open": found.open,
        "to_visit": found.to_visit,
        "overdue": found.overdue,
    }
    gone = withheld_above | {
        name for name, total in totals.items() if is_small(total, smallest=smallest)
    }

    def total(name: str) -> int:
        return WITHHELD if name in gone else totals[name]

    def single(count: int) -> int:
        return WITHHELD if is_small(count, smallest=smallest) else count

    def severity_line(by_severity: BySeverity, is_gone: bool) -> BySeverity:
        cells = [by_severity.get(code, 0) for code in severities]
        hidden = withheld_cells(cells, smallest=smallest, total_is_withheld=is_gone)
        return dict(zip(severities, shown(cells, hidden), strict=True))

    months = []
    for month in found.months:
        is_gone = is_small(month.count, smallest=smallest) or (
            month.month == found.month and "new" in gone
        )
        months.append(
            MonthOfAlerts(
                month.month,
                severity_line(month.by_severity, is_gone),
                WITHHELD if is_gone else month.count,
            )
        )
    causes = [cause.count for cause in found.causes]
    kept = withheld_cells(causes, smallest=smallest, total_is_withheld="new" in gone)
    return replace(
        found,
        households=total("households"),
        members=WITHHELD if "households" in gone else single(found.members),
        new_this_month=total("new"),
        new_last_month=months[-2].count,
        open=total("open"),
        open_by_severity=severity_line(found.open_by_severity, "open" in gone),
        to_visit=total("to_visit"),
        to_visit_overdue=WITHHELD if "to_visit" in gone else single(found.to_visit_overdue),
        overdue=total("overdue"),
        months=tuple(months),
        causes=tuple(
            CauseOfAlerts(cause.cause, {}, count)
            for cause, count in zip(found.causes, shown(causes, kept), strict=True)
        ),
        divisions=guarded_rows(found.divisions, smallest=smallest, gone=frozenset(gone)),
    )


def guarded_rows(
    rows: Sequence[DivisionRow], *, smallest: int, gone: frozenset[str] = frozenset()
) -> tuple[DivisionRow, ...]:
    """The table of divisions; `gone` are the measures whose totals are withheld."""
    made = [replace(row, new_by_severity={}, open_by_severity={}) for row in rows]
    for name in MEASURES:
        cells = [getattr(row, name) for row in rows]
        hidden = withheld_cells(cells, smallest=smallest, total_is_withheld=name in gone)
        changes: list[dict[str, Any]] = [{name: cell} for cell in shown(cells, hidden)]
        made = [replace(row, **change) for row, change in zip(made, changes, strict=True)]
    return tuple(made)
