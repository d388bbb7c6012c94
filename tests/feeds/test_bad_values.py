"""Amounts and dates that go wrong, family by family: each ends in exactly the outcome that is named.

auto: repaired without a loss, and logged; propose: the row waits for a person; row: the row is set
aside; warn: loaded, and told; missing: nothing is known, which is not zero; file: nothing is loaded.
The letters and numbers in the names are those of docs/bad-inputs.md.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.findings import severity_of
from fangpin.policy.models.feeds import Contract
from fangpin.values.amounts import read_amount, read_count
from fangpin.values.dates import read_date, read_month
from fangpin.values.month import Month
from fangpin.values.text import MISSING_WORDS
from tests.feeds.builders import (
    AUTO,
    FULL_WIDTH,
    PROPOSE,
    ROW,
    Desk,
    wage_row,
    wages_contract,
)
from tests.feeds.conftest import Lines
from tests.writing import CHINA

TODAY = date(2020, 4, 4)


# ── D 29: amounts ───────────────────────────────────────────────────────────────────────────────

_YUAN = st.decimals(Decimal("0.01"), Decimal("999999.99"), places=2)


def amount_shapes(value: Decimal) -> list[tuple[str, str, Decimal | None]]:
    """(how it is written, outcome, what is loaded)."""
    plain = f"{value:f}"
    whole = int(value)
    wan = value / 10_000
    return [
        (f"{value:,}", AUTO, value),
        (f"￥{plain}", AUTO, value),
        (f"¥ {value:,}", AUTO, value),
        (f"{plain}元", AUTO, value),
        (f"人民币{plain}元", AUTO, value),
        (f"RMB {plain}", AUTO, value),
        (f"{wan:f}万", AUTO, value),
        (f"{wan:f}万元", AUTO, value),
        (plain.translate(FULL_WIDTH), AUTO, value),
        (f"{value:,}".translate(FULL_WIDTH), AUTO, value),
        (f"({plain})", AUTO, -value),
        (f"（{plain}）", AUTO, -value),
        (f"－{plain}", AUTO, -value),
        (f"−{plain}", AUTO, -value),
        (f" {plain} ", AUTO, value),
        (f"${plain}", ROW, None),
        (f"约{plain}", ROW, None),
        (f"{plain}-", ROW, None),
        (f"({plain}", ROW, None),
        (f"--{plain}", ROW, None),
        (f"{plain}/月", ROW, None),
        (f"{value:,}".replace(",", " ").replace(".", ",") + "x", ROW, None),
        (f"{whole:,}".replace(",", ".") + f",{str(value)[-2:]}", ROW, None),
        (f"{whole}O", ROW, None),
        (f"l{whole}", ROW, None),
        (f"{whole}.1.2", ROW, None),
        (f"{plain}e400", ROW, None),
        ("nan", ROW, None),
        ("inf", ROW, None),
        ("-Infinity", ROW, None),
        ("1e400", ROW, None),
        (f"={plain}+1", ROW, None),
        (f"={plain}", ROW, None),
        ("#REF!", ROW, None),
        ("#N/A", ROW, None),
        ("#DIV/0!", ROW, None),
    ]


_SHAPES = len(amount_shapes(Decimal(1)))


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_YUAN, min_size=3, max_size=3))
def test_d29_d35_amounts_in_every_shape(
    tmp_path_factory: pytest.TempPathFactory, values: list[Decimal]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    told = [shape for value in values for shape in amount_shapes(value)]
    receipt = desk.receive_rows(
        *(wage_row(place, wage=text) for place, (text, _, _) in enumerate(told))
    )
    loaded = dict(desk.facts(receipt, "row_no, wage"))
    set_aside = dict(desk.quarantine(receipt))
    for place, (text, outcome, value) in enumerate(told, start=2):
        if outcome == AUTO:
            assert loaded.get(place) == value, (text, set_aside.get(place))
        else:
            assert place not in loaded, text
            assert severity_of(set_aside[place]) == outcome, text


@settings(max_examples=150)
@given(_YUAN, st.integers(0, _SHAPES - 1))
def test_d29_every_repair_of_an_amount_is_logged(value: Decimal, place: int) -> None:
    text, outcome, amount = amount_shapes(value)[place]
    desk_says = read_amount(text, writing=CHINA)
    assume(outcome == AUTO)
    assert desk_says.value == amount
    quiet = "," in text and "，" not in text and text[:1].isdigit()
    assert desk_says.repairs or quiet or text.strip() == f"{value:f}", text


def test_d29_thousands_separators_are_logged(desk: Desk) -> None:
    receipt = desk.receive_rows(wage_row(1, wage="1,200.50"), wage_row(2, wage="7"))
    assert receipt.counts_by_code == {"SEPARATORS_DROPPED": 1}
    (found,) = [one for one in receipt.findings if one.code == "SEPARATORS_DROPPED"]
    assert (found.row, found.column, found.severity) == (2, "wage", "auto")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("壹仟贰佰元整", "1200.00"), ("一千二百", "1200.00"), ("叁万伍仟元", "35000.00"),
        ("玖拾玖元伍角", "99.50"), ("壹仟零伍元捌分", "1005.08"), ("1.5E+03", "1500.00"),
    ],
)  # fmt: skip
def test_d29_amounts_in_words_are_proposed_with_their_reading(
    desk: Desk, text: str, value: str
) -> None:
    receipt = desk.receive_rows(wage_row(1, wage=text), wage_row(2))
    ((code, repair, _),) = desk.quarantine(receipt, "code, repair_zh, row_no")
    assert severity_of(code) == PROPOSE and value in repair
    assert receipt.accepted == 1


@pytest.mark.parametrize(
    "text", sorted((MISSING_WORDS | CHINA.missing_words) - {""}) + ["ＮＵＬＬ", "　", "N/A"]
)
def test_d29_nothing_known_is_missing_and_not_zero(desk: Desk, text: str) -> None:
    receipt = desk.receive_rows(wage_row(1, wage=text, days=text), wage_row(2))
    assert receipt.accepted == 2
    assert desk.facts(receipt, "wage, days, row_no")[0][:2] == (None, None)


def test_d35_minus_nought_is_nought(desk: Desk) -> None:
    receipt = desk.receive_rows(wage_row(1, wage="-0.0"), wage_row(2, wage="-0"))
    assert [str(row[1]) for row in desk.facts(receipt, "row_no, wage")] == ["0.00", "0.00"]


# ── D 31: dates ─────────────────────────────────────────────────────────────────────────────────

_HAN = dict(enumerate("〇一二三四五六七八九十"))


def _han(number_: int) -> str:
    if number_ <= 10:
        return _HAN[number_]
    tens, ones = divmod(number_, 10)
    return ("" if tens == 1 else _HAN[tens]) + "十" + (_HAN[ones] if ones else "")


def date_shapes(day: date) -> list[tuple[str, str, date | None]]:
    year, month, number_ = day.year, day.month, day.day
    serial = (day - date(1899, 12, 30)).days
    english = f"{day:%b}"
    return [
        (f"{day}", "plain", day),
        (f"{year}.{month}.{number_}", AUTO, day),
        (f"{year}/{month}/{number_}", AUTO, day),
        (f"{year}-{month}-{number_}", AUTO, day),
        (f"{year}. {month}. {number_}", AUTO, day),
        (f"{day:%Y%m%d}", AUTO, day),
        (str(serial), AUTO, day),
        (f"{serial}.0", AUTO, day),
        (f"{year}年{month}月{number_}日", AUTO, day),
        (f"{year}年{month:02}月{number_:02}号", AUTO, day),
        (
            "".join(_HAN[int(c)] for c in str(year)) + f"年{_han(month)}月{_han(number_)}日",
            AUTO,
            day,
        ),
        (f"{year}年{month}月", AUTO, day.replace(day=1)),
        (f"{day} 08:15:00", AUTO, day),
        (f"{day}T08:15:00+08:00", AUTO, day),
        (f"{year}/{month}/{number_} 8:15 AM", AUTO, day),
        (f"{day} 上午8:15:00", AUTO, day),
        (f"{day}".translate(FULL_WIDTH), AUTO, day),
        (f"{number_}-{english}-{year}", AUTO, day),
        (f"{english} {number_}, {year}", AUTO, day),
        (f"{month}/{number_}/{year}", PROPOSE, None),
        (f"{number_}.{month}.{year}", PROPOSE, None),
        (f"{year}-02-30", ROW, None),
        (f"{year}-13-01", ROW, None),
        (f"{year}0431", ROW, None),
        (f"31/2/{year}", ROW, None),
        ("1899-12-31", ROW, None),
        ("9999-12-31", ROW, None),
        ("0000-00-00", ROW, None),
        (f"{month}月{number_}日", ROW, None),
        ("前年春节", ROW, None),
        ("=TODAY()", ROW, None),
        ("#VALUE!", ROW, None),
    ]


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dates(date(1928, 1, 1), date(2039, 12, 31)), min_size=3, max_size=3))
def test_d31_dates_in_every_shape(
    tmp_path_factory: pytest.TempPathFactory, days: list[date]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    told = [shape for day in days for shape in date_shapes(day)]
    receipt = desk.receive_rows(
        *(wage_row(place, start_date=text) for place, (text, _, _) in enumerate(told))
    )
    loaded = dict(desk.facts(receipt, "row_no, start_date"))
    set_aside = dict(desk.quarantine(receipt))
    for place, (text, outcome, day) in enumerate(told, start=2):
        if outcome in (AUTO, "plain"):
            assert loaded.get(place) == day, (text, set_aside.get(place))
        else:
            assert place not in loaded, text
            assert severity_of(set_aside[place]) == outcome, text
    repaired = sum(outcome == AUTO and text != str(day) for text, outcome, day in told)
    logged = sum(
        one.count or 0
        for one in receipt.findings
        if one.severity == "auto" and one.column == "start_date"
    )
    assert logged >= repaired


def test_d31_the_far_future_means_until_further_notice_only_where_it_is_declared() -> None:
    assert read_date("9999-12-31").problem_code == "DATE_INVALID"
    assert read_date("9999-12-31", open_ended=True, writing=CHINA).value == date(9999, 12, 31)


@pytest.mark.parametrize("text", ["长期", "长期有效", "至今", " 永久 ", "无固定期限"])
def test_d31_words_for_until_further_notice_only_where_it_is_declared(text: str) -> None:
    assert read_date(text).problem_code == "DATE_UNREADABLE"
    assert read_date(text, open_ended=True, writing=CHINA).value == date(9999, 12, 31)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2020 年 3 月 1 日", date(2020, 3, 1)),
        ("2020年3月 1日", date(2020, 3, 1)),
        ("2020年03月01", date(2020, 3, 1)),
        ("2020 年 3 月", date(2020, 3, 1)),
        ("２０２０　年　３　月　１　日", date(2020, 3, 1)),
        ("2020 年 2 月 30 日", None),
        ("2020年3月 下旬", None),
        ("2020年3月1 2日", None),
    ],
)
def test_d31_days_with_the_blanks_of_a_form(text: str, value: date | None) -> None:
    assert read_date(text).value == value
    assert (read_month(text).value is None) == (value is None)


@pytest.mark.parametrize(
    ("text", "value"), [("3人次", 3), ("2位", 2), ("'3'", 3), ("3.5人次", None), ("3人4次", None)]
)
def test_d29_counts_with_their_words(text: str, value: int | None) -> None:
    assert read_count(text, writing=CHINA).value == value


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(1, 31), st.integers(1, 31)), min_size=1, max_size=8))
def test_d31_the_order_of_day_and_month_is_asked_once_a_column(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[int, int]]
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    texts = [f"{one}/{two}/2020" for one, two in pairs]
    receipt = desk.receive_rows(
        *(wage_row(place, start_date=text) for place, text in enumerate(texts))
    )
    assert receipt.accepted == 0
    waiting = [text for text in texts if read_date(text).problem_code == "DATE_ORDER_UNKNOWN"]
    asked = [one for one in receipt.findings if one.code == "DATE_ORDER"]
    assert len(asked) == (1 if waiting else 0)
    if waiting:
        assert asked[0].count == len(set(waiting)) and asked[0].severity == PROPOSE


@pytest.mark.parametrize("kind", ["month", "date", "year"])
@pytest.mark.parametrize("received", [date(2020, 4, 30), date(2020, 12, 1)])
def test_d31_a_row_of_a_month_that_has_not_come_waits_for_its_sender(
    tmp_path: Path, lines: Lines, kind: str, received: date
) -> None:
    """It would lie in that month, where nobody looks for it: 2202 written for 2020."""
    told = wages_contract().model_dump()
    for one in told["fields"]:
        if one["field"] == "month":
            one["type"] = kind
    desk = Desk(tmp_path, Contract.model_validate(told), lines=lines)
    now = Month.containing(received)
    months = [now.plus(-1), now, now.plus(1), now.plus(2), now.plus(14)]
    shown = {"month": "{0}", "date": "{0.last_day}", "year": "{0.year}"}[kind]
    rows = [wage_row(place, month=shown.format(month)) for place, month in enumerate(months)]
    receipt = desk.receive_rows(*rows, received=received)
    latest = now.plus(1)
    ahead = [
        (place + 2, "DATE_AHEAD")
        for place, month in enumerate(months)
        if (month.year > latest.year if kind == "year" else month > latest)
    ]
    assert desk.quarantine(receipt) == ahead and ahead
    assert receipt.accepted == len(rows) - len(ahead)


@pytest.mark.parametrize("written", ["1900-01", "190001", "1900-1", "1921-03", "1970年1月"])
def test_a_month_that_no_such_data_can_be_of_costs_its_row(guarded: Desk, written: str) -> None:
    """What becomes of a blank date, of an hour zero, of a slip of the pen; a day may be an old event's."""
    receipt = guarded.receive_rows(
        wage_row(1, month=written), wage_row(2, start_date="1900-01-01"), wage_row(3)
    )
    assert guarded.quarantine(receipt) == [(2, "DATE_LONG_AGO")]
    assert receipt.accepted == 2


