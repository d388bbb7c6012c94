"""Files as they really come: what they are, what they cost, and what is refused as a whole."""

from __future__ import annotations

import errno
import io
import json
import subprocess
import time
import zipfile
import zlib
from pathlib import Path

import openpyxl
import pytest

from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.readers.workbook_child import Refused, broken_or_poor
from tests.feeds.builders import (
    HEADER,
    Desk,
    csv_text,
    engine_with,
    number,
    wage_row,
    wages_contract,
    xlsx_file,
)

SECRET_FILE = Path("/etc/hostname")
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)


def refused(desk: Desk, content: bytes, name: str = "sent.xlsx", **options) -> str:
    """The one code with which a file is refused; nothing of the home changes."""
    before = desk.all_bytes()
    receipt = desk.receive_bytes(content, name=name, **options)
    assert (receipt.outcome, receipt.read, receipt.accepted) == ("refused", 0, 0)
    after = desk.all_bytes()
    before.setdefault("vault.lock", b"")  # a place to wait at, without content
    assert after == before
    fatal = [finding for finding in receipt.findings if finding.severity == "file"]
    assert all(finding.repair for finding in fatal)
    return fatal[0].code


def workbook(desk: Desk, sheets=None) -> Path:
    return xlsx_file(
        desk.folder / "made.xlsx", sheets or {"表": [HEADER, wage_row(1), wage_row(2)]}
    )


