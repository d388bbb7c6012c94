"""Columns of identity numbers that a spreadsheet cut: they wait for a person, and nobody is made of them."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fangpin.feeds.cells.lost_digits import lost_digits
from fangpin.feeds.holds import held_deliveries
from fangpin.values.identifiers import read_identifier
from tests.feeds.builders import (
    Desk,
    wage_row,
)
from tests.feeds.months import held, people

TODAY = date(2020, 4, 4)


CUTS: dict[str, Callable[[str], str]] = {
    "fifteen digits and three zeros": lambda n: n[:15] + "000",
    "two zeros": lambda n: n[:16] + "00",
    "one zero": lambda n: n[:17] + "0",
    "a double written whole": lambda n: str(int(float(n.replace("X", "0")))),
    "a double with its point": lambda n: f"{int(float(n.replace('X', '0')))}.0",
    "scientific, all digits": lambda n: repr(float(n.replace("X", "0")) * 1.0),
    "scientific, shown digits": lambda n: f"{float(n.replace('X', '0')):.5E}",
    "cut to fifteen": lambda n: n[:15],
    "cut to seventeen": lambda n: n[:17],
    "cut and filled with nines": lambda n: n[:17] + "9",
}


@pytest.mark.parametrize("kind", CUTS)
@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(12, 120), share=st.sampled_from([0.3, 0.6, 1.0]), seed=st.integers(0, 99))
def test_no_number_of_a_cut_column_becomes_a_person(
    tmp_path_factory: pytest.TempPathFactory,
    lines: Any,
    kind: str,
    count: int,
    share: float,
    seed: int,
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"), lines=lines)
    numbers = people(count, seed=seed)
    cut = [CUTS[kind](one) for one in numbers[: int(count * share)]]
    whole = numbers[len(cut) :]
    lost = sum(one != before for one, before in zip(cut, numbers, strict=False))
    assume(lost >= 5)

    receipt = desk.receive_rows(*(wage_row(1, id_number=one) for one in [*cut, *whole]))

    assert receipt.outcome == "held", (receipt.counts_by_code, cut)
    assert "ID_COLUMN_TRUNCATED" in held(desk)
    refused = {row for row, _ in desk.quarantine(receipt)}
    persons_of_cut_numbers = [
        place
        for place, one in enumerate(cut, start=2)
        if place not in refused and one != numbers[place - 2]
    ]
    assert persons_of_cut_numbers == []


@settings(max_examples=60)
@given(count=st.integers(1, 400), typos=st.floats(0, 0.06), seed=st.integers(0, 10**6))
def test_a_column_of_true_numbers_with_slips_is_not_suspected(
    count: int, typos: float, seed: int
) -> None:
    chance = random.Random(seed)
    texts = []
    for one in people(count, seed=seed):
        if chance.random() < typos:
            place = chance.randrange(6, 17)
            one = (
                one[:place]
                + str((int(one[place]) + chance.randrange(1, 10)) % 10)
                + one[place + 1 :]
            )
        texts.append(one)
    found = lost_digits(texts, scheme="gb11643", today=TODAY)
    refused = [
        text
        for text in texts
        if found.took(text)
        and read_identifier(text, scheme="gb11643", today=TODAY).problem_code is None
    ]
    assert len(refused) <= 2


def test_nine_in_a_hundred_cut_numbers_pass_their_check_digit() -> None:
    passing = [
        one[:15] + "000"
        for one in people(6_000)
        if read_identifier(one[:15] + "000", scheme="gb11643", today=TODAY).problem_code is None
    ]
    assert 0.06 < len(passing) / 6_000 < 0.12


def test_a_cut_column_is_told_in_both_languages_without_a_number(guarded: Desk) -> None:
    numbers = people(40)
    receipt = guarded.receive_rows(*(wage_row(1, id_number=one[:15] + "000") for one in numbers))
    (told,) = held_deliveries(guarded.home)
    assert receipt.counts_by_code["ID_PRECISION_LOST"] == 40
    shown = str(told.as_dict())
    assert "截断" in shown and "cut" in shown
    assert not any(one[:15] in shown for one in numbers)
