"""Files and cells that go wrong, family by family: each ends in exactly the outcome that is named.

auto: repaired without a loss, and logged; propose: the row waits for a person; row: the row is set
aside; warn: loaded, and told; missing: nothing is known, which is not zero; file: nothing is loaded.
The letters and numbers in the names are those of docs/bad-inputs.md.
"""

from __future__ import annotations

import random
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.findings import FileRefused, severity_of
from fangpin.feeds.headers import find_header, map_columns
from fangpin.values.amounts import read_amount
from fangpin.values.dates import read_date
from fangpin.values.identifiers import check_digit, lengthen, read_identifier
from fangpin.values.text import MISSING_WORDS, name_key, spreadsheet_safe
from tests.feeds.builders import (
    HEADER,
    Desk,
    csv_text,
    number,
    roster_contract,
    wage_row,
    wages_contract,
    xlsx_file,
)

TODAY = date(2020, 4, 4)
FULL_WIDTH = str.maketrans("0123456789.,-()xX", "０１２３４５６７８９．，－（）ｘＸ")
AUTO, PROPOSE, ROW, MISSING = "auto", "propose", "row", "missing"


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
    desk_says = read_amount(text)
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


@pytest.mark.parametrize("text", sorted(MISSING_WORDS - {""}) + ["ＮＵＬＬ", "　", "N/A"])
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
    assert read_date("9999-12-31", open_ended=True).value == date(9999, 12, 31)


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


# ── C: identity numbers ─────────────────────────────────────────────────────────────────────────

_PERSONS = st.builds(
    lambda region, born, order: f"{region}{born:%Y%m%d}{order:03}",
    st.sampled_from([431022, 430102, 522701, 110101]),
    st.dates(date(1930, 1, 1), date(2020, 3, 1)),
    st.integers(0, 999),
).map(lambda body: body + check_digit(body))


def number_shapes(plain: str) -> list[tuple[str, str]]:
    """(how it is written, outcome): auto always gives the number itself."""
    wrong = str((int(plain[9]) + 1) % 9)
    other = next(
        c for c in "0123456789X" if c != plain[17] and not (plain[15:17] + c).endswith("000")
    )
    return [
        (plain.translate(FULL_WIDTH), AUTO),
        (plain.lower() + " ", AUTO),
        (f"{plain[:6]} {plain[6:14]} {plain[14:]}", AUTO),
        (f"{plain[:6]}-{plain[6:14]}-{plain[14:]}", AUTO),
        (f"'{plain}", AUTO),
        (f'="{plain}"', AUTO),
        (f"\u200b{plain}\ufeff", AUTO),
        (f"{plain}\u00a0", AUTO),
        (f"身份证号：{plain}", AUTO),
        (plain[:17] + other, ROW),
        (plain[:10] + "1332" + plain[14:], ROW),
        (plain[:6] + "20990307" + plain[14:], ROW),
        ("000000" + plain[6:], ROW),
        (plain[:16], ROW),
        (plain + "1", ROW),
        (plain.replace(plain[3], "O", 1), ROW),
        (f"{plain[:6]}********{plain[14:]}", ROW),
        (f"{float(plain.replace('X', '0')):.5E}", ROW),
        (repr(float(plain.replace("X", "0")) / 10**17) + "e+17", ROW),
        (wrong * 18, ROW),
    ]


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(_PERSONS, min_size=3, max_size=3, unique=True))
def test_c20_c25_numbers_in_every_shape(
    tmp_path_factory: pytest.TempPathFactory, numbers: list[str]
) -> None:
    assume(all(not one.endswith(("000", "O")) for one in numbers))
    desk = Desk(tmp_path_factory.mktemp("desk"))
    people = desk.receive_rows(*(wage_row(1, id_number=one, month="2019-12") for one in numbers))
    known = dict(desk.facts(people, "row_no, person_ref"))
    told = [(place, *shape) for place, one in enumerate(numbers) for shape in number_shapes(one)]
    months = [f"{2010 + n // 12}-{n % 12 + 1:02}" for n in range(len(told))]
    receipt = desk.receive_rows(
        *(
            wage_row(1, id_number=text, month=month)
            for (_, text, _), month in zip(told, months, strict=True)
        )
    )
    loaded = dict(desk.facts(receipt, "row_no, person_ref"))
    set_aside = dict(desk.quarantine(receipt))
    for row, (place, text, outcome) in enumerate(told, start=2):
        if outcome == AUTO:
            assert loaded.get(row) == known[place + 2], (text, set_aside.get(row))
        else:
            assert row not in loaded, text
            assert set_aside[row].startswith("ID_"), text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4.310221985030712e+17", "ID_PRECISION_LOST"),
        ("4.31022198503071E+17", "ID_PRECISION_LOST"),
        ("431022198503071000", "ID_PRECISION_LOST"),
        ("4.31022E+17", "ID_SCIENTIFIC"),
        ("4.3E17", "ID_SCIENTIFIC"),
        ("431022198502311234", "ID_BIRTHDATE"),
        ("431022202103071234", "ID_BIRTHDATE"),
        ("000000198503071234", "ID_REGION"),
        ("000000000000000000", "ID_REGION"),
        ("431022198503071235", "ID_CHECKSUM"),
    ],
)  # fmt: skip
def test_c20_c22_c25_the_code_says_which_mistake_it_is(text: str, code: str) -> None:
    assert read_identifier(text, scheme="gb11643", today=TODAY).problem_code == code


