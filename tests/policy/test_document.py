"""Strict reading: what is written is what is read, or it is refused; nothing in between."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fangpin.policy.reading.document import Document, read_document


def read(folder: Path, text: str) -> Document:
    file = folder / "file.yaml"
    file.write_text(text, "utf-8")
    return read_document(file=file, place="file.yaml")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ("false", False),
        ("null", None),
        ("0", 0),
        ("-12", -12),
        ("4500.50", Decimal("4500.50")),
        ("2020-02-29", date(2020, 2, 29)),
        ("2020-02", "2020-02"),
        ("431022-01", "431022-01"),
        ("1,000", "1,000"),
        ("0735-12345", "0735-12345"),
        ('"043102"', "043102"),
        ("'no'", "no"),
        ('"12:30"', "12:30"),
        ('""', ""),
        ("否", "否"),
        ("n", "n"),
        ("2020-03-18 notice", "2020-03-18 notice"),
    ],
)
def test_plain_and_quoted_values(tmp_path: Path, written: str, value: object) -> None:
    document = read(tmp_path, f"key: {written}\n")

    assert document.problems == []
    assert document.data == {"key": value}
    assert type(document.data["key"]) is type(value)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("043102", "YAML_LEADING_ZERO"),
        ("-0", "YAML_LEADING_ZERO"),
        ("12:30", "YAML_SEXAGESIMAL"),
        ("190:20:30", "YAML_SEXAGESIMAL"),
        ("yes", "YAML_BOOLEAN"),
        ("No", "YAML_BOOLEAN"),
        ("OFF", "YAML_BOOLEAN"),
        ("True", "YAML_BOOLEAN"),
        ("1_000", "YAML_NUMBER"),
        ("0x1F", "YAML_NUMBER"),
        ("1e5", "YAML_NUMBER"),
        (".5", "YAML_NUMBER"),
        ("5.", "YAML_NUMBER"),
        ("+5", "YAML_NUMBER"),
        (".inf", "YAML_NUMBER"),
        (".nan", "YAML_NUMBER"),
        ("2020-2-9", "YAML_DATE"),
        ("2021-02-29", "YAML_DATE"),
        ("2020-02-09 10:00:00", "YAML_DATE"),
        ("2020-02-09T10:00:00Z", "YAML_DATE"),
        ("", "YAML_EMPTY"),
        ("!!str 5", "YAML_TAG"),
        ("&a 5", "YAML_ANCHOR"),
        ("!custom x", "YAML_TAG"),
    ],
)
def test_what_a_plain_loader_would_misread_is_refused(
    tmp_path: Path, written: str, code: str
) -> None:
    document = read(tmp_path, f"first: 1\nkey: {written}\n")

    assert [(problem.code, problem.where) for problem in document.problems] == [
        (code, "file.yaml:2")
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(written=st.text(alphabet="0123456789.:_-+eExnTZ", min_size=1, max_size=12))
@example(written="0.10")
@example(written="-0.0")
def test_an_unquoted_value_is_read_as_it_is_written_or_refused(
    tmp_path: Path, written: str
) -> None:
    document = read(tmp_path, f"key: {written}\n")

    if not document.problems:
        assert isinstance(document.data, dict)
        value = document.data["key"]
        shown = f"{value:f}" if isinstance(value, Decimal) else str(value)
        assert shown == written


def test_keys_are_always_the_text_that_was_written(tmp_path: Path) -> None:
    document = read(tmp_path, "2019: 1\n043102: 2\nno: 3\n2020-04: 4\n12:30: 5\ntrue: 6\n")

    assert document.problems == []
    assert document.data == {
        "2019": 1, "043102": 2, "no": 3, "2020-04": 4, "12:30": 5, "true": 6,
    }  # fmt: skip


def test_the_line_of_every_node_is_kept(tmp_path: Path) -> None:
    document = read(tmp_path, "a:\n  - b: 1\n    c: {d: 2}\n  - b:\n      - 3\n")

    assert document.where(("a", 0)) == "file.yaml:2"
    assert document.where(("a", 0, "c", "d")) == "file.yaml:3"
    assert document.where(("a", 1, "b"), key=True) == "file.yaml:4"
    assert document.where(("a", 1, "b", 0)) == "file.yaml:5"
    assert document.where(("a", 1, "missing")) == "file.yaml:4"


def test_several_mistakes_of_a_file_are_told_together(tmp_path: Path) -> None:
    document = read(tmp_path, "a: no\nb: 012\na: 12:30\nc:\n")

    assert [(problem.code, problem.where) for problem in document.problems] == [
        ("YAML_BOOLEAN", "file.yaml:1"),
        ("YAML_LEADING_ZERO", "file.yaml:2"),
        ("YAML_DUPLICATE_KEY", "file.yaml:3"),
        ("YAML_SEXAGESIMAL", "file.yaml:3"),
        ("YAML_EMPTY", "file.yaml:4"),
    ]


def test_windows_line_ends_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_bytes("a: 1\r\nb: 中\r\n".encode("utf-8-sig"))

    document = read_document(file=file, place="file.yaml")

    assert document.problems == []
    assert document.data == {"a": 1, "b": "中"}
    assert document.where(("b",)) == "file.yaml:2"
