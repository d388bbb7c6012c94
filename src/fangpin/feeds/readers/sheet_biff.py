"""What calamine does not tell of the sheets of an old workbook (.xls): rows and columns that are hidden."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from fangpin.feeds.readers.sheet_xml import Seen

_BOF, _EOF, _SHEET, _ROW, _COLUMNS = 0x0809, 0x000A, 0x0085, 0x0208, 0x007D
_STREAMS = ("Workbook", "Book")
_ROW_IS_HIDDEN, _HEIGHT = 0x0020, 0x7FFF


def look_at_old(file: Path) -> list[Seen]:
    """What there is to tell of each sheet, in the workbook's order; of one that is broken nothing."""
    try:
        book = _book(file)
        places = [
            struct.unpack_from("<I", told)[0] for kind, told in _records(book, 0) if kind == _SHEET
        ]
        return [_seen(book, place) for place in places]
    except (struct.error, ValueError, IndexError, AssertionError):
        return []


def _book(file: Path) -> bytes:
    """The stream of records within the file."""
    from xlrd.compdoc import CompDoc, CompDocError

    try:
        document = CompDoc(file.read_bytes(), logfile=StringIO(), ignore_workbook_corruption=True)
        found = (document.locate_named_stream(name) for name in _STREAMS)
        content, first, size = next(one for one in found if one[0])
    except (CompDocError, StopIteration) as error:
        raise ValueError from error
    return bytes(content[first : first + size])


def _records(book: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """(kind, content) of the records of one sheet, or of the workbook's own at its beginning."""
    depth = 0
    while place + 4 <= len(book):
        kind, size = struct.unpack_from("<HH", book, place)
        # A chart within a sheet has a beginning and an end of its own.
        depth += (kind == _BOF) - (kind == _EOF)
        if depth <= 0:
            return
        if depth == 1:
            yield kind, book[place + 4 : place + 4 + size]
        place += 4 + size


def _seen(book: bytes, place: int) -> Seen:
    rows: set[int] = set()
    columns: set[int] = set()
    for kind, told in _records(book, place):
        if kind == _ROW:
            number, height, flags = struct.unpack_from("<H4xH4xH", told)
            if flags & _ROW_IS_HIDDEN or not height & _HEIGHT:
                rows.add(number + 1)
        elif kind == _COLUMNS:
            first, last, width, flags = struct.unpack_from("<HHH2xH", told)
            if flags & 1 or not width:
                columns.update(range(first, min(last, 255) + 1))
    return Seen({}, rows, columns, {})