def rewritten(file: Path, part: str, change) -> bytes:
    """The workbook with one part of its archive changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in source.namelist():
            content = source.read(name)
            new.writestr(name, change(content) if name == part else content)
    return target.getvalue()


def test_a_workbook_is_read_with_the_row_numbers_of_the_clerk(desk: Desk):
    file = workbook(
        desk,
        {"表": [["二〇二〇年三月务工监测表"], ["单位：元"], HEADER, ["", "", "", "元", "天"],
                wage_row(1), [], wage_row(2), wage_row(3, wage="4OO")]},
    )  # fmt: skip
    receipt = desk.receive_file(file)
    assert [row[0] for row in desk.facts(receipt, "row_no")] == [5, 7]
    assert desk.quarantine(receipt) == [(8, "AMOUNT_UNREADABLE")]
    assert {"TITLE_ROWS_SKIPPED", "UNIT_ROW_SKIPPED"} <= set(receipt.counts_by_code)


@pytest.mark.parametrize("employer", ["甲\r乙", "甲_x000D_乙", "甲\r\n乙", "甲\n乙", '甲,"乙'])
def test_whatever_a_cell_of_a_workbook_holds_its_row_is_one_row(desk: Desk, employer: str):
    rows = [HEADER, wage_row(1), wage_row(2, employer=employer), wage_row(3)]
    receipt = desk.receive_file(workbook(desk, {"表": rows}))
    assert [row[0] for row in desk.facts(receipt, "row_no")] == [2, 3, 4]


def test_a_header_merged_over_two_rows_is_read(desk: Desk):
    top = ["身份证号", "姓名", "月份", "务工情况", "", "", "", ""]
    below = ["", "", "", *HEADER[3:]]
    receipt = desk.receive_file(workbook(desk, {"表": [top, below, wage_row(1)]}))
    assert (receipt.outcome, receipt.accepted) == ("accepted", 1)


def test_numeric_cells_are_read_and_a_numeric_identity_number_is_not(desk: Desk):
    row = [*wage_row(1)[:3], 1200.5, 22, "自主", 43891, "厂"]
    lost = [int(number(2)[:17]) * 10, *wage_row(2)[1:]]
    short = [431022850307123, *wage_row(3)[1:]]
    receipt = desk.receive_file(workbook(desk, {"表": [HEADER, row, lost, short]}))
    assert desk.quarantine(receipt) == [(3, "ID_PRECISION_LOST")]
    assert str(desk.facts(receipt, "wage, days, start_date, row_no")[0][:3]) == (
        "(Decimal('1200.50'), 22, datetime.date(2020, 3, 1))"
    )
    assert receipt.counts_by_code["ID_LENGTHENED"] == 1


@pytest.mark.parametrize("library", ["xlsxwriter", "openpyxl"])
def test_formulas_without_a_value_and_errors_set_their_rows_aside(desk: Desk, library: str):
    if library == "openpyxl":
        book = openpyxl.Workbook()
        sheet = book.active
        for row in (HEADER, wage_row(1), wage_row(2, wage="=1+1"), wage_row(3)):
            sheet.append(list(row))
        sheet["D4"].value = "#REF!"
        sheet["D4"].data_type = "e"
        book.save(desk.folder / "made.xlsx")
        content = (desk.folder / "made.xlsx").read_bytes()
    else:
        plain = workbook(
            desk, {"表": [HEADER, wage_row(1), [*wage_row(2)[:3], 71], [*wage_row(3)[:3], 72]]}
        )
        content = rewritten(
            plain,
            "xl/worksheets/sheet1.xml",
            lambda xml: xml.replace(b"<v>71</v>", b"<f>1+1</f><v></v>").replace(
                b'<c r="D4"><v>72</v>', b'<c r="D4" t="e"><f>1/0</f><v>#DIV/0!</v>'
            ),
        )
    receipt = desk.receive_bytes(content, name="made.xlsx")
    assert desk.quarantine(receipt) == [(3, "FORMULA_NO_VALUE"), (4, "CELL_ERROR")]
    assert receipt.accepted == 1


@pytest.mark.parametrize(
    ("name", "kind"),
    [("sent.csv", "xlsx"), ("sent.xlsx", "csv"), ("sent.xlsx", "html"), ("a.xls", "html")],
)
def test_the_content_decides_not_the_name(desk: Desk, name: str, kind: str):
    rows = [HEADER, wage_row(1)]
    if kind == "xlsx":
        content = workbook(desk).read_bytes()
    elif kind == "csv":
        content = csv_text([wage_row(1)]).encode()
    else:
        cells = ["<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows]
        content = f"<html><meta charset=gbk><table>{''.join(cells)}</table></html>".encode(
            "gb18030"
        )
    receipt = desk.receive_bytes(content, name=name)
    assert receipt.accepted >= 1
    assert receipt.counts_by_code["TYPE_MISMATCH"] == 1


def test_parquet_is_read_by_its_column_names(desk: Desk):
    stack, engine = engine_with([number(1), number(2)])
    with stack:
        engine.write(
            "SELECT text AS 身份证号, DATE '2020-03-01' AS 月份, 12.5 AS 月工资 FROM cells",
            desk.folder / "sent.parquet",
        )
    assert desk.receive_file(desk.folder / "sent.parquet").accepted == 2
    cut = (desk.folder / "sent.parquet").read_bytes()[:-9]
    assert refused(desk, cut, "sent.parquet") == "FILE_CORRUPT"


def test_of_several_sheets_with_rows_someone_must_say_which(desk: Desk):
    file = workbook(
        desk, {"说明": [["请先阅读"]], "数据": [HEADER, wage_row(1)], "汇总": [["合计", 3]]}
    )
    before = desk.all_bytes()
    receipt = desk.receive_file(file)
    assert (receipt.outcome, desk.codes(receipt)) == ("refused", {"SHEET_AMBIGUOUS"})
    assert "说明、数据、汇总" in receipt.findings[0].message_zh
    assert "：数据。" in receipt.findings[0].message_zh
    before.setdefault("vault.lock", b"")
    assert desk.all_bytes() == before
    assert desk.receive_file(file, sheet="数据").accepted == 1


def test_each_sheet_of_a_workbook_can_be_sent(desk: Desk):
    """A year in one file, a month a sheet: the second was called received with the first."""
    months = {f"{month}月": f"2020-0{month}" for month in (1, 2, 3)}
    months["三月补报"] = "2020-03"
    sheets = {
        name: [HEADER, *(wage_row(10 * place + n, month=month) for n in range(4))]
        for place, (name, month) in enumerate(months.items())
    }
    file = xlsx_file(desk.folder / "year.xlsx", sheets)
    receipts = [desk.receive_file(file, sheet=name) for name in months]
    assert [(one.outcome, one.accepted) for one in receipts] == [("accepted", 4)] * 4
    assert len({one.delivery for one in receipts}) == 4
    again = desk.receive_file(file, sheet="2月")
    assert (again.outcome, again.delivery) == ("already_received", receipts[1].delivery)


def test_sheets_without_rows_ask_nothing(desk: Desk):
    file = workbook(desk, {"Sheet1": [], "数据": [HEADER, wage_row(1)], "Sheet3": []})
    assert desk.receive_file(file).accepted == 1


def test_a_contract_may_name_its_sheet(tmp_path: Path):
    desk = Desk(tmp_path, wages_contract(sheets=["四月"]))
    file = workbook(
        desk, {"三月": [HEADER, wage_row(1)], "四月": [HEADER, wage_row(2), wage_row(3)]}
    )
    receipt = desk.receive_file(file)
    (chosen,) = [finding for finding in receipt.findings if finding.code == "SHEET_CHOSEN"]
    assert receipt.accepted == 2
    assert "三月" in chosen.message_zh


def test_two_fitting_sheets_are_listed_and_not_guessed(desk: Desk):
    file = workbook(desk, {"三月": [HEADER, wage_row(1)], "四月": [HEADER, wage_row(2)]})
    receipt = desk.receive_file(file)
    assert desk.codes(receipt) == {"SHEET_AMBIGUOUS"}
    assert "三月、四月" in receipt.findings[0].message_zh
    other = desk.receive_file(file, sheet="五月")
    assert desk.codes(other) == {"SHEET_UNKNOWN"} and "三月、四月" in other.findings[0].message_zh


def test_hidden_sheets_only(desk: Desk):
    content = rewritten(
        workbook(desk),
        "xl/workbook.xml",
        lambda xml: xml.replace(b"<sheet ", b'<sheet state="hidden" '),
    )
    assert refused(desk, content) == "SHEETS_HIDDEN"
    (desk.folder / "hidden.xlsx").write_bytes(content)
    name = openpyxl.load_workbook(desk.folder / "hidden.xlsx").sheetnames[0]
    assert desk.receive_file(desk.folder / "hidden.xlsx", sheet=name).accepted >= 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "FILE_EMPTY"),
        (b"\xef\xbb\xbf", "FILE_EMPTY"),
        (b"\n\n  \n", "FILE_EMPTY"),
        (",".join(HEADER).encode() + b"\n", "NO_ROWS"),
        (",".join(HEADER).encode() + b"\n,,,,,,,\n", "NO_ROWS"),
        (b"%PDF-1.7\n1 0 obj", "FILE_TYPE_UNSUPPORTED"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "FILE_ENCRYPTED"),
        (OLE + "Workbook".encode("utf-16-le"), "FILE_CORRUPT"),
        (b"PK\x03\x04" + bytes(100), "FILE_CORRUPT"),
        (b"PAR1" + bytes(100), "FILE_CORRUPT"),
        (b"MZ\x90", "FILE_TYPE_UNSUPPORTED"),
        (b"BZh91AY&SY", "FILE_TYPE_UNSUPPORTED"),
        (b"\xfd7zXZ\x00", "FILE_TYPE_UNSUPPORTED"),
        (b"\x28\xb5\x2f\xfd\x04", "FILE_TYPE_UNSUPPORTED"),
        (b"GIF89a\x01\x00", "FILE_TYPE_UNSUPPORTED"),
        (b"Obj\x01\x04\x16avro.schema", "FILE_TYPE_UNSUPPORTED"),
        (b"ARROW1\x00\x00", "FILE_TYPE_UNSUPPORTED"),
        (b"\x00\x01\x00\x00Standard Jet DB\x00", "FILE_TYPE_UNSUPPORTED"),
        (b"sent.csv" + b"\x00" * 249 + b"ustar\x00", "FILE_TYPE_UNSUPPORTED"),
        (b"\x00" * 5000, "FILE_CORRUPT"),
        (b"a" * 3_000_000, "FILE_CORRUPT"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_by_name(desk: Desk, content: bytes, code: str):
    assert refused(desk, content) == code


def test_a_cut_upload_is_incomplete_not_a_wrong_format(desk: Desk):
    assert refused(desk, workbook(desk).read_bytes()[:-400]) == "FILE_CORRUPT"


def test_a_bomb_is_refused_from_its_directory(desk: Desk):
    content = rewritten(
        workbook(desk),
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</sheetData>", b"<row/>" * 4_000_000 + b"</sheetData>"),
    )
    started = time.monotonic()
    assert refused(desk, content) == "ARCHIVE_TOO_LARGE"
    assert time.monotonic() - started < 1


def test_too_many_members_and_too_large_a_file_are_refused(desk: Desk):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for place in range(1_200):
            archive.writestr(f"xl/{place}", "")
    assert refused(desk, target.getvalue()) == "ARCHIVE_TOO_LARGE"
    assert refused(desk, b"x" * 100, limits=Limits(file_bytes=99)) == "FILE_TOO_LARGE"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/_rels/workbook.xml.rels"]
)
def test_entities_are_forbidden_in_every_part(desk: Desk, part: str, encoding: str):
    def infected(xml: bytes) -> bytes:
        head, _, body = xml.decode().partition("?>")
        evil = (
            f'<?xml version="1.0" encoding="{encoding}"?><!-- {"x" * 70_000} -->'
            f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{SECRET_FILE}">]>' + body
        )
        return evil.encode(encoding)

    assert refused(desk, rewritten(workbook(desk), part, infected)) == "XML_FORBIDDEN"


def test_a_stray_cell_in_the_far_corner_does_not_cost_all_memory(desk: Desk):
    book = openpyxl.Workbook()
    for row in (HEADER, wage_row(1), wage_row(2)):
        book.active.append(list(row))
    book.active.cell(1_048_576, 16_384).value = "."
    book.save(desk.folder / "made.xlsx")
    receipt = desk.receive_file(desk.folder / "made.xlsx")
    assert (receipt.outcome, receipt.accepted) == ("accepted", 2)


def test_a_reader_beyond_its_limits_dies_alone(desk: Desk):
    rows = [HEADER, *(wage_row(place) for place in range(3_000))]
    file = workbook(desk, {"表": rows})
    poor = Limits(reader_memory_bytes=16 * 1024 * 1024)
    assert refused(desk, file.read_bytes(), limits=poor) == "FILE_TOO_DEMANDING"
    assert desk.receive_file(file).accepted == 3_000


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOMEM, "Cannot allocate memory"), MemoryError),
        (ValueError("I/O error: Cannot allocate memory (os error 12)"), MemoryError),
        (zlib.error("Error -4 while decompressing data"), MemoryError),
        (zlib.error("Error -3 while decompressing data: invalid block type"), Refused),
        (zipfile.BadZipFile("File is not a zip file"), Refused),
        (OSError(errno.EINVAL, "Invalid argument"), Refused),
    ],
)
def test_a_reader_without_memory_does_not_call_the_file_broken(
    error: Exception, told: type[Exception]
):
    """Seen once in many runs: where memory ends is chance."""
    assert isinstance(broken_or_poor(error), told)


def test_a_reader_that_hangs_is_stopped(desk: Desk, monkeypatch):
    def hangs(*arguments, timeout: float, **options):
        raise subprocess.TimeoutExpired(cmd="reader", timeout=timeout)

    monkeypatch.setattr(subprocess, "run", hangs)
    assert refused(desk, workbook(desk).read_bytes()) == "FILE_TOO_DEMANDING"


def test_no_receipt_of_a_refused_file_shows_a_path_or_a_traceback(desk: Desk):
    receipt = desk.receive_bytes(workbook(desk).read_bytes()[:-400], name="x.xlsx")
    told = json.dumps(receipt.as_dict())
    assert str(desk.folder) not in told and "Traceback" not in told


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"MIME-Version: 1.0\r\nX-Document-Type: Workbook\r\n", "MHTML"),
        (b'{\n "id_number": "1"\n}\n', "JSON"),
        (b'[{"id_number": "1"}]', "JSON"),
        (b"\x03\x78\x03\x01" + bytes(60), "dBase"),
    ],
)
def test_what_is_no_table_is_called_by_its_name(desk: Desk, content: bytes, kind: str):
    receipt = desk.receive_bytes(content, name="sent.xls")
    assert desk.codes(receipt) == {"FILE_TYPE_UNSUPPORTED"}
    assert kind in receipt.findings[0].message_zh


def spreadsheet_of_2003(head: str = "") -> bytes:
    rows = [HEADER, wage_row(1), wage_row(2)]
    table = "".join(
        "<Row>"
        + "".join(f'<Cell><Data ss:Type="String">{cell}</Data></Cell>' for cell in row)
        + "</Row>"
        for row in rows
    )
    table = table.replace("<Row>", '<Row ss:Index="3">', 1)
    spaces = "urn:schemas-microsoft-com:office:spreadsheet"
    return (
        f'<?xml version="1.0"?>{head}<Workbook xmlns="{spaces}" xmlns:ss="{spaces}">'
        f'<Worksheet ss:Name="a"><Table>{table}</Table>'
        "</Worksheet></Workbook>"
    ).encode()


def test_a_spreadsheet_of_2003_in_xml_is_read_with_its_row_numbers(desk: Desk):
    receipt = desk.receive_bytes(spreadsheet_of_2003(), name="sent.xls")
    assert [row[0] for row in desk.facts(receipt, "row_no")] == [4, 5]
    assert receipt.counts_by_code["TYPE_MISMATCH"] == 1


def test_a_spreadsheet_in_xml_declares_no_entities(desk: Desk):
    head = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{SECRET_FILE}">]>'
    assert refused(desk, spreadsheet_of_2003(head), "sent.xls") == "XML_FORBIDDEN"


def test_a_directory_that_lies_about_sizes_costs_nothing(desk: Desk):
    content = bytearray(
        rewritten(
            workbook(desk),
            "xl/worksheets/sheet1.xml",
            lambda xml: xml.replace(b"</sheetData>", b"<row/>" * 4_000_000 + b"</sheetData>"),
        )
    )
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 24 : at + 28] = (1_000).to_bytes(4, "little")
        at = content.find(b"PK\x01\x02", at + 4)
    assert refused(desk, bytes(content)) in ("FILE_CORRUPT", "FILE_TOO_DEMANDING")


def test_a_parquet_of_too_many_rows_is_refused_by_its_end(desk: Desk):
    stack, engine = engine_with([number(1), number(2), number(3)])
    with stack:
        engine.write(
            "SELECT text AS 身份证号, DATE '2020-03-01' AS 月份 FROM cells",
            desk.folder / "sent.parquet",
        )
    content = (desk.folder / "sent.parquet").read_bytes()
    assert refused(desk, content, "a.parquet", limits=Limits(rows=2)) == "FILE_TOO_DEMANDING"
