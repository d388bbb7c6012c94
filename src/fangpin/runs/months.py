"""The ledger month by month for display: of the households that hit, or of one household.

Grain of months.parquet: household and month; `amounts` is a JSON object item -> decimal as text.
An item without a row is absent; whether its feed had delivered is in run.json's coverage.
"""

from __future__ import annotations

from pathlib import Path

from fangpin.lake.engines.duckdb import Engine
from fangpin.ledger.rollup import feed_items
from fangpin.ledger.snapshot import Snapshot
from fangpin.policy.expressions.sql import column, quoted
from fangpin.policy.pack import Pack

MONTHS_SHOWN = 24


def write_months(*, engine: Engine, pack: Pack, snapshot: Snapshot, folder: Path) -> None:
    """Write months.parquet for the households in the engine's table `hits`."""
    engine.make_table("shown_households", "SELECT DISTINCT household_ref FROM hits")
    engine.write(
        months_query(engine, pack, snapshot, "shown_households"), folder / "months.parquet"
    )
    engine.drop("shown_households")


def months_query(engine: Engine, pack: Pack, snapshot: Snapshot, households: str) -> str:
    """A query of household, month and amounts for the households of a table."""
    last = int(snapshot.month)
    first = last - MONTHS_SHOWN + 1
    parts = []
    for position, feed in enumerate(sorted(snapshot.files)):
        files = snapshot.files_between(feed, first, last)
        items = [item for item in feed_items(pack, feed) if item.kind != "state"]
        if not files or not items:
            continue
        engine.view_files(f"shown_ledger_{position}", files)
        sums = ", ".join(f"sum({column(item.item)}) AS {column(item.item)}" for item in items)
        engine.make_table(
            f"shown_{position}",
            f"SELECT household_ref, month, {sums} FROM shown_ledger_{position} "
            f"WHERE month BETWEEN {first} AND {last} "
            f"AND household_ref IN (SELECT household_ref FROM {households}) "
            "GROUP BY household_ref, month",
        )
        parts += [
            f"SELECT household_ref, month, {quoted(item.item)} AS item, "
            f"CAST({column(item.item)} AS DECIMAL(18, 2)) AS amount FROM shown_{position} "
            f"WHERE {column(item.item)} IS NOT NULL"
            for item in items
        ]
    if not parts:
        return (
            "SELECT CAST(NULL AS BIGINT) AS household_ref, CAST(NULL AS INTEGER) AS month, "
            "'{}' AS amounts WHERE FALSE"
        )
    return (
        "SELECT household_ref, CAST(month AS INTEGER) AS month, "
        "CAST(json_group_object(item, CAST(amount AS VARCHAR)) AS VARCHAR) AS amounts FROM "
        f"(SELECT * FROM ({' UNION ALL '.join(parts)}) AS cells "
        "ORDER BY household_ref, month, item) AS ordered "
        "GROUP BY household_ref, month ORDER BY household_ref, month"
    )
