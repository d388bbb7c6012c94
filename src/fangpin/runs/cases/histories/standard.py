"""The standard way of a case up to a step: every step listed before it, in the procedure's order."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fangpin.casework.cases import refusals
from fangpin.casework.cases.acts.comparison import standing_comparisons
from fangpin.casework.cases.models import Case, PublicNotice
from fangpin.casework.cases.progress import standing_of
from fangpin.casework.cases.states import CaseState
from fangpin.policy.models.histories import HistoryEntry
from fangpin.policy.models.procedures import Step
from fangpin.policy.procedure import edition_of, steps_before
from fangpin.runs.cases.histories.stage import Stage
from fangpin.runs.cases.histories.table import do

END = "end"
"""`through: end`: every step that is not optional."""

_GIVEN_TO = {
    "record_visit": ("causes", "severe"),
    "review_at_township": ("category", "causes", "kind", "natural_reason"),
    "approve_at_county": ("category", "causes", "kind", "natural_reason"),
}
"""Act of a step -> what a `through` entry hands on to it."""


def play_through(stage: Stage, entry: HistoryEntry) -> None:
    """Do every step up to `through` that is not done yet; a household without a case gets a clue.

    Each is done on the day that `days` gives it, else as soon as it may be: a notice is ended when
    its days are full. Raises ProblemError HISTORY_STEP when there is no such step or no way to it.
    """
    now = stage.moment(entry.at)
    case = stage.latest_case()
    if case is None or case.state != CaseState.OPEN:
        given = {name: getattr(entry, name) for name in ("channel", "on")}
        cause = entry.causes[0] if entry.causes else None
        do(stage, _entry("report_clue", now, cause=cause, **given))
    way = stage.latest_case()
    while (step := _next_step(stage, entry.through or "")) is not None:
        if stage.latest_case() != way:
            return  # the case has ended, and a clue that came late has opened another
        if step.step in entry.days:
            now = max(now, stage.moment(entry.days[step.step]))
        elif step.act == "end_notice":
            now = max(now, _notice_is_full(stage, now))
        if step.act == "close_comparison" and not standing_comparisons(stage.latest_case()):
            do(stage, _entry("request_comparison", now))
            do(stage, _entry("answer_comparison", now))
        handed = {name: getattr(entry, name) for name in _GIVEN_TO.get(step.act, ())}
        do(stage, _entry(step.act, now, **handed))


def _entry(act: str, at: datetime, **given: Any) -> HistoryEntry:
    stated = {name: value for name, value in given.items() if value is not None}
    return HistoryEntry(act=act, at=f"{at:%Y-%m-%d %H:%M}", **stated)


def _next_step(stage: Stage, target: str) -> Step | None:
    """The next step on the way to a step; None when it is done. Raises HISTORY_STEP."""
    case = stage.latest_case()
    assert case is not None
    procedure = edition_of(stage.pack, procedure=case.procedure, from_date=case.procedure_from)
    steps = {step.step: step for step in procedure.steps}
    if target not in steps and target != END:
        raise _no_way(target, sorted(steps))
    standing = standing_of(stage.pack, case)
    if target in standing.done or (target == END and standing.is_through):
        return None
    listed = list(steps)
    up_to = listed if target == END else listed[: listed.index(target) + 1]
    wanted = set(up_to) | (steps_before(procedure, target) if target != END else set())
    for step in standing.open:
        if step.step in wanted and (not step.optional or step.step == target):
            return step
    raise _no_way(target, [step.step for step in standing.open])


def _notice_is_full(stage: Stage, now: datetime) -> datetime:
    case = stage.latest_case()
    assert isinstance(case, Case)
    notice = PublicNotice.objects.filter(act__case=case, act__is_undone=False).last()
    return notice.earliest_end.astimezone(now.tzinfo) if notice is not None else now


def _no_way(target: str, steps: list[str]) -> Exception:
    listed = ", ".join(steps) or "-"
    return refusals.refusal(
        "HISTORY_STEP",
        f"through: {target}",
        zh=f"不能办到环节“{target}”；此时的环节：{listed}。",
        en=f"There is no way to the step '{target}' from here; steps now: {listed}.",
        fix_zh="核对环节代码和件的状态。",
        fix_en="Check the step's code and the state of the case.",
    )
