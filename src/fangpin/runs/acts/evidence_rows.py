"""Which hits of a run cite given source rows: what an alert loses when a row is taken away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.linkage.review.split import RestingRow
from fangpin.values.files import TEMPORARY


def latest_run_folder(home: Home) -> Path | None:
    """The finished run of the latest day; of several of one day the one that was made last."""
    found = [file.parent for file in home.runs.glob("*/run.json")]
    found = [folder for folder in found if not folder.name.startswith(TEMPORARY)]
    return max(
        found,
        key=lambda folder: (folder.name[:10], (folder / "run.json").stat().st_mtime_ns),
        default=None,
    )


def alerts_resting_on(
    *, engine: Engine, run_folder: Path, rows: Sequence[RestingRow]
) -> list[tuple[int, str]]:
    """(household, rule) of a run's hits whose evidence cites any of these rows."""
    engine.make_empty_table(
        "resting_rows", {"feed": "VARCHAR", "delivery": "VARCHAR", "row_no": "INTEGER"}
    )
    engine.insert("resting_rows", [(row.feed, row.delivery, row.row_no) for row in rows])
    engine.view_files("run_evidence", [run_folder / "evidence.parquet"])
    return [
        (int(household), str(rule))
        for household, rule in engine.rows(
            "SELECT DISTINCT household_ref, rule FROM run_evidence "
            "SEMI JOIN resting_rows USING (feed, delivery, row_no) ORDER BY 1, 2"
        )
    ]
