"""The accepted rows of deliveries as one view: each with its delivery, replaced rows left out."""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.feeds.arrivals import FACTS, Arrival
from fangpin.lake.engine import Engine
from fangpin.policy.expressions.sql import quoted


def view_live_facts(
    *,
    engine: Engine,
    name: str,
    arrivals: Sequence[Arrival],
    beside: Sequence[Arrival] = (),
    file: str = FACTS,
    is_live: bool = True,
    excerpt: str | None = None,
) -> None:
    """Let `name` stand for the rows of these deliveries of one feed, with a column `delivery`.

    A row that one of the deliveries, or of those `beside`, replaced is left out; not so without
    `is_live`. `file` is another file of fact rows that each of the deliveries has. `excerpt` is a
    table that holds all that is asked of the feed's files (see `excerpt_facts`): they are not opened.
    """
    files = [one.facts if file == FACTS else one.folder / file for one in arrivals]
    if excerpt is None:
        engine.view_files(f"{name}_files", files, with_file_name=True)
    else:
        places = ", ".join(quoted(f"{one.parts[-3]}/{one.parts[-2]}") for one in files)
        engine.make_view(
            f"{name}_files",
            f"SELECT * FROM {excerpt} WHERE {_place('filename')} IN ({places})",
        )
    # .../deliveries/<feed>/<delivery>/facts.parquet
    rows = (
        f"SELECT * EXCLUDE (filename), split_part(filename, '/', -2) AS delivery FROM {name}_files"
    )
    if is_live:
        rows = without_replaced(
            engine=engine, name=name, rows=f"({rows})", arrivals=(*arrivals, *beside)
        )
    engine.make_view(name, rows)


def excerpt_facts(*, engine: Engine, name: str, arrivals: Sequence[Arrival], where: str) -> None:
    """Make the table `name` of the rows of these deliveries of one feed that a condition asks for,
    each with the file in which it stands: an `excerpt` of them, and of any of them."""
    files = list(dict.fromkeys(one.facts for one in arrivals))
    engine.view_files(f"{name}_files", files, with_file_name=True)
    engine.make_table(name, f"SELECT * FROM {name}_files WHERE {where}")
    engine.drop(f"{name}_files")


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


def _place(file: str) -> str:
    """The two folders in which a file of facts lies: of its feed, or of its replay, and its own."""
    return f"split_part({file}, '/', -3) || '/' || split_part({file}, '/', -2)"
