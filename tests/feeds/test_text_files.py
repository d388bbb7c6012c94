"""Encodings, separators, broken rows and drifting headers of text files."""

from __future__ import annotations

import inspect
import json
import re
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangpin.feeds.cells.headers import find_header, map_columns
from fangpin.feeds.findings import CODES, FileRefused, finding
from fangpin.feeds.quarantine import problem_words
from fangpin.policy.models.feeds import ContractField
from fangpin.values import amounts, dates, identifiers
from tests.feeds.builders import HEADER, Desk, csv_text, number, wage_row, wages_contract
from tests.writing import CHINA

_SENDABLE = st.characters(codec="gb18030", exclude_categories=("Cs", "Cc", "Zl", "Zp"))
_TITLES = (
    "身份证号码 证件号 公民身份号码 身份证号* id_number "
    + "Identity\u00a0Number \ufeff身份证号 身\u3000份证号"
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "gbk"]
)
@pytest.mark.parametrize("separator", [",", "\t", ";", "|", "，", "^", "\x01"])
def test_every_encoding_and_separator_gives_the_same_facts(
    desk: Desk, encoding: str, separator: str
):
    text = csv_text([wage_row(1, employer="李竹喜商店"), wage_row(2)]).replace(",", separator)
    receipt = desk.receive_text(text, encoding=encoding)
    assert [row[1] for row in desk.facts(receipt, "row_no, employer")] == [
        "李竹喜商店",
        "石山合作社",
    ]
    assert ("ENCODING_CONVERTED" in receipt.counts_by_code) == ("utf-8" not in encoding)


def test_rare_characters_survive_gb18030_wherever_they_stand(desk: Desk):
    rows = [wage_row(place) for place in range(2_000)]
    rows.append(wage_row(2_000, employer="𠮷田〇㛃"))
    receipt = desk.receive_text(csv_text(rows), encoding="gb18030")
    assert desk.facts(receipt, "row_no, employer")[-1][1] == "𠮷田〇㛃"


def test_a_file_cut_within_a_character_is_incomplete(desk: Desk):
    content = csv_text([wage_row(1, employer="石山村合作社" * 5)]).encode()[:-2]
    assert desk.codes(desk.receive_bytes(content)) == {"FILE_CORRUPT"}


def test_two_encodings_in_one_file_are_told_with_the_line(desk: Desk):
    content = csv_text([wage_row(1), wage_row(2)]).encode() + ",".join(wage_row(3)).encode(
        "gb18030"
    )
    receipt = desk.receive_bytes(content + b"\n" + b"x,y,z\n")
    assert desk.codes(receipt) == {"ENCODING_MIXED"}
    assert "4" in receipt.findings[0].message_zh


@pytest.mark.parametrize(
    ("own", "wrong"), [("utf-8", "gb18030"), ("utf-8", "latin-1"), ("gb18030", "latin-1")]
)
@pytest.mark.parametrize("count", [1, 30])
def test_a_file_saved_in_the_wrong_encoding_is_told_as_garbled(
    desk: Desk, own: str, wrong: str, count: int
) -> None:
    rows = [wage_row(place) for place in range(count)]
    text = csv_text(rows).encode(own).decode(wrong, errors="replace")
    assert desk.codes(desk.receive_text(text)) == {"ENCODING_GARBLED"}


def test_titles_of_another_table_are_not_garbled(desk: Desk) -> None:
    receipt = desk.receive_text("学校,年级,Größe,café\n一中,三,1,2\n")
    assert desk.codes(receipt) == {"COLUMN_MISSING"}


@pytest.mark.parametrize("order", [("gb18030", "utf-8"), ("utf-8", "gb18030")])
def test_two_encodings_joined_in_either_order_are_told_with_the_line(desk: Desk, order):
    first, second = (
        csv_text([wage_row(place) for place in range(40)]).encode(one) for one in order
    )
    receipt = desk.receive_bytes(first + second)
    assert desk.codes(receipt) == {"ENCODING_MIXED"}
    assert "第 42 行" in receipt.findings[0].message_zh


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.text(alphabet=_SENDABLE, min_size=1, max_size=12),
        min_size=1,
        max_size=5,
    ),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "gb18030"]),
)  # fmt: skip
def test_texts_arrive_as_they_were_sent(tmp_path_factory, employers: list[str], encoding: str):
    desk = Desk(tmp_path_factory.mktemp("desk"))
    rows = [wage_row(place, employer=f"厂{name}厂") for place, name in enumerate(employers)]
    receipt = desk.receive_text(csv_text(rows), encoding=encoding)
    assert [row[1] for row in desk.facts(receipt, "row_no, employer")] == [
        f"厂{name}厂" for name in employers
    ]


