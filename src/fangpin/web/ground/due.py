"""How long is left until a date, counted as the severity's deadline is counted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext, ngettext

from fangpin.policy.calendar import WorkingCalendar
from fangpin.values.problem import ProblemError
from fangpin.web.ground.pack import installation_pack, severity_of


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline as it is shown; `days` is negative when it has passed."""

    date: date
    days: int
    in_working_days: bool

    @property
    def is_overdue(self) -> bool:
        return self.days < 0

    @property
    def words(self) -> str:
        """还有 n 个工作日 / 还有 n 天 / 今天到期 / 逾期 n 天."""
        if self.days < 0:
            late = -self.days
            return ngettext("逾期 %(days)d 天", "逾期 %(days)d 天", late) % {"days": late}
        if self.days == 0:
            return gettext("今天到期")
        left = {"days": self.days}
        if self.in_working_days:
            return ngettext("还有 %(days)d 个工作日", "还有 %(days)d 个工作日", self.days) % left
        return ngettext("还有 %(days)d 天", "还有 %(days)d 天", self.days) % left


def due_of(*, due_date: date, severity: str, today: date) -> Due:
    """What is left on a day. Overdue days are calendar days: lateness does not rest on Sundays."""
    step = severity_of(severity)
    if due_date <= today or step is None or not step.working_days:
        return Due(due_date, (due_date - today).days, in_working_days=False)
    calendar = WorkingCalendar(installation_pack())
    try:
        days = sum(
            calendar.is_working_day(today + timedelta(days=ahead))
            for ahead in range(1, (due_date - today).days + 1)
        )
    except ProblemError:  # a year whose calendar is not yet published: say calendar days, truly
        return Due(due_date, (due_date - today).days, in_working_days=False)
    return Due(due_date, days, in_working_days=True)
