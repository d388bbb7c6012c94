"""Content that was sent before, corrected, or sent for another month."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fangpin.feeds.arrivals import arrivals, coverage
from fangpin.feeds.holds import refuse_delivery
from fangpin.values.month import Month
from tests.feeds.builders import (
    HEADER,
    Desk,
    csv_text,
    wage_row,
    wages_contract,
    xlsx_file,
)
from tests.feeds.months import a_month, day_after, held, receive_months

AT = datetime(2020, 6, 9, 4, tzinfo=UTC)


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.booleans())
def test_a_month_again_under_another_name_and_order_adds_nothing(
    tmp_path_factory: pytest.TempPathFactory, lines: Any, chance: random.Random, is_xlsx: bool
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"), lines=lines)
    rows = a_month("2020-03", 25)
    desk.receive_rows(*rows)
    shuffled = chance.sample(rows, len(rows))
    assume(shuffled != rows)
    if is_xlsx:
        file = xlsx_file(desk.folder / "三月（新）.xlsx", {"表": [HEADER, *shuffled]})
        told = desk.receive_file(file, received=date(2020, 4, 9))
    else:
        told = desk.receive_rows(*shuffled, name="三月（新）.csv", received=date(2020, 4, 9))
    assert (told.read, told.accepted, told.duplicate) == (25, 0, 25)
    assert told.counts_by_code["CONTENT_RECEIVED"] == 25


def test_a_file_of_march_sent_as_april_is_not_april(guarded: Desk) -> None:
    receive_months(guarded, "2020-02", "2020-03")
    again = a_month("2020-03")[::-1]
    told = guarded.receive_rows(*again, month=Month.of(2020, 4), received=date(2020, 5, 4))
    assert told.outcome == "held"
    assert "CONTENT_OF_ANOTHER_MONTH" in held(guarded)
    covered = coverage(arrivals(guarded.home), as_of=date(2020, 5, 30))["labour.wages"]
    assert Month.of(2020, 4) not in covered


def test_new_rows_of_april_sent_as_may_are_not_may(guarded: Desk) -> None:
    """The month would count as delivered and empty: households would read as recovered."""
    receive_months(guarded, "2020-02", "2020-03")
    text = csv_text(a_month("2020-04"))
    wrong = guarded.receive_text(text, month=Month.of(2020, 5), received=date(2020, 6, 4))
    assert (wrong.outcome, held(guarded)) == ("held", ["CONTENT_OF_ANOTHER_MONTH"])

    again = guarded.receive_text(text, month=Month.of(2020, 4), received=date(2020, 6, 4))
    assert (again.outcome, guarded.codes(again)) == (
        "already_received",
        {"ALREADY_RECEIVED", "STANDS_HELD"},
    )
    refuse_delivery(
        guarded.home, delivery=wrong.delivery or "", by="wang", at=AT, reason="月份选错"
    )
    same = guarded.receive_text(text, month=Month.of(2020, 5), received=date(2020, 6, 4))
    assert guarded.codes(same) == {"ALREADY_RECEIVED", "STANDS_REFUSED"}

    right = guarded.receive_text(text, month=Month.of(2020, 4), received=date(2020, 6, 4))
    assert (right.outcome, right.accepted) == ("accepted", 60)
    assert right.delivery != wrong.delivery
    covered = coverage(arrivals(guarded.home), as_of=date(2020, 6, 30))["labour.wages"]
    assert covered == {Month.of(2020, 2), Month.of(2020, 3), Month.of(2020, 4)}


@pytest.mark.parametrize(
    ("changed", "months", "outcome"),
    [
        ({"frequency": "quarterly"}, ("2020-01", "2020-03"), "accepted"),
        ({"frequency": "quarterly"}, ("2019-12", "2020-03"), "held"),
        ({"frequency": "yearly"}, ("2019-01", "2020-01"), "accepted"),
        ({"dated_by": "start_date"}, ("2020-02", "2020-03"), "held"),
        ({"dated_by": "start_date", "volume": "varying"}, ("2020-02", "2020-03"), "accepted"),
    ],
)
def test_a_month_is_its_own_within_its_period(
    tmp_path: Any, lines: Any, changed: dict[str, str], months: tuple[str, str], outcome: str
) -> None:
    desk = Desk(tmp_path, wages_contract(**changed), lines=lines)
    rows = [wage_row(n, month=months[0], start_date=f"{months[0]}-05") for n in range(30)]
    told = desk.receive_rows(*rows, month=Month.parse(months[1]), received=day_after(months[1]))
    assert told.outcome == outcome


def test_a_few_days_told_late_are_no_wrong_month(tmp_path: Any, lines: Any) -> None:
    desk = Desk(tmp_path, wages_contract(dated_by="start_date"), lines=lines)
    rows = [wage_row(n, start_date="2020-02-27") for n in range(3)]
    assert desk.receive_rows(*rows, month=Month.of(2020, 3)).outcome == "accepted"


def test_an_export_that_numbers_its_rows_anew_would_count_twice(tmp_path: Any, lines: Any) -> None:
    contract = wages_contract(key=["id_number", "month", "employer"])
    desk = Desk(tmp_path, contract, lines=lines)
    first = [[*row[:-1], f"单{place}"] for place, row in enumerate(a_month("2020-03", 30))]
    anew = [[*row[:-1], f"单{place + 500}"] for place, row in enumerate(a_month("2020-03", 30))]
    desk.receive_rows(*first)
    told = desk.receive_rows(*anew, received=date(2020, 4, 9))
    assert (told.outcome, held(desk)) == ("held", ["CONTENT_DOUBLED"])


def test_a_corrected_month_restates_it(guarded: Desk) -> None:
    receive_months(guarded, "2020-02", "2020-03")
    rows = a_month("2020-03")
    for row in rows[:12]:
        row[3] = "1234.00"
    told = guarded.receive_rows(*rows, received=date(2020, 4, 20))
    assert (told.outcome, told.accepted, told.duplicate) == ("accepted", 12, 48)
    assert told.counts_by_code["ROWS_CORRECTED"] == 12


def test_a_whole_month_takes_back_the_rows_it_lacks(tmp_path: Any) -> None:
    desk = Desk(tmp_path, wages_contract(restates="month"))
    first = desk.receive_rows(wage_row(1), wage_row(2), wage_row(3, month="2020-02"))
    told = desk.receive_rows(wage_row(1), wage_row(4), received=date(2020, 4, 9))
    assert (told.accepted, told.duplicate) == (1, 1)
    arrival = arrivals(desk.home)[-1]
    assert arrival.superseded == (first.delivery,)
    assert told.counts_by_code["ROWS_CORRECTED"] == 1
    spoilt = desk.receive_rows(wage_row(4), wage_row(5, wage="4OO"), received=date(2020, 4, 10))
    assert spoilt.accepted == 0 and arrivals(desk.home)[-1].superseded == ()


def test_a_cut_whole_month_takes_nothing_back(tmp_path: Any, lines: Any) -> None:
    desk = Desk(tmp_path, wages_contract(restates="month"), lines=lines)
    receive_months(desk, "2020-01", "2020-02", "2020-03")
    cut = desk.receive_rows(*a_month("2020-03")[:10], received=date(2020, 4, 20))
    assert (cut.outcome, held(desk)) == ("held", ["VOLUME_ANOMALY"])
    few = desk.receive_rows(*a_month("2020-03")[:55], received=date(2020, 4, 21))
    assert (few.outcome, few.counts_by_code["ROWS_CORRECTED"]) == ("accepted", 5)
