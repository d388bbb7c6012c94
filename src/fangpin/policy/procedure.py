"""Where a case stands in its procedure: which steps are open, how its clocks run.

Pure: a procedure, what has happened so far and a day give the answer; the same for a page, an act,
a report and a case of the pack, and again in three years.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from fangpin.policy.calendar import WorkingCalendar
from fangpin.policy.models.procedures import FIRST_CLUE, Clock, Exit, Procedure, Step
from fangpin.policy.pack import Pack
from fangpin.values.problem import Problem, ProblemError

ClockRunning = Literal["waiting", "running", "paused", "overdue", "met", "late"]
"""waiting: not begun; met and late: stopped in time, or after its deadline."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One act of a case's log, in order: what was done, which step it completed, on which day.

    `is_undone`: the case was returned to this step or one before it; the act stays on record.
    """

    act: str
    on: date
    step: str = ""
    is_undone: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Which steps are done and open now, and by which exits the case could end."""

    done: frozenset[str]
    open: tuple[Step, ...]
    exits: tuple[Exit, ...]

    def step_of(self, act: str) -> Step | None:
        """The open step that this act would complete; None when there is none."""
        return next((step for step in self.open if step.act == act), None)

    def exit_of(self, act: str) -> Exit | None:
        """The exit that this act takes, if it may be taken now."""
        return next((way for way in self.exits if way.act == act), None)

    @property
    def is_through(self) -> bool:
        """Whether nothing but optional steps is left."""
        return all(step.optional for step in self.open)


@dataclass(frozen=True, slots=True)
class ClockState:
    """One clock of a case on a day. Days are working days where the clock counts so.

    `days_left` is negative once overdue; None while it has not begun. `ended` is the day on which
    an act stopped it.
    """

    clock: Clock
    running: ClockRunning
    started: date | None = None
    deadline: date | None = None
    ended: date | None = None
    days: int | None = None
    days_left: int | None = None
    days_paused: int = 0

    @property
    def is_overdue(self) -> bool:
        return self.running == "overdue"


def procedure_of(pack: Pack, *, kind: str, at: date) -> Procedure:
    """The procedure of a kind that is in force on a day: that of the day of the first clue.

    Raises ProblemError NO_PROCEDURE when the pack has none; none is ever assumed.
    """
    for procedure in pack.procedures_in_force(at):
        if procedure.kind == kind:
            return procedure
    raise ProblemError(
        Problem(
            code="NO_PROCEDURE",
            where=(pack.directory / "procedures").as_posix(),
            zh=f"政策包“{pack.id}”在 {at} 没有“{kind}”类程序，不能办理。",
            en=f"The pack '{pack.id}' has no procedure of kind '{kind}' in force on {at}.",
            fix_zh="在 procedures/ 中写出当时有效的程序并注明来源。",
            fix_en="Write the procedure of that time under procedures/, with its source.",
            details={"kind": kind, "at": at.isoformat()},
        )
    )


def edition_of(pack: Pack, *, procedure: str, from_date: date) -> Procedure:
    """The very edition under which a case was opened. Raises ProblemError NO_PROCEDURE."""
    for candidate in pack.procedures:
        if (candidate.procedure, candidate.from_date) == (procedure, from_date):
            return candidate
    return procedure_of(pack, kind=procedure, at=from_date)


def standing(
    procedure: Procedure,
    *,
    clues: Mapping[str, date],
    log: Sequence[Happening],
    is_ended: bool = False,
) -> Standing:
    """Where a case stands. `clues` holds the earliest day of each channel that its clues came by."""
    done = frozenset(one.step for one in log if one.step and not one.is_undone)
    if is_ended:
        return Standing(done, (), ())
    steps = {step.step: step for step in procedure.steps if _applies(step.channels, clues)}
    followed = {
        before for step in steps.values() if step.step in done for before in _waits(step, procedure)
    }
    open_steps = tuple(
        step
        for step in steps.values()
        if step.step not in done
        and not (step.optional and step.step in followed)
        and _awaited(step, steps, done, procedure) <= done
    )
    exits = tuple(
        way
        for way in procedure.exits
        if set(way.after) & steps.keys() <= done and not set(way.before) & done
    )
    return Standing(done, open_steps, exits)


def steps_from(procedure: Procedure, first: str) -> frozenset[str]:
    """A step and every step that comes after it, directly or not."""
    found = {first}
    grown = True
    while grown:
        more = {step.step for step in procedure.steps if found & set(step.after)} - found
        found |= more
        grown = bool(more)
    return frozenset(found)


def steps_before(procedure: Procedure, step: str) -> frozenset[str]:
    """Every step that comes before a step, directly or not."""
    stated = next(one for one in procedure.steps if one.step == step)
    return _waits(stated, procedure)


