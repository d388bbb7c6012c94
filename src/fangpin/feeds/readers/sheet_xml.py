"""What calamine does not tell of a workbook's sheet: cells that failed, rows and columns that are hidden."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from pathlib import Path

from fangpin.values.text import ERROR_MARK, FORMULA_MARK

HIDDEN = 2
"""In the column of misshapen rows (1): the row is hidden in its spreadsheet."""

_CHUNK = 1 << 22
_MANY_COLUMNS = 1_000
_CELL = re.compile(rb"<(?:\w+:)?c\s([^>]*?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_REFERENCE = re.compile(rb"\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"']")
_IS_ERROR = re.compile(rb"\bt=[\"']e[\"']")
_VALUE = re.compile(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)</")
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
_LINK = re.compile(rb"<(?:\w+:)?f(?:\s[^>]*)?>[^<]*\[[0-9]{1,4}\]")
"""A formula that names another file, by its number in the workbook's list."""
_INLINE = re.compile(rb"<(?:\w+:)?is[\s>]")
_UNSEEN = re.compile(rb"\b(?:hidden=[\"'](?:1|true)|(?:ht|width)=[\"']0(?:\.0*)?)[\"']")
"""Hidden by a filter, an outline or by hand, or of no height or width, which looks the same."""
_ROW = re.compile(rb"<(?:\w+:)?row\s([^>]*)>")
_ROW_NUMBER = re.compile(rb"\br=[\"']([0-9]{1,7})[\"']")
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")
_EDGE = re.compile(rb"\b(min|max)=[\"']([0-9]{1,5})[\"']")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the XML of a sheet tells beside its values."""

    failures: dict[tuple[int, int], str]
    """(row, column) from zero -> the mark of a cell with an error or a formula without a value."""
    hidden_rows: set[int]
    """Their numbers, as the clerk would see them."""
    hidden_columns: set[int]
    """Their places, from zero."""
    linked: dict[int, int]
    """Row number -> how many of its cells compute from another file."""


NOTHING_SEEN = Seen({}, set(), set(), {})


def sheet_parts(file: Path) -> dict[str, str]:
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


def look_at(file: Path, part: str) -> Seen:
    """What there is to tell of a sheet, its XML read once from end to end."""
    seen = Seen({}, set(), set(), {})
    with zipfile.ZipFile(file) as archive, archive.open(part) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            cut = text.rfind(b"</row>") + 6
            if cut < 6:
                cut = max(text.rfind(b"<c "), 0) or len(text)
            whole, rest = text[:cut], text[cut:]
            if _IS_ERROR.search(whole) or _FORMULA.search(whole):
                _collect_failures(whole, seen.failures)
                _collect_links(whole, seen.linked)
            _collect_hidden(whole, seen)
        _collect_failures(rest, seen.failures)
        _collect_links(rest, seen.linked)
        _collect_hidden(rest, seen)
    return seen


def _collect_links(text: bytes, linked: dict[int, int]) -> None:
    if not _LINK.search(text):
        return
    for cell in _CELL.finditer(text):
        place = _REFERENCE.search(cell[1])
        if place and _LINK.search(cell[2] or b""):
            linked[int(place[2])] = linked.get(int(place[2]), 0) + 1


def _collect_hidden(text: bytes, seen: Seen) -> None:
    if not _UNSEEN.search(text):
        return
    for row in _ROW.finditer(text):
        number = _ROW_NUMBER.search(row[1])
        if number and _UNSEEN.search(row[1]):
            seen.hidden_rows.add(int(number[1]))
    for column in _COLUMN.finditer(text):
        if _UNSEEN.search(column[1]):
            edges = {name: int(place) for name, place in _EDGE.findall(column[1])}
            first, last = edges.get(b"min", 1), edges.get(b"max", 0)
            seen.hidden_columns.update(range(first - 1, min(last, _MANY_COLUMNS)))


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
