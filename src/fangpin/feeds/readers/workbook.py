"""Spreadsheets and HTML tables: strangers' containers, opened in a child process.

The child (workbook_child.py) has limits of memory and time; when they kill it, that is a finding of
the file, and this process is untouched.
"""

from __future__ import annotations

import csv
import itertools
import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fangpin.feeds.cells.headers import (
    Column,
    HeaderRow,
    column_letter,
    find_header,
    map_columns,
)
from fangpin.feeds.cells.shapes import literal
from fangpin.feeds.cells.table import RAW, RawTable, load_numbered
from fangpin.feeds.findings import FileRefused, Finding, finding
from fangpin.feeds.readers.delimited import header_findings
from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.readers.merged import unmarked
from fangpin.feeds.readers.sheet_xml import HIDDEN
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models.feeds import Contract
from fangpin.values.text import MERGED_MARK
from fangpin.values.writing import Writing

_CHILD = "fangpin.feeds.readers.workbook_child"
_SMALL_ENOUGH_TO_STREAM = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Asked:
    """Which sheet is meant, and how the country writes."""

    sheet: str | None
    writing: Writing


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    file: Path
    columns: int
    numbers: tuple[int, ...]
    """The row numbers of the first rows."""
    header: HeaderRow
    hidden_columns: frozenset[int]
    left_out: tuple[str, ...]
    """Names of the workbook's hidden sheets, of which nothing was read."""
    linked: tuple[int, int]
    """How many cells compute from another file, and the row number of the first."""


def read_workbook(
    file: Path,
    *,
    container: str,
    contract: Contract,
    writing: Writing,
    engine: Engine,
    limits: Limits,
    workplace: Path,
    sheet: str | None = None,
) -> RawTable:
    """Load the only sheet with rows, the one that was asked for, or the one the contract names.

    Raises FileRefused: FILE_CORRUPT, FILE_ENCRYPTED, FILE_EMPTY, XML_FORBIDDEN, SHEETS_HIDDEN,
    SHEET_AMBIGUOUS (several have rows: someone must say which), SHEET_UNKNOWN, FILE_TOO_DEMANDING,
    COLUMN_MISSING, COLUMN_AMBIGUOUS.
    """
    read = _sheets_by_child(file, container, limits, workplace, sheet, writing)
    sheets = [
        one
        for told in read
        if (one := _sheet(told, workplace, contract=contract, writing=writing, limits=limits))
        is not None
    ]
    if not sheets:
        left_out = read[0]["left_out"] if read else []
        raise FileRefused([finding("FILE_EMPTY"), *_left_out(left_out)])
    chosen, findings = _choose(
        sheets,
        contract=contract,
        writing=writing,
        is_page=not any(one["has_name"] for one in read),
    )
    mapping = map_columns(chosen.header.cells, contract=contract, writing=writing)
    first = (
        chosen.numbers[chosen.header.first_data]
        if chosen.header.first_data < len(chosen.numbers)
        else chosen.numbers[-1] + 1
    )
    row_no, misshapen = load_numbered(
        chosen.file, max(chosen.columns, len(chosen.header.cells)), engine, first_row=first
    )
    findings += header_findings(chosen.header, numbers=chosen.numbers)
    findings += _fill_merged(engine, mapping.columns, row_no)
    findings += _untitled(engine, chosen)
    findings += _hidden(engine, chosen, mapping.columns)
    if chosen.linked[0]:
        findings.append(finding("CELLS_LINKED", count=chosen.linked[0], row=chosen.linked[1]))
    return RawTable(mapping, row_no, misshapen, tuple(findings), above=chosen.header.above)


def _sheets_by_child(
    file: Path,
    container: str,
    limits: Limits,
    workplace: Path,
    sheet: str | None,
    writing: Writing,
) -> list[dict[str, Any]]:
    asked = _Asked(sheet, writing)
    death = _run_child(file, container, limits, workplace, asked, stream=False)
    if death and container == "xlsx" and file.stat().st_size < _SMALL_ENOUGH_TO_STREAM:
        # A stray cell in a far corner costs the fast reader all memory; the slow one reads rows.
        death = _run_child(file, container, limits, workplace, asked, stream=True)
    if death:
        raise FileRefused(finding("FILE_TOO_DEMANDING", detail=death))
    refusal = workplace / "refusal.json"
    if refusal.exists():
        told = json.loads(refusal.read_text(encoding="utf-8"))
        raise FileRefused(finding(told["code"], **told["words"]))
    sheets: list[dict[str, Any]] = json.loads(
        (workplace / "sheets.json").read_text(encoding="utf-8")
    )
    return sheets


