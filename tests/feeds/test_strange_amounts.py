"""Months in another unit than those before: they wait for a person."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangpin.feeds.arrivals import arrivals, coverage
from fangpin.values.month import Month
from tests.feeds.builders import (
    HEADER,
    Desk,
    csv_text,
)
from tests.feeds.months import a_month, day_after, receive_months


@pytest.mark.parametrize("times", ["100", "0.0001", "0.01", "10000", "0.001"])
@pytest.mark.parametrize("count", [6, 60])
def test_a_month_in_another_unit_waits(guarded: Desk, times: str, count: int) -> None:
    receive_months(guarded, "2020-01", "2020-02", count=count)
    rows = a_month("2020-03", count, times=Decimal(times))
    told = guarded.receive_rows(*rows, received=day_after("2020-03"))
    if told.accepted == 0:  # all beyond the contract's limit: no month either
        assert (
            Month.of(2020, 3)
            not in coverage(arrivals(guarded.home), as_of=date(2020, 5, 1))["labour.wages"]
        )
        return
    assert told.outcome == "held"
    doubt = next(found for found in told.findings if found.code == "AMOUNT_UNIT_DRIFT")
    assert doubt.column == "wage" and doubt.severity == "hold"


def test_a_third_of_the_rows_in_fen_is_enough(guarded: Desk) -> None:
    receive_months(guarded, "2020-01", "2020-02")
    rows = a_month("2020-03", 60)
    rows[:20] = a_month("2020-03", 20, times=Decimal(100))
    told = guarded.receive_rows(*rows, received=day_after("2020-03"))
    assert "AMOUNT_UNIT_DRIFT" in told.counts_by_code


def test_a_unit_stated_in_the_title_is_no_drift(guarded: Desk) -> None:
    receive_months(guarded, "2020-01", "2020-02")
    header = ["月工资（万元）" if title == "月工资" else title for title in HEADER]
    rows = a_month("2020-03", times=Decimal("0.0001"))
    told = guarded.receive_text(csv_text(rows, header=header), received=day_after("2020-03"))
    assert told.outcome == "accepted"


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.floats(0.4, 2.5), min_size=3, max_size=4),
    st.integers(0, 1000),
)
def test_months_that_merely_differ_are_not_held(
    tmp_path_factory: pytest.TempPathFactory, lines: Any, levels: list[float], seed: int
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"), lines=lines)
    for place, level in enumerate(levels):
        month = f"2020-0{place + 1}"
        rows = a_month(month, 30, times=Decimal(f"{level:.3f}"), seed=seed)
        assert desk.receive_rows(*rows, received=day_after(month)).outcome == "accepted"
