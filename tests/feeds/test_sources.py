"""Databases and folders end in the same receive act; what was taken is not taken twice."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.receipt import Receipt
from fangpin.feeds.sources.pull import pull
from fangpin.feeds.sources.settings import FILE, read_sources
from fangpin.lake.vault import Vault
from fangpin.values.problem import ProblemError
from tests.feeds.builders import HEADER, Desk, csv_text, number, wage_row, xlsx_file
from tests.feeds.test_at_once import at_once
from tests.fresh import fresh_engine

AT = datetime(2020, 4, 9, 4, tzinfo=UTC)
DATABASE = """
sources:
  - source: wages_db
    feed: labour.wages
    kind: database
    url: "sqlite:///${WAGES_FILE}"
    table: wages
    high_water_mark: changed
"""
FOLDER = """
sources:
  - source: wages_folder
    feed: labour.wages
    kind: folder
    url: "${WAGES_FOLDER}"
    pattern: "*.csv"
    quiet_seconds: 0
"""


@pytest.fixture
def database(desk: Desk) -> Path:
    """A department's database with two rows of wages."""
    file = desk.folder / "wages.db"
    with sqlite3.connect(file) as connection:
        connection.execute(
            "CREATE TABLE wages (id_number TEXT, month TEXT, wage NUMERIC, changed INTEGER)"
        )
    add(file, [(number(1), "2020-03", 1200.5, 1), (number(2), "2020-03", 800, 2)])
    return file


def add(file: Path, rows: Sequence[tuple[Any, ...]]) -> None:
    with sqlite3.connect(file) as connection:
        connection.executemany("INSERT INTO wages VALUES (?, ?, ?, ?)", rows)


def pulled(
    desk: Desk, text: str, *, at: datetime = AT, told: Any = None, **variables: str
) -> list[Receipt]:
    (desk.home.root / FILE).write_text(text, encoding="utf-8")
    receipts = []
    for source in read_sources(desk.home, pack=desk.pack, variables=variables).values():
        with fresh_engine(threads=2, spill=desk.home.spill) as engine:
            receipts += pull(
                home=desk.home,
                pack=desk.pack,
                engine=engine,
                vault=Vault(home=desk.home, engine=engine),
                source=source,
                at=at,
                **({"told": told} if told else {}),
            )
    return receipts


def test_a_table_is_received_and_only_new_rows_come_again(desk: Desk, database: Path) -> None:
    (first,) = pulled(desk, DATABASE, WAGES_FILE=str(database))
    assert (first.outcome, first.accepted) == ("accepted", 2)
    assert [row[1] for row in desk.facts(first, "row_no, wage")] == [
        Decimal("1200.50"), Decimal("800.00")
    ]  # fmt: skip
    assert arrivals(desk.home)[0].origin["source"] == "wages_db"
    assert arrivals(desk.home)[0].received == date(2020, 4, 9)
    before = desk.all_bytes()
    assert pulled(desk, DATABASE, WAGES_FILE=str(database)) == []
    assert desk.all_bytes() == before

    add(database, [(number(3), "2020-03", 5, 2), (number(4), "2020-03", 6, 3)])
    (second,) = pulled(desk, DATABASE, WAGES_FILE=str(database))
    assert (second.read, second.accepted, second.duplicate) == (3, 2, 1)


def test_a_query_names_the_mark_itself(desk: Desk, database: Path) -> None:
    text = DATABASE.replace(
        "table: wages",
        'query: "SELECT id_number, month, wage, changed FROM wages WHERE changed > '
        'coalesce(:high_water_mark, 0) AND wage > 100 ORDER BY changed"',
    )
    (first,) = pulled(desk, text, WAGES_FILE=str(database))
    assert first.accepted == 2
    assert pulled(desk, text, WAGES_FILE=str(database)) == []


def test_bad_rows_of_a_table_are_set_aside_like_those_of_a_file(desk: Desk, database: Path) -> None:
    add(database, [("431022198503071000", "2020-03", 5, 9), (number(5), "2020-13", 5, 9)])
    (receipt,) = pulled(desk, DATABASE, WAGES_FILE=str(database))
    assert (receipt.accepted, receipt.quarantined) == (2, 2)


def test_a_refused_table_is_asked_again(desk: Desk, database: Path) -> None:
    text = DATABASE.replace("table: wages", 'query: "SELECT month, changed FROM wages"')
    (first,) = pulled(desk, text, WAGES_FILE=str(database))
    assert (first.outcome, {one.code for one in first.findings}) == ("refused", {"COLUMN_MISSING"})
    assert pulled(desk, DATABASE, WAGES_FILE=str(database))[0].accepted == 2


