"""Households of the national pack for tests: months as people write them, all feeds delivered."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path

from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from fangpin.values.month import Month

PACKS = Path(__file__).parents[2] / "packs"

Months = dict[str, dict[int, Decimal | str | None]]


@cache
def pack_named(name: str) -> Pack:
    return load_pack(PACKS / name)


def month(text: str) -> int:
    """`2020-04`, or the January of a year, `2019`."""
    return int(Month.parse(text if "-" in text else f"{text}-01"))


def every_month(first: str, last: str, amount: int | str) -> dict[int, Decimal | str | None]:
    """The same amount in each month, both ends inclusive."""
    return {number: Decimal(amount) for number in range(month(first), month(last) + 1)}


def in_months(**amounts: Mapping[str, int | str]) -> Months:
    """Item -> month or year as text -> amount."""
    return {
        item: {month(text): Decimal(amount) for text, amount in by_month.items()}
        for item, by_month in amounts.items()
    }


def all_delivered(pack: Pack, last: str) -> dict[str, frozenset[int]]:
    """Every feed delivered in each of the 36 months up to one."""
    months = frozenset(month(last) - back for back in range(36))
    return dict.fromkeys(pack.contracts, months)
