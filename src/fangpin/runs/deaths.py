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
from fangpin.lake.engines.duckdb import connect
from fangpin.ledger.snapshot import Snapshot
from fangpin.linkage.placed import view_placed_rows
from fangpin.linkage.present import under_present, view_present
from fangpin.policy.expressions.sql import column, quoted
from fangpin.policy.header_models import Deaths, FieldIs
from fangpin.policy.pack import Pack
from fangpin.values.month import Month

FILE, HELD = "deaths.parquet", "held.parquet"
_ROWS = "death_rows"
_COLUMNS = {
    "household_ref": "BIGINT",
    "division": "VARCHAR",
    "person_ref": "BIGINT",
    "first_died": "DATE",
    "last_died": "DATE",
    "told": "VARCHAR",
    "feed": "VARCHAR",
    "delivery": "VARCHAR",
    "row_no": "INTEGER",
    "month": "INTEGER",
    "happened_on": "DATE",
    "is_after_all": "BOOLEAN",
}
_TOLD = {
    "person_ref": "BIGINT",
    "died": "DATE",
    "feed": "VARCHAR",
    "delivery": "VARCHAR",
    "row_no": "INTEGER",
}


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
    _make_told(engine, snapshot, declared)
    engine.make_empty_table(_ROWS, _COLUMNS)
    if engine.value("SELECT count(*) FROM told_deaths"):
        _make_rows(engine, pack, snapshot, declared)
    engine.write(
        f"SELECT * FROM {_ROWS} ORDER BY household_ref, person_ref, month DESC, feed, delivery, row_no",
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
    engine.view_files("people_left", [snapshot.registry.people])
    engine.make_table(
        "held",
        f"""
        WITH resting AS (
            SELECT evidence.household_ref, evidence.rule FROM evidence_written AS evidence
            LEFT JOIN (SELECT DISTINCT household_ref, feed, delivery, row_no FROM {_ROWS}
                WHERE is_after_all) AS dead USING (household_ref, feed, delivery, row_no)
            GROUP BY ALL HAVING bool_and(dead.row_no IS NOT NULL)
        ), empty AS (
            SELECT household_ref FROM people_left
            SEMI JOIN (SELECT household_ref FROM people_left
                SEMI JOIN dead_people USING (person_ref)) AS bereaved USING (household_ref)
            LEFT JOIN dead_people USING (person_ref)
            GROUP BY household_ref HAVING bool_and(dead_people.person_ref IS NOT NULL)
        )
        SELECT hits.household_ref, hits.rule FROM hits
        LEFT JOIN (SELECT household_ref, rule, TRUE AS rests FROM resting) AS resting
            USING (household_ref, rule)
        LEFT JOIN (SELECT household_ref, TRUE AS is_empty FROM empty) AS empty
            USING (household_ref)
        WHERE rests OR is_empty
        """,
    )
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
    engine.drop("held", "kept", _ROWS, "told_deaths", "dead_people")


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
    with connect(threads=1) as engine:
        engine.view_files("held", [run_folder / HELD])
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
    with connect(threads=1) as engine:
        engine.view_files("deaths", [run_folder / FILE])
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


def _make_told(engine: Engine, snapshot: Snapshot, declared: Deaths) -> None:
    """`told_deaths`: rows that report a death; `dead_people`: person, first and last reported day.

    Whoever an official has seen alive did not die before that day, whatever a feed says.
    """
    engine.make_empty_table("told_deaths", _TOLD)
    for one in declared.told_by:
        if not _live(engine, snapshot, one.feed, first=None):
            continue
        engine.append(
            "told_deaths",
            f"SELECT person_ref, CAST({column(one.on)} AS DATE), "
            f"{quoted(one.feed)}, delivery, CAST(row_no AS INTEGER) FROM live_rows "
            f"WHERE person_ref IS NOT NULL AND {column(one.on)} IS NOT NULL AND {_where(one.where)}",
        )
    engine.make_empty_table("seen_alive", {"person_ref": "BIGINT", "seen": "DATE"})
    engine.insert(
        "seen_alive",
        [(one.person_ref, one.at.date()) for one in snapshot.decisions if one.kind == "alive"],
    )
    view_present(engine, snapshot.registry)
    engine.make_table(
        "told_deaths",
        "SELECT told.* FROM told_deaths AS told LEFT JOIN "
        f"(SELECT person_ref, max(seen) AS seen FROM ({under_present('seen_alive')}) AS seen "
        "GROUP BY person_ref) AS alive "
        "USING (person_ref) WHERE alive.seen IS NULL OR told.died > alive.seen",
    )
    engine.make_table(
        "dead_people",
        "SELECT person_ref, min(died) AS first_died, max(died) AS last_died, "
        "CAST(to_json(list(struct_pack(feed := feed, delivery := delivery, row_no := row_no, "
        "died := died) ORDER BY died, feed, delivery, row_no)) AS VARCHAR) AS told "
        "FROM told_deaths GROUP BY person_ref",
    )


def _make_rows(engine: Engine, pack: Pack, snapshot: Snapshot, declared: Deaths) -> None:
    registry = pack.header.registry
    assert registry is not None, "checked when the registry was read"
    engine.view_files("death_membership", [snapshot.registry.membership])
    engine.view_files("death_persons", [snapshot.registry.persons])
    first = int(snapshot.month) + 1 - declared.months
    parts = []
    for place, one in enumerate(declared.contradicted_by):
        if not _live(engine, snapshot, one.feed, first=first):
            continue
        day = f"CAST(facts.{column(one.on)} AS DATE)" if one.on else "CAST(NULL AS DATE)"
        table = f"contradicting_{place}"
        engine.make_table(
            table,
            f"SELECT dead.*, {quoted(one.feed)} AS feed, facts.delivery, "
            f"CAST(facts.row_no AS INTEGER) AS row_no, CAST(facts.month AS INTEGER) AS month, "
            f"{day} AS happened_on "
            "FROM live_rows AS facts JOIN dead_people AS dead USING (person_ref) "
            f"WHERE facts.month >= {first} AND {_where(one.where, 'facts.')} "
            f"AND {_after(day, 'dead.first_died')}",
        )
        parts.append(f"SELECT * FROM {table}")
    if not parts:
        return
    # The dead are few: their homes are looked for among all, not made for all.
    engine.make_table(
        "contradicted",
        f"SELECT DISTINCT person_ref FROM ({' UNION ALL '.join(parts)}) AS rows",
    )
    engine.append(
        _ROWS,
        f"""
        WITH members AS (
            SELECT * FROM death_membership SEMI JOIN contradicted USING (person_ref)
        ), homes AS (
            SELECT person_ref, arg_max(household_ref, from_month) AS household_ref
            FROM members GROUP BY person_ref
        ), places AS (
            SELECT person_ref, min({column(registry.division)}) AS division
            FROM death_persons SEMI JOIN contradicted USING (person_ref) GROUP BY person_ref
        )
        SELECT coalesce(member.household_ref, homes.household_ref), places.division,
            rows.person_ref, first_died, last_died, told, feed, delivery, row_no, month,
            happened_on, {_after("happened_on", "last_died", month="month")}
                -- Of a number that several of a household bear nobody knows who died.
                AND rows.person_ref NOT IN
                    (SELECT person_ref FROM former_references WHERE NOT is_same_person)
        FROM ({" UNION ALL ".join(parts)}) AS rows
        JOIN homes USING (person_ref) LEFT JOIN places USING (person_ref)
        LEFT JOIN members AS member ON member.person_ref = rows.person_ref
            AND rows.month >= member.from_month AND rows.month < member.to_month
        """,
    )
    engine.drop("contradicted")
    engine.drop(*(f"contradicting_{place}" for place in range(len(declared.contradicted_by))))


def _live(engine: Engine, snapshot: Snapshot, feed: str, *, first: int | None) -> bool:
    """Let `live_rows` stand for a feed's rows where linkage put them, under the persons of now; False
    where none arrived.

    With `first` only of deliveries that reach into that month or a later one.
    """
    of_feed = [one for one in snapshot.arrivals if one.feed == feed]
    return view_placed_rows(
        engine=engine,
        name="live_rows",
        arrivals=[one for one in of_feed if first is None or one.last_month >= first],
        beside=of_feed,
        linked=snapshot.linked,
        state=snapshot.registry,
    )


def _after(day: str, died: str, *, month: str = "facts.month") -> str:
    """Whether a row lies after a death: by its day, or where it has none by its whole month."""
    return (
        f"CASE WHEN {day} IS NOT NULL THEN {day} > {died} "
        f"ELSE {month} > year({died}) * 12 + month({died}) - 1 END"
    )


def _where(which: FieldIs | None, prefix: str = "") -> str:
    if which is None:
        return "TRUE"
    values = ", ".join(quoted(value) for value in which.is_one_of)
    return f"{prefix}{column(which.field)} IN ({values})"