def test_c20_a_numeric_cell_never_becomes_a_number_of_a_person(desk: Desk) -> None:
    numbers = [number(place) for place in range(1, 60) if not number(place).endswith("X")]
    rows: list[list[Any]] = [[int(one), *wage_row(1)[1:]] for one in numbers]
    receipt = desk.receive_file(xlsx_file(desk.folder / "n.xlsx", {"表": [HEADER, *rows]}))
    assert receipt.accepted == 0
    assert {code for _, code in desk.quarantine(receipt)} == {"ID_PRECISION_LOST"}


@settings(max_examples=60)
@given(
    st.sampled_from([431022, 430102]),
    st.dates(date(1921, 1, 1), date(1999, 12, 31)),
    st.integers(0, 995),
)
def test_c24_old_numbers_are_lengthened_and_those_that_may_be_older_are_asked(
    region: int, born: date, order: int
) -> None:
    old = f"{region}{born:%y%m%d}{order:03}"
    reading = read_identifier(old, scheme="gb11643", today=TODAY)
    assert reading.canonical == lengthen(old) and reading.repairs == ("ID_LENGTHENED",)
    for text in (old[:12] + "996", f"{region}190307{order:03}", f"{region}200307{order:03}"):
        asked = read_identifier(text, scheme="gb11643", today=TODAY)
        assert (asked.problem_code, asked.canonical) == ("ID_CENTURY", None)
        assert asked.proposal == lengthen(text)


@pytest.mark.parametrize(
    "text",
    ["", "None", "nan", "NaN", "null", "无", "暂无", "待补", "未办理", "无证", "户口丢失", "新生儿未上户",
     "-", "/", "N/A", "补办中", "外籍", "不详"],
)  # fmt: skip
def test_c28_whoever_has_no_number_is_a_person_apart(desk: Desk, text: str) -> None:
    receipt = desk.receive_rows(
        wage_row(1, id_number=text), wage_row(2, id_number=text), wage_row(3)
    )
    assert receipt.accepted == 3
    assert len({row[1] for row in desk.facts(receipt, "row_no, person_ref")}) == 3


@pytest.mark.parametrize(
    "text",
    ["E12345678", "EA1234567", "护照E12345678", "护照号：E12345678", "H12345678", "M1234567(8)",
     "91234567", "USA110101198503"],
)  # fmt: skip
def test_c28_other_documents_load_and_are_told(desk: Desk, text: str) -> None:
    receipt = desk.receive_rows(wage_row(1, id_number=text), wage_row(2))
    assert receipt.accepted == 2 and receipt.counts_by_code["ID_OTHER_DOCUMENT"] == 1


def test_c28_a_permanent_residents_number_is_a_number(desk: Desk) -> None:
    body = "91115619850307123"
    receipt = desk.receive_rows(wage_row(1, id_number=body + check_digit(body)), wage_row(2))
    assert receipt.outcome == "accepted" and receipt.read == 2


def test_c25_a_womans_number_with_the_word_for_a_man_loads_and_is_told(tmp_path: Path) -> None:
    contract = wages_contract(
        fields=[
            *[one.model_dump() for one in wages_contract().fields],
            {
                "field": "sex",
                "title": {"zh": "性别", "en": "Sex"},
                "type": "code",
                "values": {"male": ["男"], "female": ["女"]},
            },
        ]
    )
    desk = Desk(tmp_path, contract)
    woman = next(number(place) for place in range(9) if int(number(place)[16]) % 2 == 0)
    receipt = desk.receive_text(
        csv_text([[*wage_row(1, id_number=woman), "男"]], header=[*HEADER, "性别"])
    )
    assert receipt.accepted == 1 and receipt.counts_by_code["ID_SEX_CONFLICT"] == 1


