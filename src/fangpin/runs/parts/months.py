"""The ledger month by month for display: of the households that hit, or of any household.

An amount is a decimal as text; an item without a row is absent; whether its feed had delivered is
in run.json's coverage.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

from fangpin.lake.engines.duckdb import Engine, connect, kept_reader
from fangpin.lake.home import Home
from fangpin.ledger.rollup import feed_items
from fangpin.policy.expressions.sql import column, quoted
from fangpin.policy.pack import Pack

MONTHS_SHOWN = 24

Month = tuple[int, int, str]
"""Household, month and its amounts as a JSON object."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What makes the case database's months those of a run."""

    rows: list[Month]
    gone: list[tuple[int, int]]
    """Household and month that the ledger holds no more."""
    whole: frozenset[int]
    """Households of which `rows` are every month from `first` on: what else is there of them goes."""
    first: int


def first_shown(run_folder: Path) -> int:
    """The first month that a run shows."""
    return int(_facts(run_folder)["month"]) - MONTHS_SHOWN + 1


def has_timeline(home: Home, run_folder: Path) -> bool:
    """Whether a run's folder and all that it shows are there; False of a run that shows nothing."""
    if not (run_folder / "run.json").is_file():
        return False
    shown = _facts(run_folder)["timeline"]
    return bool(shown) and all((home.root / path).is_file() for path, _, _ in shown)


def months_of_household(
    *, home: Home, pack: Pack, run_folder: Path, household_ref: int
) -> dict[int, dict[str, str]]:
    """Month -> item -> amount of any household, as a finished run knew it; {} for an unknown one."""
    found = months_of_households(
        home=home, pack=pack, run_folder=run_folder, household_refs=[household_ref]
    )
    return {month: json.loads(amounts) for _, month, amounts in found}


def months_of_households(
    *, home: Home, pack: Pack, run_folder: Path, household_refs: Sequence[int]
) -> list[Month]:
    """The months of some households, as a finished run knew them, in order."""
    facts = _facts(run_folder)
    last = int(facts["month"])
    files = [home.root / path for path, _, _ in facts["timeline"]]
    if not files or not household_refs:
        return []
    engine = kept_reader()
    engine.view_files("timeline", files, of_one_shape=True)
    columns = "SELECT household_ref, month, amounts, takes_back FROM timeline"
    if len(household_refs) <= _LOOKED_UP:
        # An equality alone is looked up fastest; the few rows are sorted here.
        rows = [
            row
            for ref in household_refs
            for row in engine.rows(f"{columns} WHERE household_ref = {int(ref)}")
        ]
    else:
        engine.make_empty_table("asked_households", {"household_ref": "BIGINT"})
        engine.insert("asked_households", [(ref,) for ref in household_refs])
        asked = "household_ref IN (SELECT household_ref FROM asked_households)"
        rows = engine.rows(f"{columns} WHERE {asked}")
    first = last - MONTHS_SHOWN + 1
    found, unclear = merged(sorted(row for row in rows if first <= row[1] <= last))
    return _with_unclear(home, pack, facts, found, unclear)


_LOOKED_UP = 10
"""So many households are looked up one by one; for more all are looked through."""


