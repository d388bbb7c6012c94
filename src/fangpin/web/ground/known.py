"""What is known of a household's ledger: a stored amount, a true zero, or nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from fangpin.web.ground.pack import installation_pack


@dataclass(frozen=True, slots=True)
class KnownLedger:
    """Amounts by month and item, and which months each feed has delivered."""

    months: Mapping[int, Mapping[str, Any]]
    covered: Mapping[str, frozenset[int]]

    def __bool__(self) -> bool:
        return bool(self.months)

    def amount(self, item: str, month: int) -> Decimal | None:
        """The amount of an item in a month; None where it is unknown.

        No row in a delivered month is zero only where the feed's contract says so; a total is the
        sum of what is known of its parts.
        """
        stored = number_of(self.months.get(month, {}).get(item))
        if stored is not None:
            return stored
        pack = installation_pack()
        told = pack.items.get(item)
        if told is None:
            return None
        if told.kind == "total":
            parts = [self.amount(part, month) for part in told.of]
            known = [part for part in parts if part is not None]
            return sum(known, Decimal(0)) if known else None
        contract = pack.contracts.get(told.feed or "")
        if contract and contract.absence == "zero" and told.kind != "state":
            return Decimal(0) if month in self.covered.get(contract.feed, frozenset()) else None
        return None


def number_of(value: object) -> Decimal | None:
    """A stored value as a number; None for what is unknown or no number."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
