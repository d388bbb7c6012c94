"""For how many households of a village a rule could not tell, for want of data.

Grain of cannot_tell.parquet: village and rule; rule NULL are all households that were judged there.
Rules that could tell of every household of a village have no row.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fangpin.lake.engines.duckdb import kept_reader
from fangpin.policy.expressions.sql import quoted
from fangpin.rules.evaluate import NUMBERS, Evaluation, bits_of

if TYPE_CHECKING:  # a run is made without the case database
    from fangpin.casework.officials.scope import Scope

FILE = "cannot_tell.parquet"
JUDGED = ""
"""Stands for the rule where all households that were judged are counted."""

_COUNTS = "cannot_tell_counts"


def write_cannot_tell(*, evaluation: Evaluation, folder: Path) -> None:
    """Write the file; after the evaluation's `answers`, whose table NUMBERS it reads."""
    engine = evaluation.engine
    counts = ["count(*) AS judged"]
    rows = [f"SELECT division, CAST(NULL AS VARCHAR) AS rule, judged AS n FROM {_COUNTS}"]
    for place, (rule, column, mask, value) in enumerate(bits_of(evaluation.rules, "cannot_tell")):
        counts.append(f"count(CASE WHEN ({column} & {mask}) = {value} THEN 1 END) AS n_{place}")
        rows.append(f"SELECT division, {quoted(rule)} AS rule, n_{place} AS n FROM {_COUNTS}")
    engine.make_table(
        _COUNTS,
        f"SELECT division, {', '.join(counts)} FROM {evaluation.spine} "
        f"JOIN {NUMBERS} USING (household_ref) GROUP BY division",
    )
    engine.write(
        "SELECT division, rule, CAST(n AS INTEGER) AS count_of_households "
        f"FROM ({' UNION ALL '.join(rows)}) AS counted WHERE n > 0 "
        "ORDER BY division, rule NULLS FIRST",
        folder / FILE,
    )
    engine.drop(_COUNTS)


def cannot_tell(
    scope: Scope, *, run_folder: Path, width: int
) -> Mapping[str, Mapping[str, int]] | None:
    """Division -> rule -> households of the scope for which it could not tell; JUDGED: all.

    A village counts for the division whose code are the first `width` characters of its own. None
    of a run that left no such file: it is not known, not zero.
    """
    if not (run_folder / FILE).exists():
        return None
    found: dict[str, dict[str, int]] = {}
    if scope.is_empty:
        return found
    within = " OR ".join("(division >= ? AND division < ?)" for _ in scope.ranges)
    engine = kept_reader()
    engine.view_files("cannot_tell", [run_folder / FILE], of_one_shape=True)
    for division, rule, count in engine.rows(
        f"SELECT substr(division, 1, {int(width)}), coalesce(rule, '{JUDGED}'), "
        f"sum(count_of_households) FROM cannot_tell WHERE {within} GROUP BY 1, 2 ORDER BY 1, 2",
        [bound for pair in scope.ranges for bound in pair],
    ):
        found.setdefault(str(division), {})[str(rule)] = int(count)
    return found
