"""Windows of months, and lines that differ by division or day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fangpin.indicators.compile import Compiler, compile_indicators
from fangpin.lake.engines.duckdb import connect
from fangpin.ledger.coverage import Coverage
from fangpin.policy import load_pack
from fangpin.policy.expressions.spans import base_items, school_year_first, year_first
from fangpin.policy.pack import Pack
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError


@pytest.fixture(scope="module")
def pack(repository: Path) -> Pack:
    return load_pack(repository / "tests" / "rules" / "hillside")


def compiler(pack: Pack, as_of: date) -> Compiler:
    return Compiler(pack=pack, as_of=as_of, month=Month.last_complete(as_of), coverage=Coverage())


@pytest.mark.parametrize(
    ("month", "first"),
    [
        ("2020-09", "2020-09"),
        ("2020-08", "2019-09"),
        ("2020-12", "2020-09"),
        ("2021-01", "2020-09"),
    ],
)
def test_a_school_year_begins_in_the_packs_month(month: str, first: str) -> None:
    assert school_year_first(Month.parse(month), 9) == Month.parse(first)


def test_a_year_begins_in_january() -> None:
    assert year_first(Month.parse("2020-01")) == Month.parse("2020-01")
    assert year_first(Month.parse("2020-12")) == Month.parse("2020-01")


def test_a_total_of_totals_counts_each_item_once(pack: Pack) -> None:
    assert [item.item for item in base_items(pack, "money")] == [
        "wage",
        "bonus",
        "relief",
        "bills",
        "fee",
    ]


def test_a_line_is_that_of_the_households_division_and_of_the_day(pack: Pack) -> None:
    def line(as_of: date, division: str) -> Decimal:
        text = compiler(pack, as_of).parameter("line.bills").text
        with connect(threads=1) as engine:
            found = engine.value(f"SELECT {text} FROM (SELECT '{division}' AS division) AS home")
        return Decimal(found)

    assert line(date(2020, 6, 30), "H01") == 1000
    assert line(date(2020, 7, 1), "H01") == Decimal("1200.50")
    assert line(date(2020, 7, 1), "H02") == 800


def test_a_value_tried_in_a_back_test_stands_in_place_of_the_packs(pack: Pack) -> None:
    tried = Compiler(
        pack=pack,
        as_of=date(2020, 7, 1),
        month=Month.parse("2020-06"),
        coverage=Coverage(),
        overrides={"line.bills": Decimal("5.5")},
    )

    assert tried.parameter("line.bills").text == "5.5"


def test_a_day_without_a_value_is_refused(pack: Pack) -> None:
    with pytest.raises(ProblemError) as raised:
        compiler(pack, date(2017, 12, 31)).sql("sum(bills) > param('line.income')")

    assert [problem.code for problem in raised.value.problems] == ["NO_VALUE_FOR_DATE"]


def test_an_indicator_comes_after_those_it_uses(pack: Pack) -> None:
    found = compile_indicators(compiler(pack, date(2020, 7, 1)), {"share_high"})

    levels = {one.code: one.level for one in found}
    assert levels == {"bills_12": 1, "income_12": 1, "bills_share": 2, "share_high": 3}
    assert [one.code for one in found] == ["bills_12", "income_12", "bills_share", "share_high"]


def test_the_same_window_is_computed_once(pack: Pack) -> None:
    used = compiler(pack, date(2020, 7, 1))
    compile_indicators(used, {"bills_12", "bills_default", "over_line", "double_bills"})

    assert len(used.windows) == 1
