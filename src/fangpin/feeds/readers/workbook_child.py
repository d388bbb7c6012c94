"""The process that opens a stranger's workbook, under limits of memory, time and disk.

`python -m fangpin.feeds.readers.workbook_child FILE KIND FOLDER LIMITS`: writes each sheet as a
numbered CSV (row number, 0, cells) and `sheets.json`, or `refusal.json` with a finding's code. It
may be killed by its limits at any moment: the parent takes that as an answer.
"""

from __future__ import annotations

import csv
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from fangpin.feeds.readers.merged import Merged
from fangpin.values.text import ERROR_MARK, FORMULA_MARK

_PROLOG = 1 << 20
_CHUNK = 1 << 22
_EXACT = 10**15
"""Integers of a cell from here on may have lost digits: a spreadsheet keeps fifteen."""
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_IS_ERROR = re.compile(rb"\bt=[\"']e[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_INLINE = re.compile(rb"<(?:\w+:)?is[\s>]")


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
        named: Iterable[tuple[str, Iterable[list[str]]]] = _html_tables(file)
    elif limits.get("stream"):
        named = _streamed_sheets(file, limits["columns"], limits["sheet"])
    else:
        named = _calamine_sheets(file, kind, limits["columns"], limits["sheet"])
    for position, (name, rows) in enumerate(named):
        written = folder / f"sheet-{position}.csv"
        count = width = 0
        with written.open("w", encoding="utf-8", newline="") as target:
            writer = csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_ALL)
            for row_no, cells in enumerate(rows, start=1):
                if any(cells):
                    writer.writerow([row_no, 0, *cells])
                    count += 1
                    width = max(width, len(cells))
        yield {"name": name, "file": written.name, "rows": count, "columns": width}


# ── xlsx and xls by calamine ────────────────────────────────────────────────────────────────────


def _calamine_sheets(
    file: Path, kind: str, columns: int, wanted: str | None
) -> Iterator[tuple[str, Iterator[list[str]]]]:
    import python_calamine as calamine

    try:
        workbook = calamine.CalamineWorkbook.from_path(str(file))
        visible = _chosen(
            [
                (sheet.name, str(sheet.visible).endswith(".Visible"))
                for sheet in workbook.sheets_metadata
                if str(sheet.typ).endswith(".WorkSheet")
            ],
            wanted,
        )
        parts = _sheet_parts(file) if kind == "xlsx" else {}
        for name in visible:
            sheet = workbook.get_sheet_by_name(name)
            failures = _failed_cells(file, parts[name]) if name in parts else {}
            yield name, _calamine_rows(sheet, failures, columns)
    except calamine.PasswordError as error:
        raise Refused("FILE_ENCRYPTED") from error
    except (calamine.CalamineError, zipfile.BadZipFile, OSError, KeyError, ValueError) as error:
        if "password" in str(error).lower():
            raise Refused("FILE_ENCRYPTED") from error
        raise Refused("FILE_CORRUPT") from error


def _calamine_rows(
    sheet: Any, failures: dict[tuple[int, int], str], columns: int
) -> Iterator[list[str]]:
    if sheet.start is None:
        return
    before = [""] * sheet.start[1]
    if sheet.width + len(before) > columns:
        raise Refused("FILE_TOO_DEMANDING", detail=f"> {columns} columns")
    merged = Merged(sheet.merged_cell_ranges or ())
    for row_no, row in enumerate(sheet.iter_rows()):
        cells = [*before, *(cell_text(value) for value in row)]
        if merged:
            merged.fill(row_no, cells)
        if failures:
            for place in range(len(cells)):
                if not cells[place] or cells[place] == "0":
                    cells[place] = failures.get((row_no, place), cells[place])
        yield cells


def _chosen(sheets: list[tuple[str, bool]], wanted: str | None) -> list[str]:
    """The sheet that was asked for, hidden or not; else all that are shown."""
    listed = "、".join(name for name, _ in sheets)[:400]
    if wanted is not None:
        if wanted not in (name for name, _ in sheets):
            raise Refused("SHEET_UNKNOWN", wanted=wanted[:80], sheets=listed)
        return [wanted]
    shown = [name for name, is_visible in sheets if is_visible]
    if not shown:
        raise Refused("SHEETS_HIDDEN", sheets=listed)
    return shown