def test_rows_of_another_width_are_set_aside_and_the_rest_loads(desk: Desk):
    lines = csv_text([wage_row(1), wage_row(2), wage_row(3)]).splitlines()
    lines[2] += ",多余"
    lines.insert(3, "断行")
    receipt = desk.receive_text("\n".join(lines) + "\n")
    assert desk.quarantine(receipt) == [(3, "ROW_SHAPE"), (4, "ROW_SHAPE")]
    assert [row[0] for row in desk.facts(receipt, "row_no")] == [2, 5]


def test_blank_rows_are_no_rows_and_keep_the_numbers_of_the_others(desk: Desk):
    lines = csv_text([wage_row(1), wage_row(2)]).splitlines()
    lines.insert(2, "")
    lines.insert(3, "," * 7)
    receipt = desk.receive_text("\n".join([*lines, "", ""]))
    assert receipt.read == 2
    assert [row[0] for row in desk.facts(receipt, "row_no")] == [2, 5]


def test_line_breaks_and_quotes_inside_cells(desk: Desk):
    receipt = desk.receive_rows(wage_row(1, employer='甲"乙"\n丙,丁'), wage_row(2))
    rows = desk.facts(receipt, "row_no, employer")
    assert rows[0] == (2, '甲"乙"\n丙,丁')
    assert rows[1][0] == 3


_ODD_CELLS = [
    "甲\r乙",
    "甲\r\n乙",
    "甲\n\r乙",
    "甲\x0b乙",
    "甲\u2028乙",
    "甲\x85乙",
    "甲\t乙",
    '"',
    '甲,"乙',
]


@pytest.mark.parametrize("employer", _ODD_CELLS)
@pytest.mark.parametrize("is_clean", [True, False])
def test_whatever_a_cell_holds_its_row_is_one_row(desk: Desk, employer: str, is_clean: bool):
    """Read at full speed, and row by row as soon as another row is misshapen."""
    rows = [HEADER, wage_row(1), wage_row(2, employer=employer), wage_row(3)]
    quoted = [[cell.replace('"', '""') for cell in row] for row in rows]
    text = "".join('"' + '","'.join(row) + '"\n' for row in quoted)
    receipt = desk.receive_text(text if is_clean else f"{text}断行,\n")
    assert [row[0] for row in desk.facts(receipt, "row_no")] == [2, 3, 4]
    assert receipt.quarantined == (0 if is_clean else 1)
    kept = dict(desk.facts(receipt, "row_no, employer"))[3]
    assert kept == employer or "乙" in kept


@pytest.mark.parametrize("ending", ["\r\n", "\r", "\n"])
def test_line_endings_of_every_system(desk: Desk, ending: str):
    receipt = desk.receive_text(csv_text([wage_row(1), wage_row(2)]).replace("\n", ending))
    assert [row[0] for row in desk.facts(receipt, "row_no")] == [2, 3]


def test_an_unclosed_quote_never_swallows_rows_silently(desk: Desk):
    lines = csv_text([wage_row(1), wage_row(2), wage_row(3)]).splitlines()
    lines[2] = lines[2].replace("石山合作社", '"石山合作社')
    receipt = desk.receive_text("\n".join(lines) + "\n")
    assert receipt.outcome == "refused" or receipt.quarantined >= 1


