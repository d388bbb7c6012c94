"""The tree of divisions: parents, children, names, and everything below as a range of codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangpin.policy import Divisions, division_range, load_pack
from fangpin.values.problem import ProblemError

CODES = st.text(alphabet="0123456789ABZ", min_size=1, max_size=12)


@pytest.fixture(scope="module")
def divisions() -> Divisions:
    return load_pack(Path(__file__).parent / "packs" / "river_north").divisions


def test_a_village_stands_below_its_district_and_valley(divisions: Divisions) -> None:
    assert [division.code for division in divisions.chain("R0102")] == ["R", "R01", "R0102"]
    assert divisions.level_of("R0102") == "village"
    assert divisions.name("R0102").zh == "乙村"


def test_children_stand_in_the_order_of_their_codes(divisions: Divisions) -> None:
    assert [division.code for division in divisions.children("R")] == ["R01", "R02", "R03"]
    assert [division.code for division in divisions.children(None)] == ["R"]
    assert divisions.children("R0102") == ()


def test_a_range_holds_a_division_and_all_below_and_nothing_else(divisions: Divisions) -> None:
    low, high = divisions.range_of("R01")

    inside = [division.code for division in divisions if low <= division.code < high]
    assert inside == ["R01", "R0101", "R0102"]


@given(code=CODES, other=CODES)
def test_a_code_lies_in_the_range_exactly_when_it_begins_with_it(code: str, other: str) -> None:
    low, high = division_range(code)

    assert (low <= other < high) == other.startswith(code)


def test_an_unknown_division_is_refused_with_the_nearest(divisions: Divisions) -> None:
    with pytest.raises(ProblemError) as refused:
        divisions.get("R0109")

    assert refused.value.problems[0].code == "DIVISION_UNKNOWN"
    assert "R0101" in refused.value.problems[0].fix_en
