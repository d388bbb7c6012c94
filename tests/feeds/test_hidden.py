"""What a spreadsheet does not show: rows filtered away, columns and sheets put away. Each is told of."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.readers.sheet_biff import look_at_old
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


# ── .xls ────────────────────────────────────────────────────────────────────────────────────────

needs_xlwt = pytest.mark.skipif(
    find_spec("xlwt") is None, reason="xlwt is not installed: make test installs it"
)


def _old_workbook(file: Path, put_away: Callable[[Any, Any], None]) -> Path:
    """The same wages in rows 2 to 6 of a workbook of 1997."""
    import xlwt

    workbook = xlwt.Workbook(encoding="utf-8")
    sheet = workbook.add_sheet("S")
    for line, row in enumerate([list(HEADER), *map(wage_row, range(5))]):
        for place, text in enumerate(row):
            sheet.write(line, place, text)
    put_away(workbook, sheet)
    workbook.save(str(file))
    return file


def _flat(row: Any) -> None:
    row.height, row.height_mismatch = 0, True


def _unseen(row: Any) -> None:
    row.hidden = True


@needs_xlwt
@pytest.mark.parametrize("put_away", [_unseen, _flat])
def test_rows_hidden_in_an_old_workbook_are_told_of(
    desk: Desk, tmp_path: Path, put_away: Callable[[Any], None]
) -> None:
    def put_two_away(_: Any, sheet: Any) -> None:
        for line in (2, 4):
            put_away(sheet.row(line))

    receipt = desk.receive_file(_old_workbook(tmp_path / "sent.xls", put_two_away))
    assert (receipt.outcome, receipt.accepted) == ("accepted", 5)
    assert _told(receipt, "ROWS_HIDDEN") == [("warn", 3, 2)]


@needs_xlwt
def test_columns_and_sheets_hidden_in_an_old_workbook_are_told_of(
    desk: Desk, tmp_path: Path
) -> None:
    def put_away(workbook: Any, sheet: Any) -> None:
        for place in (3, 4):
            sheet.col(place).hidden = True
        sheet.col(7).width = 0
        first = workbook.add_sheet("封面")
        first.write(0, 0, "二月底稿")
        first.visibility = 1
        last = workbook.add_sheet("字典")
        last.row(0).hidden = True
        last.visibility = 2

    receipt = desk.receive_file(_old_workbook(tmp_path / "sent.xls", put_away))
    assert (receipt.outcome, receipt.accepted) == ("accepted", 5)
    assert _told(receipt, "COLUMNS_HIDDEN") == [("warn", None, 3)]
    assert _told(receipt, "ROWS_HIDDEN") == []
    (told,) = [one for one in receipt.findings if one.code == "COLUMNS_HIDDEN"]
    assert "D 月工资、E 务工天数、H 单位" in told.message_zh
    (told,) = [one for one in receipt.findings if one.code == "SHEETS_LEFT_OUT"]
    assert "封面、字典" in told.message_zh


@needs_xlwt
def test_of_an_old_workbook_that_is_spoilt_nothing_is_made_up(desk: Desk, tmp_path: Path) -> None:
    """Whatever byte is wrong: read as before, or refused, and never a crash."""
    file = _old_workbook(tmp_path / "sent.xls", lambda _, sheet: _unseen(sheet.row(2)))
    content = file.read_bytes()
    for place in range(512, len(content), 509):
        spoilt = content[:place] + bytes([content[place] ^ 0xFF]) + content[place + 1 :]
        file.write_bytes(spoilt)
        assert isinstance(look_at_old(file), list)
    file.write_bytes(content[: len(content) // 2])
    assert look_at_old(file) == []
    assert desk.receive_file(file).outcome == "refused"


# ── columns and sheets of pages, and of spreadsheets in XML ─────────────────────────────────────


def _page(columns: str, rows: Sequence[str]) -> str:
    return f"<html><table>{columns}{''.join(f'<tr>{row}</tr>' for row in rows)}</table></html>"


def _xml(columns: str, rows: Sequence[str]) -> str:
    told = "".join(f"<Row>{row}</Row>" for row in rows)
    return f'<Worksheet ss:Name="S"><Table>{columns}{told}</Table></Worksheet>'


def _book(*sheets: str) -> bytes:
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}">'
        f"{''.join(sheets)}</Workbook>"
    ).encode()


def _rows(cell: str, hidden: str = "") -> list[str]:
    """Wages of three persons; the third column of cells is written as `hidden`."""
    return [
        "".join(
            (hidden if hidden and place == 3 else cell).format(text)
            for place, text in enumerate(row)
        )
        for row in [list(HEADER), *map(wage_row, range(3))]
    ]


_TD, _CELL = "<td>{}</td>", "<Cell><Data>{}</Data></Cell>"


@pytest.mark.parametrize(
    "content",
    [
        _page("<col><col span=2><col style='width:0'>", _rows(_TD)).encode(),
        _page("<colgroup><col width=64 span=3><col style='display:none'></colgroup>", _rows(_TD)).encode(),
        _page("<col span=3><col width=0>", _rows(_TD)).encode(),
        _page("", _rows(_TD, "<td style='mso-x:y;Display : none'>{}</td>")).encode(),
        _page("", _rows(_TD, "<td hidden>{}</td>")).encode(),
        _book(_xml('<Column ss:Index="4" ss:Hidden="1"/>', _rows(_CELL))),
        _book(_xml('<Column ss:Span="2"/><Column ss:Width="0"/><Column/>', _rows(_CELL))),
    ],
)  # fmt: skip
def test_pages_and_spreadsheets_in_xml_hide_columns_too(desk: Desk, content: bytes) -> None:
    receipt = desk.receive_bytes(content, name="sent.xls")
    assert receipt.accepted == 3
    assert _told(receipt, "COLUMNS_HIDDEN") == [("warn", None, 1)]
    (told,) = [one for one in receipt.findings if one.code == "COLUMNS_HIDDEN"]
    assert "D 月工资" in told.message_zh


@pytest.mark.parametrize(
    "columns", ["<col style='min-width:0;border-width:0'>", "<col width=72><col style='width:0.5pt'>"]
)  # fmt: skip
def test_a_narrow_column_is_no_hidden_one(desk: Desk, columns: str) -> None:
    receipt = desk.receive_bytes(_page(columns, _rows(_TD)).encode(), name="sent.xls")
    assert (receipt.accepted, _told(receipt, "COLUMNS_HIDDEN")) == (3, [])


@pytest.mark.parametrize("how", ["SheetHidden", "SheetVeryHidden"])
@pytest.mark.parametrize("prefix", ["", "ss:"])
def test_a_hidden_sheet_of_a_spreadsheet_in_xml_is_left_out_by_name(
    desk: Desk, how: str, prefix: str
) -> None:
    """Its rows were taken for those of the file."""
    shown = _xml("", _rows(_CELL))
    away = _xml("", [*_rows(_CELL), *_rows(_CELL)[1:]]).replace('"S"', '"二月底稿"')
    options = f"<WorksheetOptions><Visible>{how}</Visible></WorksheetOptions></Worksheet>"
    book = _book(away.replace("</Worksheet>", options), shown)
    for name in ("Worksheet>", "Worksheet ", "Table", "Row", "Cell", "Data"):
        book = book.replace(f"<{name}".encode(), f"<{prefix}{name}".encode())
        book = book.replace(f"</{name}".encode(), f"</{prefix}{name}".encode())
    receipt = desk.receive_bytes(book, name="sent.xls")
    assert (receipt.outcome, receipt.read) == ("accepted", 3)
    (told,) = [one for one in receipt.findings if one.code == "SHEETS_LEFT_OUT"]
    assert "二月底稿" in told.message_zh


def test_of_several_sheets_in_xml_someone_must_say_which_by_its_name(desk: Desk) -> None:
    book = _book(*(_xml("", _rows(_CELL)).replace('"S"', f'"{name}"') for name in "甲乙"))
    receipt = desk.receive_bytes(book, name="sent.xls")
    assert desk.codes(receipt) >= {"SHEET_AMBIGUOUS"}
    (told,) = [one for one in receipt.findings if one.code == "SHEET_AMBIGUOUS"]
    assert "甲、乙" in told.message_zh
    refused = desk.receive_bytes(book, name="sent.xls", sheet="丙")
    assert desk.codes(refused) >= {"SHEET_UNKNOWN"}
    assert desk.receive_bytes(book, name="sent.xls", sheet="乙").accepted == 3


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
