"""NDJSON: one object a line; digits are kept, columns are the keys of all lines, half a file is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangpin.feeds.readers.ndjson import LONGEST_LINE, is_ndjson
from fangpin.feeds.receipt import Receipt
from fangpin.values.identifiers import check_digit
from tests.feeds.builders import Desk

ID = "43102219850307123" + check_digit("43102219850307123")

NUMERIC = next(
    first + check_digit(first)
    for first in (f"43102219850307{place:03}" for place in range(100, 200))
    if check_digit(first) != "X"
)


def send(desk: Desk, content: str | bytes, *, name: str = "a.ndjson") -> Receipt:
    data = content.encode() if isinstance(content, str) else content
    return desk.receive_bytes(data, name=name)


def line(**cells: Any) -> str:
    told = {"id_number": ID, "month": "2020-03", "wage": 2600}
    return json.dumps({**told, **cells}, ensure_ascii=False)


def codes(receipt: Receipt) -> set[str]:
    return {one.code for one in receipt.findings}


def test_keys_are_field_codes_titles_or_aliases(desk: Desk) -> None:
    text = json.dumps({"公民身份号码": ID, "月份": "2020-03", "wage": 2600.5}, ensure_ascii=False)
    receipt = send(desk, text + "\n", name="wages.ndjson")
    assert (receipt.outcome, receipt.accepted) == ("accepted", 1)
    assert "TYPE_MISMATCH" not in codes(receipt)


def test_a_number_keeps_every_digit(desk: Desk) -> None:
    """Eighteen digits are no floating-point number on the way."""
    receipt = send(desk, line(id_number=int(NUMERIC), wage=0.1) + "\n", name="a.jsonl")
    assert (receipt.read, receipt.accepted) == (1, 1)


def test_a_line_may_lack_keys_and_a_later_line_may_bring_new_ones(desk: Desk) -> None:
    text = "\n".join([line(), "", line(month="2020-02", days=7, employer="某厂"), ""])
    receipt = send(desk, text, name="a.ndjson")
    assert (receipt.read, receipt.accepted) == (2, 2)


def test_rows_are_numbered_by_lines(desk: Desk) -> None:
    receipt = send(desk, f"{line()}\n\n{line(month='2020-02', wage='4OO')}\n", name="a.ndjson")
    [row] = [one for one in receipt.findings if one.row]
    assert (row.row, row.code) == (3, "AMOUNT_UNREADABLE")


@pytest.mark.parametrize(
    "value", ['{"a": 1}', "[1]", '1, "wage": 2'], ids=["object", "list", "key twice"]
)
def test_a_value_that_is_no_value_sets_its_row_aside(desk: Desk, value: str) -> None:
    bad = line().replace("2600", value)
    receipt = send(desk, f"{bad}\n{line(month='2020-02')}\n", name="a.ndjson")
    assert (receipt.read, receipt.accepted, receipt.quarantined) == (2, 1, 1)
    assert "ROW_SHAPE" in codes(receipt)


@pytest.mark.parametrize(
    "last",
    ['{"id_number": "4310', "[]", "7", "nonsense", '{"a": ' * 2000, '"text"'],
    ids=["cut", "list", "number", "words", "deep", "text"],
)
def test_a_line_that_is_no_object_refuses_the_whole(desk: Desk, last: str) -> None:
    receipt = send(desk, f"{line()}\n{last}\n", name="a.ndjson")
    assert receipt.outcome == "refused"
    [found] = receipt.findings
    assert (found.code, found.row) == ("JSON_LINE_UNREADABLE", 2)


def test_a_line_without_end_is_read_no_further_than_a_row_is_long(desk: Desk) -> None:
    receipt = send(desk, line() + "\n" + line(employer="厂" * LONGEST_LINE) + "\n", name="a.ndjson")
    assert codes(receipt) == {"JSON_LINE_UNREADABLE"}


def test_bytes_that_are_not_utf_8_refuse_the_whole(desk: Desk) -> None:
    data = (line() + "\n").encode() + line(employer="某厂").encode("gb18030") + b"\n"
    assert codes(send(desk, data, name="a.ndjson")) == {"JSON_LINE_UNREADABLE"}


def test_a_byte_order_mark_is_no_matter(desk: Desk) -> None:
    assert send(desk, ("\ufeff" + line() + "\n").encode(), name="a.ndjson").accepted == 1


@pytest.mark.parametrize(
    "employer", ["甲\r乙", "甲\r\n乙", "甲\n乙", "甲\u2028乙", '甲"乙', "甲,乙"]
)
def test_whatever_a_value_holds_its_row_is_one_row(desk: Desk, employer: str) -> None:
    rows = [line(month="2020-01"), line(month="2020-02", employer=employer), line()]
    receipt = send(desk, "\n".join(rows))
    assert dict(desk.facts(receipt, "row_no, employer"))[2] == employer


def test_what_is_missing_is_never_zero(desk: Desk) -> None:
    receipt = send(desk, line(wage=None) + "\n", name="a.ndjson")
    assert receipt.accepted == 1
    assert desk.facts(receipt, "wage") == [(None,)]


CELL = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20))


@settings(max_examples=30)
@given(
    rows=st.lists(st.dictionaries(st.text(max_size=8), CELL, max_size=5), min_size=1, max_size=6)
)
def test_whatever_is_pushed_gets_an_answer(
    rows: list[dict[str, Any]], tmp_path_factory: Any
) -> None:
    desk = Desk(tmp_path_factory.mktemp("ndjson"))
    receipt = send(desk, "\n".join(json.dumps(one) for one in rows) + "\n", name="a.ndjson")
    assert receipt.outcome in ("accepted", "refused")
    assert receipt.read == receipt.accepted + receipt.quarantined + receipt.duplicate


def test_one_object_over_several_lines_is_no_ndjson(tmp_path: Any) -> None:
    file = tmp_path / "a"
    for text, expected in ((line(), True), (json.dumps({"a": 1}, indent=1), False), ("", False)):
        file.write_text(text)
        assert is_ndjson(file) is expected


def test_half_a_character_sets_its_row_aside(desk: Desk) -> None:
    """Programs that cut a text after so many units leave half of a surrogate pair."""
    cut = line(month="2020-02", employer="厂").replace("厂", "\\ud83d")
    receipt = send(desk, f"{line()}\n{cut}\n", name="a.ndjson")
    assert (receipt.outcome, receipt.accepted, receipt.quarantined) == ("accepted", 1, 1)
    assert desk.quarantine(receipt) == [(2, "ROW_SHAPE")]
    in_key = line(month="2020-02", 厂=1).replace("厂", "\\ud83d")
    assert codes(send(desk, f"{line()}\n{in_key}\n")) == {"JSON_LINE_UNREADABLE"}


def test_objects_without_a_cell_are_objects(desk: Desk) -> None:
    assert codes(send(desk, "{}\n")) == {"FILE_EMPTY"}
    receipt = send(desk, "{}\n" + line() + "\n")
    assert (receipt.read, receipt.accepted, receipt.quarantined) == (2, 1, 1)
