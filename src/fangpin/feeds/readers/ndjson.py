"""Reads NDJSON: one JSON object a line, as departments' systems push them. Row numbers are lines."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fangpin.feeds.cells.headers import map_columns
from fangpin.feeds.cells.table import RawTable, load_numbered
from fangpin.feeds.findings import FileRefused, finding
from fangpin.feeds.readers.limits import Limits
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models.feeds import Contract
from fangpin.values.writing import EVERYWHERE, Writing

LONGEST_LINE = 1 << 20
"""Bytes. No honest row is longer; none is read further."""


_HALF = re.compile("[\ud800-\udfff]")


class _Pairs(list[tuple[str, Any]]):
    """A JSON object with its pairs as they are written, a key twice included."""


def read_ndjson(
    file: Path,
    *,
    contract: Contract,
    writing: Writing,
    engine: Engine,
    limits: Limits,
    workplace: Path,
) -> RawTable:
    """Load an NDJSON file; columns are the keys of all its objects. Numbers keep their digits.

    A line that is no object, or is cut, refuses the whole file: half a body is no delivery. A value
    that is itself an object or a list, a key twice, or half a character sets its row aside. Raises
    FileRefused (JSON_LINE_UNREADABLE, FILE_TOO_DEMANDING, and what `map_columns` raises).
    """
    places: dict[str, int] = {}
    numbered = workplace / "numbered.csv"
    with numbered.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, lineterminator="\n", quoting=csv.QUOTE_ALL)
        for row_no, pairs in _objects(file, writing):
            cells = [""] * len(places)
            misshapen = len({key for key, _ in pairs}) < len(pairs)
            for key, value in pairs:
                place = places.setdefault(key, len(places))
                if place == len(cells):
                    cells.append("")
                text = _text(value)
                misshapen = misshapen or isinstance(value, list) or not _is_whole(text)
                cells[place] = text if _is_whole(text) else ""
            if len(places) > limits.columns:
                raise FileRefused(
                    finding("FILE_TOO_DEMANDING", detail=f"> {limits.columns} columns")
                )
            writer.writerow([row_no, int(misshapen), *cells])
    if not places:
        raise FileRefused(finding("FILE_EMPTY"))
    mapping = map_columns(list(places), contract=contract, writing=writing)
    number, flag = load_numbered(numbered, len(places), engine)
    return RawTable(mapping, number, flag, ())


def is_ndjson(file: Path) -> bool:
    """Whether the first line that is not blank is a whole JSON object."""
    try:
        return next(_objects(file, EVERYWHERE), None) is not None
    except FileRefused:
        return False


def _objects(file: Path, writing: Writing) -> Iterator[tuple[int, _Pairs]]:
    """(line, object) of every line that is not blank."""
    with file.open("rb") as stream:
        line_no = 0
        while line := stream.readline(LONGEST_LINE + 1):
            line_no += 1
            if line_no == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if not line.strip():
                continue
            pairs = _object(line, writing) if len(line) <= LONGEST_LINE else None
            if pairs is None:
                raise FileRefused(finding("JSON_LINE_UNREADABLE", row=line_no))
            yield line_no, pairs


def _object(line: bytes, writing: Writing) -> _Pairs | None:
    try:
        read = json.loads(
            line.decode("utf-8"),
            object_pairs_hook=_Pairs,
            parse_int=str,
            parse_float=writing.figure,
            parse_constant=str,
        )
    except (ValueError, RecursionError):
        return None
    if not isinstance(read, _Pairs) or not all(_is_whole(key) for key, _ in read):
        return None
    return read


def _is_whole(text: str) -> bool:
    """Whether no half of a surrogate pair stands in it, which programs leave that cut texts."""
    return text.isascii() or _HALF.search(text) is None


def _text(value: Any) -> str:
    if value is None or isinstance(value, list):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
