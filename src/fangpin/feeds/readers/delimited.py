"""Reads CSV and its kin: at full speed when the file is clean, row by row when it is not."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from fangpin.feeds.cells.headers import HeaderRow, Mapping, find_header, map_columns
from fangpin.feeds.cells.no_records import names_nobody
from fangpin.feeds.cells.table import RAW, RawTable, load_numbered
from fangpin.feeds.findings import FileRefused, Finding, finding
from fangpin.feeds.readers.encoding import detect_encoding, transcode
from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.readers.quotes import Layout, rows_of
from fangpin.lake.engine import EngineRefused
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models.feeds import Contract
from fangpin.values.writing import Writing

_DELIMITERS = (",", "\t", ";", "|", "，", "^", "\x01")
_LARGEST_CELL = 1 << 20
_CHUNK = 1 << 18
_BLANK_LINES = (b"\n\n", b"\x1a", b"\n\r\n", b"\r\r")


@dataclass(frozen=True, slots=True)
class _Found:
    delimiter: str
    rows: list[list[str]]
    lines: list[int]
    """The line of the file on which each row ends."""
    header: HeaderRow

    @property
    def layout(self) -> Layout:
        """How the rows below the header are written."""
        columns = len(self.header.cells)
        width = columns
        while width and not self.header.cells[width - 1].strip():
            width -= 1
        return Layout(self.delimiter, columns, width, self.header.first_data)


@dataclass(frozen=True, slots=True)
class _Bytes:
    """What the bytes of a file tell before it is parsed."""

    lines: int | None
    """How many lines it has; None where line ends are mixed."""
    quotes: int
    blank_lines: bool


def read_delimited(
    file: Path,
    *,
    contract: Contract,
    writing: Writing,
    engine: Engine,
    limits: Limits,
    workplace: Path,
) -> RawTable:
    """Load a delimited text file. Raises FileRefused (encoding, FILE_EMPTY, FILE_CORRUPT)."""
    findings: list[Finding] = []
    encoding = detect_encoding(file, legacy=writing.encoding)
    if encoding not in ("utf-8", "utf-8-sig"):
        converted = workplace / "converted.csv"
        transcode(file, encoding=encoding, to=converted)
        findings.append(finding("ENCODING_CONVERTED", encoding=encoding.upper()))
        file = converted
    found = _look(file, contract=contract, writing=writing, limits=limits)
    header = found.header
    findings += header_findings(header, numbers=range(1, len(found.rows) + 1))
    mapping = map_columns(header.cells, contract=contract, writing=writing)
    blank_rows = _load_at_full_speed(file, found, mapping, contract, engine)
    if blank_rows is None:
        row_no, misshapen = _load_row_by_row(file, found, engine, workplace)
        return RawTable(mapping, row_no, misshapen, tuple(findings), above=header.above)
    row_no = f"CAST(raw.rowid + {header.first_data + 1} AS INTEGER)"
    return RawTable(mapping, row_no, None, tuple(findings), blank_rows, header.above)


def header_findings(header: HeaderRow, *, numbers: Sequence[int]) -> list[Finding]:
    """What there is to say of title rows above the header and a row of units below.

    `numbers` are the row numbers of the first rows.
    """
    told: list[Finding] = []
    if header.position:
        told.append(finding("TITLE_ROWS_SKIPPED", row=numbers[header.position]))
    if header.first_data > header.position + 1:
        told.append(finding("UNIT_ROW_SKIPPED", row=numbers[header.first_data - 1]))
    return told


def _look(file: Path, *, contract: Contract, writing: Writing, limits: Limits) -> _Found:
    best: _Found | None = None
    looked_at: list[list[list[str]]] = []
    for delimiter in _DELIMITERS:
        rows, lines = _first_rows(file, delimiter, limits)
        if rows in looked_at:
            continue
        looked_at.append(rows)
        if not any(cell.strip() for row in rows for cell in row):
            raise FileRefused(finding("FILE_EMPTY"))
        header = find_header(rows, contract=contract, writing=writing)
        if best is None or (header.matches, len(header.cells)) > (
            best.header.matches,
            len(best.header.cells) if best.header.matches == header.matches else 0,
        ):
            best = _Found(delimiter, rows, lines, header)
    assert best is not None
    if len(best.header.cells) > limits.columns:
        raise FileRefused(finding("FILE_TOO_DEMANDING", detail=f"> {limits.columns} columns"))
    return best


def _first_rows(file: Path, delimiter: str, limits: Limits) -> tuple[list[list[str]], list[int]]:
    rows: list[list[str]] = []
    lines: list[int] = []
    with _opened(file) as stream:
        reader = csv.reader(_bounded(stream), delimiter=delimiter)
        try:
            for row in itertools.islice(reader, limits.header_rows):
                rows.append(row)
                lines.append(reader.line_num)
        except csv.Error as error:
            raise FileRefused(finding("FILE_CORRUPT")) from error
    return rows, lines


def _opened(file: Path) -> TextIO:
    csv.field_size_limit(_LARGEST_CELL)
    return file.open(encoding="utf-8-sig", newline="")


def _bounded(stream: TextIO) -> Iterator[str]:
    """The lines of a file, none read further than any honest line is long."""
    while line := stream.readline(_LARGEST_CELL + 1):
        if len(line) > _LARGEST_CELL:
            raise FileRefused(finding("FILE_CORRUPT"))
        yield line


def _load_at_full_speed(
    file: Path, found: _Found, mapping: Mapping, contract: Contract, engine: Engine
) -> int | None:
    """The engine's own reader, for files in which every line is a row of the header's width.

    Returns how many of them are blank; None: the file must be read row by row.
    """
    start = found.header.first_data
    one_line_each = all(line == position + 1 for position, line in enumerate(found.lines[:start]))
    bytes_seen = _look_at_bytes(file)
    # Quotes come in pairs, or one of them is not closed.
    if not one_line_each or bytes_seen.blank_lines or bytes_seen.quotes % 2:
        return None
    columns = [f"c{place}" for place in range(len(found.header.cells))]
    read = ", ".join(sorted({f"c{column.position}" for column in mapping.columns}))
    listed = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
    source = (
        "read_csv(?, auto_detect = false, delim = ?, quote = '\"', "
        f"escape = '\"', header = false, skip = {start}, strict_mode = true, "
        f"null_padding = false, nullstr = '', columns = {{{listed}}})"
    )
    given = [str(file), found.delimiter]
    try:
        engine.make_table(RAW, f"SELECT {read} FROM {source}", given)
        rows, filled = engine.rows(f"SELECT count(*), count(coalesce({read})) FROM {RAW}")[0]
        if bytes_seen.lines is None or rows != bytes_seen.lines - start:
            # Without quotes, a line that is no row would shift the numbers of all that follow.
            if bytes_seen.lines is not None and not bytes_seen.quotes:
                return None
            if _has_swallowed_rows(engine, found.layout, columns, source, given):
                return None
        if filled < rows and engine.value(
            f"SELECT count(*) FROM {source} WHERE coalesce({read}) IS NULL "
            f"AND coalesce({', '.join(columns)}) IS NOT NULL",
            given,
        ):
            return None
        if engine.value(
            f"SELECT count(*) FROM {RAW} WHERE {names_nobody(mapping.columns, contract)} "
            f"AND coalesce({read}) IS NOT NULL"
        ):
            # What such a row is, a total or somebody's, may stand in a column that is not read.
            engine.make_table(RAW, f"SELECT {', '.join(columns)} FROM {source}", given)
    except EngineRefused:
        return None
    return int(rows - filled)


def _load_row_by_row(file: Path, found: _Found, engine: Engine, workplace: Path) -> tuple[str, str]:
    """Every row numbered by ourselves, with a flag where its width is not the header's."""
    layout = found.layout
    width = layout.width
    numbered = workplace / "numbered.csv"
    with _opened(file) as source, numbered.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_ALL)
        rows = rows_of(_bounded(source), layout)
        for row_no, (row, misshapen) in enumerate(rows, start=1):
            if row_no <= layout.first_data or not any(cell.strip() for cell in row):
                continue
            cells = [*row[:width], *([""] * (width - len(row)))]
            writer.writerow([row_no, int(misshapen), *cells])
    return load_numbered(numbered, layout.columns, engine, width=width)


