"""The accepted rows of deliveries as one view: each with its delivery, replaced rows left out."""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.feeds.arrivals import FACTS, SUPERSEDED, Arrival
from fangpin.lake.engines.duckdb import Engine


def view_live_facts(
    *,
    engine: Engine,
    name: str,
    arrivals: Sequence[Arrival],
    beside: Sequence[Arrival] = (),
    file: str = FACTS,
) -> None:
    """Let `name` stand for the rows of these deliveries of one feed, with a column `delivery`.

    A row that one of the deliveries, or of those `beside`, replaced is left out. `file` is another
    file of fact rows that each of the deliveries has.
    """
    engine.view_files(
        f"{name}_files", [arrival.folder / file for arrival in arrivals], with_file_name=True
    )
    replaced = [
        folder / SUPERSEDED
        for folder in dict.fromkeys(
            arrival.folder for arrival in (*arrivals, *beside) if arrival.superseded
        )
    ]
    # .../deliveries/<feed>/<delivery>/facts.parquet
    rows = (
        f"SELECT * EXCLUDE (filename), split_part(filename, '/', -2) AS delivery FROM {name}_files"
    )
    if replaced:
        engine.view_files(f"{name}_replaced", replaced)
        rows = (
            f"SELECT * FROM ({rows}) AS rows ANTI JOIN "
            f"(SELECT delivery, row_no FROM {name}_replaced) AS gone USING (delivery, row_no)"
        )
    engine.make_view(name, rows)
