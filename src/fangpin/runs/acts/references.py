"""Under which references people's rows stand, as the registry of the latest run has it.

A member's rows may bear the number of before its correction, and whoever left a household has rows in
it still: what was decided of them is shown, and taken back, where they lived.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from fangpin.lake.engine import Engine
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.linkage.registry.present import PRESENT, view_former
from fangpin.runs.acts.evidence_rows import latest_run_folder


def present_people(home: Home) -> dict[int, int]:
    """Former reference -> the one that the person has now; empty before the first run."""
    with _registry(home) as engine:
        if engine is None:
            return {}
        return dict(engine.rows(f"SELECT person_ref, present_ref FROM {PRESENT}"))


def references_of_household(*, home: Home, household_ref: int) -> dict[int, int]:
    """Reference -> the person of now, of all whose `last_home` is the household."""
    with _registry(home) as engine:
        if engine is None:
            return {}
        return dict(
            engine.rows(
                "SELECT lived.person_ref, coalesce(min(present.present_ref), lived.person_ref) "
                "FROM lived SEMI JOIN (SELECT person_ref FROM lived WHERE household_ref = ?) AS here "
                "USING (person_ref) "
                f"LEFT JOIN {PRESENT} AS present ON present.person_ref = lived.person_ref "
                "GROUP BY lived.person_ref HAVING arg_max(lived.household_ref, from_month) = ?",
                [household_ref, household_ref],
            )
        )


def last_home(*, home: Home, person_ref: int) -> int | None:
    """The household in which a reference's rows count, or did last; None where they never did."""
    with _registry(home) as engine:
        if engine is None:
            return None
        found = engine.value(
            "SELECT arg_max(household_ref, from_month) FROM lived WHERE person_ref = ?",
            [person_ref],
        )
    return None if found is None else int(found)


@contextmanager
def _registry(home: Home) -> Iterator[Engine | None]:
    """An engine with PRESENT and `lived`, the membership; None where no run is, or its registry is away."""
    folder = latest_run_folder(home)
    told = json.loads((folder / "run.json").read_text(encoding="utf-8")) if folder else {}
    state = home.registry / str(told.get("registry_key", ""))
    if not (state / "former.parquet").exists():
        yield None
        return
    with connect(threads=1) as engine:
        view_former(engine, state / "former.parquet")
        engine.view_files("lived", [state / "membership.parquet"])
        yield engine
