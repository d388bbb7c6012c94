"""Working days: weekends, holidays and make-up days of the pack; no year is guessed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangpin.policy import Pack, WorkingCalendar, load_pack
from fangpin.values.problem import ProblemError

RIVER = load_pack(Path(__file__).parent / "packs" / "river")
HOLIDAYS = {date(2020, 1, 1), date(2020, 5, 1), date(2020, 5, 4), date(2020, 5, 5)}
DAYS = st.dates(date(2020, 1, 1), date(2020, 12, 31))


@pytest.fixture
def calendar() -> WorkingCalendar:
    return WorkingCalendar(RIVER)


def works(day: date) -> bool:
    """The slow oracle, written out from the notice itself."""
    return day == date(2020, 5, 9) or (day.isoweekday() <= 5 and day not in HOLIDAYS)


def test_a_weekend_a_holiday_and_a_make_up_day(calendar: WorkingCalendar) -> None:
    assert calendar.is_working_day(date(2020, 4, 30))
    assert not calendar.is_working_day(date(2020, 5, 1)), "a holiday"
    assert not calendar.is_working_day(date(2020, 5, 2)), "a Saturday"
    assert calendar.is_working_day(date(2020, 5, 9)), "a Saturday that is worked"


def test_a_deadline_counts_from_the_day_after(calendar: WorkingCalendar) -> None:
    assert calendar.add_working_days(date(2020, 4, 30), 1) == date(2020, 5, 6)
    assert calendar.add_working_days(date(2020, 5, 8), 1) == date(2020, 5, 9)
    assert calendar.add_working_days(date(2020, 5, 2), 0) == date(2020, 5, 2)
    with pytest.raises(ValueError, match="forward"):
        calendar.add_working_days(date(2020, 5, 2), -1)


@given(a=DAYS, b=DAYS)
def test_days_between_agree_with_counting_them_one_by_one(a: date, b: date) -> None:
    first, last = min(a, b), max(a, b)
    counted = 0
    day = first
    while day < last:
        day += timedelta(days=1)
        counted += works(day)

    between = WorkingCalendar(RIVER).working_days_between(a, b)

    assert between == (counted if a <= b else -counted)


@given(start=st.dates(date(2020, 1, 1), date(2020, 9, 1)), n=st.integers(1, 60))
def test_a_deadline_is_the_working_day_that_ends_the_count(start: date, n: int) -> None:
    calendar = WorkingCalendar(RIVER)

    end = calendar.add_working_days(start, n)

    assert works(end)
    assert calendar.working_days_between(start, end) == n


def test_a_year_without_a_calendar_is_refused(calendar: WorkingCalendar) -> None:
    with pytest.raises(ProblemError) as refused:
        calendar.add_working_days(date(2020, 12, 30), 5)

    told = refused.value.problems[0]
    assert told.code == "CALENDAR_YEAR_MISSING"
    assert "2021" in told.zh and "2020" in told.zh and "calendar/2021.yaml" in told.where


def test_a_pack_without_a_calendar_works_monday_to_friday() -> None:
    header = RIVER.header.model_copy(update={"calendar": None})
    without: Pack = replace(RIVER, header=header, calendar_years={})
    calendar = WorkingCalendar(without)

    assert calendar.is_working_day(date(2031, 5, 1)), "a Thursday"
    assert not calendar.is_working_day(date(2031, 5, 3)), "a Saturday"
