"""Databases as departments keep them: no row is lost, none is made up, and no password is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import psycopg
import pytest

from fangpin.feeds.arrivals import arrivals
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError
from tests.feeds.builders import Desk, number, wages_contract, words
from tests.feeds.servers import breaking_off, relay, silent_server, trickling
from tests.feeds.test_sources import DATABASE, add, pulled
from tests.postgres import binaries, throw_away_cluster

QUERY = DATABASE.replace(
    "table: wages",
    'query: "SELECT * FROM wages WHERE changed > coalesce(:high_water_mark, 0)"',
)


@pytest.fixture
def file(desk: Desk) -> Path:
    file = desk.folder / "wages.db"
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE wages (id_number, month, wage, changed)")
    return file


def row(place: int, changed: Any, wage: Any = 100) -> tuple[Any, ...]:
    return (number(place), "2020-03", wage, changed)


def counts(desk: Desk, text: str, file: Path) -> list[tuple[int, int, int]]:
    found = pulled(desk, text, WAGES_FILE=str(file))
    return [(one.read, one.accepted, one.duplicate) for one in found]


# ── the high-water mark ─────────────────────────────────────────────────────────────────────────


def test_rows_that_bear_no_mark_are_never_lost(desk: Desk, file: Path) -> None:
    add(file, [row(1, 1)])
    assert counts(desk, DATABASE, file) == [(1, 1, 0)]
    add(file, [row(2, None)])
    assert counts(desk, DATABASE, file) == [(2, 1, 1)]
    assert counts(desk, DATABASE, file) == []
    add(file, [row(3, None)])
    assert counts(desk, DATABASE, file) == [(3, 1, 2)]


@pytest.mark.parametrize("text", [DATABASE, QUERY], ids=["table", "query"])
@pytest.mark.parametrize(
    "marks", [(1, 2), (1.5, 2.25), ("2020-04-01 08:00", "2020-04-02 08:00"), (b"\x01", b"\x02")]
)
def test_a_mark_of_any_kind_goes_on_where_it_stood(
    desk: Desk, file: Path, text: str, marks: tuple[Any, Any]
) -> None:
    add(file, [row(1, marks[0])])
    zero = {str: "''", bytes: "x''"}.get(type(marks[0]), "0")
    text = text.replace("coalesce(:high_water_mark, 0)", f"coalesce(:high_water_mark, {zero})")
    assert [one[1] for one in counts(desk, text, file)] == [1]
    add(file, [row(2, marks[1])])
    assert [one[1] for one in counts(desk, text, file)] == [1]
    assert counts(desk, text, file) == []


@pytest.mark.parametrize(
    ("known", "beyond", "new"),
    [
        ("2020-03-01 08:00", "9999-12-31 00:00:00", "2020-03-02 08:00"),
        ("2020-03-01", "2099-12-31", "2020-03-02"),
        ("2020-03-01", "infinity", "2020-03-02"),
        ("2020-03-01", "-infinity", "2020-03-02"),
        (1.5, float("inf"), 2.5),
    ],
)
@pytest.mark.parametrize("text", [DATABASE, QUERY], ids=["table", "query"])
def test_a_mark_that_is_not_yet_keeps_no_later_row_away(
    desk: Desk, file: Path, known: Any, beyond: Any, new: Any, text: str
) -> None:
    """`until further notice` in the column of the mark would be the highest for ever."""
    text = text.replace("0)", "''" + ")") if isinstance(known, str) else text
    add(file, [row(1, known), row(2, beyond)])
    assert [one[1] for one in counts(desk, text, file)] == [2]
    add(file, [row(3, new)])
    assert [one[1] for one in counts(desk, text, file)] == [1]
    assert not any(one[1] for one in counts(desk, text, file))


def test_a_table_that_was_put_back_is_read_anew(desk: Desk, file: Path) -> None:
    add(file, [row(1, 100)])
    counts(desk, DATABASE, file)
    with sqlite3.connect(file) as connection:
        connection.execute("DELETE FROM wages")
    assert counts(desk, DATABASE, file) == []
    add(file, [row(1, 1), row(2, 2)])
    assert counts(desk, DATABASE, file) == [(2, 1, 1)]
    add(file, [row(3, 3)])
    assert counts(desk, DATABASE, file) == [(2, 1, 1)]


@pytest.mark.parametrize("marks", [(1, "x"), (1, b"x")], ids=["texts", "bytes"])
def test_marks_without_an_order_are_refused(desk: Desk, file: Path, marks: tuple[Any, Any]) -> None:
    add(file, [row(1, marks[0]), row(2, marks[1])])
    with pytest.raises(ProblemError) as raised:
        pulled(desk, DATABASE, WAGES_FILE=str(file))
    assert raised.value.problems[0].code == "SOURCE_MARK_UNUSABLE"
    assert arrivals(desk.home) == []


def test_a_query_that_asks_for_the_mark_needs_its_column(desk: Desk, file: Path) -> None:
    with pytest.raises(ProblemError) as raised:
        pulled(desk, QUERY.replace("    high_water_mark: changed\n", ""), WAGES_FILE=str(file))
    assert raised.value.problems[0].code == "SOURCE_SHAPE"


def test_a_query_that_reads_all_loses_no_row_below_the_mark(desk: Desk, file: Path) -> None:
    text = DATABASE.replace("table: wages", 'query: "SELECT * FROM wages"')
    add(file, [row(1, 5)])
    assert counts(desk, text, file) == [(1, 1, 0)]
    add(file, [row(2, 4)])
    assert counts(desk, text, file) == [(2, 1, 1)]


def test_a_feed_of_whole_months_is_not_fetched_in_parts(tmp_path: Path) -> None:
    desk = Desk(tmp_path, wages_contract(restates="month"))
    with pytest.raises(ProblemError) as raised:
        pulled(desk, DATABASE, WAGES_FILE=str(tmp_path / "wages.db"))
    assert raised.value.problems[0].code == "SOURCE_MARK_OF_WHOLE_MONTHS"


# ── what cells hold ─────────────────────────────────────────────────────────────────────────────


def test_each_row_of_a_table_is_one_row_whatever_its_cells_hold(desk: Desk, file: Path) -> None:
    with sqlite3.connect(file) as connection:
        connection.execute("ALTER TABLE wages ADD COLUMN employer")
        texts: Sequence[Any] = [
            "甲,乙,丙,丁\n戊,己,庚,辛",
            'a"b',
            "一\r\n二",
            b"\xff\xd8\x00",
            "石山".encode(),
        ]
        connection.executemany(
            "INSERT INTO wages VALUES (?, ?, ?, ?, ?)",
            [(*row(place, 1), text) for place, text in enumerate(texts)],
        )
    (receipt,) = pulled(desk, DATABASE, WAGES_FILE=str(file))
    assert (receipt.read, receipt.accepted) == (5, 5)
    told = dict(desk.facts(receipt, "row_no, employer"))
    assert [told[1], told[2], told[5]] == ["甲,乙,丙,丁\n戊,己,庚,辛", 'a"b', "石山"]
    assert told[4].startswith("0xffd8")


def test_numbers_keep_the_digits_they_have(desk: Desk, file: Path) -> None:
    whole = next(number(place) for place in range(99) if number(place)[-1] != "X")
    add(
        file,
        [
            (int(whole), "2020-03", 1234.5, 1),
            (float(whole), "2020-02", 1e-3, 1),
            row(3, 1, 1e5),
        ],
    )
    (receipt,) = pulled(desk, DATABASE, WAGES_FILE=str(file))
    assert [one[1] for one in desk.facts(receipt, "row_no, wage")] == [
        Decimal("1234.50"), Decimal("100000.00")
    ]  # fmt: skip
    assert [code for _, code in desk.quarantine(receipt)] == ["ID_PRECISION_LOST"]


def test_columns_of_one_name_are_asked_about(desk: Desk, file: Path) -> None:
    text = DATABASE.replace("table: wages", 'query: "SELECT w.*, w.wage FROM wages AS w"')
    text = text.replace("    high_water_mark: changed\n", "")
    with pytest.raises(ProblemError) as raised:
        pulled(desk, text, WAGES_FILE=str(file))
    (problem,) = raised.value.problems
    assert problem.code == "SOURCE_COLUMN_TWICE" and "wage" in problem.en


# ── passwords ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("password", ["p@ss:word", "a/b?c#d", "100%", "长口令"])
def test_a_password_may_hold_any_sign_and_is_never_told(desk: Desk, password: str) -> None:
    from sqlalchemy import make_url

    from fangpin.feeds.sources.settings import FILE, read_sources

    url = "postgresql+psycopg://reader:${SECRET}@127.0.0.1:1/wages"
    text = DATABASE.replace("sqlite:///${WAGES_FILE}", url)
    with pytest.raises(ProblemError) as raised:
        pulled(desk, text, SECRET=password)
    assert raised.value.problems[0].code == "SOURCE_UNREACHABLE"
    assert password not in str(raised.value)
    sources = read_sources(desk.home, pack=desk.pack, variables={"SECRET": password})
    assert make_url(sources["wages_db"].url).password == password
    assert password not in (desk.home.root / FILE).read_text(encoding="utf-8")


@pytest.mark.parametrize("url", ["postgresql://u:geheim@h:5x/d", "geheim", "://geheim@"])
def test_an_address_that_cannot_be_read_is_not_repeated(desk: Desk, url: str) -> None:
    with pytest.raises(ProblemError) as raised:
        pulled(desk, DATABASE.replace("sqlite:///${WAGES_FILE}", url))
    assert raised.value.problems[0].code == "SOURCE_UNREACHABLE"
    assert "geheim" not in str(raised.value)


# ── PostgreSQL ──────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """The address of a cluster whose own zone is UTC."""
    if binaries() is None:
        pytest.skip("no PostgreSQL on this machine")
    with throw_away_cluster() as url:
        yield url.replace("postgres://", "postgresql://")


def test_a_table_of_postgresql_is_received_with_its_own_types(desk: Desk, server: str) -> None:
    whole = [number(place) for place in range(40) if number(place)[-1] != "X"]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            'CREATE SCHEMA "医保"; CREATE TABLE "医保"."结算 单" ("身份证号" bigint, "月份" date, '
            '"月工资" numeric(18,4), "开始日期" timestamptz, "单位" jsonb, "照片" bytea, '
            '"更新" timestamptz)'
        )

        def put(place: int, changed: str | None) -> None:
            connection.execute(
                'INSERT INTO "医保"."结算 单" VALUES (%s, %s, 1234.5, %s, %s, %s, %s)',
                (
                    int(whole[place]),
                    "2020-03-01",
                    "2020-03-02 00:30+08",
                    '{"a": 1}',
                    b"\xff",
                    changed,
                ),
            )

        put(0, "2020-04-02 00:30+08")
        put(1, None)
        text = (
            DATABASE.replace("sqlite:///${WAGES_FILE}", server.replace("://", "+psycopg://"))
            .replace("table: wages", 'table: "结算 单"\n    schema: "医保"')
            .replace("high_water_mark: changed", 'high_water_mark: "更新"')
        )
        at = datetime(2020, 4, 9, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
        (first,) = pulled(desk, text, at=at)
        assert (first.accepted, first.quarantined) == (2, 0)
        facts = desk.facts(first, "row_no, wage, start_date")
        assert {one[1:] for one in facts} == {(Decimal("1234.50"), date(2020, 3, 2))}
        assert arrivals(desk.home)[0].received == date(2020, 4, 9)
        assert pulled(desk, text, at=at) == []
        put(2, "2020-04-02 00:30+08")
        (second,) = pulled(desk, text, at=at)
        assert (second.read, second.accepted, second.duplicate) == (3, 1, 2)


def test_a_query_of_postgresql_may_ask_whether_there_is_a_mark(desk: Desk, server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE wages (id_number text, month text, wage float8, changed bigint)"
        )
        connection.execute("INSERT INTO wages VALUES (%s, '2020-03', 1e5, 5000000000)", [number(1)])
        query = "SELECT * FROM wages WHERE :high_water_mark IS NULL OR changed > :high_water_mark"
        text = DATABASE.replace("sqlite:///${WAGES_FILE}", server.replace("://", "+psycopg://"))
        text = text.replace("table: wages", f'query: "{query}"')
        assert pulled(desk, text)[0].accepted == 1
        assert pulled(desk, text) == []
        connection.execute("INSERT INTO wages VALUES (%s, '2020-03', 1, 6000000000)", [number(2)])
        assert pulled(desk, text)[0].accepted == 1


def test_a_mark_of_postgresql_may_be_infinite(desk: Desk, server: str) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE endless (id_number text, month text, wage int, changed timestamptz)"
        )

        def put(place: int, changed: str) -> None:
            connection.execute(
                "INSERT INTO endless VALUES (%s, '2020-03', 1, %s)", [number(place), changed]
            )

        for place, changed in enumerate(("-infinity", "2020-04-01 08:00+08", "infinity")):
            put(place, changed)
        text = DATABASE.replace("sqlite:///${WAGES_FILE}", server.replace("://", "+psycopg://"))
        text = text.replace("table: wages", "table: endless")
        assert [one.accepted for one in pulled(desk, text)] == [3]
        put(3, "2020-04-02 08:00+08")
        assert [one.accepted for one in pulled(desk, text)] == [1]
        assert pulled(desk, text) == []


def test_days_that_no_calendar_has_cost_their_row_alone(tmp_path: Path, server: str) -> None:
    until = {"field": "until", "title": words("止", "until"), "type": "date", "open_ended": True}
    desk = Desk(tmp_path, wages_contract(fields=[*wages_contract().fields, until]))
    days = [
        ("2020-03-01", "infinity"),
        ("2020-03-01", "9999-12-31 20:00+00"),
        ("2020-03-01", "9999-12-31 23:59:59-12"),
        ("infinity", "2020-03-01"),
        ("-infinity", None),
        ("0044-03-15 BC", None),
        ("11111-03-15", None),
        ("2020-03-01", "-infinity"),
    ]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(
            "CREATE TABLE allowances (id_number text, month text, start_date date, until timestamptz, "
            "at_night time, changed bigint)"
        )
        for place, (start, until_day) in enumerate(days):
            connection.execute(
                "INSERT INTO allowances VALUES (%s, '2020-03', %s, %s, '24:00', %s)",
                [number(place), start, until_day, place],
            )
    text = DATABASE.replace("sqlite:///${WAGES_FILE}", server.replace("://", "+psycopg://"))
    at = datetime(2020, 4, 9, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    (told_of,) = pulled(desk, text.replace("table: wages", "table: allowances"), at=at)
    assert (told_of.accepted, told_of.quarantined) == (3, 5)
    assert {code for _, code in desk.quarantine(told_of)} == {"DATE_INVALID"}
    forever = date(9999, 12, 31)
    assert [one[1:] for one in desk.facts(told_of, "row_no, start_date, until")] == [
        (date(2020, 3, 1), forever)
    ] * 3


def test_a_moment_in_utc_of_a_text_column_is_a_day_here(desk: Desk, file: Path) -> None:
    add(file, [(number(1), "2020-02-29T16:00:00Z", 100, 1)])
    at = datetime(2020, 4, 9, 0, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    (receipt,) = pulled(desk, DATABASE, at=at, WAGES_FILE=str(file))
    assert (receipt.accepted, receipt.counts_by_code["DATE_FROM_UTC"]) == (1, 1)
    assert desk.facts(receipt, "row_no, month")[0][1] == int(Month.of(2020, 3))


# ── lines that do not hold ──────────────────────────────────────────────────────────────────────


def impatient(url: str) -> str:
    text = DATABASE.replace("sqlite:///${WAGES_FILE}", url.replace("://", "+psycopg://"))
    return text + "    patience_seconds: 1\n"


def trouble(desk: Desk, text: str) -> str:
    with pytest.raises(ProblemError) as raised:
        pulled(desk, text)
    assert arrivals(desk.home) == [] and not any(desk.home.spill.iterdir())
    (problem,) = raised.value.problems
    assert "geheim" not in str(problem)
    return problem.code


def test_a_database_that_takes_the_connection_and_says_nothing_is_not_waited_for(
    desk: Desk,
) -> None:
    with silent_server() as port:
        url = f"postgresql://reader:geheim@127.0.0.1:{port}/wages"
        assert trouble(desk, impatient(url)) == "SOURCE_SILENT"


@pytest.fixture
def many(server: str) -> str:
    """A table of PostgreSQL that is longer than what a line takes at once."""
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS wages")
        connection.execute(
            "CREATE TABLE wages (id_number text, month text, wage numeric, changed int)"
        )
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO wages VALUES (%s, %s, %s, %s)",
                [row(place, place) for place in range(900)],
            )
    return server


def test_a_query_that_never_ends_is_given_up(desk: Desk, many: str) -> None:
    text = impatient(many).replace(
        "table: wages", 'query: "SELECT 1 AS changed, pg_sleep(4)::text"'
    )
    assert trouble(desk, text.replace("    high_water_mark: changed\n", "")) == "SOURCE_SILENT"


@pytest.mark.parametrize("after", [0, 500, 5_000, 20_000])
@pytest.mark.parametrize(
    ("line", "code"), [(trickling, "SOURCE_SILENT"), (breaking_off, "SOURCE_UNREACHABLE")]
)
def test_a_table_that_trickles_or_breaks_off_is_not_received_in_half(
    desk: Desk, many: str, line: Any, code: str, after: int
) -> None:
    server = urlsplit(many)
    socket = Path(parse_qs(server.query)["host"][0]) / ".s.PGSQL.5432"
    with relay(socket, line(after)) as port:
        far = f"postgresql://{server.username or 'fangpin'}@127.0.0.1:{port}{server.path}"
        assert trouble(desk, impatient(f"{far}?sslmode=disable")) == code
    (receipt,) = pulled(desk, impatient(many))
    assert (receipt.outcome, receipt.read) == ("accepted", 900)
