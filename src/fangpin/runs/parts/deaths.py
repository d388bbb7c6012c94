"""People whom one feed reports dead and others go on paying, treating or employing.

People look at it; nothing changes by itself: the ledger keeps every row. But no rule fires on a dead
person: a hit that rests on rows from after the death alone, or on a household of which nobody is left,
waits until an official has answered, and is counted as suppressed meanwhile.

deaths.parquet: grain row that contradicts a death. held.parquet: grain household and rule that wait.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fangpin.lake.engine import Engine
from fangpin.lake.engines.duckdb import kept_reader
from fangpin.ledger.snapshot import Snapshot
from fangpin.policy.pack import Pack
from fangpin.rules import deaths
from fangpin.values.month import Month

FILE, HELD = "deaths.parquet", "held.parquet"


@dataclass(frozen=True, slots=True)
class Told:
    """A row that reports a death."""

    feed: str
    delivery: str
    row_no: int
    died: date


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A row from after a reported death."""

    feed: str
    delivery: str
    row_no: int
    month: Month
    happened_on: date | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """A person whom a feed reports dead and others contradict, as a run knew it."""

    person_ref: int
    household_ref: int
    division: str
    told: tuple[Told, ...]
    rows: tuple[Contradiction, ...]
    """The latest first."""


def write_deaths(*, engine: Engine, pack: Pack, snapshot: Snapshot, folder: Path) -> None:
    """Write deaths.parquet; leaves the tables of `hold_hits`. Nothing where the pack declares none."""
    declared = pack.header.deaths
    if declared is None:
        return
    deaths.make_dead(engine, snapshot, declared)
    deaths.make_rows(engine, pack, snapshot, declared)
    engine.write(
        f"SELECT * FROM {deaths.ROWS} "
        "ORDER BY household_ref, person_ref, month DESC, feed, delivery, row_no",
        folder / FILE,
    )


def hold_hits(
    *,
    engine: Engine,
    pack: Pack,
    snapshot: Snapshot,
    folder: Path,
    outcomes: dict[str, dict[str, int]],
) -> None:
    """Take the hits that no living person caused out of hits.parquet and evidence.parquet.

    They are listed in held.parquet and counted in `outcomes` as suppressed. The tables of
    `write_deaths` are needed and dropped.
    """
    if pack.header.deaths is None:
        return
    engine.view_files("evidence_written", [folder / "evidence.parquet"])
    deaths.make_held(engine, snapshot, evidence="evidence_written")
    for rule, count in engine.rows("SELECT rule, count(*) FROM held GROUP BY rule ORDER BY rule"):
        outcomes[rule]["hit"] -= count
        outcomes[rule]["suppressed"] += count
    if engine.value("SELECT count(*) FROM held"):
        for name in ("hits", "evidence"):
            written = folder / f"{name}.parquet"
            engine.view_files("to_hold", [written])
            engine.make_table(
                "kept", "SELECT * FROM to_hold ANTI JOIN held USING (household_ref, rule)"
            )
            engine.write("SELECT * FROM kept", written)
        engine.make_table("hits", "SELECT * FROM hits ANTI JOIN held USING (household_ref, rule)")
    engine.write("SELECT * FROM held ORDER BY household_ref, rule", folder / HELD)
    engine.drop("kept")
    deaths.forget(engine)


def conflicts_of_run(run_folder: Path) -> list[Conflict]:
    """The conflicts of a run, in order of household; none of a run that knew no deaths."""
    return _conflicts(run_folder, "TRUE")


def conflicts_of_household(*, run_folder: Path, household_ref: int) -> list[Conflict]:
    """Those of one household."""
    return _conflicts(run_folder, f"household_ref = {int(household_ref)}")


def held_rules(run_folder: Path, households: Iterable[int]) -> dict[int, list[str]]:
    """Household -> rules whose hits wait."""
    wanted = sorted(set(households))
    if not wanted or not (run_folder / HELD).exists():
        return {}
    engine = kept_reader()
    engine.view_files("held", [run_folder / HELD], of_one_shape=True)
    found: dict[int, list[str]] = {}
    for household_ref, rule in engine.rows(
        "SELECT household_ref, rule FROM held WHERE list_contains(?, household_ref) "
        "ORDER BY household_ref, rule",
        [wanted],
    ):
        found.setdefault(int(household_ref), []).append(str(rule))
    return found


def _conflicts(run_folder: Path, which: str) -> list[Conflict]:
    if not (run_folder / FILE).exists():
        return []
    engine = kept_reader()
    engine.view_files("deaths", [run_folder / FILE], of_one_shape=True)
    rows = engine.rows(
        "SELECT person_ref, household_ref, division, told, feed, delivery, row_no, month, "
        f"happened_on FROM deaths WHERE {which} "
        "ORDER BY household_ref, person_ref, month DESC, happened_on DESC, feed, row_no"
    )
    grouped: dict[tuple[int, int], list[tuple[Any, ...]]] = {}
    for row in rows:
        grouped.setdefault((row[0], row[1]), []).append(row)
    return [
        Conflict(
            person_ref=person_ref,
            household_ref=household_ref,
            division=str(found[0][2] or ""),
            told=tuple(
                Told(one["feed"], one["delivery"], one["row_no"], date.fromisoformat(one["died"]))
                for one in json.loads(found[0][3])
            ),
            rows=tuple(
                Contradiction(feed, delivery, row_no, Month(month), happened_on)
                for *_, feed, delivery, row_no, month, happened_on in found
            ),
        )
        for (person_ref, household_ref), found in grouped.items()
    ]
