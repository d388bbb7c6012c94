"""What a statement reads by itself is exactly what the slow truth reads, for every text."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangpin.feeds.cells import clean_cells
from fangpin.feeds.cells.headers import Column
from fangpin.feeds.cells.one_cell import TRIMMED, read_cell
from fangpin.feeds.cells.shapes import beyond_limits, fast_expression, fast_identifier
from fangpin.policy.models.feeds import ContractField
from fangpin.values.amounts import LARGEST
from fangpin.values.identifiers import check_digit, read_identifier
from fangpin.values.month import Month
from fangpin.values.text import MISSING_WORDS
from tests.feeds.builders import Desk, engine_with, wage_row
from tests.writing import CHINA

TODAY = date(2020, 4, 4)
_DAYS = st.dates(date(1890, 1, 1), date(2110, 1, 1))
_ODD = st.sampled_from(
    [*sorted(MISSING_WORDS | CHINA.missing_words), *CHINA.missing, "9999-12-31",
     "99991231", "#REF!", "#n/a", "\x1aFORMULA", "=1+1", "true",
     "4.3E+5", "1e5", "1E400", "inf", "nan", "-0.0", "2020-02-30", "20200230", "2020-2-3", "无 ", " 0",
     "1_000", "0x1F", "１２", "10:30", "infinity", "epoch", "today", "0001-01-01", "2020-01-01 BC"]
)  # fmt: skip
_AMOUNTS = st.one_of(
    st.decimals(Decimal("-1e17"), Decimal("1e17"), places=3).map(str),
    st.decimals(Decimal("-1e9"), Decimal("1e9"), places=2).map(lambda amount: f"{amount:,}"),
    st.from_regex(r"-?[0-9]{1,17}([.,][0-9]{0,5}){0,3}", fullmatch=True),
)
_DATES = st.one_of(
    st.builds(
        lambda day, shape: shape.format(day),
        _DAYS,
        st.sampled_from(
            ["{0:%Y-%m-%d}", "{0:%Y%m%d}", "{0.year}.{0.month}.{0.day}", "{0.year}/{0.month}/{0.day}",
             "{0.year}-{0.month}-{0.day}", "{0.year}年{0.month}月{0.day}日", "{0.day}/{0.month}/{0.year}"]
        ),
    ),
    st.from_regex(r"(19|20)[0-9]{2}[-./]?[0-9]{1,2}[-./]?[0-9]{1,2}", fullmatch=True),
)  # fmt: skip
_MONTHS = st.from_regex(r"(18|19|20|21)[0-9]{2}[-./]?[0-9]{1,2}", fullmatch=True)
_TEXTS = st.text(
    alphabet=st.sampled_from("aA0 .-_/#=\t\n\u3000\u200b\ufeff李喜是否无\x1a"), max_size=9
)

_KINDS = {
    "amount": _AMOUNTS,
    "number": _AMOUNTS,
    "count": _AMOUNTS,
    "date": _DATES,
    "month": st.one_of(_MONTHS, _DATES),
    "year": st.from_regex(r"(18|19|20|21)[0-9]{2}年?", fullmatch=True),
    "code": st.sampled_from(["自主", " 自主", "self", "SELF", "无", "none", "1", "1.0", "别的"]),
    "flag": st.sampled_from(["是", "否", "1", "0", "TRUE", "true", "False", "无", "有", "y"]),
    "household_no": st.from_regex(r"[0-9A-Za-z_/\-. ]{1,12}", fullmatch=True),
    "division": st.from_regex(r"[0-9A-Za-z. ]{1,14}", fullmatch=True),
    "text": _TEXTS,
    "name": _TEXTS,
    "phone": st.from_regex(r"[0-9\- ]{1,14}", fullmatch=True),
}


def column_of(kind: str, *, open_ended: bool = False) -> Column:
    values = {"self": ["自主", "1"], "none": ["无"]} if kind == "code" else None
    field = ContractField.model_validate(
        {"field": "x", "title": {"zh": "列", "en": "Column"}, "type": kind, "values": values,
         "open_ended": open_ended}
    )  # fmt: skip
    return Column(field, 0, "x", writing=CHINA)


@pytest.mark.parametrize("kind", sorted(_KINDS))
@settings(max_examples=25)
@given(data=st.data())
def test_the_statement_never_reads_what_the_truth_does_not(kind: str, data: st.DataObject):
    texts = data.draw(st.lists(st.one_of(_KINDS[kind], _ODD, _TEXTS), min_size=20, max_size=60))
    column = column_of(kind, open_ended=data.draw(st.booleans()))
    stack, engine = engine_with(texts)
    with stack:
        rows = engine.rows(
            f"SELECT text, CAST({fast_expression(column, 'text')} AS VARCHAR) FROM cells ORDER BY place"
        )
    for text, fast in rows:
        truth = read_cell(column, text)
        if fast is None:
            continue
        if kind in ("amount", "number", "count") and abs(Decimal(fast)) >= LARGEST:
            assert truth.problem, "left to the slow reading by `beyond_limits`"
            continue
        assert (truth.problem, truth.repairs) == (None, ()), text
        if kind in ("amount", "number", "count"):
            assert Decimal(truth.value or "none") == Decimal(fast), text
        else:
            assert truth.value == fast, text


@pytest.mark.parametrize("kind", ["date", "month", "year"])
@settings(max_examples=25)
@given(data=st.data())
def test_statement_and_truth_agree_on_which_months_are_yet_to_come(kind: str, data: st.DataObject):
    texts = data.draw(st.lists(st.one_of(_KINDS[kind], _ODD), min_size=20, max_size=60))
    column = replace(column_of(kind), latest=Month.containing(data.draw(_DAYS)))
    fast = fast_expression(column, "text")
    stack, engine = engine_with(texts)
    with stack:
        rows = engine.rows(
            f"SELECT text, (FALSE{beyond_limits(column, fast)}) FROM cells "
            f"WHERE {fast} IS NOT NULL ORDER BY place"
        )
    for text, is_ahead in rows:
        assert (read_cell(column, text).problem == "DATE_AHEAD") == is_ahead, text


@settings(max_examples=25)
@given(data=st.data())
def test_statement_and_truth_agree_on_which_months_are_too_long_ago(data: st.DataObject):
    texts = data.draw(st.lists(st.one_of(_KINDS["month"], _ODD), min_size=20, max_size=60))
    column = replace(column_of("month"), earliest=Month.containing(data.draw(_DAYS)))
    fast = fast_expression(column, "text")
    stack, engine = engine_with(texts)
    with stack:
        rows = engine.rows(
            f"SELECT text, (FALSE{beyond_limits(column, fast)}) FROM cells "
            f"WHERE {fast} IS NOT NULL ORDER BY place"
        )
    for text, is_past in rows:
        assert (read_cell(column, text).problem == "DATE_LONG_AGO") == is_past, text


@pytest.mark.parametrize(
    ("kind", "text"),
    [("amount", "1200.50"), ("amount", "-1,200.50"), ("number", "0.1234"), ("count", "31"),
     ("date", "2020-03-01"), ("date", "20200301"), ("date", "2020.3.1"), ("date", "2020/3/1"),
     ("month", "2020-03"), ("month", "202003"), ("year", "2020"), ("code", "自主"), ("flag", "是"),
     ("household_no", "431022202204-17"), ("division", "431022202204"), ("text", "石山 合作社"),
     ("name", "阿依古丽·买买提")],
)  # fmt: skip
def test_the_common_shapes_need_no_slow_reading(kind: str, text: str):
    stack, engine = engine_with([text])
    with stack:
        fast = engine.value(f"SELECT {fast_expression(column_of(kind), 'text')} FROM cells")
    assert fast is not None


@settings(max_examples=40)
@given(
    st.lists(
        st.one_of(
            st.builds(
                lambda region, born, sequence: f"{region}{born:%Y%m%d}{sequence:03}",
                st.integers(100000, 999999),
                st.dates(date(1880, 1, 1), date(2021, 1, 1)),
                st.integers(0, 999),
            ).map(lambda body: body + check_digit(body)),
            st.from_regex(r"[0-9]{17}[0-9Xx]", fullmatch=True),
            st.from_regex(r"[0-9]{14,19}", fullmatch=True),
            _ODD,
        ),
        min_size=20,
        max_size=80,
    ),
    st.sampled_from(["gb11643", "opaque"]),
)
def test_a_number_clean_to_the_statement_is_its_own_canonical_form(texts: list[str], scheme: str):
    query = fast_identifier(scheme, today=TODAY)
    assert query is not None
    stack, engine = engine_with(texts)
    with stack:
        rows = engine.rows(query.format(source="cells"))
    for text, is_clean in rows:
        reading = read_identifier(text, scheme=scheme, today=TODAY, writing=CHINA)
        if is_clean:
            assert (reading.canonical, reading.repairs) == (text, ())
        elif scheme == "gb11643" and reading.canonical == text:
            assert text.endswith("000")


def test_what_is_trimmed_is_the_same_in_both():
    stack, engine = engine_with([f"{mark}字{mark}" for mark in TRIMMED])
    with stack:
        rows = engine.rows(f"SELECT {fast_expression(column_of('text'), 'text')} FROM cells")
    assert {row[0] for row in rows} == {None}


def test_texts_that_are_looked_up_are_read_as_all_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    odd = [{"days": "40"}, {"channel": "别的"}, {"wage": "无"}, {"start_date": ""}, {"days": "4OO"}]
    rows = [wage_row(place, **odd[place % 5] if place % 3 else {}) for place in range(60)]
    rows[7] = [""] * len(rows[7])
    columns = "row_no, month, wage, days, channel, start_date, employer"
    told = []
    for name in ("read", "looked_up"):
        if name == "looked_up":
            monkeypatch.setattr(clean_cells, "_LARGE", 1)
            monkeypatch.setattr(clean_cells, "_SAMPLE", 12)
        (tmp_path / name).mkdir()
        desk = Desk(tmp_path / name)
        receipt = desk.receive_rows(*rows)
        told.append((desk.facts(receipt, columns), desk.quarantine(receipt), receipt.as_dict()))
    assert told[0] == told[1]
    assert told[0][0]
    assert told[0][1]


def test_only_columns_of_few_texts_in_a_large_file_are_looked_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    looked_up: list[str] = []
    read_words = clean_cells.CleanCells._read_words

    def noted(self: clean_cells.CleanCells, place: int, column: Column) -> str:
        looked_up.append(column.field.field)
        return read_words(self, place, column)

    monkeypatch.setattr(clean_cells.CleanCells, "_read_words", noted)
    desk.receive_rows(*(wage_row(place) for place in range(20)))
    assert looked_up == []
    monkeypatch.setattr(clean_cells, "_LARGE", 1)
    monkeypatch.setattr(clean_cells, "_SAMPLE", 10)
    monkeypatch.setattr(clean_cells, "_FEW_TEXTS", 3)
    desk.receive_rows(*(wage_row(place, month="2020-02") for place in range(20)))
    # Words of a code are read as fast as they are looked up.
    assert looked_up == ["month", "days", "start_date", "employer"]