def months_to_copy(
    *, engine: Engine, home: Home, pack: Pack, run_folder: Path, earlier_folder: Path | None
) -> Copied:
    """What the case database lacks of the months of households in the engine's view `hits`.

    Of a household that the earlier run had not hit that is every month shown; of others the months
    that deliveries since then touched.
    """
    facts = _facts(run_folder)
    last = int(facts["month"])
    first = last - MONTHS_SHOWN + 1
    now = {path: (begins, ends) for path, begins, ends in facts["timeline"]}
    before: dict[str, tuple[int, int]] = {}
    engine.make_table("hit_households", "SELECT DISTINCT household_ref FROM hits")
    if earlier_folder is None:
        engine.make_empty_table("copied_households", {"household_ref": "BIGINT"})
    else:
        known = _facts(earlier_folder).get("timeline", [])
        before = {path: (begins, ends) for path, begins, ends in known}
        engine.view_files("earlier_hits", [earlier_folder / "hits.parquet"])
        engine.make_table(
            "copied_households",
            "SELECT household_ref FROM hit_households SEMI JOIN earlier_hits USING (household_ref)",
        )
    fresh, unclear = merged(
        _timeline_rows(
            engine,
            [home.root / path for path in now],
            "household_ref IN (SELECT household_ref FROM hit_households "
            "ANTI JOIN copied_households USING (household_ref))",
            first,
            last,
        )
    )
    _make_changed_places(
        engine,
        now=[home.root / path for path in now if path not in before],
        before=[home.root / path for path in before if path not in now],
        first=first,
        last=last,
    )
    touched = engine.rows("SELECT min(month), max(month) FROM changed_places")[0]

    def meeting(files: Mapping[str, tuple[int, int]]) -> list[tuple[Any, ...]]:
        if touched[0] is None:
            return []
        within = [
            home.root / path
            for path, (begins, ends) in files.items()
            if begins <= touched[1] and ends >= touched[0]
        ]
        where = "(household_ref, month) IN (SELECT household_ref, month FROM changed_places)"
        return _timeline_rows(engine, within, where, *touched)

    renewed, more_unclear = merged(meeting(now))
    old, old_unclear = merged(meeting(before))
    # A household of which an earlier or present row is unclear is written again whole.
    unclear |= more_unclear | old_unclear
    held = {(ref, month): amounts for ref, month, amounts in old}
    fresh += [row for row in renewed if held.pop((row[0], row[1]), None) != row[2]]
    standing = {(ref, month) for ref, month, _ in renewed}
    # Months from before all that the run shows stay as history.
    begin = min((begins for begins, _ in now.values()), default=last + 1)
    gone = [place for place in held if place not in standing and place[1] >= begin]
    whole = frozenset(
        row[0]
        for row in engine.rows(
            "SELECT household_ref FROM hit_households ANTI JOIN copied_households "
            "USING (household_ref)"
        )
    )
    rows = _with_unclear(home, pack, facts, fresh, unclear)
    return Copied(rows=rows, gone=gone, whole=whole | unclear, first=first)


def _make_changed_places(
    engine: Engine, *, now: Sequence[Path], before: Sequence[Path], first: int, last: int
) -> None:
    """Make `changed_places`: (household, month) of copied households of which any file's row changed.

    A file that was made anew mostly holds what the one before it held: only what differs counts.
    """
    sides = []
    for name, files in (("timeline_now", now), ("timeline_before", before)):
        if files:
            engine.view_files(f"{name}_files", files, of_one_shape=True)
            engine.make_table(
                name,
                f"SELECT household_ref, month, amounts, takes_back FROM {name}_files "
                f"WHERE month BETWEEN {first} AND {last} "
                "AND household_ref IN (SELECT household_ref FROM copied_households)",
            )
        else:
            engine.make_empty_table(
                name,
                {
                    "household_ref": "BIGINT",
                    "month": "INTEGER",
                    "amounts": "VARCHAR",
                    "takes_back": "BOOLEAN",
                },
            )
        sides.append(f"SELECT * FROM {name}")
    one, other = sides
    engine.make_table(
        "changed_places",
        f"SELECT DISTINCT household_ref, month FROM (({one} EXCEPT ALL {other}) "
        f"UNION ALL ({other} EXCEPT ALL {one})) AS changed",
    )
    engine.drop("timeline_now", "timeline_before")


def merged(rows: Iterable[Sequence[Any]]) -> tuple[list[Month], set[int]]:
    """Rows in order (household, month, amounts, takes_back) added up by month.

    Also the households of which only the ledger tells what remains; their months are left out.
    """
    found: list[Month] = []
    unclear = set()
    for (ref, month), together in groupby(rows, key=lambda row: (row[0], row[1])):
        listed = list(together)
        if any(row[3] for row in listed):
            unclear.add(ref)
        elif len(listed) == 1:
            found.append((ref, month, listed[0][2]))
        else:
            sums: dict[str, Decimal] = {}
            for row in listed:
                for item, amount in json.loads(row[2]).items():
                    sums[item] = sums.get(item, Decimal(0)) + Decimal(amount)
            told = {item: f"{amount:.2f}" for item, amount in sums.items()}
            found.append((ref, month, json.dumps(told, separators=(",", ":"))))
    return [row for row in found if row[0] not in unclear] if unclear else found, unclear


