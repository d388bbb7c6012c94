"""Tables of an HTML page or of a spreadsheet of 2003 in XML: what old systems export as .xls."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from fangpin.feeds.readers.merged import marked
from fangpin.values.text import FORMULA_MARK, MERGED_MARK

_WIDEST = 1_000
_TALLEST_SPAN = 1_000
_NO_DISPLAY = re.compile(r"\bdisplay\s*:\s*none|\bheight\s*:\s*0(?![.\d])", re.IGNORECASE)
_NO_HEIGHT = re.compile(r"0(?:\.0*)?")


@dataclass(slots=True)
class Table:
    """The rows of a table, and the numbers of those that a page or spreadsheet does not show."""

    rows: list[list[str]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)


def tables_of(file: Path) -> list[Table]:
    """The rows of every table; of merged cells those beside the first are blank, those below it marked."""
    content = file.read_bytes()
    parser = _Tables()
    parser.feed(_decoded(content))
    parser.close()
    parser.end_table()
    return parser.tables


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", errors="replace")


class _Tables(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[Table] = []
        self._table = Table()
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._span = 1
        self._height = 1
        self._has_formula = False
        self._below: dict[int, tuple[int, str]] = {}
        """By column: how many rows more a cell above reaches down, and its text."""
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._hidden += 1
        elif tag == "table":
            self.end_table()
        elif tag in ("tr", "row"):
            self._end_row()
            self._row = []
            self._skip(self._table.rows, dict(attrs).get("ss:index"), [])
            if _is_hidden(dict(attrs)):
                self._table.hidden_rows.add(len(self._table.rows) + 1)
        elif tag in ("td", "th", "cell"):
            self._end_cell()
            if self._row is None:
                self._row = []
            told = dict(attrs)
            self._skip_cells(self._row, told.get("ss:index"))
            self._cell = []
            self._has_formula = "ss:formula" in told
            self._span = _span(told.get("colspan"), told.get("ss:mergeacross"))
            self._height = _span(told.get("rowspan"), told.get("ss:mergedown"))
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in ("script", "style"):
            self._hidden = max(self._hidden - 1, 0)
        elif tag == "table":
            self.end_table()
        elif tag in ("tr", "row"):
            self._end_row()
        elif tag in ("td", "th", "cell"):
            self._end_cell()

    def _skip(self, filled: list[Any], index: str | None, blank: Any) -> None:
        """Rows and cells that a spreadsheet in XML leaves out, up to the index of the next one."""
        if index and index.isdigit() and int(index) - 1 <= _TALLEST_SPAN:
            filled.extend(blank for _ in range(int(index) - 1 - len(filled)))

    def _skip_cells(self, row: list[str], index: str | None) -> None:
        """Places of this row that cells above reach into, or that a spreadsheet in XML leaves out."""
        upto = int(index) - 1 if index and index.isdigit() else 0
        while len(row) < _WIDEST and (len(row) in self._below or len(row) < min(upto, _WIDEST)):
            rows, text = self._below.pop(len(row), (0, ""))
            if rows > 1:
                self._below[len(row)] = (rows - 1, text)
            row.append(marked(text))

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._hidden:
            self._cell.append(data)

    def end_table(self) -> None:
        """Close the table that is open, if any."""
        self._end_row()
        if self._table.rows:
            self.tables.append(self._table)
        self._table = Table()
        self._below = {}

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            last = max(self._below, default=-1)
            self._skip_cells(self._row, str(last + 2))
            if all(not cell or cell.startswith(MERGED_MARK) for cell in self._row):
                self._row = []
            self._table.rows.append(self._row)
        self._row = None

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None and len(self._row) < _WIDEST:
            text = re.sub(r"\s+", " ", "".join(self._cell)).strip()
            text = FORMULA_MARK if self._has_formula and not text else text
            for place in range(self._span):
                if self._height > 1 and len(self._row) < _WIDEST:
                    self._below[len(self._row)] = (self._height - 1, "" if place else text)
                self._row.append("" if place else text)
        self._cell = None


def _is_hidden(told: dict[str, str | None]) -> bool:
    """Whether a spreadsheet in XML or a page's own style does not show a row; height 0 looks the same."""
    if told.get("ss:hidden") == "1" or _NO_HEIGHT.fullmatch(told.get("ss:height") or ""):
        return True
    return _NO_DISPLAY.search(told.get("style") or "") is not None


def _span(told: str | None, more: str | None) -> int:
    """How many places a cell takes up: as a page tells it, or a spreadsheet those beyond the first."""
    if told and told.isdigit():
        return min(max(int(told), 1), _TALLEST_SPAN)
    return min(int(more) + 1, _TALLEST_SPAN) if more and more.isdigit() else 1
