"""Which months each feed has delivered: missing is not zero."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from fangpin.policy.models.feeds import Contract


@dataclass(frozen=True, slots=True)
class Coverage:
    """Feed -> the months (year * 12 + month - 1) that it had delivered by some date."""

    months: Mapping[str, frozenset[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, delivered: Iterable[tuple[str, int]]) -> Coverage:
        """From pairs of feed and delivered month."""
        found: dict[str, set[int]] = {}
        for feed, month in delivered:
            found.setdefault(feed, set()).add(month)
        return cls({feed: frozenset(months) for feed, months in found.items()})

    def is_known(self, contract: Contract, first: int, last: int) -> bool:
        """Whether a window of months is known.

        A monthly feed must have delivered every month of it; a quarterly, termly or yearly one any
        month of it; an event feed is known once it has ever delivered up to the window's end.
        """
        delivered = self.months.get(contract.feed, frozenset())
        if contract.frequency == "monthly":
            return all(month in delivered for month in range(first, last + 1))
        if contract.frequency == "event":
            return any(month <= last for month in delivered)
        return any(first <= month <= last for month in delivered)

    def mask(self, contract: Contract, last: int, width: int) -> int:
        """Bit i set: the month `last - i` is known."""
        delivered = self.months.get(contract.feed, frozenset())
        if contract.frequency != "monthly":
            return (1 << width) - 1 if self.is_known(contract, last - width + 1, last) else 0
        return sum(1 << i for i in range(width) if last - i in delivered)
