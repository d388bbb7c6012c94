"""Tables of an HTML page or of a spreadsheet of 2003 in XML: what old systems export as .xls."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

_WIDEST = 1_000
_TALLEST_SPAN = 1_000


def tables_of(file: Path) -> list[list[list[str]]]:
    """The rows of every table, merged cells repeated as blanks."""
    content = file.read_bytes()
    parser = _Tables()
    parser.feed(_decoded(content))
    parser.close()
    parser.end_table()
    return [table for table in parser.tables if table]


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
        self.tables: list[list[list[str]]] = []
        self._rows: list[list[str]] = []
        self._row: list[str] | None = None
        self._cell: list[str] | None = None
        self._span = 1
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "style"):
            self._hidden += 1
        elif tag == "table":
            self.end_table()
        elif tag in ("tr", "row"):
            self._end_row()
            self._row = []
            self._skip(self._rows, dict(attrs).get("ss:index"), [])
        elif tag in ("td", "th", "cell"):
            self._end_cell()
            if self._row is None:
                self._row = []
            self._skip(self._row, dict(attrs).get("ss:index"), "")
            self._cell = []
            merged = dict(attrs).get("ss:mergeacross") or ""
            span = dict(attrs).get("colspan") or str(int(merged) + 1 if merged.isdigit() else 1)
            self._span = min(int(span), _TALLEST_SPAN) if span.isdigit() else 1
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

    def handle_data(self, data: str) -> None:
        if self._cell is not None and not self._hidden:
            self._cell.append(data)

    def end_table(self) -> None:
        """Close the table that is open, if any."""
        self._end_row()
        if self._rows:
            self.tables.append(self._rows)
        self._rows = []

    def _end_row(self) -> None:
        self._end_cell()
        if self._row is not None:
            self._rows.append(self._row)
        self._row = None

    def _end_cell(self) -> None:
        if self._cell is not None and self._row is not None and len(self._row) < _WIDEST:
            self._row.append(re.sub(r"\s+", " ", "".join(self._cell)).strip())
            self._row.extend([""] * (self._span - 1))
        self._cell = None
