"""Headers as they drift, in every kind of file: found again, told, or refused; never another column's."""

from __future__ import annotations

import html
import random
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangpin.feeds.cells.headers import map_columns
from tests.feeds.builders import HEADER, Desk, csv_text, number, wage_row, wages_contract, xlsx_file
from tests.writing import CHINA

Rows = Sequence[Sequence[str]]


def _csv(file: Path, rows: Rows) -> None:
    file.write_text(csv_text(rows[1:], header=rows[0]), encoding="utf-8")


def _xlsx(file: Path, rows: Rows) -> None:
    xlsx_file(file, {"S": rows})


def _xls(file: Path, rows: Rows) -> None:
    import xlwt

    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet("S")
    for line, row in enumerate(rows):
        for place, text in enumerate(row):
            sheet.write(line, place, text)
    workbook.save(str(file))


def _page(file: Path, rows: Rows) -> None:
    lines = (
        "".join(f"<td>{html.escape(text).replace(chr(10), '<br>')}</td>" for text in row)
        for row in rows
    )
    file.write_text(f"<table><tr>{'</tr><tr>'.join(lines)}</tr></table>", encoding="utf-8")


def _xml(file: Path, rows: Rows) -> None:
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    lines = (
        "".join(
            f'<Cell><Data ss:Type="String">{html.escape(text).replace(chr(10), "&#10;")}</Data></Cell>'
            for text in row
        )
        for row in rows
    )
    file.write_text(
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet ss:Name="S">'
        f"<Table><Row>{'</Row><Row>'.join(lines)}</Row></Table></Worksheet></Workbook>",
        encoding="utf-8",
    )


KINDS = {"csv": _csv, "xlsx": _xlsx, "xls": _xls, "page": _page, "xml": _xml}
in_each_kind = pytest.mark.parametrize(
    "kind",
    [
        pytest.param(
            kind,
            marks=pytest.mark.skipif(
                kind == "xls" and find_spec("xlwt") is None,
                reason="xlwt is not installed: make test installs it",
            ),
        )
        for kind in KINDS
    ],
)


def _titled(**changed: str) -> list[str]:
    places = ("id_number", "name", "month", "wage", "days", "channel", "start_date", "employer")
    return [changed.get(place, title) for place, title in zip(places, HEADER, strict=True)]


@in_each_kind
@pytest.mark.parametrize(
    "header",
    [
        _titled(id_number=" 身 份 证 号 ", wage="月工资\u3000", month="月\u00a0份"),
        _titled(id_number="ＩＤ＿ｎｕｍｂｅｒ", wage="ＷＡＧＥ", month="Ｍｏｎｔｈ"),
        _titled(id_number="身份\n证号", wage="月工资\n（元）", month="月\n份"),
        _titled(wage="月工资(元)", days="务工天数（单位：天）"),
        _titled(wage="月工资/元", days="务工天数：天"),
        _titled(id_number="公民身份号码", wage="金额"),
    ],
)
def test_a_title_written_otherwise_is_the_same_column(
    desk: Desk, tmp_path: Path, kind: str, header: list[str]
) -> None:
    file = tmp_path / f"sent.{kind}"
    order = random.Random(7).sample(range(len(header)), len(header))
    rows = [[row[place] for place in order] for row in [header, *map(wage_row, range(3))]]
    KINDS[kind](file, rows)
    receipt = desk.receive_file(file)
    assert (receipt.outcome, receipt.accepted) == ("accepted", 3)
    assert [one.code for one in receipt.findings if one.severity == "warn"] == []


_PARTED = st.sampled_from([f"{mark}{unit}" for mark in "/／:：,，" for unit in ("元", "人民币元")])


@given(_PARTED, st.sampled_from(["月工资", "金额"]))
def test_a_unit_behind_a_stroke_or_colon_is_no_part_of_the_title(unit: str, title: str) -> None:
    header = _titled(wage=title + unit)
    found = map_columns(header, contract=wages_contract(), writing=CHINA)
    assert (found.column("wage") is not None, found.findings) == (True, ())


@pytest.mark.parametrize(
    "title", ["月工资/年", "月工资/月", "月工资/美元", "月工资-税后", "月工资/人/月"]
)
def test_what_is_no_unit_behind_a_title_makes_it_another(title: str) -> None:
    found = map_columns(_titled(wage=title), contract=wages_contract(), writing=CHINA)
    assert found.column("wage") is None
    assert {one.code for one in found.findings} == {"COLUMN_ABSENT", "COLUMN_EXTRA"}


@in_each_kind
@pytest.mark.parametrize("again", [HEADER, _titled(id_number="证件号", wage="金额")])
def test_the_header_again_in_the_same_order_costs_nothing(
    desk: Desk, tmp_path: Path, kind: str, again: list[str]
) -> None:
    file = tmp_path / f"sent.{kind}"
    KINDS[kind](file, [HEADER, wage_row(1), again, wage_row(2)])
    receipt = desk.receive_file(file)
    assert receipt.accepted == 2
    assert desk.quarantine(receipt) == [(3, "ROW_IS_HEADER")]


@in_each_kind
@pytest.mark.parametrize(
    "swapped",
    [
        _titled(wage="务工天数", days="月工资"),
        _titled(wage="实发工资"),
        _titled(name="单位", employer="姓名"),
        _titled(id_number="姓名", name="证件号"),
    ],
)
def test_tables_of_another_order_joined_below_are_refused(
    desk: Desk, tmp_path: Path, kind: str, swapped: list[str]
) -> None:
    """Each of their rows may pass: a wage of 22 yuan for 1001 days would not, 21 for 22 would."""
    file = tmp_path / f"sent.{kind}"
    extra = ["实发工资" if "实发工资" not in swapped else "月工资"]
    rows = [[*HEADER, "实发工资"], [*wage_row(1), "9"], [*swapped, *extra], [*wage_row(2), "9"]]
    KINDS[kind](file, rows)
    receipt = desk.receive_file(file)
    assert receipt.outcome == "refused"
    assert [(one.code, one.row) for one in receipt.findings] == [("HEADER_MOVED", 3)]
    assert receipt.findings[0].repair_zh and receipt.findings[0].repair_en


@pytest.mark.parametrize("person", [number(1), "", "无", "431022"])
def test_a_row_whose_cells_say_what_titles_say_is_no_header(desk: Desk, person: str) -> None:
    """A header says whose column it is that names the subject."""
    receipt = desk.receive_rows(
        wage_row(1, id_number=person, channel="单位", employer="渠道"), wage_row(2)
    )
    assert receipt.outcome == "accepted"
    assert "ROW_IS_HEADER" not in desk.codes(receipt)
