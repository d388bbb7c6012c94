"""Amounts and counts: lossless repairs, proposals, refusals; missing is never zero."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangpin.values.amounts import amount_in_words, read_amount, read_count, read_number
from tests.writing import CHINA


@pytest.mark.parametrize(
    ("text", "value", "repairs"),
    [
        ("1200.5", "1200.50", ()),
        ("1,200.50", "1200.50", ()),
        ("￥400", "400.00", ("NORMALISED", "UNIT_DROPPED")),
        ("¥ 400.00", "400.00", ("UNIT_DROPPED",)),
        ("400元", "400.00", ("UNIT_DROPPED",)),
        ("0.04万", "400.00", ("MULTIPLIED",)),
        ("1.5万元", "15000.00", ("UNIT_DROPPED", "MULTIPLIED")),
        ("１，２００．５０", "1200.50", ("NORMALISED",)),
        ("(300)", "-300.00", ("BRACKETS_ARE_MINUS",)),
        ("（300）", "-300.00", ("NORMALISED", "BRACKETS_ARE_MINUS")),
        ("－300", "-300.00", ("NORMALISED",)),
        ("−300", "-300.00", ("NORMALISED",)),
        ("+300", "300.00", ()),
        ("-0.0", "0.00", ()),
        (".5", "0.50", ("ZERO_ADDED",)),
        ("33.333", "33.33", ("ROUNDED",)),
        ("0.005", "0.01", ("ROUNDED",)),
        ("99999999999.99", "99999999999.99", ()),
        ("'400", "400.00", ("NORMALISED",)),
        ('="1,200.50"', "1200.50", ("NORMALISED",)),
    ],
)
def test_an_amount_is_read_without_loss(text: str, value: str, repairs: tuple[str, ...]):
    reading = read_amount(text, writing=CHINA)
    assert (reading.value, reading.problem_code) == (Decimal(value), None)
    assert reading.repairs == repairs
    assert str(reading.value) == value


@pytest.mark.parametrize(
    "text",
    ["1.200,50", "4OO", "12 34", "1,20", "1,2000", "1200.5.0", "abc", "nan", "NaN", "inf", "-inf",
     "1e400", "400美元", "((3))", "(-3)", "--3", "3-", "100000000000", "431022101201", "１O",
     "1_000", "0x10", "壹贰元叁", "元", "壹仟贰元", "九千万亿亿"],
)  # fmt: skip
def test_what_can_be_read_two_ways_or_not_at_all_is_refused(text: str):
    reading = read_amount(text, writing=CHINA)
    assert (reading.value, reading.problem_code) == (None, "AMOUNT_UNREADABLE")


@pytest.mark.parametrize("text", [None, "", "  ", "--", "—", "无", "/", "NULL", "暂无", "N/A"])
def test_nothing_said_is_missing_and_not_zero(text: str | None):
    reading = read_amount(text, writing=CHINA)
    assert (reading.value, reading.problem_code, reading.repairs) == (None, None, ())


def test_zero_is_zero():
    assert read_amount("0", writing=CHINA).value == Decimal("0.00")


@pytest.mark.parametrize(
    ("text", "value"),
    [("壹仟贰佰元整", "1200"), ("叁万零伍元伍角", "30005.5"), ("壹拾元零伍分", "10.05"),
     ("贰亿叁仟万元正", "230000000"), ("一百二十", "120"), ("一千二", "1200"), ("二百五", "250"),
     ("三万五", "35000"), ("一千零二", "1002"), ("三万零五", "30005"), ("十二", "12")],
)  # fmt: skip
def test_an_amount_in_words_is_proposed_never_taken(text: str, value: str):
    reading = read_amount(text, writing=CHINA)
    assert (reading.value, reading.problem_code) == (None, "AMOUNT_IN_WORDS")
    assert reading.proposal == Decimal(value)


def test_scientific_notation_is_proposed():
    reading = read_amount("1.2E+05", writing=CHINA)
    assert (reading.problem_code, reading.proposal) == ("AMOUNT_SCIENTIFIC", Decimal(120000))


def test_failed_cells_are_told_as_what_they_are():
    assert read_amount("#N/A", writing=CHINA).problem_code == "CELL_ERROR"
    assert read_amount("=1+1", writing=CHINA).problem_code == "FORMULA_NO_VALUE"
    assert read_amount("\x1aFORMULA", writing=CHINA).problem_code == "FORMULA_NO_VALUE"


@pytest.mark.parametrize(("text", "value"), [("3", 3), ("3.0", 3), ("3人", 3), ("1,200", 1200)])
def test_a_count_is_a_whole_number(text: str, value: int):
    assert read_count(text, writing=CHINA).value == value


@pytest.mark.parametrize("text", ["3.5", "3.001", "三个", "x"])
def test_a_broken_count_is_refused(text: str):
    assert read_count(text, writing=CHINA).problem_code == "COUNT_UNREADABLE"


def test_a_number_keeps_four_decimals():
    assert read_number("0.12345", writing=CHINA).value == Decimal("0.1235")


@given(st.decimals(Decimal("-9999999999.99"), Decimal("9999999999.99"), places=2))
def test_every_way_of_writing_an_amount_gives_the_same_amount(amount: Decimal):
    for text in (f"{amount}", f"{amount:,}", f"{amount:,}元", f" {amount} "):
        assert read_amount(text, writing=CHINA).value == amount


@given(st.text(max_size=20))
def test_no_text_is_ever_an_error_of_ours(text: str):
    reading = read_amount(text, writing=CHINA)
    assert reading.value is None or reading.value.is_finite()
    amount_in_words(text)
    read_count(text, writing=CHINA)
