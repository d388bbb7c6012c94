"""The process that opens a stranger's workbook, under limits of memory, time and disk.

`python -m fangpin.feeds.readers.workbook_child FILE KIND FOLDER LIMITS`: writes each sheet as a
numbered CSV (row number, 0 or HIDDEN, cells) and `sheets.json`, or `refusal.json` with a finding's code. It
may be killed by its limits at any moment: the parent takes that as an answer. It knows no policy and no
engine, which would take ten times longer to start than a usual workbook to read.
"""

from __future__ import annotations

import csv
import errno
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from fangpin.feeds.readers.merged import Merged
from fangpin.feeds.readers.sheet_biff import look_at_old
from fangpin.feeds.readers.sheet_xml import HIDDEN, NOTHING_SEEN, Seen, look_at, sheet_parts

_PROLOG = 1 << 20
_EXACT = 10**15
"""Integers of a cell from here on may have lost digits: a spreadsheet keeps fifteen."""


class _Sheet(NamedTuple):
    name: str
    rows: Iterable[list[str]]
    seen: Seen
    """What the reader of the rows does not tell of them."""
    left_out: Sequence[str] = ()
    """Names of hidden sheets of the workbook, of which nothing is read."""
    has_name: bool = True
    """Not so a page's tables: ours are numbers."""


class Refused(Exception):
    """The workbook cannot be read: a finding's code and its words."""

    def __init__(self, code: str, **words: object) -> None:
        self.code, self.words = code, words
        super().__init__(code)


def main(arguments: list[str]) -> int:
    """Read one workbook; 0 also when it was refused, the folder tells."""
    file, kind, folder = Path(arguments[0]), arguments[1], Path(arguments[2])
    limits: dict[str, Any] = json.loads(arguments[3])
    _set_limits(limits)
    try:
        sheets = list(_sheets(file, kind, folder, limits))
    except Refused as refused:
        told = {"code": refused.code, "words": refused.words}
        (folder / "refusal.json").write_text(json.dumps(told), encoding="utf-8")
        return 0
    (folder / "sheets.json").write_text(json.dumps(sheets, ensure_ascii=False), encoding="utf-8")
    return 0


def _set_limits(limits: dict[str, Any]) -> None:
    memory, seconds = limits["memory"], limits["seconds"]
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits["written"], limits["written"]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _sheets(
    file: Path, kind: str, folder: Path, limits: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    if kind == "xlsx":
        _refuse_doctype(file)
    if kind == "html":
        named: Iterable[_Sheet] = _html_tables(file, limits)
    elif limits.get("stream"):
        named = _streamed_sheets(file, limits)
    else:
        named = _calamine_sheets(file, kind, limits)
    for position, sheet in enumerate(named):
        written = folder / f"sheet-{position}.csv"
        count = width = 0
        with written.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_ALL)
            for row_no, cells in enumerate(sheet.rows, start=1):
                if any(cells):
                    flag = HIDDEN if row_no in sheet.seen.hidden_rows else 0
                    writer.writerow([row_no, flag, *cells])
                    count += 1
                    width = max(width, len(cells))
        yield {
            "name": sheet.name,
            "file": written.name,
            "rows": count,
            "columns": width,
            "hidden_columns": sorted(sheet.seen.hidden_columns),
            "left_out": sheet.left_out,
            "has_name": sheet.has_name,
            "linked": sum(sheet.seen.linked.values()),
            "first_linked": min(sheet.seen.linked, default=0),
        }


# ── xlsx and xls by calamine ────────────────────────────────────────────────────────────────────


def _calamine_sheets(file: Path, kind: str, limits: dict[str, Any]) -> Iterator[_Sheet]:
    import python_calamine as calamine

    try:
        workbook = calamine.CalamineWorkbook.from_path(str(file))
        known = workbook.sheets_metadata
        visible, left_out = _chosen(
            [
                (sheet.name, str(sheet.visible).endswith(".Visible"))
                for sheet in known
                if str(sheet.typ).endswith(".WorkSheet")
            ],
            limits["sheet"],
        )
        parts = sheet_parts(file) if kind == "xlsx" else {}
        told = look_at_old(file) if kind == "xls" else []
        old = {sheet.name: seen for sheet, seen in zip(known, told, strict=False)}
        for name in visible:
            sheet = workbook.get_sheet_by_name(name)
            seen = look_at(file, parts[name]) if name in parts else old.get(name, NOTHING_SEEN)
            yield _Sheet(name, _calamine_rows(sheet, seen.failures, limits), seen, left_out)
    except calamine.PasswordError as error:
        raise Refused("FILE_ENCRYPTED") from error
    except (calamine.CalamineError, zipfile.BadZipFile, OSError, KeyError, ValueError) as error:
        if "password" in str(error).lower():
            raise Refused("FILE_ENCRYPTED") from error
        raise broken_or_poor(error) from error


def _calamine_rows(
    sheet: Any, failures: dict[tuple[int, int], str], limits: dict[str, Any]
) -> Iterator[list[str]]:
    if sheet.start is None:
        return
    point = limits["point"]
    before = [""] * sheet.start[1]
    if sheet.width + len(before) > limits["columns"]:
        raise Refused("FILE_TOO_DEMANDING", detail=f"> {limits['columns']} columns")
    merged = Merged(sheet.merged_cell_ranges or ())
    for row_no, row in enumerate(sheet.iter_rows()):
        cells = [*before, *(cell_text(value, point) for value in row)]
        if merged:
            merged.fill(row_no, cells)
        if failures:
            for place in range(len(cells)):
                if not cells[place] or cells[place] == "0":
                    cells[place] = failures.get((row_no, place), cells[place])
        yield cells


