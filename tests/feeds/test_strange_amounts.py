"""Months in another unit than those before: they wait for a person."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangpin.feeds.arrivals import arrivals, coverage
from fangpin.feeds.holds import release_delivery
from fangpin.policy import load_pack
from fangpin.values.month import Month
from tests.feeds.builders import (
    HEADER,
    Desk,
    csv_text,
    wage_row,
    wages_contract,
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


def bills(
    month: str, *, seed: int, in_fen: frozenset[int] = frozenset(), hospitals: int = 20
) -> list[list[str]]:
    """Thirty bills of each hospital, small ones mostly and a few very dear, as bills are."""
    chance = random.Random(f"{month} {seed}")
    return [
        wage_row(
            place,
            month=month,
            wage=f"{min(Decimal(f'{chance.lognormvariate(6, 1.5):.2f}'), Decimal(9_999)) * times:f}",
            employer=f"医院{hospital}",
        )
        for place in range(hospitals * 30)
        for hospital in [place % hospitals]
        for times in [100 if hospital in in_fen else 1]
    ]


@pytest.mark.parametrize("count", [1, 4, 10, 19])
def test_hospitals_that_alone_send_fen_are_found_among_the_others(
    guarded: Desk, count: int
) -> None:
    """One in twenty moves no figure of the whole column."""
    for place, month in enumerate(("2020-01", "2020-02")):
        told = guarded.receive_rows(*bills(month, seed=place), received=day_after(month))
        assert told.outcome == "accepted", told.findings
    rows = bills("2020-03", seed=7, in_fen=frozenset(range(count)))
    told = guarded.receive_rows(*rows, received=day_after("2020-03"))
    assert told.outcome == "held"
    assert told.counts_by_code.keys() & {"AMOUNT_UNIT_DRIFT", "AMOUNT_UNIT_DRIFT_IN_PART"}
    if count == 1:
        (doubt,) = [one for one in told.findings if one.code == "AMOUNT_UNIT_DRIFT_IN_PART"]
        assert (doubt.row, doubt.count, doubt.column) == (2, 1, "wage")
        assert "医院0" not in str(doubt.as_dict())


@settings(max_examples=3, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6))
def test_hospitals_whose_bills_merely_differ_are_not_held(
    tmp_path_factory: pytest.TempPathFactory, lines: Any, seed: int
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"), lines=lines)
    for place, month in enumerate(("2020-01", "2020-02", "2020-03")):
        told = desk.receive_rows(*bills(month, seed=seed + place), received=day_after(month))
        assert told.outcome == "accepted", told.findings


def typical_lines(lines: Any, feed: str, field: str, value: str) -> Any:
    """The pack's lines, and what it says is typical of a column."""
    code = f"delivery.typical.{feed}.{field}"

    class Typical:
        parameters = {**lines.parameters, code: None}

        def parameter(self, name: str, **asked: Any) -> Any:
            if name == code:
                return SimpleNamespace(value=Decimal(value))
            return lines.parameter(name, **asked)

    return Typical()


@pytest.mark.parametrize(
    ("times", "outcome"),
    [
        ("100", "held"),
        ("0.0001", "held"),
        ("1", "accepted"),
        ("0.2", "accepted"),
        ("6", "accepted"),
    ],
)
@pytest.mark.parametrize("count", [6, 60])
def test_the_very_first_file_in_another_unit_waits(
    tmp_path: Path, lines: Any, times: str, outcome: str, count: int
) -> None:
    """There is no month to compare it with: what the pack says is typical is."""
    contract = wages_contract()
    fields = [one.model_copy(update={"maximum": None}) for one in contract.fields]
    contract = contract.model_copy(update={"fields": fields})
    desk = Desk(tmp_path, contract, lines=typical_lines(lines, "labour.wages", "wage", "3000"))
    told = desk.receive_rows(*a_month("2020-03", count, times=Decimal(times)))
    assert told.outcome == outcome, told.counts_by_code
    assert ("AMOUNT_UNIT_UNUSUAL" in told.counts_by_code) == (outcome == "held")


def test_a_feed_with_months_of_its_own_is_compared_with_these_alone(
    tmp_path: Path, lines: Any
) -> None:
    """A county where sums are truly small is let in once, and then never asked again."""
    desk = Desk(tmp_path, lines=typical_lines(lines, "labour.wages", "wage", "3000"))
    first = desk.receive_rows(*a_month("2020-01", times=Decimal("0.01")), received=date(2020, 2, 4))
    assert first.outcome == "held"
    at = datetime(2020, 2, 5, 9, tzinfo=UTC)
    release_delivery(desk.home, delivery=str(first.delivery), by="张", at=at, reason="确属实际")
    second = desk.receive_rows(
        *a_month("2020-02", times=Decimal("0.01")), received=date(2020, 3, 4)
    )
    assert second.outcome == "accepted", second.counts_by_code


def test_what_is_typical_is_said_of_columns_that_are(repository: Path) -> None:
    pack = load_pack(repository / "packs" / "cn")
    named = [code for code in pack.parameters if code.startswith("delivery.typical.")]
    assert len(named) > 10
    for code in named:
        feed, _, field = code.removeprefix("delivery.typical.").rpartition(".")
        types = {one.field: one.type for one in pack.contracts[feed].fields}
        assert types[field] == "amount", code
        assert all(value.status == "proposed" for value in pack.parameters[code].values), code


def _of_units(*, times: str, count: int = 60) -> list[list[str]]:
    """Wages of three units alike, of which the last writes them so many times as large."""
    rows = a_month("2020-03", count)
    for place, row in enumerate(rows):
        row[7] = f"第{place % 3}用工单位"
        if place % 3 == 2:
            row[3] = f"{Decimal(row[3]) * Decimal(times):.2f}"
    return rows


@pytest.mark.parametrize(
    ("times", "count", "outcome"),
    [
        ("100", 60, "held"),
        ("0.01", 60, "held"),
        ("5", 60, "accepted"),
        ("1", 60, "accepted"),
        ("100", 30, "accepted"),
    ],
)
def test_one_unit_of_a_very_first_file_in_fen_waits(
    tmp_path: Path, lines: Any, times: str, count: int, outcome: str
) -> None:
    """It moved no figure of the whole, and there was no month to compare it with. Ten rows say nothing."""
    contract = wages_contract()
    fields = [one.model_copy(update={"maximum": None}) for one in contract.fields]
    contract = contract.model_copy(update={"fields": fields})
    desk = Desk(tmp_path, contract, lines=typical_lines(lines, "labour.wages", "wage", "3000"))
    told = desk.receive_rows(*_of_units(times=times, count=count))
    assert (told.outcome, "AMOUNT_UNIT_UNUSUAL_IN_PART" in told.counts_by_code) == (
        outcome,
        outcome == "held",
    )
    found = [one for one in told.findings if one.code == "AMOUNT_UNIT_UNUSUAL_IN_PART"]
    assert [(one.row, one.count) for one in found] == ([(4, 1)] if outcome == "held" else [])


def test_units_that_are_all_far_from_what_is_typical_differ_from_nobody(
    tmp_path: Path, lines: Any
) -> None:
    """A county of large farms and small ones: between them lies less than between two units of money."""
    desk = Desk(tmp_path, lines=typical_lines(lines, "labour.wages", "wage", "600"))
    assert desk.receive_rows(*_of_units(times="8")).outcome == "accepted"
