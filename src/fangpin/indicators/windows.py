"""The windows of a run: which sums, runs and last values over which items and months are needed.

Each distinct window becomes one column, computed in one pass over its feed's ledger rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from fangpin.policy.expressions import tree
from fangpin.policy.models import LedgerItem
from fangpin.policy.pack import Pack

LOOK_BACK = 24
"""How many months a run of months can be followed back."""


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


def base_items(pack: Pack, code: str) -> tuple[LedgerItem, ...]:
    """The item itself, or the items that a total adds, totals of totals resolved."""
    item = pack.items[code]
    if item.kind != "total":
        return (item,)
    found: dict[str, LedgerItem] = {}
    for part in item.of:
        for base in base_items(pack, part):
            found[base.item] = base
    return tuple(found.values())


def whole_number(node: tree.Node | None, default: int) -> int:
    """The value of a months or ago option, parameters already replaced by their numbers."""
    if node is None:
        return default
    assert isinstance(node, tree.Number), "checked when the pack was loaded"
    return int(node.value)


def school_year_first(month: int, start: int) -> int:
    """The first month of the school year that holds a month; start is 1..12."""
    number = month % 12 + 1
    return month - (number - start) % 12


def year_first(month: int) -> int:
    """The January of a month's year."""
    return month - month % 12


def as_number(value: Decimal) -> tree.Number:
    """A tree node for a number."""
    return tree.Number(value)
