"""What the latest run of the invented prefecture could not tell, village by village."""

from __future__ import annotations

from pathlib import Path

import duckdb

from fangpin.casework.alerts.models import Run
from fangpin.policy import Pack

HOUSEHOLDS_A_VILLAGE = 18


def unsure_rows(pack: Pack) -> list[tuple[str, str | None, int]]:
    """(village, rule or None for all, households): few of one rule here and there, many of another."""
    rows: list[tuple[str, str | None, int]] = []
    for place, division in enumerate(row for row in pack.divisions if row.level == "village"):
        rows.append((division.code, None, HOUSEHOLDS_A_VILLAGE))
        counts = {"disaster_loss": 3 + place % 7, "medical_sustained": (0, 0, 9, 0, 1)[place % 5]}
        rows += [(division.code, rule, count) for rule, count in counts.items() if count]
    return rows


def seed_unsure(home: Path, pack: Pack, run: Run) -> None:
    """Put the file into the run's folder, which is there."""
    connection = duckdb.connect()
    connection.execute(
        "CREATE TABLE rows (division VARCHAR, rule VARCHAR, count_of_households INTEGER)"
    )
    connection.executemany("INSERT INTO rows VALUES (?, ?, ?)", unsure_rows(pack))
    file = home / "runs" / run.folder / "cannot_tell.parquet"
    connection.execute(f"COPY rows TO '{file}' (FORMAT parquet)")
    connection.close()
