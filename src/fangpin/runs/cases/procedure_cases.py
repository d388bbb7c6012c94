"""Runs the histories of a pack's cases against the very functions of casework, and what they say.

Each case stands alone: one household, officials in every role with their real scopes, the acts of
the history, and then the questions of `expect`. All of it happens in one transaction on whatever
database casework stands on, and is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction

from fangpin.policy import Pack
from fangpin.policy.models.cases import PackCase
from fangpin.policy.models.histories import HistoryEntry
from fangpin.policy.reading.entries import Entry
from fangpin.runs.cases.histories.compare import differences
from fangpin.runs.cases.histories.stage import Stage, set_stage
from fangpin.runs.cases.histories.standard import play_through
from fangpin.runs.cases.histories.table import do
from fangpin.runs.cases.pack_cases import CaseResult
from fangpin.values.problem import Problem, ProblemError


class _Undo(Exception):
    """Leaves a transaction so that nothing of it stays."""


def run_histories(pack: Pack, entries: Sequence[Entry]) -> list[CaseResult]:
    """Play every case that has a history or asks something of casework, each on a fresh stage.

    `entries` are cases with their lines. Django must be ready and casework's tables present.
    """
    cases = [
        (entry, entry.node)
        for entry in entries
        if isinstance(entry.node, PackCase)
        and (entry.node.history or entry.node.expect.asks_of_casework)
    ]
    results = []
    for entry, case in cases:
        with _rolled_back():
            problems = tuple(_played(pack, entry, case))
        results.append(CaseResult(entry.where(), case.case, problems))
    return results


@contextmanager
def _rolled_back() -> Iterator[None]:
    """A transaction of which nothing stays."""
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        return


def _played(pack: Pack, entry: Entry, case: PackCase) -> Iterator[Problem]:
    try:
        stage = set_stage(pack, case)
    except ProblemError as error:
        yield from error.problems
        return
    for place, act in enumerate(case.history):
        problem = _one_act(stage, entry, place, act)
        if problem is not None:
            yield problem
            return
    now = _moment_of(stage, case)
    yield from _tried(stage, entry, case, now)
    try:
        for path, what, expected, found in differences(stage, case.expect, on=case.as_of):
            yield _unlike(entry, path, case, what, str(expected), str(found))
    except ProblemError as error:
        yield from error.problems


def _one_act(stage: Stage, entry: Entry, place: int, act: HistoryEntry) -> Problem | None:
    """What is wrong with one act of the history; None when it went as the file says."""
    where = entry.where("history", place)
    name = act.act or f"through {act.through}"
    refusal = _refusal(lambda: play_through(stage, act) if act.through else do(stage, act))
    code = refusal.problems[0].code if refusal is not None else None
    if code == act.refused:
        return None
    case = stage.case.case
    if refusal is None:
        return Problem(
            code="CASE_ACT_NOT_REFUSED",
            where=where,
            zh=f"“{case}”：{name} 应以 {act.refused} 被拒绝，实际办成了。",
            en=f'"{case}": {name} should be refused with {act.refused}, but it was done.',
            fix_zh="核对程序、日期和案例。",
            fix_en="Check the procedure, the dates and the case.",
        )
    told = refusal.problems[0]
    expected = f"refused with {act.refused}" if act.refused else "done"
    expected_zh = f"以 {act.refused} 被拒绝" if act.refused else "办成"
    return Problem(
        code="CASE_ACT_REFUSED",
        where=where,
        zh=f"“{case}”：{name} 应{expected_zh}，实际以 {told.code} 被拒绝：{told.zh}",
        en=f'"{case}": {name} should be {expected}, but is refused with {told.code}: {told.en}',
        fix_zh=told.fix_zh,
        fix_en=told.fix_en,
    )


def _refusal(work: Callable[[], object]) -> ProblemError | None:
    try:
        work()
    except ProblemError as error:
        return error
    return None


def _tried(stage: Stage, entry: Entry, case: PackCase, now: datetime) -> Iterator[Problem]:
    """Acts that must be open, closed or refused with a code: tried with ordinary data, undone."""
    expect = case.expect
    for act in expect.open_acts:
        code = _code_when_tried(stage, act, now)
        if code is not None:
            yield _unlike(entry, ("open_acts",), case, act, "open", f"refused with {code}")
    for act in expect.closed_acts:
        if _code_when_tried(stage, act, now) is None:
            yield _unlike(entry, ("closed_acts",), case, act, "closed", "open")
    for act, expected in expect.refused.items():
        code = _code_when_tried(stage, act, now)
        if code != expected:
            found = f"refused with {code}" if code else "open"
            yield _unlike(entry, ("refused", act), case, act, f"refused with {expected}", found)


def _code_when_tried(stage: Stage, act: str, now: datetime) -> str | None:
    with _rolled_back():
        error = _refusal(lambda: do(stage, HistoryEntry(act=act, at=f"{now:%Y-%m-%d %H:%M}")))
    stage.forget()
    return error.problems[0].code if error is not None else None


def _moment_of(stage: Stage, case: PackCase) -> datetime:
    """Ten in the morning of the case's day, or its last act's moment where that is later."""
    last = [stage.moment(act.at) for act in case.history]
    same_day = [moment for moment in last if moment.date() == case.as_of]
    return max([stage.moment(case.as_of), *same_day])


def _unlike(
    entry: Entry, path: tuple[str, ...], case: PackCase, what: str, expected: str, found: str
) -> Problem:
    steps = [int(step) if step.isdigit() else step for step in path]
    return Problem(
        code="CASE_DIFFERS",
        where=entry.where("expect", *steps),
        zh=f"“{case.case}”：{what} 应为 {expected}，实为 {found}。",
        en=f'"{case.case}": {what} should be {expected}, is {found}.',
        fix_zh="请核对案例的事实、日期、程序和参数。",
        fix_en="Check the case's facts and dates, the procedure and its parameters.",
    )
