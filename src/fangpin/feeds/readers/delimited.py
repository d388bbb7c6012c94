"""Reads CSV and its kin: at full speed when the file is clean, row by row when it is not."""

from __future__ import annotations

import csv
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from fangpin.feeds.encoding import detect_encoding, transcode
from fangpin.feeds.findings import FileRefused, Finding, finding
from fangpin.feeds.headers import HeaderRow, Mapping, find_header, map_columns
from fangpin.feeds.limits import Limits
from fangpin.feeds.readers.table import RAW, RawTable
from fangpin.lake.engine import EngineRefused
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.feed_models import Contract

_DELIMITERS = (",", "\t", ";", "|")
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


@dataclass(frozen=True, slots=True)
class _Bytes:
    """What the bytes of a file tell before it is parsed."""

    lines: int | None
    """How many lines it has; None where quotes or mixed line ends leave that to the parser."""
    blank_lines: bool


def read_delimited(
    file: Path, *, contract: Contract, engine: Engine, limits: Limits, workplace: Path
) -> RawTable:
    """Load a delimited text file. Raises FileRefused (encoding, FILE_EMPTY, FILE_CORRUPT)."""
    findings: list[Finding] = []
    encoding = detect_encoding(file)
    if encoding not in ("utf-8", "utf-8-sig"):
        converted = workplace / "converted.csv"
        transcode(file, encoding=encoding, to=converted)
        findings.append(finding("ENCODING_CONVERTED", encoding=encoding.upper()))
        file = converted
    found = _look(file, contract=contract, limits=limits)
    header = found.header
    findings += header_findings(header, numbers=range(1, len(found.rows) + 1))
    mapping = map_columns(header.cells, contract=contract)
    table = _load_at_full_speed(file, found, mapping, engine) or _load_row_by_row(
        file, found, engine, workplace
    )
    return RawTable(mapping, table[0], table[1], tuple(findings))


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


def _look(file: Path, *, contract: Contract, limits: Limits) -> _Found:
    best: _Found | None = None
    looked_at: list[list[list[str]]] = []
    for delimiter in _DELIMITERS:
        rows, lines = _first_rows(file, delimiter, limits)
        if rows in looked_at:
            continue
        looked_at.append(rows)
        if not any(cell.strip() for row in rows for cell in row):
            raise FileRefused(finding("FILE_EMPTY"))
        header = find_header(rows, contract=contract)
        if best is None or (header.matches, len(header.cells)) > (
            best.header.matches,
            len(best.header.cells) if best.header.matches == header.matches else 0,
        ):
            best = _Found(delimiter, rows, lines, header)
    assert best is not None
    if len(best.header.cells) > limits.columns:
        raise FileRefused(finding("FILE_CORRUPT"))
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
    file: Path, found: _Found, mapping: Mapping, engine: Engine
) -> tuple[str, None] | None:
    """The engine's own reader, for files in which every line is a row of the header's width."""
    start = found.header.first_data
    one_line_each = all(line == position + 1 for position, line in enumerate(found.lines[:start]))
    bytes_seen = _look_at_bytes(file)
    if not one_line_each or bytes_seen.blank_lines:
        return None
    columns = ", ".join(f"'c{place}': 'VARCHAR'" for place in range(len(found.header.cells)))
    read = ", ".join(sorted({f"c{column.position}" for column in mapping.columns}))
    try:
        engine.make_table(
            RAW,
            f"SELECT {read} FROM read_csv(?, auto_detect = false, delim = ?, quote = '\"', "
            f"escape = '\"', header = false, skip = {start}, strict_mode = true, "
            f"null_padding = false, nullstr = '', columns = {{{columns}}})",
            [str(file), found.delimiter],
        )
    except EngineRefused:
        return None
    if bytes_seen.lines is not None:
        # A line that is no row (a blank one) would shift the numbers of all that follow.
        if int(engine.value(f"SELECT count(*) FROM {RAW}")) != bytes_seen.lines - start:
            return None
    elif _has_swallowed_rows(engine, found, read.split(", ")):
        return None
    return f"CAST(raw.rowid + {start + 1} AS INTEGER)", None


def _load_row_by_row(file: Path, found: _Found, engine: Engine, workplace: Path) -> tuple[str, str]:
    """Every row numbered by ourselves, with a flag where its width is not the header's."""
    width = len(found.header.cells)
    while width and not found.header.cells[width - 1].strip():
        width -= 1
    numbered = workplace / "numbered.csv"
    with _opened(file) as source, numbered.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n")
        reader = csv.reader(_bounded(source), delimiter=found.delimiter)
        try:
            for row_no, row in enumerate(reader, start=1):
                if row_no <= found.header.first_data or not any(cell.strip() for cell in row):
                    continue
                misshapen = (
                    len(row) < width
                    or any(cell.strip() for cell in row[width:])
                    or any(_swallowed_a_row(cell, found) for cell in row if "\n" in cell)
                )
                cells = [*row[:width], *([""] * (width - len(row)))]
                writer.writerow([row_no, int(misshapen), *(c.replace("\x00", "") for c in cells)])
        except csv.Error as error:
            raise FileRefused(finding("FILE_CORRUPT")) from error
    return load_numbered(numbered, len(found.header.cells), engine, width=width)


def load_numbered(
    numbered: Path,
    columns: int,
    engine: Engine,
    *,
    width: int | None = None,
    first_row: int = 0,
) -> tuple[str, str]:
    """Load a CSV of our own making: row number, flag of a misshapen row, then the cells."""
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


def _swallowed_a_row(cell: str, found: _Found) -> bool:
    """Whether a stray quote drew whole rows into one cell."""
    enough = max(2, (len(found.header.cells) - 1) // 2)
    return any(line.count(found.delimiter) >= enough for line in cell.split("\n")[1:])


def _has_swallowed_rows(engine: Engine, found: _Found, columns: list[str]) -> bool:
    suspects = " OR ".join(f"contains({column}, chr(10))" for column in columns)
    rows = engine.rows(f"SELECT {', '.join(columns)} FROM {RAW} WHERE {suspects} LIMIT 10000")
    return len(rows) == 10_000 or any(
        _swallowed_a_row(cell, found) for row in rows for cell in row if cell and "\n" in cell
    )


def _look_at_bytes(file: Path) -> _Bytes:
    """Counts the lines; a file with quotes or mixed line ends is searched for blank ones."""
    line_feeds = returns = 0
    last = b""
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            if b'"' in chunk or b"\x1a" in chunk:
                return _Bytes(None, _has_blank_lines(file))
            line_feeds += chunk.count(b"\n")
            returns += chunk.count(b"\r")
            last = chunk[-1:]
    if returns not in (0, line_feeds):
        return _Bytes(None, _has_blank_lines(file))
    return _Bytes(line_feeds + (last != b"\n"), False)


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