def test_a_folder_gives_each_file_once(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "三月.csv").write_text(csv_text([wage_row(1)]), encoding="utf-8")
    (folder / "二月.csv").write_text(csv_text([wage_row(1, month="2020-02")]), encoding="utf-8")
    (folder / "notes.txt").write_text("no table", encoding="utf-8")
    (folder / ".hidden.csv").write_text("no table", encoding="utf-8")
    (folder / "坏.csv").write_text("不是,数据\n", encoding="utf-8")

    first = pulled(desk, FOLDER, WAGES_FOLDER=str(folder))
    assert sorted(one.outcome for one in first) == ["accepted", "accepted", "refused"]
    assert pulled(desk, FOLDER, WAGES_FOLDER=str(folder)) == []

    (folder / "坏.csv").write_text(csv_text([wage_row(7)]), encoding="utf-8")
    (folder / "again.csv").write_text(csv_text([wage_row(1)]), encoding="utf-8")
    second = pulled(desk, FOLDER, WAGES_FOLDER=f"file://{folder}")
    assert sorted(one.outcome for one in second) == ["accepted", "already_received"]


def test_of_two_pulls_at_once_one_takes_what_is_there(
    desk: Desk, database: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "incoming"
    folder.mkdir()
    (folder / "三月.csv").write_text(csv_text([wage_row(7)]), encoding="utf-8")
    for text, variables in (
        (FOLDER, {"WAGES_FOLDER": str(folder)}),
        (DATABASE, {"WAGES_FILE": str(database)}),
    ):
        told = at_once(*[lambda: pulled(desk, text, **variables)] * 2)  # noqa: B023
        assert [[one.outcome for one in receipts] for receipts in sorted(told, key=len)] == [
            [],
            ["accepted"],
        ]


def test_a_folder_of_another_file_system(desk: Desk) -> None:
    import fsspec

    files = fsspec.filesystem("memory")
    files.makedirs("/wages", exist_ok=True)
    made = xlsx_file(desk.folder / "made.xlsx", {"表": [HEADER, wage_row(1)], "四月": [["x"]]})
    with files.open("/wages/三月.xlsx", "wb") as target:
        target.write(made.read_bytes())
    text = FOLDER.replace('"*.csv"', '"*.xlsx"\n    sheet: 表')
    try:
        (receipt,) = pulled(desk, text, WAGES_FOLDER="memory://wages")
        assert receipt.accepted == 1
        assert pulled(desk, text, WAGES_FOLDER="memory://wages") == []
    finally:
        files.rm("/wages", recursive=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("sources: []\nmore: 1\n", "KEY_UNKNOWN"),
        (DATABASE.replace("labour.wages", "labour.wage"), "SOURCE_FEED_UNKNOWN"),
        (DATABASE.replace("    table: wages\n", ""), "SOURCE_SHAPE"),
        (
            DATABASE + FOLDER.replace("sources:\n", "").replace("wages_folder", "wages_db"),
            "SOURCE_TWICE",
        ),
        (DATABASE.replace("WAGES_FILE", "NOT_SET"), "SOURCE_VARIABLE_MISSING"),
        (DATABASE.replace("sqlite:///", "nosuch+driver:///"), "SOURCE_UNREACHABLE"),
        (DATABASE.replace("table: wages", "table: nothing"), "SOURCE_UNREACHABLE"),
        (
            DATABASE.replace("high_water_mark: changed", "high_water_mark: other"),
            "SOURCE_UNREACHABLE",
        ),
        (FOLDER.replace("${WAGES_FOLDER}", "/no/such/folder"), "SOURCE_FOLDER_MISSING"),
    ],
)
def test_what_is_wrong_with_a_source_is_told_without_its_address(
    desk: Desk, database: Path, text: str, code: str
) -> None:
    with pytest.raises(ProblemError) as raised:
        pulled(desk, text, WAGES_FILE=str(database), WAGES_FOLDER="/no")
    assert code in [problem.code for problem in raised.value.problems]
    assert str(database) not in str(raised.value)
    assert arrivals(desk.home) == []


def test_without_a_file_of_sources_it_says_so(desk: Desk) -> None:
    with pytest.raises(ProblemError) as raised:
        read_sources(desk.home, pack=desk.pack, variables={})
    assert raised.value.problems[0].code == "SOURCES_MISSING"