def clock_states(
    procedure: Procedure,
    *,
    pack: Pack,
    calendar: WorkingCalendar,
    division: str,
    clues: Mapping[str, date],
    log: Sequence[Happening],
    on: date,
    ended: date | None = None,
) -> tuple[ClockState, ...]:
    """Every clock of a case on a day, in the procedure's order.

    `clues` holds the earliest day of each channel that its clues came by: a clock from the first
    clue begins at the earliest of all, one of certain channels at the earliest of those. `ended` is
    the day on which the case ended otherwise than by an act that stops the clock.
    Raises ProblemError NO_VALUE_FOR_DATE, CALENDAR_YEAR_MISSING.
    """
    standing_log = [one for one in log if not one.is_undone and one.on <= on]
    return tuple(
        _state(
            clock,
            pack=pack,
            calendar=calendar,
            division=division,
            first_clue=min(
                (day for channel, day in clues.items() if channel in clock.channels),
                default=min(clues.values()),
            ),
            log=standing_log,
            on=on,
            ended=ended if ended is not None and ended <= on else None,
        )
        for clock in procedure.clocks
        if _applies(clock.channels, clues)
    )


def nearest_deadline(states: Iterable[ClockState]) -> date | None:
    """The earliest deadline of a clock that still runs; None when none does."""
    running = [
        state.deadline
        for state in states
        if state.deadline is not None and state.running in ("running", "overdue")
    ]
    return min(running, default=None)


def overdue_severity(pack: Pack, states: Iterable[ClockState]) -> str | None:
    """The most urgent severity that overdue clocks show a case in; None when none asks for one."""
    asked = {state.clock.overdue for state in states if state.is_overdue}
    return next((one.severity for one in pack.severities if one.severity in asked), None)


def roles_told(pack: Pack, states: Iterable[ClockState], *, division: str) -> tuple[str, ...]:
    """The roles that the ladders of overdue clocks have told by now, in the order of the pack.

    A rung is reached `after` days past the deadline, in the days that its clock counts; the first
    one once the deadline has passed. What was done too late has told whom it told.
    """
    told = set()
    for state in states:
        if state.running not in ("overdue", "late"):
            continue
        assert state.deadline is not None and state.days_left is not None
        for rung in state.clock.escalation:
            after = pack.parameter(rung.after, at=state.deadline, division=division).number
            if -state.days_left >= after:
                told.add(rung.role)
    return tuple(role for role in pack.roles if role in told)


def _state(
    clock: Clock,
    *,
    pack: Pack,
    calendar: WorkingCalendar,
    division: str,
    first_clue: date,
    log: Sequence[Happening],
    on: date,
    ended: date | None,
) -> ClockState:
    started = _started(clock, first_clue=first_clue, log=log)
    if started is None or started > on:
        return ClockState(clock, "waiting")
    # A step that the green channel let come first stops the clock the moment it would begin.
    stopped = next(
        (
            max(one.on, started)
            for one in log
            if one.act in clock.ends and (one.on >= started or one.step)
        ),
        ended,
    )
    until = stopped or on
    paused, is_paused = _paused(clock, log, since=started, until=until, calendar=calendar)
    days = int(pack.parameter(clock.days, at=started, division=division).number)
    if clock.working_days:
        deadline = calendar.add_working_days(started, days + paused)
        left = calendar.working_days_between(until, deadline)
    else:
        deadline = started + timedelta(days=days + paused)
        left = (deadline - until).days
    running: ClockRunning
    if stopped is not None:
        running = "met" if stopped <= deadline else "late"
    elif is_paused:
        running = "paused"
    else:
        running = "running" if on <= deadline else "overdue"
    return ClockState(clock, running, started, deadline, stopped, days, left, paused)


def _started(clock: Clock, *, first_clue: date, log: Sequence[Happening]) -> date | None:
    if clock.starts == FIRST_CLUE:
        return first_clue
    return next((one.on for one in reversed(log) if one.act == clock.starts), None)


def _paused(
    clock: Clock, log: Sequence[Happening], *, since: date, until: date, calendar: WorkingCalendar
) -> tuple[int, bool]:
    """Days for which the clock stood still, in the days it counts; and whether it stands now."""
    total, stood_since, resumes = 0, None, []
    for one in log:
        if stood_since is None and one.act in clock.pauses and since <= one.on <= until:
            stood_since, resumes = one.on, clock.pauses[one.act]
        elif stood_since is not None and one.act in resumes:
            total += _days(stood_since, min(one.on, until), clock, calendar)
            stood_since = None
    if stood_since is not None:
        total += _days(stood_since, until, clock, calendar)
    return total, stood_since is not None


def _days(since: date, until: date, clock: Clock, calendar: WorkingCalendar) -> int:
    if clock.working_days:
        return calendar.working_days_between(since, until)
    return (until - since).days


def _applies(channels: Sequence[str], clues: Mapping[str, date]) -> bool:
    """Whether a step or clock of certain channels (none: of all) is one of this case."""
    return not channels or any(channel in clues for channel in channels)


def _awaited(
    step: Step, steps: dict[str, Step], done: frozenset[str], procedure: Procedure
) -> frozenset[str]:
    """What must be done before a step: a step left out is replaced by what comes before it."""
    found: set[str] = set()
    for before in step.after:
        there = steps.get(before)
        if there is not None and (not there.optional or before in done):
            found.add(before)
        else:
            stated = next(one for one in procedure.steps if one.step == before)
            found |= _awaited(stated, steps, done, procedure)
    return frozenset(found)


def _waits(step: Step, procedure: Procedure) -> frozenset[str]:
    """Every step that comes before a step, directly or not."""
    by_code = {one.step: one for one in procedure.steps}
    found: set[str] = set()
    todo = list(step.after)
    while todo:
        before = todo.pop()
        if before not in found:
            found.add(before)
            todo += by_code[before].after
    return frozenset(found)
