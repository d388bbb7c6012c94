"""The interface that stages stand on, on each engine."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from fangpin.lake.engine import Engine, EngineRefused


def test_a_name_stands_for_a_table_then_a_view_then_nothing(engine: Engine) -> None:
    engine.make_table("a", "SELECT 1 AS x")
    engine.make_view("a", "SELECT 2 AS x")
    assert engine.value("SELECT x FROM a") == 2
    engine.make_empty_table("a", {"x": "BIGINT"})
    assert engine.value("SELECT x FROM a") is None
    engine.insert("a", [(3,), (4,)])
    assert engine.rows("SELECT x FROM a ORDER BY x") == [(3,), (4,)]
    engine.drop("a", "never_there")
    with pytest.raises(EngineRefused):
        engine.rows("SELECT x FROM a")


def test_a_table_may_be_made_from_what_it_was(engine: Engine) -> None:
    engine.make_table("a", "SELECT * FROM (VALUES (1), (2), (3)) AS listed(x)")
    engine.make_table("a", "SELECT x * 10 AS x FROM a WHERE x > 1")
    engine.make_table("a", "SELECT x + 1 AS x FROM a")
    assert engine.rows("SELECT x FROM a ORDER BY x") == [(21,), (31,)]


def test_a_table_made_from_what_it_was_may_be_added_to(engine: Engine) -> None:
    engine.make_empty_table("a", {"x": "BIGINT"})
    engine.insert("a", [(1,), (2,)])
    engine.make_table("a", "SELECT x * 10 AS x FROM a")
    engine.insert("a", [(3,)])
    engine.append("a", "SELECT x + 1 AS x FROM a")
    assert engine.rows("SELECT x FROM a ORDER BY x") == [(3,), (4,), (10,), (11,), (20,), (21,)]


def test_a_view_keeps_what_it_stood_for_when_it_was_made(engine: Engine) -> None:
    engine.make_empty_table("a", {"x": "BIGINT"})
    engine.insert("a", [(1,)])
    engine.make_table("b", "SELECT x FROM a")
    engine.make_table("a", "SELECT x + 1 AS x FROM a")
    engine.insert("b", [(5,)])
    assert engine.rows("SELECT x FROM b ORDER BY x") == [(1,), (5,)]


def test_a_refused_statement_says_which_one_it_was(engine: Engine) -> None:
    for wrong in (
        "SELECT nowhere FROM (SELECT 1 AS x) AS a",
        "SELECT 1 FROM not_there",
        "SELECT (",
    ):
        with pytest.raises(Exception, match="nowhere|not_there|SELECT"):
            engine.rows(wrong)
    with pytest.raises(ValueError, match="not a table name"):
        engine.make_table("a b", "SELECT 1 AS x")


def test_inserted_and_appended_rows_take_the_types_of_their_table(engine: Engine) -> None:
    kinds = {"ref": "BIGINT", "amount": "DECIMAL(18, 2)", "day": "DATE", "note": "VARCHAR"}
    engine.make_empty_table("paid", kinds)
    engine.insert("paid", [(1, Decimal("1.5"), date(2020, 2, 29), "甲"), (2, 3, None, None)])
    engine.append("paid", "SELECT 3, 2.005, NULL, 'it''s'")
    assert engine.columns("SELECT * FROM paid") == list(kinds)
    assert [tuple(map(str, row)) for row in engine.rows("SELECT * FROM paid ORDER BY ref")] == [
        ("1", "1.50", "2020-02-29", "甲"),
        ("2", "3.00", "None", "None"),
        ("3", "2.01", "None", "it's"),
    ]


def test_many_rows_keep_their_text_and_an_empty_one_is_unknown(engine: Engine) -> None:
    texts = ['she said "yes", twice', "two\nlines", "末尾\\", "", None]
    engine.load_rows(
        "told", {"ref": "BIGINT", "text": "VARCHAR"}, [[n, text] for n, text in enumerate(texts)]
    )
    assert engine.rows("SELECT ref, text FROM told ORDER BY ref") == [
        *enumerate(texts[:3]),
        (3, None),
        (4, None),
    ]
    engine.load_rows("told", {"ref": "BIGINT", "text": "VARCHAR"}, [])
    assert engine.rows("SELECT * FROM told") == []


def test_a_column_of_nothing_but_the_unknown_can_be_kept_and_written(
    engine: Engine, tmp_path: Path
) -> None:
    engine.load_rows("given", {"x": "BIGINT"}, [[1]])
    engine.make_table("a", "SELECT x, NULL AS nothing FROM given")
    assert engine.write("SELECT * FROM a", tmp_path / "a.parquet") == 1
    engine.view_files("b", [tmp_path / "a.parquet"])
    assert engine.rows("SELECT x, nothing, NULL AS more FROM b") == [(1, None, None)]


def test_parameters_are_values_and_never_text(engine: Engine) -> None:
    engine.make_table("a", "SELECT ? AS x, ? AS y", [7, "'); DROP TABLE a"])
    assert engine.rows("SELECT x, y FROM a WHERE x = ?", [7]) == [(7, "'); DROP TABLE a")]


def test_a_file_holds_the_rows_in_their_order_and_nothing_is_left_beside_it(
    engine: Engine, tmp_path: Path
) -> None:
    file = tmp_path / "it's {one} file.parquet"
    rows = "(3, 'c'), (1, NULL), (2, 'b'), (NULL, 'a')"
    count = engine.write(
        f"SELECT x, y FROM (VALUES {rows}) AS listed(x, y) ORDER BY x DESC, y", file
    )
    engine.view_files("read_back", [file])
    assert count == 4
    assert engine.rows("SELECT * FROM read_back") == [(3, "c"), (2, "b"), (1, None), (None, "a")]
    assert engine.write("SELECT 1 AS x WHERE FALSE", tmp_path / "empty.parquet") == 0
    engine.view_files("nobody", [tmp_path / "empty.parquet"])
    assert engine.rows("SELECT x FROM nobody") == []
    assert not [place for place in tmp_path.rglob("*") if "part-" in place.name]


def test_columns_of_files_are_united_by_name_and_type(engine: Engine, tmp_path: Path) -> None:
    one, other = tmp_path / "2020+a" / "one.parquet", tmp_path / "b 甲" / "other.parquet"
    for file in (one, other):
        file.parent.mkdir()
    engine.write("SELECT 1 AS a, 'x' AS b, CAST(1.5 AS DECIMAL(18, 2)) AS c", one)
    engine.write("SELECT 'y' AS b, CAST(2.25 AS DECIMAL(18, 4)) AS c", other)
    engine.view_files("united", [one, other], with_file_name=True)
    found = engine.rows(
        "SELECT a, b, CAST(c AS VARCHAR), split_part(filename, '/', -2) FROM united ORDER BY b"
    )
    assert found == [(1, "x", "1.5000", "2020+a"), (None, "y", "2.2500", "b 甲")]
    engine.view_files("alike", [one, one], of_one_shape=True)
    assert engine.value("SELECT count(*) FROM alike") == 2
    with pytest.raises(ValueError, match="at least one file"):
        engine.view_files("none", [])
