"""The rows set aside, as a spreadsheet that goes back to the department which sent them."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from fangpin.feeds.arrivals import QUARANTINE
from fangpin.feeds.quarantine import COLUMNS
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.home import Home
from fangpin.values.text import spreadsheet_safe

_TITLES = {
    "row_no": "行号 Row",
    "code": "代码 Code",
    "severity": "处理 Severity",
    "column": "列 Column",
    "value_masked": "原值（已遮蔽） Value (masked)",
    "message_zh": "问题",
    "message_en": "Problem",
    "repair_zh": "更正办法",
    "repair_en": "What to do",
}
_WIDTHS = (8, 20, 10, 18, 24, 44, 44, 36, 36)
_SHEET_ROWS = 1_000_000


def write_rejects_xlsx(*, home: Home, engine: Engine, feed: str, delivery: str, file: Path) -> int:
    """Write every reason of every row set aside; returns their number. Opening computes nothing.

    A sheet holds a million rows; more go to further sheets. Memory does not grow with the rows.
    """
    source = home.deliveries / feed / delivery / QUARANTINE
    listed = ", ".join(f'"{name}"' for name in COLUMNS)
    query = f'SELECT {listed} FROM read_parquet(?) ORDER BY row_no, code, "column"'
    workbook = xlsxwriter.Workbook(
        str(file),
        {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False},
    )
    written = 0
    sheet = _new_sheet(workbook, 1)
    for batch in engine.fetch_in_batches(query, [str(source)]):
        for row in batch:
            if written and written % _SHEET_ROWS == 0:
                sheet = _new_sheet(workbook, written // _SHEET_ROWS + 1)
            line = written % _SHEET_ROWS + 1
            sheet.write_number(line, 0, row[0])
            for place, text in enumerate(row[1:], start=1):
                sheet.write_string(line, place, spreadsheet_safe(text or ""))
            written += 1
    workbook.close()
    return written


def _new_sheet(workbook: xlsxwriter.Workbook, position: int) -> xlsxwriter.worksheet.Worksheet:
    sheet = workbook.add_worksheet(f"退回 Rejects {position}")
    bold = workbook.add_format({"bold": True})
    for place, (name, width) in enumerate(zip(COLUMNS, _WIDTHS, strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(0, place, _TITLES[name], bold)
    sheet.freeze_panes(1, 0)
    return sheet