def _run_child(
    file: Path,
    container: str,
    limits: Limits,
    workplace: Path,
    asked: _Asked,
    *,
    stream: bool,
) -> str | None:
    """Run the reader; None when it ended by itself, else how it died."""
    told = {
        "memory": limits.reader_memory_bytes,
        "seconds": limits.reader_seconds,
        "written": limits.unpacked_bytes * 2,
        "columns": limits.columns,
        "stream": int(stream),
        "sheet": asked.sheet,
        "point": "," if asked.writing.has_decimal_comma else ".",
        "encoding": asked.writing.encoding,
    }
    arguments = [str(file.resolve()), container, str(workplace.resolve()), json.dumps(told)]
    try:
        ended = subprocess.run(
            [sys.executable, "-m", _CHILD, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.reader_seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"> {limits.reader_seconds} s"
    finished = (workplace / "sheets.json").exists() or (workplace / "refusal.json").exists()
    if ended.returncode == 0 and finished:
        return None
    if ended.returncode == -signal.SIGXCPU:
        return f"> {limits.reader_seconds} s"
    if ended.returncode == -signal.SIGXFSZ:
        return f"> {limits.unpacked_bytes * 2} bytes written"
    return f"> {limits.reader_memory_bytes} bytes of memory"


def _sheet(
    told: dict[str, Any],
    workplace: Path,
    *,
    contract: Contract,
    writing: Writing,
    limits: Limits,
) -> _Sheet | None:
    if not told["rows"]:
        return None
    file = workplace / str(told["file"])
    csv.field_size_limit(1 << 24)
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(itertools.islice(csv.reader(stream), limits.header_rows))
    header = find_header(
        [[*map(unmarked, row[2:])] for row in rows], contract=contract, writing=writing
    )
    return _Sheet(
        name=str(told["name"]),
        file=file,
        columns=int(str(told["columns"])),
        numbers=tuple(int(row[0]) for row in rows),
        header=header,
        hidden_columns=frozenset(told["hidden_columns"]),
        left_out=tuple(told["left_out"]),
        linked=(told["linked"], told["first_linked"]),
    )


def _choose(
    sheets: list[_Sheet], *, contract: Contract, writing: Writing, is_page: bool
) -> tuple[_Sheet, list[Finding]]:
    """The sheet to read; one of several is never guessed, for a file may hold two months.

    The tables of a page have no names to choose by: there the one that fits is read.
    """
    if len(sheets) == 1:
        return sheets[0], []
    fitting = [sheet for sheet in sheets if _fits(sheet, contract, writing)]
    named = fitting if is_page else [one for one in fitting if one.name in contract.sheets]
    if len(named) != 1:
        listed = "、".join(sheet.name[:40] for sheet in sheets)
        fits = "、".join(sheet.name[:40] for sheet in fitting) or "–"
        raise FileRefused(
            finding("SHEET_AMBIGUOUS", sheets=listed, fitting=fits, count=len(sheets))
        )
    others = "、".join(sheet.name[:40] for sheet in sheets if sheet is not named[0])
    return named[0], [
        finding("SHEET_CHOSEN", sheet=named[0].name[:40], others=others, count=len(sheets) - 1)
    ]


def _fits(sheet: _Sheet, contract: Contract, writing: Writing) -> bool:
    try:
        map_columns(sheet.header.cells, contract=contract, writing=writing)
    except FileRefused:
        return False
    return True


def _untitled(engine: Engine, sheet: _Sheet) -> list[Finding]:
    """What stands below no title: a clerk's remark beside the table, or a column whose title was lost."""
    titles = sheet.header.cells
    blank = [
        place
        for place in range(max(sheet.columns, len(titles)))
        if place >= len(titles) or not titles[place].strip()
    ]
    if not blank:
        return []
    said = {place: f"nullif(trim(c{place}), '') IS NOT NULL" for place in blank}
    counts = engine.rows(
        f"SELECT count(*) FILTER (WHERE {' OR '.join(said.values())}), "
        f"{', '.join(f'count(*) FILTER (WHERE {test})' for test in said.values())} FROM {RAW}"
    )[0]
    if not counts[0]:
        return []
    letters = [
        column_letter(place) for place, count in zip(blank, counts[1:], strict=True) if count
    ]
    return [finding("COLUMN_UNTITLED", columns="、".join(letters[:20]), count=counts[0])]


def _hidden(engine: Engine, sheet: _Sheet, columns: Sequence[Column]) -> list[Finding]:
    """What the clerk does not see, filtered away or hidden: rows and columns were read, sheets were not.

    What was put away may be what should not be sent, and what a filter left away is sent all the same.
    """
    found = []
    cells = ", ".join(f"c{one.position}" for one in columns)
    count, first_row = engine.rows(
        f"SELECT count(*), min(row_no) FROM {RAW} WHERE misshapen = {HIDDEN} "
        f"AND coalesce({cells}) IS NOT NULL"
    )[0]
    if count:
        found.append(finding("ROWS_HIDDEN", row=first_row, count=count))
    unseen = [one for one in columns if one.position in sheet.hidden_columns]
    if unseen:
        told = [(column_letter(one.position), one.field.title) for one in unseen]
        titles = "、".join(f"{letter} {title.zh}" for letter, title in told)
        titles_en = ", ".join(f"{letter} {title.en}" for letter, title in told)
        found.append(
            finding("COLUMNS_HIDDEN", columns=titles, columns_en=titles_en, count=len(unseen))
        )
    return [*found, *_left_out(sheet.left_out)]


def _left_out(hidden: Sequence[str]) -> list[Finding]:
    listed = "、".join(name[:40] for name in hidden[:20])
    return [finding("SHEETS_LEFT_OUT", sheets=listed)] if hidden else []


_SUMS = ("amount", "number", "count")
"""Types of which a cell merged over several rows may be that of all of them together."""


def _fill_merged(engine: Engine, columns: Sequence[Column], row_no: str) -> list[Finding]:
    """Give merged cells the text above them; sums stay marked, and their rows are set aside."""
    filled = []
    for column in columns:
        if column.field.type in _SUMS:
            continue
        cell = f"c{column.position}"
        is_merged = f"starts_with({cell}, {literal(MERGED_MARK)})"
        count, first_row = engine.rows(
            f"SELECT count(*), min({row_no}) FROM {RAW} AS raw WHERE {is_merged}"
        )[0]
        if not count:
            continue
        engine.rows(
            f"UPDATE {RAW} SET {cell} = substr({cell}, {len(MERGED_MARK) + 1}) WHERE {is_merged}"
        )
        filled.append(
            finding(
                "CELL_FILLED",
                row=first_row,
                column=column.field.field,
                count=count,
                title=column.field.title.zh,
                title_en=column.field.title.en,
            )
        )
    return filled