# ── B: text ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("dot", "·•．.・‧∙⋅")
@pytest.mark.parametrize("space", ["", " ", "\u3000", "\u200b", "\ufeff"])
def test_b18_all_spellings_of_a_name_meet_and_the_original_is_kept(
    tmp_path: Path, dot: str, space: str
) -> None:
    written = f"阿依古丽{dot}{space}买买提{space}"
    assert name_key(written) == name_key("阿依古丽·买买提")
    desk = Desk(tmp_path, roster_contract())
    receipt = desk.receive_text(
        csv_text(
            [["H1", "1", number(1), written, "2020-03"]],
            header=["户编号", "人编号", "身份证号", "姓名", "月份"],
        )
    )
    kept = desk.facts(receipt, "name, row_no")[0][0]
    assert kept.strip("\ufeff\u3000 ") == written.strip("\ufeff\u3000 ")


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(alphabet="李竹喜𠮷田〇㛃石山村镇局", min_size=4, max_size=9), min_size=2, max_size=6
    ),
    st.permutations(["utf-8", "gb18030"]),
    st.integers(1, 5),
)
def test_b13_two_encodings_joined_are_never_read_as_other_text(
    tmp_path_factory: pytest.TempPathFactory, names: list[str], encodings: list[str], cut: int
) -> None:
    """Either order, wherever the second file was joined on: refused, or every name as it was."""
    assume(cut < len(names))
    desk = Desk(tmp_path_factory.mktemp("desk"))
    lines = csv_text(
        [wage_row(place, employer=name) for place, name in enumerate(names)]
    ).splitlines(keepends=True)
    first, second = encodings
    content = b"".join(
        line.encode(first if place <= cut else second) for place, line in enumerate(lines)
    )
    receipt = desk.receive_bytes(content)
    assert receipt.outcome == "refused"
    assert desk.codes(receipt) & {"ENCODING_MIXED", "ENCODING_UNKNOWN", "FILE_CORRUPT"}


# ── D 34: headers ───────────────────────────────────────────────────────────────────────────────


@given(
    st.integers(0, len(HEADER) - 1),
    st.sampled_from(["drop", "rename", "twice", "pad", "star", "unit", "case"]),
    st.randoms(use_true_random=False),
)
def test_d34_a_header_drifts(place: int, how: str, chance: random.Random) -> None:
    contract = wages_contract()
    needed = {"身份证号", "月份"}
    header = list(HEADER)
    title = header[place]
    if how == "drop":
        del header[place]
    elif how == "rename":
        header[place] = f"{title}字段旧名"
    elif how == "twice":
        header.append(title)
    elif how == "pad":
        header[place] = f" \u3000{title}\u200b "
    elif how == "star":
        header[place] = f"*{title}："
    elif how == "unit":
        header[place] = f"{title}（必填）"
    else:
        names = {"身份证号": "ID_NUMBER", "月份": "Month", "月工资": "WAGE", "务工天数": "days"}
        header[place] = names.get(title, title)
    chance.shuffle(header)
    try:
        found = map_columns(find_header([header], contract=contract).cells, contract=contract)
    except FileRefused as refusal:
        codes = {one.code for one in refusal.findings}
        if how == "twice":
            assert codes == {"COLUMN_AMBIGUOUS"}
        else:
            assert codes == {"COLUMN_MISSING"} and how in ("drop", "rename") and title in needed
            (told,) = refusal.findings
            assert title in told.repair_zh
        return
    assert how not in ("drop", "rename", "twice") or title not in needed
    absent = {one.code for one in found.findings}
    assert ("COLUMN_ABSENT" in absent) == (how in ("drop", "rename"))
    assert ("COLUMN_EXTRA" in absent) == (how == "rename")


# ── A: names of files, and the sum check ────────────────────────────────────────────────────────