def _chosen(sheets: list[tuple[str, bool]], wanted: str | None) -> tuple[list[str], list[str]]:
    """The sheet that was asked for, hidden or not, or all that are shown; and those left out as hidden."""
    listed = "、".join(name for name, _ in sheets)[:400]
    if wanted is not None:
        if wanted not in (name for name, _ in sheets):
            raise Refused("SHEET_UNKNOWN", wanted=wanted[:80], sheets=listed)
        return [wanted], []
    shown = [name for name, is_visible in sheets if is_visible]
    if not shown:
        raise Refused("SHEETS_HIDDEN", sheets=listed)
    return shown, [name for name, is_visible in sheets if not is_visible]


def cell_text(value: object, point: str = ".") -> str:
    """A cell's value as text; a number that may have lost digits stays visibly scientific.

    `point` is the country's mark of a fraction, as its spreadsheets show it.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value, point)
    if isinstance(value, datetime):
        whole = value.time() == time(0)
        return value.date().isoformat() if whole else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def _number_text(value: int | float, point: str) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if float(value).is_integer():
        return str(int(value)) if abs(value) < _EXACT else f"{float(value):.16e}"
    return format(Decimal(f"{value:.15g}"), "f").replace(".", point)


# ── declarations that are forbidden ─────────────────────────────────────────────────────────────


def _refuse_doctype(file: Path) -> None:
    """Entities need a DOCTYPE, and a DOCTYPE stands before the root element of a part."""
    try:
        with zipfile.ZipFile(file) as archive:
            for name in archive.namelist():
                if not name.lower().endswith((".xml", ".rels", ".vml")):
                    continue
                with archive.open(name) as part:
                    prolog = part.read(_PROLOG).replace(b"\x00", b"")
                root = re.search(
                    rb"<[A-Za-z_]", re.sub(rb"<!--.*?-->", b"", prolog, flags=re.DOTALL)
                )
                without_comments = re.sub(rb"<!--.*?-->", b"", prolog, flags=re.DOTALL)
                before_root = without_comments[: root.start()] if root else without_comments
                if b"<!DOCTYPE" in before_root.upper() or b"<!ENTITY" in before_root.upper():
                    raise Refused("XML_FORBIDDEN")
                if root is None and len(prolog) == _PROLOG:
                    raise Refused("XML_FORBIDDEN")
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        raise broken_or_poor(error) from error
    except Exception as error:
        if type(error).__name__ == "error":  # zlib.error has no public base
            raise broken_or_poor(error) from error
        raise


def broken_or_poor(error: Exception) -> Exception:
    """FILE_CORRUPT; or MemoryError, of which the reader dies, where it is memory that was wanting.

    What opens an archive tells of both in one kind of error.
    """
    text = str(error).lower()
    is_poor = isinstance(error, OSError) and error.errno == errno.ENOMEM
    if is_poor or "memory" in text or "os error 12" in text or "error -4 " in text:
        return MemoryError(text)
    return Refused("FILE_CORRUPT")


# ── the frugal way, for sheets with a stray cell in a far corner ────────────────────────────────


def _streamed_sheets(file: Path, limits: dict[str, Any]) -> Iterator[_Sheet]:
    import openpyxl

    workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    visible, left_out = _chosen(
        [(sheet.title, sheet.sheet_state == "visible") for sheet in workbook.worksheets],
        limits["sheet"],
    )
    parts = sheet_parts(file)
    for name in visible:
        sheet = workbook[name]
        sheet.reset_dimensions()
        seen = look_at(file, parts[name]) if name in parts else NOTHING_SEEN
        yield _Sheet(name, _streamed_rows(sheet, seen.failures, limits), seen, left_out)


def _streamed_rows(
    sheet: Any, failures: dict[tuple[int, int], str], limits: dict[str, Any]
) -> Iterator[list[str]]:
    columns, point = limits["columns"], limits["point"]
    for row_no, row in enumerate(sheet.iter_rows(values_only=True)):
        cells = [cell_text(value, point) for value in row[:columns]]
        while cells and not cells[-1]:
            cells.pop()
        for place in range(len(cells)) if failures else ():
            cells[place] = failures.get((row_no, place), cells[place])
        yield cells


def _html_tables(file: Path, limits: dict[str, Any]) -> Iterator[_Sheet]:
    from fangpin.feeds.readers.markup import tables_of

    with file.open("rb") as stream:
        prolog = stream.read(_PROLOG).replace(b"\x00", b"").upper()
    # A page's plain <!DOCTYPE html> declares nothing; entities and outside files are no page's.
    if b"<!ENTITY" in prolog or re.search(rb"<!DOCTYPE[^>]*\[", prolog):
        raise Refused("XML_FORBIDDEN")
    tables = tables_of(file, point=limits["point"], legacy=limits["encoding"])
    sheets = {one.sheet: one.is_shown for one in tables}
    chosen, left_out = list(sheets), list[str]()
    if any(chosen):
        chosen, left_out = _chosen(list(sheets.items()), limits["sheet"])
    for position, table in enumerate(tables, start=1):
        if table.sheet in chosen:
            name = table.sheet or f"table {position}"
            seen = Seen({}, table.hidden_rows, table.hidden_columns, {})
            yield _Sheet(name, table.rows, seen, left_out, bool(table.sheet))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
