"""The lines by which a delivery as a whole is judged: parameters of the pack, `delivery.…`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from fangpin.policy.pack import Pack
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError

PREFIX = "delivery."
Kept = TypeVar("Kept")


class DeliveryLines:
    """The pack's lines on the day of receipt."""

    def __init__(self, pack: Pack, day: date) -> None:
        self._pack, self._day = pack, day

    def of(self, code: str) -> Decimal | None:
        """A line; None where the pack draws none or none for that day: no other day's is used.

        Files of long ago are received all the same: what cannot be judged is not held.
        """
        if PREFIX + code not in self._pack.parameters:
            return None
        try:
            value = self._pack.parameter(PREFIX + code, at=self._day, division=None).value
        except ProblemError as error:
            if error.problems[0].code == "NO_VALUE_FOR_DATE":
                return None
            raise
        return value if isinstance(value, Decimal) else None

    def latest(self, code: str, found: Sequence[Kept]) -> Sequence[Kept]:
        """The last of what was found, as many as the line says; all of it where the pack draws none."""
        most = self.of(code)
        return found if most is None else found[max(0, len(found) - int(most)) :]

    def latest_month(self) -> Month | None:
        """The last month of which rows can be true on this day; None: the pack draws no such line."""
        ahead = self.of("months_ahead")
        return None if ahead is None else Month.containing(self._day).plus(int(ahead))

    def earliest_month(self) -> Month | None:
        """The first month of which rows are believed on this day; None: the pack draws no such line."""
        behind = self.of("months_behind")
        return None if behind is None else Month.containing(self._day).plus(-int(behind))

    def least_names(self) -> int | None:
        """How many names under one number make it nobody's; None: the pack draws no such line."""
        least = self.of("names_of_a_number")
        return None if least is None else int(least)