def test_an_unclosed_quote_in_a_column_nobody_reads_costs_its_own_row_alone(desk: Desk):
    header = ["备注", *HEADER]
    rows = [["无误", *wage_row(place)] for place in range(1, 8)]
    rows[2][0] = '"待核'
    text = "\n".join(",".join(row) for row in [header, *rows]) + "\n"
    receipt = desk.receive_text(text)
    assert (receipt.read, receipt.accepted) == (7, 6)
    assert desk.quarantine(receipt) == [(4, "ROW_SHAPE")]
    assert [row[0] for row in desk.facts(receipt, "row_no")] == [2, 3, 5, 6, 7, 8]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.booleans(),
            st.none() | st.tuples(st.integers(0, 8), st.sampled_from(["before", "after", "both"])),
        ),
        min_size=1,
        max_size=9,
    ),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_stray_quotes_cost_their_own_lines_and_no_other(tmp_path_factory, lines, ending: str):
    """However quotes are lost: each line is told of, and a line without a stray one is loaded."""
    desk = Desk(tmp_path_factory.mktemp("desk"))
    told = [",".join(["备注", *HEADER])]
    sound = []
    for place, (is_quoted, stray) in enumerate(lines):
        cells = ["无", *wage_row(place)]
        cells = [f'"{cell}"' for cell in cells] if is_quoted else cells
        if stray:
            column, where = stray
            before = '"' if where in ("before", "both") else ""
            after = '"' if where in ("after", "both") else ""
            cells[column] = f"{before}{cells[column]}{after}"
        else:
            sound.append(place + 2)
        told.append(",".join(cells))
    receipt = desk.receive_text(ending.join(told) + ending)
    assert receipt.read == len(lines)
    assert set(sound) <= {row[0] for row in desk.facts(receipt, "row_no")}


@pytest.mark.parametrize("title", re.findall(r"[^ ]+", _TITLES))
def test_a_column_is_found_under_all_its_names(desk: Desk, title: str):
    receipt = desk.receive_text(csv_text([wage_row(1)], header=[title, *HEADER[1:]]))
    assert receipt.accepted == 1


@pytest.mark.parametrize(
    "title",
    ["1.身份证号码", "（2）身份证号码", "三、身份证号码", "身份证号码（18位）", "身份证号码(必填项)",
     "身份证号码【文本格式】", "12 身份证号码", "*身份证号码（如：431022…）"],
)  # fmt: skip
def test_numbers_and_notes_of_a_form_are_no_part_of_a_title(desk: Desk, title: str):
    receipt = desk.receive_text(csv_text([wage_row(1)], header=[title, *HEADER[1:]]))
    assert receipt.accepted == 1


@pytest.mark.parametrize("title", ["身份证号码（户主）", "监护人身份证号码", "身份证号码2"])
def test_another_persons_number_is_not_taken_for_the_persons(desk: Desk, title: str):
    receipt = desk.receive_text(csv_text([wage_row(1)], header=[title, *HEADER[1:]]))
    assert desk.codes(receipt) >= {"COLUMN_MISSING"}


def test_an_amount_in_another_currency_is_not_taken_for_yuan(desk: Desk):
    header = ["月工资（美元）" if title == "月工资" else title for title in HEADER]
    receipt = desk.receive_text(csv_text([wage_row(1)], header=header))
    assert "wage" not in {
        found.column for found in receipt.findings if found.code == "COLUMN_SCALED"
    }
    assert receipt.outcome == "refused" or "COLUMN_EXTRA" in receipt.counts_by_code


def test_columns_may_come_in_any_order_and_strange_ones_are_named(desk: Desk):
    rows = [["备", *reversed(wage_row(1))]]
    receipt = desk.receive_text(csv_text(rows, header=["备注", *reversed(HEADER)]))
    assert receipt.accepted == 1
    (extra,) = [found for found in receipt.findings if found.code == "COLUMN_EXTRA"]
    assert "备注" in extra.message_zh


def test_a_missing_required_column_names_what_was_meant(desk: Desk):
    receipt = desk.receive_text(csv_text([wage_row(1)], header=["身份证号玛", *HEADER[1:]]))
    (missing,) = receipt.findings
    assert (receipt.outcome, missing.code, missing.column) == (
        "refused",
        "COLUMN_MISSING",
        "id_number",
    )
    assert "最像它的列：身份证号玛；" in missing.repair_zh and "公民身份号码" in missing.repair_zh


def test_a_file_without_titles_is_refused_without_telling_its_first_row(desk: Desk):
    lines = csv_text([wage_row(1), wage_row(2)]).splitlines()[1:]
    receipt = desk.receive_text("\n".join(lines))
    assert (receipt.outcome, desk.codes(receipt)) == ("refused", {"COLUMN_MISSING"})
    told = json.dumps(receipt.as_dict(), ensure_ascii=False)
    assert "首行像数据" in told and "looks like data" in told
    assert not any(cell in told for cell in wage_row(1) if len(cell) > 3)


def test_a_number_among_the_titles_is_not_told(desk: Desk):
    receipt = desk.receive_text(csv_text([], header=["备注431022198503071237", *HEADER[1:]]))
    assert desk.codes(receipt) >= {"COLUMN_MISSING"}
    assert "431022198503071237" not in json.dumps(receipt.as_dict(), ensure_ascii=False)


