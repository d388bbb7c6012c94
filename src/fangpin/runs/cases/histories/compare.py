"""What casework says after a history, against what the case file expects of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from pydantic import BaseModel

from fangpin.casework.cases.models import Appeal, Case, Decision, Episode
from fangpin.casework.cases.progress import clocks_of, log_of, standing_of
from fangpin.casework.cases.public_line import public_line
from fangpin.casework.cases.states import EpisodeState
from fangpin.casework.followup.duties import household_duties
from fangpin.casework.officials.scope import Scope
from fangpin.policy.models.histories import ExpectedCasework
from fangpin.policy.procedure import ClockState, overdue_severity, roles_told
from fangpin.runs.cases.histories.stage import Stage

NONE = "none"
Difference = tuple[tuple[str, ...], str, object, object]
"""(path below `expect`, what, expected, found)."""


def differences(stage: Stage, expect: ExpectedCasework, *, on: date) -> Iterator[Difference]:
    """(path, what, expected, found) of everything that is not as the case file says."""
    case = stage.latest_case()
    clocks = clocks_of(stage.pack, case, on=on) if case and _asks_of_clocks(expect) else ()
    yield from _clocks(expect, clocks)
    yield from _steps(stage, expect, case)
    yield from _case(stage, expect, case, clocks)
    if expect.decision is not None:
        yield from _whole(("decision",), expect.decision, _decision(case))
    yield from _episodes(stage, expect)
    if expect.overdue_severity is not None:
        found = overdue_severity(stage.pack, clocks) or NONE
        yield from _one(("overdue_severity",), expect.overdue_severity, found)
    if expect.told is not None:
        told = roles_told(stage.pack, clocks, division=stage.division)
        yield from _one(("told",), sorted(expect.told), sorted(told))
    if expect.alert_state is not None:
        alert = stage.latest_alert()
        found_alert = None
        if alert is not None:
            reason = alert.end_reason.removeprefix("alert_end.")
            found_alert = {
                "state": alert.state,
                "reason": reason or NONE,
                "severity": alert.severity,
                "due": alert.due_date,
            }
        yield from _whole(("alert_state",), expect.alert_state, found_alert)
    if expect.appeal_due is not None:
        latest = Appeal.objects.filter(case__household=stage.household).order_by("id").last()
        yield from _one(("appeal_due",), expect.appeal_due, latest.due_date if latest else NONE)
    yield from _duties(stage, expect, on=on)
    yield from _notice(stage, expect, case)


def _asks_of_clocks(expect: ExpectedCasework) -> bool:
    """A case that does not ask of days needs no calendar of a year that is not published yet."""
    overdue = not isinstance(expect.case_, str | None) and expect.case_.overdue is not None
    return (
        bool(expect.clocks)
        or overdue
        or bool({"told", "overdue_severity"} & expect.model_fields_set)
    )


def _clocks(expect: ExpectedCasework, clocks: tuple[ClockState, ...]) -> Iterator[Difference]:
    states = {state.clock.clock: state for state in clocks}
    for code, expected in expect.clocks.items():
        state = states.get(code)
        found: dict[str, object] = {"state": "absent"}
        if state is not None:
            found = {
                "state": state.running,
                "started": state.started,
                "deadline": state.deadline,
                "ended": state.ended,
                "days": state.days,
                "days_left": state.days_left,
                "days_paused": state.days_paused,
            }
        yield from _whole(("clocks", code), expected, found)


def _steps(stage: Stage, expect: ExpectedCasework, case: Case | None) -> Iterator[Difference]:
    if expect.open_steps is not None:
        found = [step.step for step in standing_of(stage.pack, case).open] if case else []
        yield from _one(("open_steps",), expect.open_steps, found)
    if expect.steps is not None:
        done = [one.step for one in log_of(case) if one.step and not one.is_undone] if case else []
        yield from _one(("steps",), expect.steps, done)


def _case(
    stage: Stage, expect: ExpectedCasework, case: Case | None, clocks: tuple[ClockState, ...]
) -> Iterator[Difference]:
    if expect.cases is not None:
        count = Case.objects.filter(household=stage.household).count()
        yield from _one(("cases",), expect.cases, count)
    if expect.case_ is None:
        return
    found = None
    if case is not None:
        found = {
            "state": case.state,
            "kind": case.kind,
            "outcome": case.outcome or NONE,
            "category": case.category or NONE,
            "channel": case.channel,
            "step": case.step or NONE,
            "first_clue": case.first_clue_date,
            "due": case.due_date or NONE,
            "overdue": any(state.is_overdue for state in clocks),
            "is_green": case.is_green,
            "clues": case.clues.count(),
            "reason": case.end_reason or NONE,
        }
    yield from _whole(("case",), expect.case_, found)


def _decision(case: Case | None) -> dict[str, object] | None:
    found = Decision.objects.filter(act__case=case, act__is_undone=False).order_by("-act__seq")
    latest = found.first() if case is not None else None
    if latest is None:
        return None
    return {
        "category": latest.category or NONE,
        "suggested": latest.suggested_category or NONE,
        "causes": [one.cause for one in latest.causes.order_by("place")],
        "line": latest.line,
        "income_per_head": latest.income_per_head,
    }


def _episodes(stage: Stage, expect: ExpectedCasework) -> Iterator[Difference]:
    rows = list(Episode.objects.filter(household=stage.household).order_by("identified_date", "id"))
    if expect.monitored is not None:
        now = next((row for row in rows if row.state == EpisodeState.MONITORED), None)
        yield from _whole(("monitored",), expect.monitored, _episode(now) if now else None)
    if expect.episodes is None:
        return
    yield from _one(("episodes",), len(expect.episodes), len(rows))
    for place, (expected, row) in enumerate(zip(expect.episodes, rows, strict=False)):
        yield from _whole(("episodes", str(place)), expected, _episode(row))


def _episode(row: Episode) -> dict[str, object]:
    return {
        "category": row.category or NONE,
        "since": row.identified_date,
        "causes": [one.cause for one in row.causes.order_by("place")],
        "ended": row.eliminated_date or NONE,
        "kind": row.elimination_kind or NONE,
        "rolled_back": row.rolled_back_date,
    }


def _notice(stage: Stage, expect: ExpectedCasework, case: Case | None) -> Iterator[Difference]:
    """The very line that sheets are made of; its category by code."""
    expected = expect.notice
    if expected is None:
        return
    decision = _decision(case)
    category = str((decision or {}).get("category") or NONE)
    household = stage.household
    line = public_line(
        head_name=household.head_name,
        address=household.address,
        count_of_members=household.count_of_members,
        category=category,
    )
    found = {
        "head_name": line.head_name,
        "group": line.group,
        "members": line.count_of_members,
        "category": line.category,
        "never": [text for text in expected.never if any(text in str(v) for v in astuple(line))],
    }
    for name in sorted(expected.model_fields_set - {"never"}):
        yield from _one(("notice", name), getattr(expected, name), found[name])
    if found["never"]:
        yield ("notice", "never"), "notice", f"without {found['never']}", str(line)


def _duties(stage: Stage, expect: ExpectedCasework, *, on: date) -> Iterator[Difference]:
    if not expect.duties:
        return
    everywhere = Scope(divisions=(stage.division,))
    states = household_duties(
        everywhere, pack=stage.pack, on=on, refs=[stage.household.household_ref]
    )
    for code, expected in expect.duties.items():
        found = [state for state in states if state.duty.duty == code]
        answer = None
        if found:
            last = [state.last for state in found if state.last is not None]
            due = [state.due for state in found if state.due is not None]
            answer = {
                "holds": all(state.holds for state in found),
                "last": max(last, default=None),
                "due": min(due, default=None),
            }
        yield from _whole(("duties", code), expected, answer)


def _whole(
    path: tuple[str, ...], expected: BaseModel | str, found: dict[str, Any] | None
) -> Iterator[Difference]:
    """Every key that the case file writes; `none` and a missing thing agree."""
    if isinstance(expected, str) or found is None:
        said = expected if isinstance(expected, str) else "something"
        there = NONE if found is None else str(found)
        if said != there:
            yield path, ".".join(path), said, there
        return
    for name in sorted(expected.model_fields_set):
        value = getattr(expected, name)
        yield from _one((*path, name), value, _rounded(value, found[name]))


def _rounded(expected: object, found: object) -> object:
    """Figures are compared after rounding to the digits written."""
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        digits = Decimal(1).scaleb(int(expected.as_tuple().exponent))
        return found.quantize(digits, rounding=ROUND_HALF_UP)
    return found


def _one(path: tuple[str, ...], expected: object, found: object) -> Iterator[Difference]:
    if expected != found:
        yield path, ".".join(path), expected, found