def _timeline_rows(
    engine: Engine, files: Sequence[Path], where: str, first: int, last: int
) -> list[tuple[Any, ...]]:
    if not files or first > last:
        return []
    engine.view_files("timeline", files, of_one_shape=True)
    return engine.rows(
        f"SELECT household_ref, month, amounts, takes_back FROM timeline WHERE {where} "
        f"AND month BETWEEN {first} AND {last} ORDER BY household_ref, month, amounts"
    )


def _with_unclear(
    home: Home, pack: Pack, facts: Mapping[str, Any], found: list[Month], unclear: set[int]
) -> list[Month]:
    """The months found and those of the unclear households, read from the ledger itself."""
    if not unclear:
        return found
    last = int(facts["month"])
    first = last - MONTHS_SHOWN + 1
    files = {
        feed: [
            home.root / path for path, begins, ends in listed if begins <= last and ends >= first
        ]
        for feed, listed in facts["ledger"].items()
    }
    with connect(threads=1, spill=home.spill) as engine:
        engine.make_empty_table("shown_households", {"household_ref": "BIGINT"})
        engine.insert("shown_households", [(ref,) for ref in sorted(unclear)])
        rows = engine.rows(_months_query(engine, pack, files, last))
    clear = [row for row in found if row[0] not in unclear]
    return sorted([*clear, *((ref, month, amounts) for ref, month, amounts in rows)])


def _facts(run_folder: Path) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))
    return facts


def _months_query(
    engine: Engine, pack: Pack, files: Mapping[str, Sequence[Path]], last: int
) -> str:
    """Household, month and amounts of the households in the table `shown_households`."""
    joins, cells, places = [], [], []
    for position, feed in enumerate(sorted(files)):
        if not files[feed]:
            continue
        engine.view_files(f"shown_ledger_{position}", files[feed])
        # A run may be older than the pack: items that the pack gained since have no column yet.
        held = set(engine.columns(f"SELECT * FROM shown_ledger_{position}"))
        items = [
            item for item in feed_items(pack, feed) if item.kind != "state" and item.item in held
        ]
        if not items:
            continue
        # What was all taken back again (corrected, or moved with a person) is not shown as 0.
        sums = ", ".join(
            f"CASE WHEN sum({column(item.item + '__rows')}) > 0 "
            f"THEN sum({column(item.item)}) END AS {column(item.item)}"
            for item in items
        )
        table = f"shown_{position}"
        engine.make_table(
            table,
            f"SELECT household_ref, month, {sums} FROM shown_ledger_{position} "
            f"WHERE month BETWEEN {last - MONTHS_SHOWN + 1} AND {last} "
            "AND household_ref IN (SELECT household_ref FROM shown_households) "
            "GROUP BY household_ref, month",
        )
        some = " OR ".join(f"{column(item.item)} IS NOT NULL" for item in items)
        places.append(f"SELECT household_ref, month FROM {table} WHERE {some}")
        joins.append(f"LEFT JOIN {table} USING (household_ref, month)")
        # Item codes and decimals need no escaping; NULL, an item without a row, is left out.
        cells += [
            f"{quoted(chr(34) + item.item + chr(34) + ':' + chr(34))} || "
            f"CAST(CAST({table}.{column(item.item)} AS DECIMAL(18, 2)) AS VARCHAR) || '\"'"
            for item in items
        ]
    if not places:
        return (
            "SELECT CAST(NULL AS BIGINT) AS household_ref, CAST(NULL AS INTEGER) AS month, "
            "'{}' AS amounts WHERE FALSE"
        )
    return (
        "SELECT household_ref, CAST(month AS INTEGER) AS month, "
        f"'{{' || concat_ws(',', {', '.join(cells)}) || '}}' AS amounts "
        f"FROM ({' UNION '.join(places)}) AS places {' '.join(joins)} "
        "ORDER BY household_ref, month"
    )
