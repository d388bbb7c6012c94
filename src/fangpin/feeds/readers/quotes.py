"""The rows of a CSV in which quotes may stand anywhere: a stray one costs the line it stands on."""

from __future__ import annotations

import csv
import itertools
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from fangpin.feeds.findings import FileRefused, finding


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file's rows are written: `columns` with the blank ones at the header's end, `width` without."""

    delimiter: str
    columns: int
    width: int
    first_data: int
    """How many rows stand above the data."""

    def is_misshapen(self, row: Sequence[str]) -> bool:
        """Whether a row has fewer or more cells than the header."""
        return len(row) < self.width or any(cell.strip() for cell in row[self.width :])

    def has_swallowed_rows(self, cell: str) -> bool:
        """Whether a stray quote drew whole rows into one cell."""
        if "\n" not in cell and "\r" not in cell:
            return False
        delimiters = self.columns - 1
        enough = max(1, delimiters if delimiters <= 2 else max(2, delimiters // 2))
        return any(line.count(self.delimiter) >= enough for line in cell.splitlines())


def rows_of(source: Iterator[str], layout: Layout) -> Iterator[tuple[list[str], bool]]:
    """Every row of these lines, and whether it is misshapen: of another width, or broken.

    The lines that a stray quote drew into its row are rows again. Raises FileRefused FILE_CORRUPT
    for a cell that is longer than any honest one.
    """
    waiting, taken = deque[str](), list[str]()

    def lines() -> Iterator[str]:
        while line := waiting.popleft() if waiting else next(source, ""):
            taken.append(line)
            yield line

    # What stands above the data is read as it was when the header was looked for.
    above = csv.reader(lines(), delimiter=layout.delimiter)
    for row in itertools.islice(above, layout.first_data):
        yield row, False
    reader = csv.reader(lines(), delimiter=layout.delimiter, strict=True)
    while True:
        taken.clear()
        try:
            next_row = next(reader, None)
        except csv.Error:
            next_row = []
        if next_row is None:
            return
        if not _is_broken(next_row, taken, layout):
            yield next_row, layout.is_misshapen(next_row)
            continue
        # Its first line is read by itself, and those after it anew.
        first, *others = taken
        waiting.extendleft(reversed(others))
        reader = csv.reader(lines(), delimiter=layout.delimiter, strict=True)
        first = first.rstrip("\r\n")
        row = _alone(first, layout)
        if others or layout.is_misshapen(row):
            yield first.split(layout.delimiter), True
        else:
            yield row, False


def _is_broken(row: Sequence[str], lines: Sequence[str], layout: Layout) -> bool:
    """Whether a stray quote stands in a row (which is empty then) or drew other rows into it."""
    if not row:
        return bool("".join(lines).strip())
    return len(lines) > 1 and (layout.is_misshapen(row) or any(map(layout.has_swallowed_rows, row)))


def _alone(line: str, layout: Layout) -> list[str]:
    """The cells of one line in which quotes may stand anywhere."""
    try:
        return next(csv.reader([line], delimiter=layout.delimiter), [])
    except csv.Error as error:
        raise FileRefused(finding("FILE_CORRUPT")) from error
