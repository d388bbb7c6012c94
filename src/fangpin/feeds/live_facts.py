"""The accepted rows of deliveries as one view: each with its delivery, replaced rows left out."""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.feeds.arrivals import Arrival
from fangpin.lake.engines.duckdb import Engine


def view_live_facts(*, engine: Engine, name: str, arrivals: Sequence[Arrival]) -> None:
    """Let `name` stand for the rows of these deliveries of one feed, with a column `delivery`.

    A row that one of the deliveries replaced is left out.
    """
    engine.view_files(f"{name}_files", [arrival.facts for arrival in arrivals], with_file_name=True)
    replaced = [arrival.replaced_rows for arrival in arrivals if arrival.replaced_rows]
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
