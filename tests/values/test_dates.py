"""Days, months and years: every shape that has one meaning, and no other."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangpin.values.dates import FOREVER, read_date, read_month, read_year
from fangpin.values.month import Month


@pytest.mark.parametrize(
    "text",
    ["2020-03-01", "2020.3.1", "2020/3/1", "20200301", "43891", "2020年3月1日", "2020年03月01号",
     "二〇二〇年三月一日", "２０２０－３－１", "2020-03-01 00:00:00", "2020-03-01T08:30:00Z",
     "2020/3/1 8:30", "20200301.0", "43891.5", "20200301120000", "202003011205", "20200301120000.0",
     "20200301120000123", "2020-03-01 12:00:00.000", "2020年3月1日 8时30分", "2020年3月1日下午3点",
     "Sun Mar 01 00:00:00 CST 2020", "1 March 2020", "'2020-03-01", '="2020-03-01"'],
)  # fmt: skip
def test_one_day_in_many_shapes(text: str):
    assert read_date(text).value == date(2020, 3, 1)


def test_the_han_numbers_of_a_month_and_day():
    assert read_date("二〇一九年十二月三十一日").value == date(2019, 12, 31)
    assert read_date("一九八五年十月二十日").value == date(1985, 10, 20)


@pytest.mark.parametrize("text", ["2020年3月", "2020-03", "2020.3", "202003"])
def test_a_month_without_a_day_takes_the_first_and_says_so(text: str):
    reading = read_date(text)
    assert (reading.value, reading.precision) == (date(2020, 3, 1), "month")
    assert "DAY_TAKEN_AS_FIRST" in reading.repairs


@pytest.mark.parametrize(
    "text",
    ["2020-02-30", "1899-12-31", "9999-12-31", "20200230", "2020-13-01", "2019年2月29日", "99999",
     "32/13/2020", "0000-00-00", "2150-01-01"],
)  # fmt: skip
def test_a_day_that_is_not_is_invalid(text: str):
    assert read_date(text).problem_code == "DATE_INVALID"


def test_9999_means_until_further_notice_only_where_declared():
    assert read_date("9999-12-31", open_ended=True).value == date(9999, 12, 31)
    assert read_date("99991231", open_ended=True).value == date(9999, 12, 31)


@pytest.mark.parametrize(
    ("text", "orders"),
    [("3/1/2020", ("dmy", "mdy")), ("13/1/2020", ("dmy",)), ("1/13/2020", ("mdy",)),
     ("3.1.2020", ("dmy", "mdy"))],
)  # fmt: skip
def test_a_year_last_date_is_never_decided_by_its_cell(text: str, orders: tuple[str, ...]):
    reading = read_date(text)
    assert (reading.value, reading.problem_code) == (None, "DATE_ORDER_UNKNOWN")
    assert reading.orders == orders


def test_six_digits_that_read_two_ways_are_ambiguous():
    assert read_date("200301").problem_code == "DATE_AMBIGUOUS"


@pytest.mark.parametrize(
    "text",
    [
        "20-3-1",
        "去年",
        "2020-3",
        "三月",
        "12:30",
        "1.5",
        "2020--01-01",
        "20200301250000",
        "2020030112",
        "1583020800000",
        "1 Marvel 2020",
    ],
)
def test_other_texts_are_no_days(text: str):
    reading = read_date(text)
    assert reading.value is None or reading.precision == "month"


@pytest.mark.parametrize("text", [None, "", "--", "N/A"])
def test_nothing_said_is_no_day(text: str | None):
    assert (read_date(text).value, read_date(text).problem_code) == (None, None)


@pytest.mark.parametrize(
    "text",
    ["2020-04", "202004", "2020.4", "2020/04", "2020年4月", "2020-04-15", "二〇二〇年四月",
     "2020年4月份", "4/2020", "04.2020", "Apr 2020", "2020-Apr", "April 2020", "'2020-04", "２０２０－０４",
     "20200415103000"],
)  # fmt: skip
def test_one_month_in_many_shapes(text: str):
    assert read_month(text).value == Month.of(2020, 4)


@pytest.mark.parametrize(
    "text", ["2020-13", "202000", "四月", "2020", "13/2020", "Nov-20", "Cat 2020"]
)
def test_other_texts_are_no_months(text: str):
    assert read_month(text).value is None
    assert read_month(text).problem_code in ("DATE_INVALID", "MONTH_UNREADABLE")


def test_a_month_that_lost_its_zero_is_not_read_as_a_day_of_the_fifties():
    assert read_month("20201").problem_code == "MONTH_UNREADABLE"
    assert read_month("44136").value == Month.of(2020, 11)


@pytest.mark.parametrize("text", ["2020", "2020年", "二〇二〇年", "2020-04", "2020-04-01",
                                  "2020年度", "二〇二〇", "二〇二〇年度", "'2020"])  # fmt: skip
def test_one_year_in_many_shapes(text: str):
    assert read_year(text).value == 2020


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_shape_of_a_day_gives_that_day(day: date):
    shapes = ["{0:%Y-%m-%d}", "{0:%Y%m%d}", "{0.year}.{0.month}.{0.day}", "{0.year}/{0.month}/{0.day}",
              "{0.year}年{0.month}月{0.day}日"]  # fmt: skip
    for shape in shapes:
        assert read_date(shape.format(day)).value == day


@given(st.dates(date(1911, 1, 1), date(2099, 12, 31)))
def test_a_spreadsheets_day_number_gives_its_day(day: date):
    serial = (day - date(1899, 12, 30)) // timedelta(days=1)
    if serial >= 10_000:
        assert read_date(str(serial)).value == day


@given(st.text(max_size=16))
def test_no_text_is_ever_an_error_of_ours(text: str):
    for reading in (read_date(text), read_month(text), read_year(text)):
        assert reading.value is None or reading.problem_code is None


@pytest.mark.parametrize(
    "text",
    [
        "2020-02-29T16:00:00Z",
        "2020-03-01T16:00:00.000Z",
        "2020-03-01 21:00:00+00:00",
        "2020-03-01 16:00:00+00",
    ],
)
def test_a_time_in_utc_that_is_another_day_elsewhere_is_no_day(text: str):
    assert read_date(text).problem_code == "DATE_ZONE_UNKNOWN"
    assert read_month(text).problem_code == "DATE_ZONE_UNKNOWN"


CHINA = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2020-02-29T16:00:00Z", date(2020, 3, 1)),
        ("2020-02-29T15:59:59.999Z", date(2020, 2, 29)),
        ("2020-02-29 16:00:00+00", date(2020, 3, 1)),
        ("2019-12-31T16:00:00.000+0000", date(2020, 1, 1)),
        ("20200229 16:00:00Z", date(2020, 3, 1)),
        ("Sat Feb 29 16:00:00 UTC 2020", date(2020, 3, 1)),
        ("Sat Feb 29 16:00:00 GMT 2020", date(2020, 3, 1)),
        ("Sat Feb 29 16:00:00 CST 2020", date(2020, 2, 29)),
        ("2020-03-01T00:00:00Z", date(2020, 3, 1)),
        ("2020-03-01T23:30:00+08:00", date(2020, 3, 1)),
    ],
)
def test_a_moment_in_utc_is_the_day_that_it_falls_on_here(text: str, day: date):
    reading = read_date(text, zone=CHINA)
    assert reading.value == day
    assert ("DATE_FROM_UTC" in reading.repairs) == (reading.value != read_date(text).value)
    assert read_month(text, zone=CHINA).value == Month.containing(day)
    assert read_year(text, zone=CHINA).value == day.year


def test_a_moment_in_utc_of_no_clear_day_is_no_day_here_either():
    assert read_date("3/1/2020 16:00:00Z", zone=CHINA).value is None
    assert read_date("2020-02-30T16:00:00Z", zone=CHINA).problem_code == "DATE_INVALID"
    assert read_date("Sat Feb 29 16:00:00 UTC 2020").problem_code == "DATE_ZONE_UNKNOWN"


@pytest.mark.parametrize(
    "text", ["infinity", "10000-01-01", "+999999999-12-31", "10000-01-01 00:00:00+08"]
)
def test_what_comes_after_every_calendar_is_open_where_that_is_declared(text: str):
    assert read_date(text, open_ended=True).value == FOREVER
    assert read_date(text).problem_code == "DATE_INVALID"


@pytest.mark.parametrize("text", ["-infinity", "0044-03-15 BC", "0044-03-15 00:00:00+08:05:43 BC"])
def test_what_comes_before_every_calendar_is_no_day(text: str):
    for open_ended in (True, False):
        assert read_date(text, open_ended=open_ended).problem_code == "DATE_INVALID"


@pytest.mark.parametrize(
    "text",
    [
        "2020-03-01T00:00:00Z",
        "2020-03-01T08:30:00Z",
        "2020-03-01T16:00:00+08:00",
        "2020-03-01 00:00:00+00",
    ],
)
def test_a_time_that_is_one_day_everywhere_is_that_day(text: str):
    assert read_date(text).value == date(2020, 3, 1)


def test_a_month_that_may_have_lost_its_last_zero_is_not_guessed():
    assert read_month("2020.1").problem_code == "MONTH_UNREADABLE"
    assert read_date("2020.1").problem_code == "DATE_UNREADABLE"
    assert read_month("2020.10").value == Month.of(2020, 10)
    assert read_month("2020.01").value == Month.of(2020, 1)
