"""What every reader ends in: a table of text cells in the engine, and where its columns came from."""

from __future__ import annotations

from dataclasses import dataclass

from fangpin.feeds.findings import Finding
from fangpin.feeds.headers import Mapping

RAW = "raw_cells"
"""The engine's table: a VARCHAR column `c<position>` for each column that is read."""


@dataclass(frozen=True, slots=True)
class RawTable:
    """A file's rows as text cells.

    `row_no` is the SQL of the clerk's row number; `misshapen` the SQL of a flag that the row has
    more or fewer cells than the header, or None when no row has. Of `blank_rows` no cell says
    anything, those included that are not read; most readers leave such rows out.
    """

    mapping: Mapping
    row_no: str
    misshapen: str | None
    findings: tuple[Finding, ...]
    blank_rows: int = 0
