"""The ledger turned to households: what is known of each, month by month, in few files.

Grain of a file: household and month, sorted; `amounts` is a JSON object item -> decimal as text. A
file holds what the deliveries received in one calendar month brought, so that old files stay as
they are and a month costs one new file; what linkage moved is in a file of its own. Rows of several
files for one month add up; `takes_back`
marks those in which an item loses more rows than it gains: what remains then is in the ledger alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.lake.pieces import pieces
from fangpin.ledger.rollup import feed_items
from fangpin.ledger.snapshot import LedgerFile, are_plain
from fangpin.policy.expressions.sql import column, quoted
from fangpin.policy.pack import Pack
from fangpin.values.files import published_file

FORM = "3"
"""Of timeline files: files of an earlier form are left lying and built anew."""
_ROWS_A_GROUP = 4096
"""Small groups: a household is looked up in one of them."""
ROWS_AT_ONCE = 3_000_000
"""Ledger rows that are brought together in one pass: a quiet month of a million persons is one."""


@dataclass(frozen=True, slots=True)
class TimelineFile:
    """A timeline file and the months that its rows lie in."""

    path: Path
    first_month: int
    last_month: int


def bring_timeline(
    *,
    home: Home,
    pack: Pack,
    engine: Engine,
    files: Mapping[str, Sequence[LedgerFile]],
    first: int,
    last: int,
) -> list[TimelineFile]:
    """The files that hold all amounts of these months; those that do not exist yet are built."""
    by_receipt: dict[str, dict[str, list[LedgerFile]]] = {}
    for feed, listed in sorted(files.items()):
        if any(item.kind != "state" for item in feed_items(pack, feed)):
            for file in listed:
                received = "linked" if file.is_linked else f"{file.received:%Y-%m}"
                by_receipt.setdefault(received, {}).setdefault(feed, []).append(file)
    found = []
    for received, feeds in sorted(by_receipt.items()):
        together = [file for listed in feeds.values() for file in listed]
        begins = min(file.first_month for file in together)
        ends = max(file.last_month for file in together)
        if ends < first or begins > last:
            continue
        names = [FORM, *(f"{file.path.parent.name}/{file.path.name}" for file in together)]
        digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]
        final = home.timeline / f"{received}-{digest}.parquet"
        if not final.exists():
            with published_file(final) as temporary:
                _write(engine, pack, feeds, temporary)
        found.append(TimelineFile(final, begins, ends))
    return found


def _write(
    engine: Engine, pack: Pack, feeds: Mapping[str, Sequence[LedgerFile]], file: Path
) -> None:
    """Write one timeline file: where it is large, some households after the others.

    All feeds of a household meet in one row, so that what is in memory at once grows with the
    households: a restated month of a prefecture would not fit.
    """
    rows = 0
    for position, files in enumerate(feeds.values()):
        engine.view_files(_files_of(position), [one.path for one in files])
        rows += int(engine.value(f"SELECT count(*) FROM {_files_of(position)}"))
    within = pieces(1 + rows // ROWS_AT_ONCE)
    parts = [file.with_name(f"{file.name}-{place}") for place in range(len(within))]
    parts = [file] if len(within) == 1 else parts
    try:
        for part, some in zip(parts, within, strict=True):
            query = _rows(engine, pack, feeds, within=some)
            engine.write(query, part, rows_a_group=_ROWS_A_GROUP, is_looked_up=True)
        engine.drop(*(f"timeline_{position}" for position in range(len(feeds))))
        if len(parts) > 1:
            engine.view_files("timeline_parts", parts, of_one_shape=True)
            engine.write(
                "SELECT * FROM timeline_parts ORDER BY household_ref, month",
                file,
                rows_a_group=_ROWS_A_GROUP,
                is_looked_up=True,
            )
    finally:
        for part in parts:
            if part != file:
                part.unlink(missing_ok=True)


def _files_of(position: int) -> str:
    """The view of one feed's ledger files."""
    return f"timeline_{position}_files"


def _rows(
    engine: Engine, pack: Pack, feeds: Mapping[str, Sequence[LedgerFile]], *, within: str
) -> str:
    """The query of the rows of some households, over the views of `_write`."""
    places, joins, cells, losses = [], [], [], ["FALSE"]
    for position, (feed, files) in enumerate(feeds.items()):
        items = [item for item in feed_items(pack, feed) if item.kind != "state"]
        table = f"timeline_{position}"
        some = " OR ".join(f"{column(item.item)} IS NOT NULL" for item in items)
        stored = f"{_files_of(position)} WHERE ({some}) AND {within}"
        if are_plain(files):
            engine.make_view(table, f"SELECT * FROM {stored}")
        else:
            # What came and was all taken back in the same month is no row: it is not shown as 0.
            sums = ", ".join(
                f"CASE WHEN sum({column(rows)}) <> 0 OR sum({column(item)}) <> 0 "
                f"THEN sum({column(item)}) END AS {column(item)}, "
                f"sum({column(rows)}) AS {column(rows)}"
                for item, rows in ((item.item, item.item + "__rows") for item in items)
            )
            engine.make_table(
                table,
                f"SELECT * FROM (SELECT household_ref, month, {sums} FROM {stored} "
                f"GROUP BY household_ref, month) WHERE {some}",
            )
            losses += [
                f"coalesce({table}.{column(item.item + '__rows')} < 0, FALSE)" for item in items
            ]
        places.append(f"SELECT household_ref, month FROM {table}")
        joins.append(f"LEFT JOIN {table} USING (household_ref, month)")
        # Item codes and decimals need no escaping; NULL, an item without a row, is left out.
        cells += [
            f"{quoted(chr(34) + item.item + chr(34) + ':' + chr(34))} || "
            f"CAST(CAST({table}.{column(item.item)} AS DECIMAL(18, 2)) AS VARCHAR) || '\"'"
            for item in items
        ]
    return (
        "SELECT household_ref, CAST(month AS INTEGER) AS month, "
        f"'{{' || concat_ws(',', {', '.join(cells)}) || '}}' AS amounts, "
        f"{' OR '.join(losses)} AS takes_back "
        f"FROM ({' UNION '.join(places)}) AS places {' '.join(joins)} "
        "ORDER BY household_ref, month"
    )
