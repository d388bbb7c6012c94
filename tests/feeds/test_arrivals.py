"""Who delivered what and when, what is late, and what goes back to the department."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import pytest

from fangpin.feeds.arrivals import (
    arrivals,
    coverage,
    due_date,
    expected_month,
    month_due,
    quarantine_rows,
    status,
)
from fangpin.feeds.rejects import write_rejects_xlsx
from fangpin.lake.engines.duckdb import connect
from fangpin.values.month import Month
from tests.feeds.builders import (
    Desk,
    csv_text,
    number,
    roster_contract,
    wage_row,
    wages_contract,
)

MARCH, APRIL = Month.of(2020, 3), Month.of(2020, 4)
ROSTER = ["户编号", "人编号", "身份证号", "姓名", "月份"]


def test_arrivals_come_by_day_then_registry_then_feed(tmp_path: Path):
    desk = Desk(tmp_path, wages_contract(), roster_contract())
    desk.receive_rows(wage_row(1, month="2020-04"), received=date(2020, 5, 2))
    desk.receive_rows(wage_row(1), received=date(2020, 4, 4))
    roster = csv_text([["H1", "1", number(1), "李竹喜", "2020-03"]], header=ROSTER)
    desk.receive_text(roster, feed="village.roster", received=date(2020, 4, 4))
    found = arrivals(desk.home)
    assert [(one.feed, str(Month(one.month))) for one in found] == [
        ("village.roster", "2020-03"), ("labour.wages", "2020-03"), ("labour.wages", "2020-04")
    ]  # fmt: skip
    assert [one.is_registry for one in found] == [True, False, False]
    assert all(one.facts.exists() and one.quarantine.exists() for one in found)


def test_the_month_is_the_stated_one_or_the_most_frequent_of_the_rows(desk: Desk):
    rows = [wage_row(1), wage_row(2), wage_row(3, month="2019-12")]
    assert desk.receive_rows(*rows).month == MARCH
    desk.receive_rows(wage_row(4), month=APRIL)
    first, second = arrivals(desk.home)
    assert (first.first_month, first.last_month) == (Month.of(2019, 12), MARCH)
    assert second.month == APRIL


def test_a_delivery_without_a_usable_row_covers_no_month(desk: Desk):
    receipt = desk.receive_rows(wage_row(1, wage="4OO"))
    assert (receipt.outcome, receipt.accepted) == ("accepted", 0)
    assert coverage(arrivals(desk.home), as_of=date(2020, 4, 30)) == {}
    desk.receive_rows(wage_row(1))
    assert coverage(arrivals(desk.home), as_of=date(2020, 4, 30)) == {"labour.wages": {MARCH}}


def test_coverage_knows_only_what_had_arrived_by_the_day(desk: Desk):
    desk.receive_rows(wage_row(1), received=date(2020, 4, 4))
    assert coverage(arrivals(desk.home), as_of=date(2020, 4, 3)) == {}


@pytest.mark.parametrize(
    ("received", "as_of", "state", "late"),
    [
        (date(2020, 4, 5), date(2020, 4, 30), "on_time", 0),
        (date(2020, 4, 8), date(2020, 4, 30), "late", 3),
        (date(2020, 4, 8), date(2020, 4, 7), "never", 2),
        (date(2020, 4, 8), date(2020, 4, 5), "not_due", 0),
        (date(2020, 4, 4), date(2020, 5, 9), "overdue", 4),
        (date(2020, 4, 4), date(2020, 5, 5), "not_due", 0),
    ],
)
def test_a_monthly_feed_on_a_day(desk: Desk, received: date, as_of: date, state: str, late: int):
    desk.receive_rows(wage_row(1), wage_row(2, wage="x"), received=received)
    (told,) = status(desk.home, pack=desk.pack, as_of=as_of)
    assert (told.state, told.late_days) == (state, late)
    if state in ("on_time", "late"):
        assert (told.read, told.quarantined, told.reject_share) == (2, 1, 0.5)
        assert told.is_partly_rejected
        assert told.as_dict()["expected_month"] == "2020-03"


@pytest.mark.parametrize(
    ("frequency", "as_of", "expected"),
    [
        ("monthly", date(2020, 4, 1), "2020-03"),
        ("quarterly", date(2020, 4, 1), "2020-03"),
        ("quarterly", date(2020, 6, 30), "2020-03"),
        ("term", date(2020, 7, 1), "2020-06"),
        ("yearly", date(2020, 7, 1), "2019-12"),
    ],
)
def test_the_period_that_is_expected(frequency: str, as_of: date, expected: str):
    month = expected_month(wages_contract(frequency=frequency), as_of=as_of)
    assert str(Month(month or 0)) == expected


def test_an_event_feed_owes_nothing_by_a_day():
    assert expected_month(wages_contract(frequency="event"), as_of=date(2020, 4, 1)) is None
    assert due_date(wages_contract(), int(MARCH)) == date(2020, 4, 5)


@pytest.mark.parametrize(
    ("on", "month", "due"),
    [
        (date(2020, 4, 11), "2020-03", date(2020, 4, 10)),
        (date(2020, 4, 10), "2020-02", date(2020, 3, 10)),
        (date(2020, 1, 5), "2019-11", date(2019, 12, 10)),
    ],
)
def test_a_month_is_due_when_the_last_of_its_monthly_feeds_was(on: date, month: str, due: date):
    """Quarterly feeds and those without a day are not waited for."""
    contracts = [
        wages_contract(),
        wages_contract(due_day=10),
        wages_contract(due_day=None),
        wages_contract(frequency="quarterly", due_day=28),
    ]
    found = month_due(contracts, on=on)
    assert found is not None
    assert (str(Month(found[0])), found[1]) == (month, due)
    assert month_due(contracts[2:], on=on) is None


@pytest.mark.parametrize(
    ("frequency", "month", "due"),
    [
        ("monthly", Month.of(2020, 1), date(2020, 2, 5)),
        ("quarterly", Month.of(2020, 1), date(2020, 4, 5)),
        ("quarterly", Month.of(2020, 3), date(2020, 4, 5)),
        ("term", Month.of(2020, 7), date(2021, 1, 5)),
        ("yearly", Month.of(2020, 1), date(2021, 1, 5)),
        ("event", Month.of(2020, 1), date(2020, 2, 5)),
    ],
)
def test_whatever_month_of_a_period_its_rows_tell_it_is_due_after_the_period(
    frequency: str, month: Month, due: date
):
    assert due_date(wages_contract(frequency=frequency), int(month)) == due


def test_rows_set_aside_are_read_in_pages(desk: Desk):
    receipt = desk.receive_rows(*(wage_row(place, wage="4OO") for place in range(5)))
    with connect() as engine:
        rows = quarantine_rows(
            desk.home,
            engine=engine,
            feed=receipt.feed,
            delivery=receipt.delivery or "",
            limit=2,
            offset=3,
        )
    assert [row["row_no"] for row in rows] == [5, 6]
    assert rows[0]["value_masked"] == "4OO"
    assert rows[0]["repair_zh"] and rows[0]["message_en"]


def test_a_proposal_reaches_the_clerk(desk: Desk):
    receipt = desk.receive_rows(wage_row(1, wage="壹仟贰佰元整"))
    assert "1200.00" in desk.quarantine(receipt, "repair_zh, row_no")[0][0]


def test_the_spreadsheet_of_rejects_computes_nothing(desk: Desk, tmp_path: Path):
    attacks = ["=HYPERLINK(1)", "+1+x", "-2+3x", "@SUM(1)", "＝1x", "\t=1x"]
    receipt = desk.receive_rows(
        *(wage_row(place, start_date=text) for place, text in enumerate(attacks))
    )
    assert receipt.quarantined == len(attacks)
    target = tmp_path / "rejects.xlsx"
    with connect() as engine:
        written = write_rejects_xlsx(
            home=desk.home,
            engine=engine,
            feed=receipt.feed,
            delivery=receipt.delivery or "",
            file=target,
        )
    assert written == len(attacks)
    sheet = openpyxl.load_workbook(target).worksheets[0]
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[0].value for row in rows] == [2, 3, 4, 5, 6, 7]
    for row in rows:
        for cell in row[1:]:
            assert cell.data_type in ("s", "n") and (cell.value is None or cell.data_type == "s")
            assert not str(cell.value or "").startswith(("=", "+", "-", "@", "\t", "＝"))
