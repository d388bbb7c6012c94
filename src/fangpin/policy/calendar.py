"""Working days of a pack: weekends, published holidays and make-up days; never guessed."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from fangpin.policy.pack import Pack

_SATURDAY = 5
_ONE_DAY = timedelta(days=1)


class WorkingCalendar:
    """The days on which offices of a pack work.

    A pack without a calendar works Monday to Friday. With one, every year asked for must be
    there: ProblemError CALENDAR_YEAR_MISSING otherwise.
    """

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._has_calendar = pack.header.calendar is not None
        self._years: dict[int, tuple[frozenset[int], frozenset[date], frozenset[date]]] = {}

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on this day: a make-up day, or no holiday and no weekend."""
        if not self._has_calendar:
            return day.weekday() < _SATURDAY
        weekend, holidays, make_up_days = self._year(day.year)
        if day in make_up_days:
            return True
        return day.weekday() not in weekend and day not in holidays

    def add_working_days(self, start: date, n: int) -> date:
        """The day on which n working days after `start` end; `start` itself is not counted.

        n = 0 is `start`. Raises ValueError for a negative n.
        """
        if n < 0:
            raise ValueError(f"working days are counted forward, not {n}")
        day = start
        while n > 0:
            day += _ONE_DAY
            n -= self.is_working_day(day)
        return day

    def after(self, start: date, days: int, *, working_days: bool) -> date:
        """The day on which so many days after `start` end, in working or in calendar days."""
        if working_days:
            return self.add_working_days(start, days)
        return start + timedelta(days=days)

    def working_days_between(self, a: date, b: date) -> int:
        """Working days after `a` up to and including `b`; negative when `b` is before `a`."""
        if b < a:
            return -self.working_days_between(b, a)
        days = (a + timedelta(days=n) for n in range(1, (b - a).days + 1))
        return sum(self.is_working_day(day) for day in days)

    def _year(self, year: int) -> tuple[frozenset[int], frozenset[date], frozenset[date]]:
        if year not in self._years:
            stated = self._pack.calendar(year)
            self._years[year] = (
                frozenset(stated.weekend),
                frozenset(stated.holidays),
                frozenset(stated.make_up_days),
            )
        return self._years[year]


@lru_cache(maxsize=16)
def calendar_of(pack: Pack) -> WorkingCalendar:
    """The calendar of a pack, which never changes: its years are read once a process."""
    return WorkingCalendar(pack)


def visit_due(pack: Pack, severity: str, *, on: date) -> date:
    """The day by which an alert of a severity, raised on a day, asks for a visit."""
    stated = next(one for one in pack.severities if one.severity == severity)
    return calendar_of(pack).after(on, stated.due_days, working_days=stated.working_days)
