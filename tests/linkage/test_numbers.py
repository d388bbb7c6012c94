"""The SQL of numbers against the slow truth, on numbers of every shape."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.linkage.claims.numbers import (
    eighteen_sql,
    has_right_check_sql,
    is_placeholder_sql,
    repaired,
)
from fangpin.synthetic.chenzhou.identity_numbers import identity_number
from fangpin.values.identifiers import (
    check_digit,
    is_made_up,
    read_identifier,
    tells_one_person,
)

TODAY = date(2020, 12, 14)


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with connect(threads=1) as opened:
        yield opened


numbers = st.builds(
    identity_number,
    division=st.sampled_from(["431022", "110101", "659001"]),
    birth=st.dates(date(1920, 1, 1), date(2020, 1, 1)),
    serial=st.integers(0, 999),
)


def neighbours(wrong: str) -> set[str]:
    """Every right number that one character parts from a wrong one, by trying all of them."""
    found = set()
    for place in range(18):
        for digit in "0123456789X" if place == 17 else "0123456789":
            tried = wrong[:place] + digit + wrong[place + 1 :]
            if tried != wrong and check_digit(tried[:17]) == tried[17]:
                found.add(tried)
    return found


@settings(max_examples=60, deadline=None)
@given(right=numbers, place=st.integers(0, 16), step=st.integers(1, 9))
def test_all_right_numbers_one_digit_away_are_found_and_no_other(
    engine: Engine, right: str, place: int, step: int
) -> None:
    wrong = right[:place] + str((int(right[place]) + step) % 10) + right[place + 1 :]

    engine.make_table("wrong_numbers", "SELECT 1 AS claim, ? AS number", [wrong])
    found = [row[1] for row in engine.rows(repaired("SELECT * FROM wrong_numbers"))]

    assert set(found) == neighbours(wrong)
    assert len(found) == len(set(found))
    assert right in found


@settings(max_examples=60, deadline=None)
@given(right=numbers, last=st.sampled_from("0123456789X"))
def test_a_check_digit_is_right_exactly_when_the_slow_truth_says_so(
    engine: Engine, right: str, last: str
) -> None:
    tried = right[:17] + last

    told = engine.value(f"SELECT {has_right_check_sql('n')} FROM (SELECT ? AS n)", [tried])

    assert told == (check_digit(tried[:17]) == last)


@settings(max_examples=80, deadline=None)
@given(
    right=numbers,
    shape=st.sampled_from(["plain", "certificate", "reissued", "fifteen"]),
    kind=st.integers(1, 7),
    grade=st.integers(1, 4),
)
def test_every_form_of_a_number_is_read_as_on_receipt(
    engine: Engine, right: str, shape: str, kind: int, grade: int
) -> None:
    written = {
        "plain": right,
        "certificate": f"{right}{kind}{grade}",
        "reissued": f"{right}{kind}{grade}B1",
        "fifteen": right[:6] + right[8:17],
    }[shape]
    scheme = "gb_disability_certificate" if len(written) > 18 else "gb11643"
    truth = read_identifier(written, scheme=scheme, today=TODAY)

    told = engine.value(f"SELECT {eighteen_sql('n')} FROM (SELECT ? AS n)", [written])

    if truth.canonical is not None:
        assert told == truth.canonical


MADE_UP = [
    "999999199001011234",
    "111111111111111111",
    "000000000000000000",
    "111111111111111",
    "431022000000000000",
    "431022999999999999",
    "431022111111111",
    "123456789012345678",
    "012345678901234567",
    "123456789012345",
]


@pytest.mark.parametrize("written", [*MADE_UP, "", "X1"])
def test_a_placeholder_stands_for_nobody(engine: Engine, written: str) -> None:
    assert engine.value(f"SELECT {eighteen_sql('n')} FROM (SELECT ? AS n)", [written]) is None


@pytest.mark.parametrize("written", MADE_UP)
def test_the_slow_truth_knows_a_made_up_number_too(engine: Engine, written: str) -> None:
    assert is_made_up(written)
    assert engine.value(f"SELECT {is_placeholder_sql('n')} FROM (SELECT ? AS n)", [written])
    assert not tells_one_person(written)


@settings(max_examples=60, deadline=None)
@given(right=numbers)
def test_a_citizens_number_is_not_made_up(engine: Engine, right: str) -> None:
    assert not is_made_up(right)
    assert not engine.value(f"SELECT {is_placeholder_sql('n')} FROM (SELECT ? AS n)", [right])
    assert tells_one_person(right)


@pytest.mark.parametrize(
    "written", [None, "", "户口正在办理当中暂时没有身份证号码", "431022190001010000", "43102219"]
)
def test_what_stands_in_place_of_a_number_tells_nobody(written: str | None) -> None:
    assert not tells_one_person(written)
