"""The windows of a run: which sums, runs and last values over which items and months are needed.

Each distinct window becomes one column, computed in one pass over its feed's ledger rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from fangpin.policy.expressions import tree


@dataclass(frozen=True, slots=True)
class WindowSum:
    """The sum of one base item over the months first..last, both inclusive."""

    item: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class WindowLast:
    """The value of one base item in the latest month of first..last that has one."""

    item: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class WindowMonths:
    """A bit per month of the look-back (bit 0: the judged month): the item's rows meet a level.

    A month without a row never does, whatever the level.
    """

    items: tuple[str, ...]
    comparison: Literal[">", ">="]
    level: str
    width: int
    by_division: bool = False
    """The level differs by division: the query needs each household's."""


Window = WindowSum | WindowLast | WindowMonths


def whole_number(node: tree.Node | None, default: int) -> int:
    """The value of a months or ago option, parameters already replaced by their numbers."""
    if node is None:
        return default
    assert isinstance(node, tree.Number), "checked when the pack was loaded"
    return int(node.value)


def as_number(value: Decimal) -> tree.Number:
    """A tree node for a number."""
    return tree.Number(value)