def test_two_columns_of_one_field_are_ambiguous(desk: Desk):
    header = [*HEADER, "金额"]
    receipt = desk.receive_text(csv_text([[*wage_row(1), "5"]], header=header))
    assert desk.codes(receipt) == {"COLUMN_AMBIGUOUS"}
    assert (
        "D 月工资" in receipt.findings[0].message_zh and "I 金额" in receipt.findings[0].message_zh
    )


def test_a_unit_in_the_title_scales_the_amount(desk: Desk):
    header = ["月工资（万元）" if title == "月工资" else title for title in HEADER]
    receipt = desk.receive_text(csv_text([wage_row(1, wage="0.15")], header=header))
    assert str(desk.facts(receipt, "wage, row_no")[0][0]) == "1500.00"
    assert receipt.counts_by_code["COLUMN_SCALED"] == 1
    header = ["月工资（元）" if title == "月工资" else title for title in HEADER]
    receipt = desk.receive_text(csv_text([wage_row(1, month="2020-02")], header=header))
    assert "COLUMN_SCALED" not in receipt.counts_by_code


@given(
    st.permutations(range(len(HEADER))),
    st.lists(st.text(alphabet="甲乙丙丁戊AB12", min_size=1, max_size=4), max_size=3),
    st.integers(0, 3),
)
def test_drifting_headers_map_every_field_once_or_refuse(order, extra: list[str], titles: int):
    contract = wages_contract()
    header = [*(HEADER[place] for place in order), *extra]
    rows = [["填报单位：某某局"]] * titles + [header, wage_row(1)]
    found = find_header(rows, contract=contract, writing=CHINA)
    assert found.position == titles
    try:
        mapping = map_columns(found.cells, contract=contract, writing=CHINA)
    except FileRefused as refusal:
        assert {told.code for told in refusal.findings} <= {"COLUMN_AMBIGUOUS"}
        return
    assert {column.field.field for column in mapping.columns} == {
        field.field for field in contract.fields
    }
    assert len({column.position for column in mapping.columns}) == len(mapping.columns)


def test_every_code_has_words_in_both_languages():
    words = dict.fromkeys(
        ["title", "title_en", "expected", "expected_en", "limits", "feed", "near_zh", "near_en",
         "size", "limit", "kind", "claimed", "detail", "line", "sheets", "present", "present_en",
         "columns_en",
         "names", "candidates", "delivery",
         "encoding", "legacy", "others", "unit", "columns", "orders_zh", "orders_en", "share", "times", "now",
         "before", "usual", "months", "month", "earliest",
         "titles", "titles_en", "fitting", "wanted", "years", "villages", "division", "by", "by_en"],
        "x",
    )  # fmt: skip
    for code in sorted(CODES):
        told = finding(code, row=1, sheet="表", count=1, **words)
        assert told.message_zh and told.message_en
        assert told.severity == "auto" or told.severity == "warn" or told.repair_zh, code


def test_words_that_a_field_takes_are_told_with_what_their_numbers_mean():
    visit_type = ContractField.model_validate(
        {
            "field": "visit_type",
            "title": {"zh": "医疗类别", "en": "Visit type"},
            "type": "code",
            "values": {"outpatient": ["11", "门诊", "普通门诊"], "inpatient": ["住院", "21"]},
        }
    )
    told = problem_words("CODE_UNKNOWN", visit_type, CHINA)
    assert told.message_zh == "“医疗类别”的取值不在约定之内；可用：11 门诊、住院。"
    assert told.message_en == (
        "'Visit type' holds a word outside the contract; accepted: 11 门诊, 住院."
    )


def test_the_repairs_of_values_are_all_told():
    for module in (amounts, dates, identifiers):
        text = inspect.getsource(module)
        named = {
            word
            for word in re.findall(r'"([A-Z]{2,}(?:_[A-Z0-9]+)*)"', text)
            if word not in ("RMB", "CNY")
        }
        assert named <= CODES, named - CODES


def test_a_day_after_a_number_is_still_a_day(desk: Desk):
    receipt = desk.receive_rows(wage_row(1, start_date="2020-03-01 08:00:00"))
    assert desk.facts(receipt, "start_date, row_no")[0][0] == date(2020, 3, 1)
    assert number(1) not in str(receipt.as_dict())
