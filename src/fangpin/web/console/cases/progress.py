"""The steps of a case as a list: whose each is, when it was done, by whom, in how many days."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils import timezone
from django.utils.translation import gettext

from fangpin.casework.cases.models import CaseAct
from fangpin.casework.cases.progress import clues_of
from fangpin.casework.cases.states import CaseState
from fangpin.casework.officials.queries import names_of
from fangpin.policy.models.procedures import Step
from fangpin.web.console.cases.clocks import ClockView
from fangpin.web.console.cases.desk import Desk
from fangpin.web.ground.words import listed, said


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step as the list shows it."""

    state: Literal["done", "now", "next"]
    title: str
    owners: str
    notes: tuple[str, ...] = ()
    clock: ClockView | None = None
    is_mine: bool = False


def step_lines(desk: Desk) -> list[StepLine]:
    """The procedure's steps that this case has, in order; an ended case ends with its outcome."""
    names = names_of([*[entry.by for entry in desk.log], desk.case.assigned_to, desk.case.ended_by])
    lines = [_clue_line(desk)]
    opened = {step.step for step in desk.standing.open}
    is_open = desk.case.state == CaseState.OPEN
    channels = set(clues_of(desk.case, desk.procedure))
    for step in desk.procedure.steps:
        if step.channels and not set(step.channels) & channels:
            continue
        entry = _done_by(desk, step)
        if entry is not None:
            lines.append(_done(desk, step, entry, names))
        elif is_open:
            lines.append(_open(desk, step, names, is_now=step.step in opened))
    if not is_open:
        lines.append(_end_line(desk, names))
    return lines


def _clue_line(desk: Desk) -> StepLine:
    word = desk.pack.words.get(f"channel.{desk.case.channel}")
    channel = said(word.title) if word else desk.case.channel
    return StepLine("done", gettext("发现线索"), channel, (desk.case.first_clue_date.isoformat(),))


def _done_by(desk: Desk, step: Step) -> CaseAct | None:
    entries = [one for one in desk.log if one.step == step.step and not one.is_undone]
    return entries[-1] if entries else None


def _done(desk: Desk, step: Step, entry: CaseAct, names: dict[str, str]) -> StepLine:
    notes = [f"{entry.on.isoformat()} · {names.get(entry.by, entry.by)}"]
    clock = _clock_of(desk, step)
    return StepLine("done", said(step.title), _owners(desk, step), tuple(notes), clock)


def _open(desk: Desk, step: Step, names: dict[str, str], *, is_now: bool) -> StepLine:
    notes = []
    if is_now and step.act == "record_visit" and desk.case.assigned_to:
        notes.append(
            gettext("派给 %(name)s")
            % {"name": names.get(desk.case.assigned_to, desk.case.assigned_to)}
        )
    if any(one.step == step.step and one.is_undone for one in desk.log):
        notes.append(gettext("被退回，重新办理"))
    return StepLine(
        state="now" if is_now else "next",
        title=said(step.title),
        owners=_owners(desk, step),
        notes=tuple(notes),
        clock=_clock_of(desk, step),
        is_mine=is_now and desk.scope.role in step.by and desk.scope.can(step.act),
    )


def _end_line(desk: Desk, names: dict[str, str]) -> StepLine:
    case = desk.case
    word = desk.pack.words.get(f"outcome.{case.outcome}")
    notes = []
    if case.ended_at is not None:
        on = timezone.localdate(case.ended_at).isoformat()
        notes.append(f"{on} · {names.get(case.ended_by, case.ended_by)}")
    reason = reason_words(desk, case.end_reason)
    if reason:
        notes.append(reason)
    outcome = said(word.title) if word else case.outcome
    return StepLine("done", gettext("办结：%(outcome)s") % {"outcome": outcome}, "", tuple(notes))


def reason_words(desk: Desk, reason: str) -> str:
    """The words of a reason that some list of the pack holds; empty for none."""
    for code, word in desk.pack.words.items():
        if reason and code.startswith("reason.") and code.endswith(f".{reason}"):
            return said(word.title)
    return ""


def _owners(desk: Desk, step: Step) -> str:
    return listed(said(desk.pack.roles[role].title) for role in step.by if role in desk.pack.roles)


def _clock_of(desk: Desk, step: Step) -> ClockView | None:
    """The tightest clock that this step stops."""
    found = [clock for clock in desk.clocks if step.act in clock.ends]
    return min(found, key=lambda clock: (clock.deadline is None, clock.deadline), default=None)
