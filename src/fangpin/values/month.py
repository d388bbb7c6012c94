"""Calendar months as plain integers: year * 12 + month - 1, so that windows are subtraction.

The lake stores this integer (`month INTEGER`); people see `2020-04`.
"""

from __future__ import annotations

import re
from datetime import MINYEAR, date, timedelta

_SHAPE = re.compile(r"^(\d{4})-(\d{2})$")


class Month(int):
    """A calendar month; `Month.parse("2020-04") - 3` is January 2020 as an integer."""

    @classmethod
    def of(cls, year: int, month: int) -> Month:
        """The month of a year; month is 1..12. Raises ValueError outside."""
        if not 1 <= month <= 12:
            raise ValueError(f"month must be 1..12, not {month}")
        return cls(year * 12 + month - 1)

    @classmethod
    def parse(cls, text: str) -> Month:
        """Read `YYYY-MM`. Raises ValueError for any other shape, and for a year that no calendar has."""
        match = _SHAPE.match(text)
        if not match or int(match[1]) < MINYEAR:
            raise ValueError(f"a month is written YYYY-MM, not {text!r}")
        return cls.of(int(match[1]), int(match[2]))

    @classmethod
    def containing(cls, day: date) -> Month:
        """The month that holds this day."""
        return cls.of(day.year, day.month)

    @classmethod
    def last_complete(cls, as_of: date) -> Month:
        """The latest month that had ended before this day: what a run of that day can judge."""
        return cls.containing(as_of).plus(-1)

    @property
    def year(self) -> int:
        return int(self) // 12

    @property
    def number(self) -> int:
        """The month of the year, 1..12."""
        return int(self) % 12 + 1

    @property
    def first_day(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        return self.plus(1).first_day - timedelta(days=1)

    def plus(self, months: int) -> Month:
        """This month moved by a number of months."""
        return Month(int(self) + months)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    def __repr__(self) -> str:
        return f"Month({self})"
