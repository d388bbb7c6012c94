"""Small numbers that are not shown, and those that would give them away."""

from __future__ import annotations

from collections.abc import Sequence


class Withheld(int):
    """A count that is not shown. Nothing can be computed from it: it weighs nothing in a sum."""

    def __new__(cls) -> Withheld:
        return super().__new__(cls, 0)

    def __bool__(self) -> bool:
        """True: there is something to say, namely that it is not said."""
        return True

    def __repr__(self) -> str:
        return "WITHHELD"


WITHHELD = Withheld()


def is_withheld(count: object) -> bool:
    """Whether this count is not shown."""
    return isinstance(count, Withheld)


def is_small(count: int, *, smallest: int) -> bool:
    """Whether a count tells of so few that they could be recognised; nought tells of nobody."""
    return 0 < count < smallest


def withheld_cells(
    cells: Sequence[int], *, smallest: int, total_is_withheld: bool = False
) -> frozenset[int]:
    """The places of the cells of one line that must not be shown beside the line's total.

    Small cells, and as many others, the least first, as it takes that what is missing is more than
    one cell and no small number itself: then no cell follows from the total and the others. Where
    the total is not shown, the cells that are shown do not add up to it.
    """
    hidden = {place for place, cell in enumerate(cells) if is_small(cell, smallest=smallest)}
    others = sorted(
        (place for place in range(len(cells)) if place not in hidden),
        key=lambda place: (cells[place] == 0, cells[place], place),
    )
    if total_is_withheld:
        if not hidden and others and cells[others[0]]:
            hidden.add(others[0])
        return frozenset(hidden)
    while hidden and (len(hidden) < 2 or sum(cells[place] for place in hidden) < smallest):
        if not others:
            break
        hidden.add(others.pop(0))
    return frozenset(hidden)


def shown(cells: Sequence[int], hidden: frozenset[int]) -> list[int]:
    """The cells with those at the hidden places withheld."""
    return [WITHHELD if place in hidden else cell for place, cell in enumerate(cells)]
