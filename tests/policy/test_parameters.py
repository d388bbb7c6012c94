"""Dated values: the one in force on a day, in the smallest division that states one."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fangpin.policy import Pack, load_pack
from fangpin.values.problem import Problem, ProblemError

PACKS = Path(__file__).parent / "packs"


@pytest.fixture(scope="module")
def river() -> Pack:
    return load_pack(PACKS / "river")


def refusal(pack: Pack, code: str, at: date, division: str | None = None) -> Problem:
    with pytest.raises(ProblemError) as refused:
        pack.parameter(code, at=at, division=division)
    return refused.value.problems[0]


@pytest.mark.parametrize(
    ("at", "division", "value"),
    [
        ("2019-12-31", None, "4000"),
        ("2020-01-01", None, "4200"),
        ("2020-05-31", "R0201", "4200"),
        ("2020-05-31", "R01", "4500.50"),
        ("2020-05-31", "R0102", "4500.50"),
        ("2020-06-01", "R0102", "5000"),
        ("2020-06-01", "R0101", "4500.50"),
        ("2019-12-31", "R0102", "4000"),
    ],
)
def test_the_smallest_division_with_a_value_of_the_day_counts(
    river: Pack, at: str, division: str | None, value: str
) -> None:
    found = river.parameter("income.line", at=date.fromisoformat(at), division=division)

    assert str(found.value) == value


@pytest.mark.parametrize("at", [date(2018, 12, 31), date(2021, 1, 1)])
def test_a_day_without_a_value_is_refused_and_never_filled_from_another(
    river: Pack, at: date
) -> None:
    told = refusal(river, "income.line", at, "R01")

    assert told.code == "NO_VALUE_FOR_DATE"
    assert told.where.endswith("parameters/lines.yaml:2")
    assert all(word in told.en for word in ("income.line", at.isoformat(), "R01", "2019-01-01"))
    assert told.details["from_dates"] == ["2019-01-01", "2020-01-01", "2020-06-01"]
    assert "收入线" in told.zh and told.fix_zh and told.fix_en


def test_an_unknown_parameter_is_told_with_the_nearest(river: Pack) -> None:
    told = refusal(river, "income.lin", date(2020, 1, 1))

    assert told.code == "UNKNOWN_PARAMETER"
    assert "income.line" in told.fix_en


def test_a_list_of_codes_is_a_value_too(river: Pack) -> None:
    found = river.parameter("medical.kinds", at=date(2020, 1, 1), division="R0101")

    assert found.value == ["inpatient", "outpatient"]