@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.one_of(
        st.sampled_from(
            ["../../etc/cron.d/x.csv", "..\\..\\a.csv", "CON.xlsx", "a" * 300, "x\r\nSet-Cookie: a",
             "/etc/passwd", "\u202egnp.csv", "", ".", "..", "nul\x00l.csv"]
        ),
        st.text(max_size=40),
    )
)  # fmt: skip
def test_a8_a_files_name_is_data_and_never_a_place(
    tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    assume(not any("\ud800" <= c <= "\udfff" for c in name))
    folder = tmp_path_factory.mktemp("desk")
    desk = Desk(folder)
    receipt = desk.receive_rows(wage_row(1), name=name)
    assert receipt.outcome == "accepted"
    places = {path.relative_to(desk.home.root).parts[0] for path in desk.home.root.rglob("*")}
    assert places <= {"deliveries", "vault", "spill", "registry", "ledger", "timeline", "runs",
                      "links", "decisions",
                      "secret.key", "vault.keys", "vault.lock", "vault.keys.lock",
                      "vault.parts.lock"}  # fmt: skip
    (delivery,) = (desk.home.deliveries / "labour.wages").iterdir()
    assert delivery.name == receipt.delivery
    assert arrivals(desk.home)[0].delivery.startswith("2020-04-04-")


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10**6), st.integers(1, 600), st.sampled_from(["cut", "flip", "insert"]))
def test_a5_a_spoilt_workbook_is_refused_or_read_and_never_a_crash(
    tmp_path_factory: pytest.TempPathFactory, seed: int, size: int, how: str
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"))
    file = xlsx_file(desk.folder / "a.xlsx", {"表": [HEADER, *(wage_row(n) for n in range(30))]})
    content = bytearray(file.read_bytes())
    chance = random.Random(seed)
    at = chance.randrange(len(content))
    if how == "cut":
        del content[-size:]
    elif how == "flip":
        for _ in range(size % 20 + 1):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    else:
        content[at:at] = bytes(size)
    before = desk.all_bytes()
    receipt = desk.receive_bytes(bytes(content), name="a.xlsx")
    assert receipt.outcome in ("accepted", "refused")
    if receipt.outcome == "refused":
        after = desk.all_bytes()
        before.setdefault("vault.lock", b"")
        assert after == before
        assert all(one.severity in ("file", "auto", "warn") for one in receipt.findings)
    if how == "cut":
        assert desk.codes(receipt) == {"FILE_CORRUPT"}


def test_a2_a_bomb_of_many_small_members_is_refused(desk: Desk) -> None:
    file = desk.folder / "bomb.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for place in range(60):
            archive.writestr(f"xl/worksheets/sheet{place}.xml", bytes(9_500_000))
    assert desk.codes(desk.receive_file(file)) == {"ARCHIVE_TOO_LARGE"}


# ── E 40: what goes out ─────────────────────────────────────────────────────────────────────────


@given(st.sampled_from(list("=+-@\t\r\n＝＋－＠﹦﹢﹣﹫")), st.text(max_size=10), st.booleans())
def test_e40_a_text_that_a_spreadsheet_would_compute_is_prefixed(
    start: str, rest: str, is_spaced: bool
) -> None:
    text = ("\u3000 " if is_spaced else "") + start + rest
    assert spreadsheet_safe(text) == f"'{text}"


# ── E 39: registries that contradict themselves ─────────────────────────────────────────────────


def test_e39_a_person_in_two_households_is_told_and_nothing_is_changed(
    tmp_path: Path, lines: Any
) -> None:
    desk = Desk(tmp_path, roster_contract(), lines=lines)
    header = ["户编号", "人编号", "身份证号", "姓名", "月份"]
    rows = [
        ["H1", "1", number(1), "李竹喜", "2020-03"],
        ["H2", "1", number(1), "李竹喜", "2020-03"],
        ["H3", "1", "", "小宝", "2020-03"],
        ["H4", "1", "", "小宝", "2020-03"],
    ]
    receipt = desk.receive_text(csv_text(rows, header=header))
    assert (receipt.accepted, receipt.counts_by_code["PERSON_IN_TWO_HOUSEHOLDS"]) == (4, 1)


def test_random_files_are_never_a_crash(desk: Desk) -> None:
    chance = random.Random(7)
    for size in (7, 100, 5_000):
        for _ in range(4):
            start = chance.choice(
                [b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PAR1", b"<html>"]
            )
            receipt = desk.receive_bytes(start + chance.randbytes(size), name="x.xlsx")
            assert receipt.outcome == "refused"


def test_a_birth_after_the_day_of_receipt_is_no_birth() -> None:
    born = TODAY + timedelta(days=1)
    body = f"431022{born:%Y%m%d}123"
    assert (
        read_identifier(body + check_digit(body), scheme="gb11643", today=TODAY).problem_code
        == "ID_BIRTHDATE"
    )
