"""Rows of printed tables that are no records: totals, signatures, and the header again on each page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from fangpin.feeds.arrivals import arrivals
from tests.feeds.builders import (
    HEADER,
    Desk,
    csv_text,
    roster_contract,
    wage_row,
    wages_contract,
    xlsx_file,
)
from tests.feeds.months import held
from tests.writing import table_words

TOTALS = [
    "合计", "总计", "小计", "共计", "累计", "合　计", "总 计：", "本页小计", "本页合计", "石山村合计",
    "合计（元）", "Total", "Grand total", "Sub-total:", "TOTAL",
]  # fmt: skip
SIGNATURES = [
    "制表人：张三",
    "审核人: 李四  填报日期：2020-04-03",
    "填报日期：2020年4月3日",
    "负责人：",
    "填报单位：人社局",
]


def _row(place: int, text: str, **changed: str) -> list[str]:
    """A row below the table: blank but for one cell and what is changed."""
    row = dict.fromkeys(HEADER, "") | changed
    row[HEADER[place]] = text
    return list(row.values())


@pytest.mark.parametrize("text", [*TOTALS, *SIGNATURES])
@pytest.mark.parametrize("place", [0, 1])
def test_a_total_is_nobodys_wage_even_with_its_month(desk: Desk, text: str, place: int) -> None:
    """With a month and a sum it would be read as those of somebody without a number."""
    rows = [
        wage_row(1),
        wage_row(2),
        _row(place, text, 月份="2020-03", 月工资="2003.00", 务工天数="44"),
    ]
    receipt = desk.receive_rows(*rows)
    assert desk.quarantine(receipt) == [(4, "ROW_IS_FOOTER")]
    assert receipt.accepted == 2


def test_the_header_of_each_page_is_told_once_a_row(desk: Desk, tmp_path: Path) -> None:
    page = [list(HEADER), wage_row(1), wage_row(2)]
    again = [list(HEADER), wage_row(3), _row(1, "合计", 月工资="3")]
    file = xlsx_file(tmp_path / "pages.xlsx", {"S": [["工资表"], *page, *again]})
    receipt = desk.receive_file(file)
    assert desk.quarantine(receipt) == [(5, "ROW_IS_HEADER"), (7, "ROW_IS_FOOTER")]
    assert receipt.accepted == 3


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_title_of_each_page_is_no_person_with_a_wrong_number(
    desk: Desk, tmp_path: Path, kind: str
) -> None:
    """石山村… stands where the first page's number would: it was a row with a wrong one."""
    blank = [""] * (len(HEADER) - 1)
    pages = [
        [["石山村2020年3月务工情况表 第1页", *blank], ["", "", *blank[1:-1], "单位：元"], list(HEADER),
         wage_row(1), wage_row(2)],
        [["石山村2020年3月务工情况表 第 2 页", *blank], list(HEADER), wage_row(3)],
        [["石山村2020年3月务工情况表　第3页", *blank], ["", "", *blank[1:-1], "单位：元"], wage_row(4)],
    ]  # fmt: skip
    rows = [row for page in pages for row in page]
    if kind == "csv":
        receipt = desk.receive_text(csv_text(rows[1:], header=rows[0]))
    else:
        receipt = desk.receive_file(xlsx_file(tmp_path / "pages.xlsx", {"S": rows}))
    assert desk.quarantine(receipt) == [
        (6, "ROW_IS_HEADER"), (7, "ROW_IS_HEADER"), (9, "ROW_IS_HEADER"), (10, "ROW_IS_HEADER"),
    ]  # fmt: skip
    assert receipt.accepted == 4


def test_a_word_of_the_title_is_somebodys_cell_all_the_same(desk: Desk) -> None:
    rows = [["石山合作社", *[""] * (len(HEADER) - 1)], list(HEADER), wage_row(1)]
    rows.append(wage_row(2, id_number="石山合作社"))
    receipt = desk.receive_text(csv_text(rows[1:], header=rows[0]))
    assert desk.quarantine(receipt) == [(4, "ID_SHAPE")]


@pytest.mark.parametrize("name", ["计小合", "何计", "郝总", "张制表", "小纪", "阿不都合·计生"])
def test_people_of_unusual_names_are_people(desk: Desk, name: str) -> None:
    receipt = desk.receive_rows(wage_row(1), wage_row(2, id_number="", name=name))
    assert (receipt.accepted, receipt.quarantined) == (2, 0)


def test_a_bad_cell_of_a_right_row_is_no_header(desk: Desk) -> None:
    receipt = desk.receive_rows(wage_row(1, employer="合计"), wage_row(2, wage="月工资"))
    assert desk.quarantine(receipt) == [(3, "AMOUNT_UNREADABLE")]


