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
    is_live: bool = True,
) -> None:
    """Let `name` stand for the rows of these deliveries of one feed, with a column `delivery`.

    A row that one of the deliveries, or of those `beside`, replaced is left out; not so without
    `is_live`. `file` is another file of fact rows that each of the deliveries has.
    """
    files = [one.facts if file == FACTS else one.folder / file for one in arrivals]
    engine.view_files(f"{name}_files", files, with_file_name=True)
    # .../deliveries/<feed>/<delivery>/facts.parquet
    rows = (
        f"SELECT * EXCLUDE (filename), split_part(filename, '/', -2) AS delivery FROM {name}_files"
    )
    if is_live:
        rows = without_replaced(
            engine=engine, name=name, rows=f"({rows})", arrivals=(*arrivals, *beside)
        )
    engine.make_view(name, rows)


def without_replaced(*, engine: Engine, name: str, rows: str, arrivals: Sequence[Arrival]) -> str:
    """A query of `rows` (with delivery and row_no) that none of these deliveries of the feed replaced.

    `name` begins the names of what it needs in the engine.
    """
    replaced = list(dict.fromkeys(one.replaced_rows for one in arrivals if one.replaced_rows))
    if not replaced:
        return f"SELECT * FROM {rows} AS rows"
    engine.view_files(f"{name}_replaced", replaced)
    return (
        f"SELECT * FROM {rows} AS rows ANTI JOIN "
        f"(SELECT delivery, row_no FROM {name}_replaced) AS gone USING (delivery, row_no)"
    )
