"""Identity numbers: what is read, what is repaired without loss, what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangpin.values.identifiers import check_digit, lengthen, mask_identifier, read_identifier
from tests.writing import CHINA

TODAY = date(2020, 4, 4)
HONEST = "431022198503071" + "23"
NUMBER = HONEST + check_digit(HONEST)


def read(text: str | None, scheme: str = "gb11643"):
    return read_identifier(text, scheme=scheme, today=TODAY, writing=CHINA)


def numbers() -> st.SearchStrategy[str]:
    return st.builds(
        lambda region, born, sequence: (lambda body: body + check_digit(body))(
            f"{region}{born:%Y%m%d}{sequence:03}"
        ),
        st.integers(110000, 659999),
        st.dates(date(1905, 1, 1), TODAY),
        st.integers(0, 999),
    )


def test_the_standards_own_example_has_the_check_digit_x():
    assert check_digit("11010519491231002") == "X"


@given(numbers())
def test_a_true_number_is_its_own_canonical_form(number: str):
    reading = read(number)
    assert reading.canonical == number
    assert reading.birth_date == date.fromisoformat(number[6:14])
    assert reading.sex == ("male" if int(number[16]) % 2 else "female")
    assert reading.repairs == ()


@given(numbers(), st.integers(0, 16), st.integers(1, 9))
def test_one_wrong_digit_never_becomes_a_person(number: str, place: int, shift: int):
    wrong = number[:place] + str((int(number[place]) + shift) % 10) + number[place + 1 :]
    assert read(wrong).canonical is None


@pytest.mark.parametrize(
    "text",
    ["４３１０２２１９８５０３０７１２３{}", " {} ", "431022 19850307 123{}", "'431022198503071 23{}",
     '="43102219850307123{}"', "\u200b43102219850307123{}\ufeff", "431022-19850307-123{}"],
)  # fmt: skip
def test_full_width_space_quotes_and_zero_width_are_normalised(text: str):
    last = NUMBER[17]
    filled = text.format(last if "4" in text or "４" in text else NUMBER)
    assert read(filled).canonical == NUMBER
    assert read(filled).repairs == ("ID_NORMALISED",)


def test_a_small_x_becomes_a_capital_one():
    assert read("11010519491231002x").canonical == "11010519491231002X"


def test_fifteen_digits_are_lengthened_and_told():
    reading = read("431022850307123")
    assert reading.canonical == lengthen("431022850307123")
    assert reading.canonical is not None and reading.canonical.startswith("43102219850307123")
    assert reading.repairs == ("ID_LENGTHENED",)


@pytest.mark.parametrize("text", ["431022850307997", "431022150307123"])
def test_the_century_of_a_possible_centenarian_is_proposed_not_taken(text: str):
    reading = read(text)
    assert (reading.problem_code, reading.canonical) == ("ID_CENTURY", None)
    assert reading.proposal == lengthen(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("4.310221985030712e+17", "ID_PRECISION_LOST"),
        ("431022198503071000", "ID_PRECISION_LOST"),
        ("4.31022E+17", "ID_SCIENTIFIC"),
        ("4E+17", "ID_SCIENTIFIC"),
        (HONEST + ("0" if NUMBER[17] != "0" else "1"), "ID_CHECKSUM"),
        ("431022198502311234", "ID_BIRTHDATE"),
        ("431022202104051233", "ID_BIRTHDATE"),
        ("000000198503071234", "ID_REGION"),
        ("43102219850307123", "ID_SHAPE"),
        ("4310221985030712345", "ID_SHAPE"),
        ("张三", "ID_SHAPE"),
        ("19850307", "ID_SHAPE"),
        ("#REF!", "CELL_ERROR"),
        ("43102219850307123X5", "ID_SHAPE"),
    ],
)
def test_a_number_that_lost_or_mixed_digits_is_refused(text: str, code: str):
    reading = read(text)
    assert (reading.problem_code, reading.canonical) == (code, None)
    assert reading.proposal is None


@pytest.mark.parametrize("text", [None, "", " ", "无", "--", "nan", "None", "NULL", "\u200b"])
def test_a_blank_is_a_person_without_a_number_never_an_equal_one(text: str | None):
    reading = read(text)
    assert (reading.kind, reading.canonical, reading.problem_code) == ("missing", None, None)


def test_made_up_numbers_of_an_unknown_place_merge_no_one():
    assert read("999999198503071234").kind == "own_reference"
    assert read("999999198503071234").canonical is None


@pytest.mark.parametrize("text", ["E12345678", "H12345678901"])
def test_a_passport_or_permit_is_a_document_of_its_own(text: str):
    assert read(text).canonical == f"document:{text}"
    assert read(text).kind == "other_document"


def test_a_foreigners_permanent_residence_number_follows_the_same_rule():
    body = "93115619850307123"
    assert read(body + check_digit(body)).kind == "number"


@pytest.mark.parametrize("ending", ["11", "74", "43B1"])
def test_a_disability_certificate_holds_its_holders_number(ending: str):
    reading = read(NUMBER + ending, "gb_disability_certificate")
    assert reading.canonical == NUMBER
    assert reading.repairs == ("ID_FROM_CERTIFICATE",)


@pytest.mark.parametrize("ending", ["81", "15", "1", "11B", "00"])
def test_a_certificate_of_no_known_category_or_grade_is_refused(ending: str):
    assert read(NUMBER + ending, "gb_disability_certificate").canonical is None


def test_an_opaque_number_keeps_its_letters_as_they_are():
    assert read("uga-17b", "opaque").canonical == "uga-17b"
    assert read("4.5E+12", "opaque").problem_code == "ID_SCIENTIFIC"


def test_an_unknown_scheme_is_a_bug():
    with pytest.raises(KeyError):
        read("1", "no_such_scheme")


@given(st.text(alphabet="0123456789Xx -１２３張三", min_size=6, max_size=24))
def test_a_mask_never_shows_the_number(text: str):
    masked = mask_identifier(text)
    digits = [character for character in masked if character.isdigit()]
    assert len(digits) <= 10
    assert "三" not in masked and "張" not in masked


def test_the_mask_of_eighteen_characters():
    assert mask_identifier("431022198503071234") == "431022********1234"