def test_totals_keep_no_month_from_being_whole(tmp_path: Path, lines: Any) -> None:
    """A printed table has them always: what its month lacks was never taken back."""
    desk = Desk(tmp_path, wages_contract(restates="month"), lines=lines)
    many = [wage_row(place) for place in range(30)]
    total = _row(0, "合计", 月工资="30000")
    desk.receive_rows(*many, total)
    corrected = desk.receive_rows(*many[2:], total, _row(0, "制表人：张三"))
    assert corrected.quarantined == 2
    assert arrivals(desk.home)[-1].superseded == (arrivals(desk.home)[0].delivery,)


def test_a_short_table_of_totals_and_signatures_is_not_mostly_refused(guarded: Desk) -> None:
    feet = [_row(0, text) for text in (*TOTALS[:3], *SIGNATURES[:2])]
    receipt = guarded.receive_rows(wage_row(1), wage_row(2), *feet)
    assert (receipt.outcome, receipt.accepted, receipt.quarantined) == ("accepted", 2, 5)
    assert held(guarded) == []


def test_a_total_of_the_registry_is_no_household(tmp_path: Path) -> None:
    desk = Desk(tmp_path, roster_contract())
    header = ["户编号", "人编号", "身份证号", "姓名", "区划", "月份"]
    rows = [
        ["H1", "1", wage_row(1)[0], "李竹喜", "431022101201", "2020-03"],
        ["合计", "1", "", "1人", "431022101201", "2020-03"],
    ]
    receipt = desk.receive_text(csv_text(rows, header=header))
    assert desk.quarantine(receipt) == [(3, "ROW_IS_FOOTER")]


ELSEWHERE = [
    "Page total:",
    "Jumla",
    "ድምር",
    "Prepared by: A. Okello",
    "NOTE: rounded",
    "Grand total 12",
]


@pytest.mark.parametrize("text", ELSEWHERE)
def test_another_country_has_words_of_its_own(tmp_path: Path, text: str) -> None:
    desk = Desk(tmp_path)
    desk.pack.header.tables = table_words("wb_hfps")
    receipt = desk.receive_rows(
        wage_row(1), _row(0, text, 月份="2020-03"), _row(0, "制表人：", 月份="2020-03")
    )
    assert desk.quarantine(receipt) == [(3, "ROW_IS_FOOTER"), (4, "ID_SHAPE")]


def test_a_pack_without_words_takes_no_row_for_a_total(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.pack.header.tables = None
    receipt = desk.receive_rows(wage_row(1), _row(1, "合计", 月份="2020-03", 月工资="2003.00"))
    assert (receipt.accepted, receipt.quarantined) == (2, 0)


UNREAD = ["序号", "备注"]
"""Titles of columns that the contract does not read."""


@pytest.mark.parametrize("title", UNREAD)
@pytest.mark.parametrize("text", ["合　计：", "本页小计", "共计3人", "制表人：张三"])
@pytest.mark.parametrize("named", ["—", "2人"])
@pytest.mark.parametrize("kind", ["csv", "csv with quotes", "xlsx"])
def test_a_total_told_only_beside_what_is_read_is_nobodys_wage(
    desk: Desk, tmp_path: Path, title: str, text: str, named: str, kind: str
) -> None:
    """It has a month and a sum, and no number: it was read as those of somebody without one."""
    place = 4
    header = [*HEADER[:place], title, *HEADER[place:]]
    people = [[*wage_row(n)[:place], str(n), *wage_row(n)[place:]] for n in (1, 2)]
    total = dict.fromkeys(header, "") | {"姓名": named, "月份": "2020-03", "月工资": "2003.00"}
    rows = [*people, [*(total | {title: text}).values()]]
    if kind == "xlsx":
        file = xlsx_file(tmp_path / "printed.xlsx", {"S": [header, *rows]})
        receipt = desk.receive_file(file)
    else:
        sent = csv_text(rows, header=header)
        receipt = desk.receive_text(sent.replace("2003", '"2003"') if " " in kind else sent)
    assert desk.quarantine(receipt) == [(4, "ROW_IS_FOOTER")]
    assert receipt.accepted == 2


def test_a_child_without_a_number_keeps_its_remark(desk: Desk) -> None:
    """Whoever is named is somebody, whatever stands beside."""
    header = [*HEADER, "备注"]
    rows = [[*wage_row(1), ""], [*wage_row(2, id_number="", name="李小妹"), "合计"]]
    receipt = desk.receive_text(csv_text(rows, header=header))
    assert (receipt.accepted, receipt.quarantined) == (2, 0)


@pytest.mark.parametrize(
    "text",
    ["石\ufffd村合作社", "锟斤拷锟斤拷", "这是一个很长的单位名称锟斤拷有限责任公司", "\ufffd" * 9],
)
def test_destroyed_characters_are_told_of(desk: Desk, text: str) -> None:
    receipt = desk.receive_rows(wage_row(1), wage_row(2, employer=text))
    (told,) = [one for one in receipt.findings if one.code == "TEXT_GARBLED"]
    assert (told.severity, told.row, told.column, told.count) == ("warn", 3, "employer", 1)
    assert desk.facts(receipt, "row_no, employer")[1] == (3, text)
