"""How small a figure may be on pages of those who may not see rows, and what pages above withhold."""

from __future__ import annotations

from datetime import date

from fangpin.casework.alerts.models import Run
from fangpin.casework.alerts.overview import division_rows
from fangpin.casework.alerts.small_numbers import MEASURES, guarded_rows
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.scope import Scope, narrow_to
from fangpin.values.withheld import is_small, is_withheld
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import waiting_steps

SMALLEST_CELL = "privacy.smallest_cell"


def smallest_cell(on: date) -> int:
    """The smallest figure that is shown. Raises ProblemError where the pack does not say."""
    value = installation_pack().parameter(SMALLEST_CELL, at=on, division=None).value
    return int(value)  # type: ignore[arg-type]


def withheld_above(scope: Scope, division: Division, *, run: Run, on: date) -> frozenset[str]:
    """The measures of a division that the pages of the divisions above it withhold, within the
    official's own scope; empty for its topmost division."""
    smallest = smallest_cell(run.as_of)
    inside = [step for step in divisions.path(division.code) if scope.covers(step.code)]
    gone: frozenset[str] = frozenset()
    for above, below in zip(inside, inside[1:], strict=False):
        rows = division_rows(
            narrow_to(scope, above.code), month=run.month, on=on, waiting_steps=waiting_steps()
        )
        small = {
            name
            for name in MEASURES
            if is_small(sum(getattr(row, name) for row in rows), smallest=smallest)
        }
        kept = guarded_rows(rows, smallest=smallest, gone=gone | small)
        row = next((row for row in kept if row.division.code == below.code), None)
        gone = frozenset(
            name for name in MEASURES if row is not None and is_withheld(getattr(row, name))
        )
    return gone
