"""The embedded engine: what we rely on of it, and what we had to work around."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangpin.lake.engine import EngineRefused
from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.values.problem import ProblemError


def test_an_unreadable_cell_of_a_csv_becomes_unknown_and_stops_nothing(tmp_path: Path) -> None:
    """DuckDB 2.0.0 pushes TRY_CAST into read_csv, where it throws; the engine forbids that."""
    file = tmp_path / "cells.csv"
    lines = [f"{number},2020-01-0{number % 9 + 1}" for number in range(3000)]
    file.write_text("\n".join([*lines, "abc,2020-13-45", "12.5,"]), encoding="utf-8")

    with connect(threads=2) as engine:
        unread = engine.rows(
            "SELECT TRY_CAST(column0 AS DECIMAL(18, 2)), TRY_CAST(column1 AS DATE) FROM "
            f"read_csv('{file}', header = false, all_varchar = true) WHERE column0 = 'abc'"
        )
        known = engine.value(
            "SELECT count(TRY_CAST(column1 AS DATE)) FROM "
            f"read_csv('{file}', header = false, all_varchar = true)"
        )

    assert unread == [(None, None)] and known == 3000


def test_a_csv_keeps_its_text_its_order_and_its_short_lines(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text('h1,h2,h3\n007,"a, ""b""\nc",x\n1\n', encoding="utf-8")

    with connect(threads=1) as engine:
        engine.load_csv("loaded", file, delimiter=",", skip_lines=1, has_line_breaks=True)
        rows = engine.rows("SELECT * FROM loaded ORDER BY rowid")

    assert rows == [("007", 'a, "b"\nc', "x"), ("1", None, None)]


def test_a_name_may_stand_for_a_table_then_for_a_view_then_for_nothing() -> None:
    with connect(threads=1) as engine:
        engine.make_table("a", "SELECT 1 AS x")
        engine.make_view("a", "SELECT 2 AS x")
        assert engine.value("SELECT x FROM a") == 2
        engine.make_empty_table("a", {"x": "BIGINT"})
        engine.insert("a", [(3,), (4,)])
        assert engine.rows("SELECT x FROM a") == [(3,), (4,)]
        engine.drop("a", "never_there")
        with pytest.raises(EngineRefused):
            engine.rows("SELECT x FROM a")


def test_columns_of_several_files_are_united_by_their_names(tmp_path: Path) -> None:
    with connect(threads=1) as engine:
        one, other = tmp_path / "it's one.parquet", tmp_path / "other.parquet"
        assert engine.write("SELECT 1 AS a, 'x' AS b", one) == 1
        engine.write("SELECT 'y' AS b", other)
        engine.view_files("united", [one, other])
        assert engine.rows("SELECT a, b FROM united ORDER BY b") == [(1, "x"), (None, "y")]
        with pytest.raises(ValueError, match="at least one file"):
            engine.view_files("none", [])


def test_the_same_rows_give_the_same_bytes(tmp_path: Path) -> None:
    def written(name: str, threads: int) -> bytes:
        with connect(threads=threads) as engine:
            engine.write(
                "SELECT range AS a, range % 7 AS b FROM range(70000) ORDER BY b, a", tmp_path / name
            )
        return (tmp_path / name).read_bytes()

    assert written("one", 1) == written("two", 2)


def test_rows_come_in_batches() -> None:
    with connect(threads=1) as engine:
        batches = engine.fetch_in_batches("SELECT range FROM range(?)", [25], size=10)
        sizes = [len(batch) for batch in batches]

    assert sizes == [10, 10, 5]


def test_an_engine_is_a_fresh_one() -> None:
    with connect(threads=1) as engine:
        engine.make_table("a", "SELECT 1 AS x")
    with connect(threads=1) as other, pytest.raises(EngineRefused):
        Engine.rows(other, "SELECT x FROM a")


def test_what_does_not_fit_into_memory_is_spilled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FANGPIN_ENGINE_MB", "100")
    with connect(spill=tmp_path) as engine:
        engine.make_table(
            "many", "SELECT hash(range) AS a, hash(range + 1) AS b FROM range(8000000)"
        )
        assert engine.value("SELECT count(*) FROM many") == 8_000_000


def test_an_engine_without_a_place_to_spill_leaves_nothing_where_it_was_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FANGPIN_ENGINE_MB", "100")
    with connect() as engine, pytest.raises(ProblemError):
        engine.make_table(
            "many", "SELECT hash(range) AS a, hash(range + 1) AS b FROM range(8000000)"
        )
    with connect(memory_limit="100MB") as engine:
        engine.make_table("few", "SELECT range AS a FROM range(1000)")
    assert not list(tmp_path.rglob("*"))


def test_without_room_to_spill_the_person_is_told_which_limit_to_raise(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FANGPIN_ENGINE_MB", "100")
    with connect(spill=tmp_path) as engine:
        engine.rows("SET max_temp_directory_size = '0KB'")
        with pytest.raises(ProblemError) as told:
            engine.make_table(
                "many", "SELECT hash(range) AS a, hash(range + 1) AS b FROM range(8000000)"
            )
    (problem,) = told.value.problems
    assert problem.code == "ENGINE_MEMORY"
    assert "95" in problem.zh and "FANGPIN_ENGINE_MB" in problem.fix_en
