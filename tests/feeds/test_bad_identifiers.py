"""Identity numbers that go wrong, family by family: each ends in exactly the outcome that is named.

auto: repaired without a loss, and logged; propose: the row waits for a person; row: the row is set
aside; warn: loaded, and told; missing: nothing is known, which is not zero; file: nothing is loaded.
The letters and numbers in the names are those of docs/bad-inputs.md.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fangpin.values.identifiers import check_digit, lengthen, read_identifier
from tests.feeds.builders import (
    AUTO,
    FULL_WIDTH,
    HEADER,
    ROW,
    Desk,
    csv_text,
    number,
    wage_row,
    wages_contract,
    xlsx_file,
)
from tests.writing import CHINA

TODAY = date(2020, 4, 4)


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
        (f"居民身份证 {plain}", AUTO),
        (f"公民身份号码：{plain}", AUTO),
        (f"{plain}（本人）", AUTO),
        (f"{plain}。", AUTO),
        (f"{plain}、{plain}", ROW),
        (f"{plain}(2)", ROW),
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
        ("431022********1234", "ID_MASKED"),
        ("4310**********1234", "ID_MASKED"),
        ("431022XXXXXXXX123X", "ID_MASKED"),
        ("431022850***123", "ID_MASKED"),
    ],
)  # fmt: skip
def test_c20_c22_c25_the_code_says_which_mistake_it_is(text: str, code: str) -> None:
    assert read_identifier(text, scheme="gb11643", today=TODAY, writing=CHINA).problem_code == code


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
    reading = read_identifier(old, scheme="gb11643", today=TODAY, writing=CHINA)
    assert reading.canonical == lengthen(old) and reading.repairs == ("ID_LENGTHENED",)
    for text in (old[:12] + "996", f"{region}190307{order:03}", f"{region}200307{order:03}"):
        asked = read_identifier(text, scheme="gb11643", today=TODAY, writing=CHINA)
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
     "91234567", "USA110101198503", "港澳通行证H12345678", "E12345678（护照）", "军字第1234567号",
     "武字第01234567号", "军官证：军字第1234567号"],
)  # fmt: skip
def test_c28_other_documents_load_and_are_told(desk: Desk, text: str) -> None:
    receipt = desk.receive_rows(wage_row(1, id_number=text), wage_row(2))
    assert receipt.accepted == 2 and receipt.counts_by_code["ID_OTHER_DOCUMENT"] == 1


@pytest.mark.parametrize("text", ["护照123456789", "警官证012345", "军官证：1234567"])
def test_c28_digits_of_another_office_tell_nobody(desk: Desk, text: str) -> None:
    """Two offices number from one: equal digits are not the same person."""
    receipt = desk.receive_rows(wage_row(1, id_number=text), wage_row(2, id_number=text))
    assert receipt.accepted == 2
    assert len({row[1] for row in desk.facts(receipt, "row_no, person_ref")}) == 2


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
