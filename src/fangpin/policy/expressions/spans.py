"""The months that windows span, and the items that a total adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fangpin.policy.models.lists import LedgerItem

if TYPE_CHECKING:
    from fangpin.policy.pack import Pack

LOOK_BACK = 24
"""How many months a run of months, or a latest value, can be followed back."""


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


def school_year_first(month: int, start: int) -> int:
    """The first month of the school year that holds a month; start is 1..12."""
    number = month % 12 + 1
    return month - (number - start) % 12


def year_first(month: int) -> int:
    """The January of a month's year."""
    return month - month % 12