def cell_text(value: object) -> str:
    """A cell's value as text; a number that may have lost digits stays visibly scientific."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return _number_text(value)
    if isinstance(value, datetime):
        whole = value.time() == time(0)
        return value.date().isoformat() if whole else value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    return "" if value is None else str(value)


def _number_text(value: int | float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return str(value)
    if float(value).is_integer():
        return str(int(value)) if abs(value) < _EXACT else f"{float(value):.16e}"
    return format(Decimal(f"{value:.15g}"), "f")


# ── what calamine does not tell: cells that failed, declarations that are forbidden ─────────────


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
        raise Refused("FILE_CORRUPT") from error
    except Exception as error:
        if type(error).__name__ == "error":  # zlib.error has no public base
            raise Refused("FILE_CORRUPT") from error
        raise


def _sheet_parts(file: Path) -> dict[str, str]:
    """Sheet name -> the part of the archive that holds its cells."""
    from xml.etree import ElementTree

    with zipfile.ZipFile(file) as archive:
        names = set(archive.namelist())
        if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
            return {}
        relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
        targets = {relation.get("Id"): (relation.get("Target") or "") for relation in relations}
        workbook = ElementTree.fromstring(archive.read("xl/workbook.xml"))
    found: dict[str, str] = {}
    for element in workbook.iter():
        if not element.tag.endswith("}sheet"):
            continue
        relation = next((v for k, v in element.attrib.items() if k.endswith("}id")), None)
        target = targets.get(relation, "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in names:
            found[element.get("name") or ""] = part
    return found


def _failed_cells(file: Path, part: str) -> dict[tuple[int, int], str]:
    """(row, column) from zero -> the mark of a cell with an error or a formula without a value."""
    failed: dict[tuple[int, int], str] = {}
    with zipfile.ZipFile(file) as archive, archive.open(part) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            cut = text.rfind(b"</row>") + 6
            if cut < 6:
                cut = max(text.rfind(b"<c "), 0) or len(text)
            whole, rest = text[:cut], text[cut:]
            if _IS_ERROR.search(whole) or _FORMULA.search(whole):
                _collect_failures(whole, failed)
        _collect_failures(rest, failed)
    return failed


def _collect_failures(text: bytes, failed: dict[tuple[int, int], str]) -> None:
    for cell in _CELL.finditer(text):
        attributes, body = cell[1], cell[2] or b""
        is_error = _IS_ERROR.search(attributes)
        value = _VALUE.search(body)
        if not is_error and (value or not _FORMULA.search(body) or _INLINE.search(body)):
            continue
        place = _REFERENCE.search(attributes)
        if place:
            column = 0
            for letter in place[1]:
                column = column * 26 + letter - 64
            told = value[1].decode("utf-8", "replace") if value else ""
            failed[int(place[2]) - 1, column - 1] = ERROR_MARK + told if is_error else FORMULA_MARK


# ── the frugal way, for sheets with a stray cell in a far corner ────────────────────────────────


def _streamed_sheets(
    file: Path, columns: int, wanted: str | None
) -> Iterator[tuple[str, Iterator[list[str]]]]:
    import openpyxl

    workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
    visible = _chosen(
        [(sheet.title, sheet.sheet_state == "visible") for sheet in workbook.worksheets], wanted
    )
    parts = _sheet_parts(file)
    for name in visible:
        sheet = workbook[name]
        sheet.reset_dimensions()
        failures = _failed_cells(file, parts[name]) if name in parts else {}
        yield name, _streamed_rows(sheet, failures, columns)


def _streamed_rows(
    sheet: Any, failures: dict[tuple[int, int], str], columns: int
) -> Iterator[list[str]]:
    for row_no, row in enumerate(sheet.iter_rows(values_only=True)):
        cells = [cell_text(value) for value in row[:columns]]
        while cells and not cells[-1]:
            cells.pop()
        for place in range(len(cells)) if failures else ():
            cells[place] = failures.get((row_no, place), cells[place])
        yield cells


def _html_tables(file: Path) -> Iterator[tuple[str, list[list[str]]]]:
    from fangpin.feeds.readers.markup import tables_of

    with file.open("rb") as stream:
        prolog = stream.read(_PROLOG).replace(b"\x00", b"").upper()
    # A page's plain <!DOCTYPE html> declares nothing; entities and outside files are no page's.
    if b"<!ENTITY" in prolog or re.search(rb"<!DOCTYPE[^>]*\[", prolog):
        raise Refused("XML_FORBIDDEN")
    for position, rows in enumerate(tables_of(file), start=1):
        yield f"table {position}", rows


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
