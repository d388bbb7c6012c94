"""What a spreadsheet does not show: rows filtered away, columns and sheets put away. Each is told of."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from fangpin.feeds.limits import Limits
from fangpin.feeds.receipt import Receipt
from tests.feeds.builders import HEADER, Desk, wage_row

Put = Callable[[xlsxwriter.Workbook, Any], None]


def _workbook(file: Path, put_away: Put) -> Path:
    """Wages of five persons in rows 2 to 6, of which something is put away."""
    workbook = xlsxwriter.Workbook(str(file))
    sheet = workbook.add_worksheet("S")
    for line, row in enumerate([list(HEADER), *map(wage_row, range(5))]):
        for place, text in enumerate(row):
            sheet.write_string(line, place, text)
    put_away(workbook, sheet)
    workbook.close()
    return file


def _filter(_: xlsxwriter.Workbook, sheet: Any) -> None:
    sheet.autofilter(0, 0, 5, len(HEADER) - 1)
    sheet.filter_column(3, "x > 1001")
    for line in (2, 4):
        sheet.set_row(line, None, None, {"hidden": True})


def _hide(_: xlsxwriter.Workbook, sheet: Any) -> None:
    for line in (2, 4):
        sheet.set_row(line, None, None, {"hidden": True})


def _fold(_: xlsxwriter.Workbook, sheet: Any) -> None:
    for line in (2, 4):
        sheet.set_row(line, None, None, {"level": 1, "hidden": True})


def _flatten(_: xlsxwriter.Workbook, sheet: Any) -> None:
    for line in (2, 4):
        sheet.set_row(line, 0)


def _told(receipt: Receipt, code: str) -> list[tuple[str, int | None, int | None]]:
    return [(one.severity, one.row, one.count) for one in receipt.findings if one.code == code]


@pytest.mark.parametrize("put_away", [_filter, _hide, _fold, _flatten])
@pytest.mark.parametrize("streamed", [False, True])
def test_rows_that_the_clerk_does_not_see_are_read_and_told_of(
    desk: Desk, tmp_path: Path, put_away: Put, streamed: bool, monkeypatch: Any
) -> None:
    """A filter left on takes no row away; a row put away by hand may be one that should not be sent."""
    if streamed:
        monkeypatch.setattr("fangpin.feeds.readers.workbook._run_child", _only_streamed())
    receipt = desk.receive_file(_workbook(tmp_path / "sent.xlsx", put_away))
    assert (receipt.outcome, receipt.accepted) == ("accepted", 5)
    assert _told(receipt, "ROWS_HIDDEN") == [("warn", 3, 2)]
    (told,) = [one for one in receipt.findings if one.code == "ROWS_HIDDEN"]
    assert "第 3 行" in told.message_zh
    assert "row 3" in told.message_en
    assert "删除" in told.repair_zh


def _only_streamed() -> Callable[..., str | None]:
    from fangpin.feeds.readers import workbook

    run = workbook._run_child

    def run_child(*told: Any, stream: bool, **more: Any) -> str | None:
        return run(*told, stream=True, **more) if stream else "died"

    return run_child


def test_a_hidden_column_of_the_contract_is_read_and_told_of(desk: Desk, tmp_path: Path) -> None:
    def put_away(_: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.set_column(3, 4, None, None, {"hidden": True})
        sheet.set_column(7, 7, 0)

    receipt = desk.receive_file(_workbook(tmp_path / "sent.xlsx", put_away))
    assert _told(receipt, "COLUMNS_HIDDEN") == [("warn", None, 3)]
    (told,) = [one for one in receipt.findings if one.code == "COLUMNS_HIDDEN"]
    assert "D 月工资、E 务工天数、H 单位" in told.message_zh
    assert "D Wage, E Days, H Employer" in told.message_en


def test_hidden_rows_without_content_and_columns_that_are_not_read_are_no_matter(
    desk: Desk, tmp_path: Path
) -> None:
    """Templates hide what lies below and beside their table."""

    def put_away(_: xlsxwriter.Workbook, sheet: Any) -> None:
        sheet.set_column(len(HEADER), 16_383, None, None, {"hidden": True})
        for line in range(6, 40):
            sheet.set_row(line, None, None, {"hidden": True})

    receipt = desk.receive_file(_workbook(tmp_path / "sent.xlsx", put_away))
    assert desk.codes(receipt).isdisjoint({"ROWS_HIDDEN", "COLUMNS_HIDDEN", "SHEETS_LEFT_OUT"})


def test_a_hidden_sheet_is_left_out_by_name(desk: Desk, tmp_path: Path) -> None:
    def put_away(workbook: xlsxwriter.Workbook, _: Any) -> None:
        other = workbook.add_worksheet("二月底稿")
        other.write_string(0, 0, "身份证号")
        other.very_hidden()
        workbook.add_worksheet("字典").hide()

    receipt = desk.receive_file(_workbook(tmp_path / "sent.xlsx", put_away))
    assert (receipt.outcome, receipt.accepted) == ("accepted", 5)
    assert _told(receipt, "SHEETS_LEFT_OUT") == [("auto", None, None)]
    (told,) = [one for one in receipt.findings if one.code == "SHEETS_LEFT_OUT"]
    assert "二月底稿、字典" in told.message_zh


def test_a_workbook_whose_rows_stand_on_a_hidden_sheet_alone_says_so(
    desk: Desk, tmp_path: Path
) -> None:
    file = _workbook(tmp_path / "sent.xlsx", lambda workbook, _: workbook.add_worksheet("封面"))
    workbook = openpyxl.load_workbook(file)
    workbook["S"].sheet_state = "hidden"
    workbook.active = 1
    workbook.save(file)
    receipt = desk.receive_file(file)
    assert [one.code for one in receipt.findings] == ["FILE_EMPTY", "SHEETS_LEFT_OUT"]
    assert receipt.outcome == "refused"


def _cells(row: list[str], of: str) -> str:
    return "".join(of.format(text) for text in row)


@pytest.mark.parametrize(
    "row",
    [
        '<Row ss:Hidden="1">',
        '<Row ss:AutoFitHeight="0" ss:Height="0">',
        '<tr style="display:none">',
        "<tr style='mso-height-source:userset; DISPLAY: none'>",
        '<tr style="height:0">',
    ],
)
def test_pages_and_spreadsheets_in_xml_hide_rows_too(desk: Desk, row: str) -> None:
    is_xml = row.startswith("<Row")
    shown, ends = ("<Row>", "</Row>") if is_xml else ("<tr>", "</tr>")
    cell = "<Cell><Data>{}</Data></Cell>" if is_xml else "<td>{}</td>"
    rows = [shown + _cells(list(HEADER), cell) + ends]
    rows += [(row if n == 1 else shown) + _cells(wage_row(n), cell) + ends for n in range(3)]
    outer = (
        '<?xml version="1.0"?><Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        '<Worksheet ss:Name="S"><Table>{}</Table></Worksheet></Workbook>'
        if is_xml
        else "<table>{}</table>"
    )
    receipt = desk.receive_bytes(outer.format("".join(rows)).encode(), name="sent.xls")
    assert receipt.accepted == 3
    assert _told(receipt, "ROWS_HIDDEN") == [("warn", 3, 1)]


def test_a_sheet_of_many_hidden_rows_is_read_within_its_limits(desk: Desk, tmp_path: Path) -> None:
    """A million rows may be put away at once: what is told of them stays one line."""
    file = _workbook(tmp_path / "sent.xlsx", _hide)
    with zipfile.ZipFile(file) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    rows = b"".join(b'<row r="%d" hidden="1"/>' % line for line in range(7, 300_000))
    parts[sheet] = parts[sheet].replace(b"</sheetData>", rows + b"</sheetData>")
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    receipt = desk.receive_file(file, limits=Limits(reader_memory_bytes=512 << 20))
    assert (receipt.accepted, _told(receipt, "ROWS_HIDDEN")) == (5, [("warn", 3, 2)])