def _has_swallowed_rows(
    engine: Engine, layout: Layout, columns: Sequence[str], source: str, given: Sequence[str]
) -> bool:
    """Whether any cell of the file did, those included that nobody reads."""
    suspects = " OR ".join(
        f"contains({column}, chr(10)) OR contains({column}, chr(13))" for column in columns
    )
    rows = engine.rows(f"SELECT * FROM {source} WHERE {suspects} LIMIT 10000", given)
    return len(rows) == 10_000 or any(
        cell is not None and layout.has_swallowed_rows(cell) for row in rows for cell in row
    )


def _look_at_bytes(file: Path) -> _Bytes:
    """Counts lines and quotes; a file with quotes or mixed line ends is searched for blank lines."""
    line_feeds = returns = quotes = 0
    last = b""
    has_ends = False
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            quotes += chunk.count(b'"')
            line_feeds += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            has_ends = has_ends or b"\x1a" in chunk
            last = chunk[-1:]
    is_mixed = returns not in (0, line_feeds)
    lines = None if is_mixed else line_feeds + (last != b"\n")
    is_searched = bool(quotes) or has_ends or is_mixed
    return _Bytes(lines, quotes, is_searched and _has_blank_lines(file))


def _has_blank_lines(file: Path) -> bool:
    """Whether a file has blank lines, or marks of an old end of file."""
    with file.open("rb") as stream:
        tail = b""
        while chunk := stream.read(_CHUNK):
            joined = tail + chunk
            marks = _BLANK_LINES if b"\r" in joined else _BLANK_LINES[:2]
            if any(mark in joined for mark in marks):
                return True
            tail = chunk[-2:]
    return False
