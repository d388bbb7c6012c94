"""A case's clocks in words: how much is left, or by how much it was met or missed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext, ngettext

from fangpin.policy import WorkingCalendar
from fangpin.policy.procedure import ClockState
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said


@dataclass(frozen=True, slots=True)
class ClockView:
    """One clock as it is shown, with what proves it."""

    title: str
    running: str
    words: str
    """还有 n 个工作日 / 逾期 n 天 / 用 n 天（限 m 天）."""
    started: date | None
    deadline: date | None
    ended: date | None
    ends: tuple[str, ...]
    """Acts that stop it."""
    is_late: bool

    @property
    def is_running(self) -> bool:
        return self.running in ("running", "overdue", "paused")


def clock_views(states: Iterable[ClockState]) -> list[ClockView]:
    """The clocks that have begun, in the procedure's order."""
    calendar = WorkingCalendar(installation_pack())
    return [_view(state, calendar) for state in states if state.running != "waiting"]


def left_words(days: int, *, in_working_days: bool) -> str:
    """还有 n 天, 今天到期, 逾期 n 天."""
    if days < 0:
        late = -days
        if in_working_days:
            return ngettext("逾期 %(days)d 个工作日", "逾期 %(days)d 个工作日", late) % {
                "days": late
            }
        return ngettext("逾期 %(days)d 天", "逾期 %(days)d 天", late) % {"days": late}
    if days == 0:
        return gettext("今天到期")
    if in_working_days:
        return ngettext("还有 %(days)d 个工作日", "还有 %(days)d 个工作日", days) % {"days": days}
    return ngettext("还有 %(days)d 天", "还有 %(days)d 天", days) % {"days": days}


def _view(state: ClockState, calendar: WorkingCalendar) -> ClockView:
    working = state.clock.working_days
    if state.running in ("met", "late"):
        words = _used(state, calendar)
    elif state.running == "paused":
        words = gettext("暂停中")
    else:
        words = left_words(state.days_left or 0, in_working_days=working)
    return ClockView(
        title=said(state.clock.title),
        running=state.running,
        words=words,
        started=state.started,
        deadline=state.deadline,
        ended=state.ended,
        ends=tuple(state.clock.ends),
        is_late=state.running in ("overdue", "late"),
    )


def _used(state: ClockState, calendar: WorkingCalendar) -> str:
    assert state.started is not None
    assert state.ended is not None
    if state.clock.working_days:
        used = calendar.working_days_between(state.started, state.ended) - state.days_paused
        return ngettext(
            "用 %(used)d 个工作日（限 %(days)d 个）",
            "用 %(used)d 个工作日（限 %(days)d 个）",
            used,
        ) % {"used": used, "days": state.days}
    used = (state.ended - state.started).days - state.days_paused
    return ngettext(
        "用 %(used)d 天（限 %(days)d 天）", "用 %(used)d 天（限 %(days)d 天）", used
    ) % {
        "used": used,
        "days": state.days,
    }
