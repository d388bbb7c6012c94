"""Where households and another office's grouping of people differ, in a run's folder.

Grain of registrations.parquet: unit, household (or none) and person; in order of household.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fangpin.lake.engine import Engine
from fangpin.lake.engines.duckdb import kept_reader
from fangpin.ledger.snapshot import Snapshot
from fangpin.linkage.units import (
    DIFFERENCES,
    MEMBERS,
    Difference,
    make_differences,
    read_differences,
)
from fangpin.policy.pack import Pack

FILE = "registrations.parquet"
MOST_ROWS = 5_000
"""So many people in no household are listed at once; the counts are of all."""


def write_registrations(*, engine: Engine, pack: Pack, snapshot: Snapshot, folder: Path) -> None:
    """Write the differences as of a snapshot. Nothing where the pack declares no such grouping."""
    if not pack.header.household_units:
        return
    make_differences(
        engine=engine,
        pack=pack,
        state=snapshot.registry,
        arrivals=snapshot.arrivals,
        linked=snapshot.linked,
    )
    engine.write(
        f"SELECT * FROM {DIFFERENCES} ORDER BY household_ref, unit, presence, person_ref",
        folder / FILE,
    )
    engine.drop(DIFFERENCES, MEMBERS)


def registrations_of_household(*, run_folder: Path, household_ref: int) -> list[Difference]:
    """The differences of one household; none of a run that knew of no other grouping."""
    return _read(run_folder, f"household_ref = {int(household_ref)}")


def in_no_household(run_folder: Path, divisions: Sequence[str]) -> list[Difference]:
    """People below these divisions whom no household lists, place by place; at most MOST_ROWS."""
    codes = [code for code in divisions if code.isalnum()]
    within = " OR ".join(f"starts_with(division, '{code}')" for code in codes) or "FALSE"
    return _read(run_folder, f"presence = 'in_no_household' AND ({within})")


def count_in_no_household(run_folder: Path, divisions: Sequence[str]) -> dict[str, int]:
    """Division -> how many people no household lists; of those below these divisions."""
    if not (run_folder / FILE).exists():
        return {}
    codes = [code for code in divisions if code.isalnum()]
    within = " OR ".join(f"starts_with(division, '{code}')" for code in codes) or "FALSE"
    engine = kept_reader()
    engine.view_files("registrations", [run_folder / FILE], of_one_shape=True)
    return {
        str(division): int(count)
        for division, count in engine.rows(
            "SELECT division, count(*) FROM registrations WHERE presence = 'in_no_household' "
            f"AND ({within}) GROUP BY division ORDER BY division"
        )
    }


def _read(run_folder: Path, which: str) -> list[Difference]:
    if not (run_folder / FILE).exists():
        return []
    engine = kept_reader()
    engine.view_files("registrations", [run_folder / FILE], of_one_shape=True)
    return read_differences(
        engine,
        f"SELECT * FROM registrations WHERE {which} ORDER BY division, unit, presence, feed, "
        f"delivery, row_no, person_ref LIMIT {MOST_ROWS}",
    )
