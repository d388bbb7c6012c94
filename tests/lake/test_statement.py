"""A Statement is one query over named tables; nothing in it can reach a file or the machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlglot import parse_one
from sqlglot.errors import ParseError

from fangpin.lake.engine import EngineRefused
from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.lake.statement import Statement, UnsafeStatement

REFUSED = [
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM read_csv_auto('/etc/passwd')",
    "SELECT * FROM read_parquet('x.parquet')",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM read_blob('/etc/passwd')",
    "SELECT * FROM read_json('x.json')",
    "SELECT * FROM parquet_scan('x.parquet')",
    "SELECT * FROM parquet_metadata('x.parquet')",
    "SELECT * FROM sniff_csv('x.csv')",
    "SELECT * FROM glob('*')",
    "SELECT * FROM '/etc/passwd'",
    "FROM '/etc/passwd'",
    "SELECT * FROM 'x.csv'",
    'SELECT * FROM "x.csv"',
    "SELECT * FROM x.csv",
    "SELECT * FROM 'https://example.org/x.parquet'",
    "SELECT 1 WHERE 1 IN (SELECT c0 FROM 'x.csv')",
    "SELECT * FROM a JOIN 'x.csv' USING (household_ref)",
    "WITH a AS (SELECT * FROM 'x.csv') SELECT * FROM a",
    "SELECT (SELECT content FROM read_text('/etc/passwd')) AS x",
    "SELECT getenv('HOME')",
    "SELECT current_setting('temp_directory')",
    "SELECT * FROM duckdb_settings()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM query_table('x.csv')",
    "SELECT * FROM pragma_version()",
    "SELECT * FROM information_schema.tables",
    "SELECT nextval('s')",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE spine",
    "COPY (SELECT 1) TO '/tmp/x.csv'",
    "COPY spine FROM 'x.csv'",
    "ATTACH 'x.db' AS x",
    "PRAGMA database_list",
    "SET memory_limit = '1GB'",
    "INSTALL httpfs",
    "LOAD httpfs",
    "INSERT INTO spine VALUES (1)",
    "UPDATE spine SET household_ref = 1",
    "DELETE FROM spine",
    "CREATE TABLE x AS SELECT 1",
    "DROP TABLE spine",
    "EXPORT DATABASE 'x'",
    "CALL pragma_version()",
    "DESCRIBE spine",
    "SHOW TABLES",
    "EXPLAIN SELECT 1",
    "",
]


@pytest.mark.parametrize("query", REFUSED)
def test_whatever_is_more_than_one_plain_query_is_refused(query: str) -> None:
    with pytest.raises((UnsafeStatement, ParseError)):
        Statement(query)


@pytest.mark.parametrize("query", ["SELECT * FROM 'x.csv'", "DELETE FROM spine"])
def test_a_built_tree_is_refused_like_a_text(query: str) -> None:
    with pytest.raises(UnsafeStatement):
        Statement(parse_one(query, dialect="duckdb"))  # type: ignore[arg-type]


def test_a_text_that_looks_like_a_file_is_only_a_text() -> None:
    with connect(threads=1) as engine:
        assert engine.value(Statement("SELECT '/etc/passwd' AS place")) == "/etc/passwd"


def test_a_query_reads_tables_by_their_names() -> None:
    query = Statement(
        "SELECT a.household_ref, sum(CASE WHEN a.month BETWEEN 1 AND 2 THEN a.bills END) AS w0 "
        "FROM ledger_0 AS a LEFT JOIN spine AS b USING (household_ref) "
        "WHERE a.month IN (1, 2) GROUP BY a.household_ref HAVING sum(a.bills) > 0"
    )

    assert "FILTER" not in query.text
    assert "SUM(CASE WHEN" in query.in_dialect("postgres")


def test_no_name_of_this_process_stands_for_a_table() -> None:
    """The driver would read a local variable of a missing table's name, were it let."""
    with connect(threads=1) as engine:
        assert engine.value("SELECT current_setting('python_enable_replacements')") is False


def test_a_refusal_of_the_engine_never_shows_the_installations_key() -> None:
    key = "0123456789abcdef" * 4

    with connect(threads=1) as engine, pytest.raises(EngineRefused) as raised:
        engine.rows(f"SELECT sha256('{key}:person:' || nothing) FROM nowhere")

    assert key not in str(raised.value) and "nowhere" in str(raised.value)
    assert raised.value.__cause__ is None, "a traceback would show the driver's own message"


@pytest.fixture
def engine() -> Iterator[Engine]:
    with connect(threads=1) as opened:
        yield opened


def test_a_table_name_is_a_plain_word(engine: Engine) -> None:
    for name in ("x y", "x;", '"x"', "X", "../x", ""):
        with pytest.raises(ValueError, match="not a table name"):
            engine.make_table(name, "SELECT 1")
