"""Parquet of warehouses: values that are no cells, and texts that were written as bytes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.feeds.builders import HEADER, Desk, wage_row
from tests.looking import looker


def _file(folder: Path, **changed: str) -> Path:
    """Three rows of wages; `changed` by title: SQL in place of the column."""
    rows = ", ".join(str(tuple(wage_row(place))) for place in range(3))
    names = ", ".join(f'"{title}"' for title in HEADER)
    cells = ", ".join(
        f'{changed.get(title, chr(34) + title + chr(34))} AS "{title}"' for title in HEADER
    )
    file = folder / "sent.parquet"
    looker().write(f"SELECT {cells} FROM (VALUES {rows}) AS t({names})", file)
    return file


@pytest.mark.parametrize(
    "nested",
    [
        "{'a': 单位}",
        "[单位, '甲']",
        "[{'a': 单位}]",
        "map([单位], ['甲'])",
        "array_value(单位, '甲')",
    ],
)
def test_a_value_that_is_itself_a_list_or_a_record_sets_its_row_aside(
    desk: Desk, tmp_path: Path, nested: str
):
    some = f"CASE WHEN 月工资 <> '1001.50' THEN {nested} END"
    receipt = desk.receive_file(_file(tmp_path, 单位=some))
    assert desk.quarantine(receipt) == [(2, "ROW_SHAPE"), (4, "ROW_SHAPE")]
    assert desk.facts(receipt, "row_no, employer") == [(3, None)]


def test_texts_written_as_bytes_are_texts(desk: Desk, tmp_path: Path):
    bytes_of = {title: f"encode({title})" for title in ("身份证号", "月份", "渠道", "单位")}
    receipt = desk.receive_file(_file(tmp_path, **bytes_of))
    assert receipt.accepted == 3
    assert desk.facts(receipt, "employer")[0] == ("石山合作社",)


def test_bytes_that_are_no_text_set_their_row_aside(desk: Desk, tmp_path: Path):
    broken = "CASE WHEN 月工资 = '1001.50' THEN '\\xFF\\xFE'::BLOB ELSE encode(单位) END"
    receipt = desk.receive_file(_file(tmp_path, 单位=broken))
    assert desk.quarantine(receipt) == [(3, "ROW_SHAPE")]


def test_a_dirty_cell_beside_bytes_keeps_its_row_number(desk: Desk, tmp_path: Path):
    dirty = "CASE WHEN 月工资 = '1001.50' THEN '4OO' ELSE 月工资 END"
    receipt = desk.receive_file(_file(tmp_path, 月工资=dirty, 单位="encode(单位)"))
    assert desk.quarantine(receipt) == [(3, "AMOUNT_UNREADABLE")]


def test_a_nul_within_a_text_is_no_part_of_it(desk: Desk, tmp_path: Path):
    receipt = desk.receive_file(_file(tmp_path, 单位="单位 || chr(0)"))
    assert desk.facts(receipt, "employer")[0] == ("石山合作社",)
