"""The days that the law gives a declaration, before and after anyone has found its household.

Until officials have met the household, the page is told from the declaration alone: whoever writes
down a neighbour's number sees the same as for a number that nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext, ngettext

from fangpin.casework.cases.gate import local_day
from fangpin.casework.declarations.acts import CHANNEL
from fangpin.policy import WorkingCalendar
from fangpin.policy.procedure import ClockState, clock_states, procedure_of
from fangpin.values.problem import ProblemError
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import listed, said

_KIND = "identification"


@dataclass(frozen=True, slots=True)
class Term:
    """One time limit as it is shown."""

    title: str
    deadline: date | None
    words: str
    is_overdue: bool = False
    is_done: bool = False


def terms_of_declaration(*, division: str, received_at: datetime, on: date) -> tuple[Term, ...]:
    """What the law says from the day of the declaration; empty where the pack states nothing."""
    pack, day = installation_pack(), local_day(received_at)
    try:
        procedure = procedure_of(pack, kind=_KIND, at=day)
        states = clock_states(
            procedure,
            pack=pack,
            calendar=WorkingCalendar(pack),
            division=division,
            clues={CHANNEL: day},
            log=(),
            on=on,
        )
    except ProblemError:
        return ()
    return terms(states)


def steps_of_declaration(*, received_at: datetime) -> str:
    """The steps that a declaration of this day goes through, one after another; empty: not stated."""
    try:
        procedure = procedure_of(installation_pack(), kind=_KIND, at=local_day(received_at))
    except ProblemError:
        return ""
    own = [one for one in procedure.steps if not one.channels or CHANNEL in one.channels]
    return listed(said(one.title) for one in own if not one.optional)


def terms(states: Iterable[ClockState]) -> tuple[Term, ...]:
    """Clocks that have begun, the nearest first; those that have ended stand last."""
    begun = [one for one in states if one.started is not None]
    told = [_term(one) for one in begun]
    return tuple(sorted(told, key=lambda one: (one.is_done, one.deadline or date.max)))


def _term(state: ClockState) -> Term:
    title = said(state.clock.title)
    if state.ended is not None:
        done = gettext("%(day)s 已完成") % {"day": state.ended.isoformat()}
        return Term(title, state.deadline, done, is_done=True)
    left = state.days_left
    if left is None:
        return Term(title, state.deadline, "")
    is_working = state.clock.working_days
    if left < 0:
        late = {"days": -left}
        words = (
            ngettext("逾期 %(days)d 个工作日", "逾期 %(days)d 个工作日", -left)
            if is_working
            else ngettext("逾期 %(days)d 天", "逾期 %(days)d 天", -left)
        )
        return Term(title, state.deadline, words % late, is_overdue=True)
    if left == 0:
        return Term(title, state.deadline, gettext("今天到期"))
    words = (
        ngettext("还有 %(days)d 个工作日", "还有 %(days)d 个工作日", left)
        if is_working
        else ngettext("还有 %(days)d 天", "还有 %(days)d 天", left)
    )
    return Term(title, state.deadline, words % {"days": left})