@pytest.mark.parametrize("month", ["0001-01", "1900-01", "1999-12"])
def test_a_delivery_is_not_of_a_month_long_ago(guarded: Desk, month: str) -> None:
    receipt = guarded.receive_rows(wage_row(1), month=Month.parse(month))
    assert [one.code for one in receipt.findings] == ["MONTH_LONG_AGO"]
    assert (receipt.outcome, arrivals(guarded.home)) == ("refused", [])
    assert guarded.receive_rows(wage_row(1), month=Month.parse("2020-03")).accepted == 1


_WAYS = ("csv", "csv with a quote", "ndjson")
FIELDS = ("id_number", "name", "month", "wage", "days", "channel", "start_date", "employer")


@pytest.mark.parametrize("mark", ["\x00", "\x01", "\x1f", "\u200b", "\ufeff"])
@pytest.mark.parametrize("field", ["id_number", "wage", "month", "channel", "employer"])
def test_a_mark_that_nobody_sees_is_told_alike_however_it_came(
    tmp_path: Path, mark: str, field: str
) -> None:
    """Systems leave the end of a C string in their cells, and JSON escapes it; no text keeps a NUL."""
    clean = dict(zip(FIELDS, wage_row(1), strict=True))
    text = clean[field][:2] + mark + clean[field][2:]
    row = {**clean, field: text}
    said = set()
    for way in _WAYS:
        desk = Desk(tmp_path / way)
        if way == "ndjson":
            receipt = desk.receive_text(json.dumps(row) + "\n", name="a.ndjson")
        else:
            rows = [list(row.values())]
            if way == "csv with a quote":
                rows.append(wage_row(2, employer='a\nb"'))
            receipt = desk.receive_rows(*rows)
        assert receipt.quarantined == 0
        codes = tuple(one.code for one in receipt.findings if one.severity == "auto")
        (fact, *_) = desk.facts(receipt, "wage, month, channel, employer")
        said.add((codes, fact))
    ((codes, fact),) = said
    is_kept = field == "employer" and mark != "\x00"
    assert codes == () if is_kept else len(codes) == 1 and codes[0].endswith("NORMALISED")
    assert fact[3] == (text if is_kept else clean["employer"])
