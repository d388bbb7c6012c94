"""What every reader ends in: a table of text cells in the engine, and where its columns came from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from fangpin.feeds.cells.headers import Mapping
from fangpin.feeds.findings import Finding
from fangpin.lake.engines.duckdb import Engine

RAW = "raw_cells"
"""The engine's table: a VARCHAR column `c<position>` for each column that is read."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file's rows as text cells.

    `row_no` is the SQL of the clerk's row number; `misshapen` the SQL of a flag that the row has
    more or fewer cells than the header, or None when no row has. Of `blank_rows` no cell says
    anything, those included that are not read; most readers leave such rows out. `above` are the texts
    above the header.
    """

    mapping: Mapping
    row_no: str
    misshapen: str | None
    findings: tuple[Finding, ...]
    blank_rows: int = 0
    above: tuple[str, ...] = ()


def load_numbered(
    numbered: Path,
    columns: int,
    engine: Engine,
    *,
    width: int | None = None,
    first_row: int = 0,
) -> tuple[str, str]:
    """Load a CSV of our own making: row number, flag of a misshapen (1) or HIDDEN row, then the cells."""
    held = columns if width is None else width
    listed = ", ".join(
        ["'row_no': 'INTEGER'", "'misshapen': 'INTEGER'"]
        + [f"'c{place}': 'VARCHAR'" for place in range(held)]
    )
    missing = "".join(f", CAST(NULL AS VARCHAR) AS c{place}" for place in range(held, columns))
    engine.make_table(
        RAW,
        f"SELECT *{missing} FROM read_csv(?, auto_detect = false, delim = ',', quote = '\"', "
        f"escape = '\"', header = false, nullstr = '', parallel = false, "
        f"null_padding = true, columns = {{{listed}}}, max_line_size = 67108864) "
        "WHERE row_no >= ?",
        [str(numbered), first_row],
    )
    return "raw.row_no", "raw.misshapen = 1"
