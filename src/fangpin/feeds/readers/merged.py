"""Cells merged with those above them: a reader sees them blank, the clerk sees the text above.

They are marked with that text. In a header it is the column's title; below it, whoever knows what the
column holds says whether it stands for every row: a name does, a sum of money may be that of them all.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, MutableSequence

from fangpin.values.text import MERGED_MARK

_Place = tuple[int, int]


def marked(text: str) -> str:
    """The cell below one of this text with which it is merged."""
    return MERGED_MARK + text if text else ""


def unmarked(text: str) -> str:
    """What a cell of a header says, merged or not."""
    return text.removeprefix(MERGED_MARK)


class Merged:
    """The merged ranges of a sheet, asked row by row from the top."""

    def __init__(self, ranges: Iterable[tuple[_Place, _Place]]) -> None:
        below = sorted((first, last) for first, last in ranges if last[0] > first[0])
        self._ahead = deque(below)
        self._open: dict[int, tuple[int, str]] = {}
        """By column: the last row of the range and its text."""

    def __bool__(self) -> bool:
        return bool(self._ahead or self._open)

    def fill(self, row: int, cells: MutableSequence[str]) -> None:
        """Mark the blank cells of a row that are merged with one above; not of a row that says nothing."""
        says_something = any(cells)
        for column, (last, text) in list(self._open.items()):
            if says_something and column < len(cells) and not cells[column]:
                cells[column] = marked(text)
            if last <= row:
                del self._open[column]
        while self._ahead and self._ahead[0][0][0] <= row:
            (_, column), (last, _) = self._ahead.popleft()
            if column < len(cells) and cells[column] and last > row:
                # A broken sheet merges what is merged already: its text is still the one above.
                self._open[column] = (last, unmarked(cells[column]))
