"""Reads a department's file the slow and obvious way: rows by contract field, text as it stands."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from python_calamine import CalamineWorkbook

from fangpin.policy.models.feeds import Contract
from fangpin.synthetic import PlannedDelivery

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def has_valid_check_digit(number: str) -> bool:
    """GB 11643-1999, written out again: the weighted sum with the check digit is 1 modulo 11."""
    if len(number) != 18 or not number[:17].isdigit():
        return False
    last = 10 if number[17] == "X" else int(number[17])
    total = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False))
    return (total + last) % 11 == 1


def encoding_of(file: Path) -> str:
    """The first encoding that decodes the whole file strictly."""
    content = file.read_bytes()
    if content.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    for encoding in ("utf-8", "gb18030"):
        try:
            content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise AssertionError(f"{file.name} is in no known encoding")


def raw_rows(file: Path) -> list[list[str]]:
    """Every line of the file, titles and header included."""
    if file.suffix == ".xlsx":
        sheet = CalamineWorkbook.from_path(str(file)).get_sheet_by_index(0)
        return [[str(cell) for cell in row] for row in sheet.to_python()]
    text = file.read_bytes().decode(encoding_of(file))
    return list(csv.reader(io.StringIO(text, newline="")))


def rows_of(sent: PlannedDelivery, contract: Contract) -> list[dict[str, str]]:
    """The rows of a delivery by the contract's field codes."""
    lines = raw_rows(sent.file)
    fields = {
        word: field.field for field in contract.fields for word in (field.title.zh, *field.aliases)
    }
    at = next(place for place, line in enumerate(lines) if all(w in fields for w in line))
    header = [fields[word] for word in lines[at]]
    return [dict(zip(header, line, strict=True)) for line in lines[at + 1 :]]
