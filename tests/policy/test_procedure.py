"""Where a case stands and how its clocks run, against a slow count of one day after the other."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangpin.policy import Pack, WorkingCalendar, load_pack
from fangpin.policy.models.procedures import Clock, Procedure
from fangpin.policy.procedure import (
    ClockState,
    Happening,
    clock_states,
    nearest_deadline,
    overdue_severity,
    procedure_of,
    roles_told,
    standing,
    steps_before,
    steps_from,
)
from fangpin.values.problem import ProblemError

PACK = load_pack(Path(__file__).parents[2] / "packs" / "cn_anhui")
CALENDAR = WorkingCalendar(PACK)
DAYS = "procedure.identification_days"
"""15 days, everywhere and always."""


def procedure_with(*clocks: dict[str, Any]) -> Procedure:
    """The national steps with these clocks."""
    national = procedure_of(PACK, kind="identification", at=date(2021, 1, 1))
    titled = [Clock.model_validate({"title": {"zh": "钟", "en": "clock"}, **one}) for one in clocks]
    return national.model_copy(update={"clocks": titled})


def clock_on(
    on: date,
    *log: Happening,
    clues: dict[str, date] | None = None,
    ended: date | None = None,
    **stated: Any,
) -> ClockState:
    """The one clock on a day; it runs from the first clue to the approval unless stated."""
    given_ = {"clock": "c", "starts": "first_clue", "ends": ["approve_at_county"], "days": DAYS}
    (state,) = clock_states(
        procedure_with({**given_, **stated}),
        pack=PACK,
        calendar=CALENDAR,
        division="340722",
        clues=clues or {"screening": date(2021, 4, 1)},
        log=log,
        on=on,
        ended=ended,
    )
    return state


def counted_left(
    started: date, until: date, *, working: bool, pauses: list[tuple[date, date]]
) -> int:
    """Fifteen less the days that count, looked at one by one: the oracle."""
    left = 15
    day = started
    while day < until:
        day += timedelta(days=1)
        stands = any(begin < day <= end for begin, end in pauses)
        if not stands and (not working or CALENDAR.is_working_day(day)):
            left -= 1
    return left


@given(
    start=st.dates(date(2019, 1, 1), date(2025, 6, 1)),
    passed=st.integers(0, 90),
    working=st.booleans(),
    cuts=st.lists(st.integers(0, 80), max_size=6),
    closed=st.booleans(),
)
def test_days_left_are_those_of_a_count_day_by_day(
    start: date, passed: int, working: bool, cuts: list[int], closed: bool
) -> None:
    on = start + timedelta(days=passed)
    marks = [start + timedelta(days=cut) for cut in sorted(cuts) if cut <= passed]
    log = [Happening("hold" if place % 2 == 0 else "go_on", day) for place, day in enumerate(marks)]
    pauses = list(zip(marks[::2], [*marks[1::2], on], strict=False))

    state = clock_on(
        on,
        *log,
        clues={"screening": start},
        ended=on if closed else None,
        working_days=working,
        pauses={"hold": ["go_on"]},
    )

    left = counted_left(start, on, working=working, pauses=pauses)
    assert state.days_left == left
    assert state.deadline is not None
    if closed:
        assert state.running == ("met" if on <= state.deadline else "late")
    elif len(marks) % 2:
        assert state.running == "paused"
    else:
        assert state.running == ("running" if on <= state.deadline else "overdue")
    assert (state.deadline < on) >= (left < 0)


def test_a_clock_that_stopped_while_it_stood_is_not_lengthened_afterwards() -> None:
    log = [
        Happening("hold", date(2021, 4, 3)),
        Happening("approve_at_county", date(2021, 4, 5), "approval"),
        Happening("go_on", date(2021, 4, 20)),
    ]

    state = clock_on(date(2021, 5, 1), *log, pauses={"hold": ["go_on"]})

    assert (state.running, state.days_paused) == ("met", 2)
    assert state.deadline == date(2021, 4, 18)


def test_a_clock_of_a_channel_begins_at_the_earliest_clue_of_that_channel() -> None:
    clues = {"screening": date(2021, 4, 1), "declaration": date(2021, 4, 5)}

    assert clock_on(date(2021, 4, 6), clues=clues).started == date(2021, 4, 1)
    own = clock_on(date(2021, 4, 6), clues=clues, channels=["declaration", "hotline"])
    assert own.started == date(2021, 4, 5)


def test_a_clock_of_another_channel_is_no_clock_of_the_case() -> None:
    with pytest.raises(ValueError, match="not enough values"):
        clock_on(date(2021, 4, 6), channels=["declaration"])


def test_a_step_that_came_first_stops_its_clock_when_it_would_begin() -> None:
    log = [
        Happening("make_plan", date(2021, 4, 2), "plan"),
        Happening("approve_at_county", date(2021, 4, 10), "approval"),
    ]
    stated = {"starts": "approve_at_county", "ends": ["make_plan"]}

    state = clock_on(date(2021, 5, 1), *log, **stated)

    assert (state.running, state.started, state.ended) == (
        "met",
        date(2021, 4, 10),
        date(2021, 4, 10),
    )


def test_an_act_within_a_step_stops_only_what_began_before_it() -> None:
    log = [
        Happening("record_objection", date(2021, 4, 2)),
        Happening("answer_objection", date(2021, 4, 3)),
        Happening("record_objection", date(2021, 4, 4)),
    ]
    stated = {"starts": "record_objection", "ends": ["answer_objection"]}

    assert clock_on(date(2021, 4, 5), *log, **stated).running == "running"
    answered = [*log, Happening("answer_objection", date(2021, 4, 6))]
    assert clock_on(date(2021, 4, 7), *answered, **stated).running == "met"


def test_what_was_undone_neither_starts_nor_stops_a_clock() -> None:
    undone = Happening("approve_at_county", date(2021, 4, 3), "approval", is_undone=True)

    assert clock_on(date(2021, 4, 20), undone).running == "overdue"


def test_a_day_of_the_past_knows_nothing_of_later_acts() -> None:
    done = Happening("approve_at_county", date(2021, 4, 10), "approval")

    assert clock_on(date(2021, 4, 9), done).running == "running"
    assert clock_on(date(2021, 4, 10), done).running == "met"


@pytest.mark.parametrize(
    ("on", "told"),
    [
        (date(2021, 4, 16), ()),
        (date(2021, 4, 17), ("township_reviewer",)),
        (date(2021, 4, 18), ("township_reviewer",)),
        (date(2021, 4, 19), ("township_reviewer", "county_approver")),
    ],
)
def test_a_rung_is_told_once_its_days_have_passed(on: date, told: tuple[str, ...]) -> None:
    ladder = [
        {"role": "county_approver", "after": "procedure.escalation_second_days"},
        {"role": "township_reviewer", "after": "procedure.escalation_first_days"},
    ]

    state = clock_on(on, overdue="orange", escalation=ladder)

    assert roles_told(PACK, [state], division="340722") == told
    assert overdue_severity(PACK, [state]) == ("orange" if told else None)
    assert nearest_deadline([state]) == date(2021, 4, 16)


def test_the_most_urgent_of_two_overdue_clocks_is_shown() -> None:
    states = [clock_on(date(2021, 5, 1), overdue=severity) for severity in ("yellow", "red", None)]

    assert overdue_severity(PACK, states) == "red"


def test_steps_before_and_after_are_each_others_mirror() -> None:
    for procedure in PACK.procedures:
        for step in procedure.steps:
            for other in procedure.steps:
                if other.step != step.step:
                    before = other.step in steps_before(procedure, step.step)
                    assert before == (step.step in steps_from(procedure, other.step))


def test_a_step_left_out_is_replaced_by_what_comes_before_it() -> None:
    national = procedure_of(PACK, kind="identification", at=date(2021, 1, 1))
    steps = [
        step.model_copy(update={"optional": step.step == "deliberation"}) for step in national.steps
    ]
    procedure = national.model_copy(update={"steps": steps})
    clues = {"screening": date(2021, 4, 1)}
    log = [
        Happening(act, date(2021, 4, 2), step)
        for act, step in (
            ("assign", "assignment"),
            ("record_visit", "visit"),
            ("record_consent", "consent"),
            ("close_comparison", "comparison"),
        )
    ]

    now = standing(procedure, clues=clues, log=log)
    assert [step.step for step in now.open] == ["deliberation", "notice"]
    later = [*log, Happening("post_notice", date(2021, 4, 3), "notice")]
    assert [step.step for step in standing(procedure, clues=clues, log=later).open] == [
        "notice_end"
    ]


def edition(pack: Pack, day: date) -> date:
    return procedure_of(pack, kind="identification", at=day).from_date


def test_a_child_continues_the_parent_until_its_own_edition_begins() -> None:
    assert edition(PACK, date(2022, 3, 29)) == date(2020, 3, 20)
    assert edition(PACK, date(2022, 3, 30)) == date(2022, 3, 30)
    assert [one.to_date for one in PACK.procedures if one.kind == "identification"] == [
        date(2022, 3, 30),
        None,
    ]
    with pytest.raises(ProblemError) as refused:
        edition(PACK, date(2020, 3, 19))
    assert refused.value.problems[0].code == "NO_PROCEDURE"
