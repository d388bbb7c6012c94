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
_HIDDEN_SHEETS = ("sheethidden", "sheetveryhidden")
_NO_DISPLAY = re.compile(
    r"\bdisplay\s*:\s*none|\bvisibility\s*:\s*(?:hidden|collapse)"
    r"|(?<![-\w])(?:height|width)\s*:\s*0(?![.\d])",
    re.IGNORECASE,
)
_ZERO = re.compile(r"0(?:\.0*)?")
_FRACTION = re.compile(r"-?[0-9]+\.[0-9]+")


@dataclass(slots=True)
class Table:
    """The rows of a table, and which rows (numbers) and columns (places) are not shown."""

    rows: list[list[str]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    shown_columns: set[int] = field(default_factory=set)
    sheet: str = ""
    """Of a spreadsheet in XML; a page's tables have no names."""
    is_shown: bool = True


def tables_of(file: Path, *, point: str = ".", legacy: str | None = None) -> list[Table]:
    """The rows of every table; of merged cells those beside the first are blank, those below it marked.

    `point` marks the fraction of a spreadsheet's numbers, `legacy` is the encoding of a page that is not
    in Unicode.
    """
    content = file.read_bytes()
    parser = _Tables(point)
    parser.feed(_decoded(content, legacy))
    parser.close()
    parser.end_table()
    return parser.tables


def _decoded(content: bytes, legacy: str | None) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    for encoding in ("utf-8-sig", *([legacy] if legacy else [])):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    return content.decode("utf-8", errors="replace")


class _Tables(HTMLParser):
    def __init__(self, point: str) -> None:
        super().__init__(convert_charrefs=True)
        self._point = point
        self._is_number = False
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
        self._sheet = ""
        self._columns = 0
        """How many columns were told of before the rows."""
        self._told_hidden: set[int] = set()
        self._tells_whether_shown = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = tag.rpartition(":")[2]
        if tag in ("script", "style"):
            self._hidden += 1
        elif tag == "worksheet":
            self.end_table()
            self._sheet = (dict(attrs).get("ss:name") or "").strip()
        elif tag == "table":
            self.end_table()
        elif tag in ("col", "column"):
            self._tell_columns(dict(attrs))
        elif tag == "visible":
            self._tells_whether_shown = True
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
            table = self._table
            columns = table.hidden_columns if _is_hidden(told) else table.shown_columns
            columns.add(len(self._row))
            self._has_formula = "ss:formula" in told
            self._span = _span(told.get("colspan"), told.get("ss:mergeacross"))
            self._height = _span(told.get("rowspan"), told.get("ss:mergedown"))
        elif tag == "data":
            self._is_number = dict(attrs).get("ss:type") == "Number"
        elif tag == "br" and self._cell is not None:
            self._cell.append(" ")

    def _tell_columns(self, told: dict[str, str | None]) -> None:
        """Columns of a page (`span` of them) or of a spreadsheet (so many beyond the first)."""
        index = told.get("ss:index")
        first = int(index) - 1 if index and index.isdigit() else self._columns
        self._columns = min(first + _span(told.get("span"), told.get("ss:span")), _WIDEST)
        if _is_hidden(told):
            self._told_hidden.update(range(first, self._columns))

    def handle_endtag(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        self._tells_whether_shown = False
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
        elif self._tells_whether_shown and data.strip().lower() in _HIDDEN_SHEETS:
            for table in self.tables:
                table.is_shown &= table.sheet != self._sheet

    def end_table(self) -> None:
        """Close the table that is open, if any."""
        self._end_row()
        if self._table.rows:
            self._table.hidden_columns -= self._table.shown_columns
            self._table.hidden_columns |= self._told_hidden
            self.tables.append(self._table)
        self._table = Table(sheet=self._sheet)
        self._below = {}
        self._columns, self._told_hidden = 0, set()

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
            if self._is_number and self._point != "." and _FRACTION.fullmatch(text):
                text = re.sub(r"\.0+$", "", text).replace(".", self._point)
            self._is_number = False
            for place in range(self._span):
                if self._height > 1 and len(self._row) < _WIDEST:
                    self._below[len(self._row)] = (self._height - 1, "" if place else text)
                self._row.append("" if place else text)
        self._cell = None


def _is_hidden(told: dict[str, str | None]) -> bool:
    """Whether a spreadsheet in XML or a page does not show a row, column or cell; size 0 looks the same."""
    if "hidden" in told or told.get("ss:hidden") == "1":
        return True
    if any(_ZERO.fullmatch(told.get(size) or "") for size in ("ss:height", "ss:width", "width")):
        return True
    return _NO_DISPLAY.search(told.get("style") or "") is not None


def _span(told: str | None, more: str | None) -> int:
    """How many places a cell takes up: as a page tells it, or a spreadsheet those beyond the first."""
    if told and told.isdigit():
        return min(max(int(told), 1), _TALLEST_SPAN)
    return min(int(more) + 1, _TALLEST_SPAN) if more and more.isdigit() else 1
