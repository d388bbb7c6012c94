"""The ledger month by month for display: of the households that hit, or of one household.

Grain of months.parquet: household and month; `amounts` is a JSON object item -> decimal as text.
An item without a row is absent; whether its feed had delivered is in run.json's coverage.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.lake.home import Home
from fangpin.ledger.rollup import feed_items
from fangpin.ledger.snapshot import Snapshot
from fangpin.policy.expressions.sql import column, quoted
from fangpin.policy.pack import Pack

MONTHS_SHOWN = 24


def write_months(*, engine: Engine, pack: Pack, snapshot: Snapshot, folder: Path) -> None:
    """Write months.parquet for the households in the engine's table `hits`."""
    engine.make_table("shown_households", "SELECT DISTINCT household_ref FROM hits")
    last = int(snapshot.month)
    files = {
        feed: [file.path for file in snapshot.files_between(feed, last - MONTHS_SHOWN + 1, last)]
        for feed in snapshot.files
    }
    query = _months_query(engine, pack, files, last)
    engine.write(query, folder / "months.parquet")
    engine.drop("shown_households")


def months_of_household(
    *, home: Home, pack: Pack, run_folder: Path, household_ref: int
) -> dict[int, dict[str, str]]:
    """Month -> item -> amount of any household, as a finished run knew it; {} for an unknown one.

    For households without an alert: those with one have their months in the case database.
    """
    found = months_of_households(
        home=home, pack=pack, run_folder=run_folder, household_refs=[household_ref]
    )
    return {month: json.loads(amounts) for _, month, amounts in found}


def months_of_households(
    *, home: Home, pack: Pack, run_folder: Path, household_refs: Sequence[int]
) -> list[tuple[int, int, str]]:
    """(household_ref, month, amounts as JSON) of some households, as a finished run knew them."""
    facts = json.loads((run_folder / "run.json").read_text(encoding="utf-8"))
    last = int(facts["month"])
    first = last - MONTHS_SHOWN + 1
    files = {
        feed: [
            home.root / path for path, begins, ends in listed if begins <= last and ends >= first
        ]
        for feed, listed in facts["ledger"].items()
    }
    with connect(threads=1) as engine:
        engine.make_empty_table("shown_households", {"household_ref": "BIGINT"})
        engine.insert("shown_households", [(ref,) for ref in household_refs])
        rows = engine.rows(_months_query(engine, pack, files, last))
    return [(ref, month, amounts) for ref, month, amounts in rows]


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
        places.append(f"SELECT household_ref, month FROM {table}")
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
