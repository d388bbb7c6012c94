"""Writes one delivery's rows as a department would save them: CSV or a spreadsheet with titles."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import count
from pathlib import Path

import xlsxwriter

from fangpin.synthetic.layouts import Layout


def write_file(
    *,
    file: Path,
    layout: Layout,
    headers: Sequence[str],
    rows: Iterable[list[str]],
    saved: datetime,
) -> int:
    """Write headers and rows; returns how many rows. The same input gives the same bytes."""
    if layout.form == "csv":
        return _write_csv(file, layout, headers, rows)
    return _write_xlsx(file, layout, headers, rows, saved)


def _write_csv(
    file: Path, layout: Layout, headers: Sequence[str], rows: Iterable[list[str]]
) -> int:
    counted = count()
    with file.open("w", encoding=layout.encoding, newline="") as opened:
        writer = csv.writer(opened, lineterminator="\r\n")
        writer.writerow(headers)
        writer.writerows(row for row, _ in zip(rows, counted, strict=False))
    return next(counted)


def _write_xlsx(
    file: Path,
    layout: Layout,
    headers: Sequence[str],
    rows: Iterable[list[str]],
    saved: datetime,
) -> int:
    options = {"in_memory": True}
    book = xlsxwriter.Workbook(str(file), options)
    book.set_properties({"created": saved})
    sheet = book.add_worksheet("Sheet1")
    at = 0
    for text in (layout.title, layout.unit_row):
        if text:
            sheet.write_string(at, 0, text)
            at += 1
    for column, text in enumerate(headers):
        sheet.write_string(at, column, text)
    written = 0
    for row in rows:
        written += 1
        for column, text in enumerate(row):
            if text:
                sheet.write_string(at + written, column, text)
    book.close()
    return written
