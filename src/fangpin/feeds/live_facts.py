"""The accepted rows of deliveries as one view: each with its delivery, replaced rows left out."""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.feeds.arrivals import FACTS, Arrival
from fangpin.lake.engine import Engine


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
    files = [one.facts if file == FACTS else one.folder / file for one in arrivals]
    engine.view_files(f"{name}_files", files, with_file_name=True)
    replaced = list(
        dict.fromkeys(one.replaced_rows for one in (*arrivals, *beside) if one.replaced_rows)
    )
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
