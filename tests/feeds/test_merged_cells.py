"""Merged cells: what the clerk sees is what is read, in workbooks, pages and spreadsheets in XML."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from fangpin.feeds.readers.merged import Merged, unmarked
from tests.feeds.builders import HEADER, Desk, number, wage_row, xlsx_file

_ROWS = 4
_PLACES = {title: place for place, title in enumerate(HEADER)}
_XML = (
    '<?xml version="1.0"?><Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
    '<Worksheet ss:Name="S"><Table>{}</Table></Worksheet></Workbook>'
)


def _workbook(file: Path, title: str) -> Path:
    """Wages of which one column is merged over all rows."""
    workbook = xlsxwriter.Workbook(str(file))
    sheet = workbook.add_worksheet()
    merged = _PLACES[title]
    for line, row in enumerate([list(HEADER), *(wage_row(place) for place in range(_ROWS))]):
        for place, text in enumerate(row):
            if line == 0 or place != merged:
                sheet.write_string(line, place, text)
    sheet.merge_range(1, merged, _ROWS, merged, wage_row(0)[merged])
    workbook.close()
    return file


def _page(title: str) -> bytes:
    merged = _PLACES[title]
    lines = ["".join(f"<th>{one}</th>" for one in HEADER)]
    for place in range(_ROWS):
        cells = [f"<td>{text}</td>" for text in wage_row(place)]
        cells[merged] = f"<td rowspan={_ROWS}>{wage_row(0)[merged]}</td>" if place == 0 else ""
        lines.append("".join(cells))
    return "".join(["<table>", *(f"<tr>{line}</tr>" for line in lines), "</table>"]).encode()


def _xml(title: str) -> bytes:
    merged = _PLACES[title]
    lines = ["".join(f"<Cell><Data>{one}</Data></Cell>" for one in HEADER)]
    for place in range(_ROWS):
        cells = [f"<Cell><Data>{text}</Data></Cell>" for text in wage_row(place)]
        if place == 0:
            cells[merged] = cells[merged].replace("<Cell>", f'<Cell ss:MergeDown="{_ROWS - 1}">')
        else:
            # As a spreadsheet writes it: the cell is left out and the next one says where it stands.
            cells[merged] = ""
            after = f'<Cell ss:Index="{merged + 2}">'
            cells[merged + 1] = cells[merged + 1].replace("<Cell>", after)
        lines.append("".join(cells))
    return _XML.format("".join(f"<Row>{line}</Row>" for line in lines)).encode()


def _received(desk: Desk, kind: str, title: str, folder: Path):
    if kind == "workbook":
        return desk.receive_file(_workbook(folder / "merged.xlsx", title))
    return desk.receive_bytes(_page(title) if kind == "page" else _xml(title), name="merged.xls")


@pytest.mark.parametrize("kind", ["workbook", "page", "xml"])
@pytest.mark.parametrize("title", ["姓名", "月份", "渠道", "开始日期"])
def test_a_merged_cell_says_of_each_row_what_stands_above(
    desk: Desk, tmp_path: Path, kind: str, title: str
):
    receipt = _received(desk, kind, title, tmp_path)
    assert (receipt.accepted, receipt.quarantined) == (_ROWS, 0)
    (filled,) = [one for one in receipt.findings if one.code == "CELL_FILLED"]
    assert (filled.row, filled.count) == (3, _ROWS - 1)
    rows = desk.facts(receipt, "month, channel, start_date::VARCHAR, employer")
    assert set(rows) == {(24242, "self", "2020-03-01", "石山合作社")}


@pytest.mark.parametrize("kind", ["workbook", "page", "xml"])
@pytest.mark.parametrize("title", ["月工资", "务工天数"])
def test_a_merged_sum_may_be_that_of_all_rows_and_is_set_aside(
    desk: Desk, tmp_path: Path, kind: str, title: str
):
    receipt = _received(desk, kind, title, tmp_path)
    assert desk.quarantine(receipt) == [(3 + row, "CELL_MERGED") for row in range(_ROWS - 1)]
    assert receipt.accepted == 1


@pytest.mark.parametrize("high", [2, 3, 4])
def test_titles_merged_over_several_rows_of_a_header(desk: Desk, tmp_path: Path, high: int):
    workbook = xlsxwriter.Workbook(str(tmp_path / "high.xlsx"))
    sheet = workbook.add_worksheet()
    for place, title in enumerate(HEADER[:3]):
        sheet.merge_range(0, place, high - 1, place, title)
    for line in range(high - 1):
        sheet.merge_range(line, 3, line, len(HEADER) - 1, f"务工情况（{line}）")
    for place, title in enumerate(HEADER[3:], start=3):
        sheet.write_string(high - 1, place, title)
    for line in range(3):
        sheet.write_row(high + line, 0, wage_row(line))
    workbook.close()
    receipt = desk.receive_file(tmp_path / "high.xlsx")
    assert (receipt.outcome, receipt.accepted) == ("accepted", 3)


def test_the_same_header_as_a_csv_without_its_merges(desk: Desk):
    lines = [
        "身份证号,姓名,务工情况,,,,,",
        ",,时间,收入,,其他,,",
        ",,月份,月工资,务工天数,渠道,开始日期,单位",
    ]
    lines += [",".join(wage_row(place)) for place in range(3)]
    receipt = desk.receive_text("\n".join(lines) + "\n")
    assert (receipt.outcome, receipt.accepted) == ("accepted", 3)


def test_a_formula_without_a_value_in_a_spreadsheet_in_xml(desk: Desk):
    cells = ["".join(f"<Cell><Data>{one}</Data></Cell>" for one in HEADER)]
    for place in range(2):
        texts = [f"<Cell><Data>{text}</Data></Cell>" for text in wage_row(place)]
        if place:
            texts[3] = '<Cell ss:Formula="=R1C1"/>'
        cells.append("".join(texts))
    receipt = desk.receive_bytes(
        _XML.format("".join(f"<Row>{line}</Row>" for line in cells)).encode(), name="sent.xls"
    )
    assert desk.quarantine(receipt) == [(3, "FORMULA_NO_VALUE")]


def test_one_number_merged_over_two_months_of_a_person(desk: Desk):
    rows = [wage_row(1), wage_row(1, month="2020-02")]
    head = "".join(f"<th>{one}</th>" for one in HEADER)
    first = f"<td rowspan=2>{number(1)}</td>" + "".join(f"<td>{text}</td>" for text in rows[0][1:])
    second = "".join(f"<td>{text}</td>" for text in rows[1][1:])
    page = f"<table><tr>{head}</tr><tr>{first}</tr><tr>{second}</tr></table>"
    receipt = desk.receive_bytes(page.encode(), name="sent.xls")
    assert len({person for (person,) in desk.facts(receipt, "person_ref")}) == 1
    assert receipt.accepted == 2


def test_what_stands_below_no_title_is_told_of(desk: Desk, tmp_path: Path):
    rows = [["", *HEADER], *([str(place), *wage_row(place)] for place in range(3))]
    rows[2].append("已外出")
    receipt = desk.receive_file(xlsx_file(tmp_path / "remarks.xlsx", {"S": rows}))
    (told,) = [one for one in receipt.findings if one.code == "COLUMN_UNTITLED"]
    assert (receipt.accepted, told.count, told.severity) == (3, 3, "warn")
    assert "A、J" in told.message_zh


_PLACE = st.tuples(st.integers(0, 7), st.integers(0, 4))


@given(
    st.lists(st.tuples(_PLACE, _PLACE), max_size=6),
    st.lists(st.lists(st.sampled_from(["", "a", "b"]), min_size=5, max_size=5), max_size=8),
)
@example([((0, 0), (2, 0)), ((1, 0), (2, 0))], [["a", *"bbbb"], ["", *"bbbb"], ["", *"bbbb"]])
def test_no_text_is_lost_or_moved_by_merging(ranges, rows: list[list[str]]):
    merged = Merged(ranges)
    for row_no, row in enumerate(rows):
        cells = list(row)
        merged.fill(row_no, cells)
        assert len(cells) == len(row)
        for before, after in zip(row, cells, strict=True):
            assert after == before or (not before and unmarked(after) in ("a", "b"))
        assert any(row) or cells == row
