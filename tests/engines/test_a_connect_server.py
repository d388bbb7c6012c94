"""A Spark Connect server that others use too: what a session sets, sees, and is told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from fangpin.lake.engine import Engine, EngineRefused
from fangpin.lake.engines import spark, spark_sessions
from fangpin.lake.engines.spark_sessions import SparkAddress
from fangpin.policy import load_pack
from fangpin.policy.cases import placed
from fangpin.runs.cases.pack_cases import run_cases
from fangpin.values.problem import ProblemError

pytestmark = pytest.mark.spark


def test_queries_mean_the_same_whatever_the_server_was_started_with(on_connect: Engine) -> None:
    """The server has neither ANSI mode nor UTC, and cuts products of decimals."""
    seven = "CAST(0.1234567 AS DECIMAL(38, 7))"
    assert on_connect.rows(f"SELECT current_timezone() AS zone, {seven} * {seven} AS product") == [
        ("UTC", Decimal("0.01524155677489"))
    ]
    with pytest.raises(EngineRefused, match="CAST_INVALID_INPUT"):
        on_connect.rows("SELECT CAST('x' AS BIGINT) AS number")


def test_sessions_of_one_server_share_neither_names_nor_settings(
    on_connect: Engine, connect_address: str, tmp_path: Path
) -> None:
    from pyspark.sql.connect.session import SparkSession

    on_connect.make_table("mine", "SELECT 1 AS x")
    address = SparkAddress(master=connect_address)
    with spark.connect(address=address, spill=tmp_path / "other") as other:
        with pytest.raises(EngineRefused):
            other.rows("SELECT x FROM mine")
        other.make_table("mine", "SELECT 2 AS x")
    assert on_connect.rows("SELECT x FROM mine") == [(1,)]
    stranger = SparkSession.builder.remote(connect_address).create()
    try:
        assert stranger.conf.get("spark.sql.ansi.enabled") == "false"
        assert stranger.conf.get("spark.sql.session.timeZone") == "Asia/Shanghai"
    finally:
        stranger.stop()


def test_many_given_rows_reach_a_server_whose_disks_are_encrypted(on_connect: Engine) -> None:
    columns = {"n": "BIGINT", "text": "VARCHAR"}
    rows = [(n, f"{n:06d}" + "句" * 50) for n in range(30_000)]
    on_connect.load_rows("loaded", columns, rows)
    on_connect.make_empty_table("inserted", columns)
    on_connect.insert("inserted", rows)
    for name in ("loaded", "inserted"):
        told = on_connect.rows(f"SELECT count(*), sum(n), count(DISTINCT text) FROM {name}")
        assert told == [(30_000, sum(n for n, _ in rows), 30_000)]


def test_a_setting_that_the_server_keeps_to_itself_is_told(
    connect_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(spark_sessions.SETTINGS, "spark.io.encryption.enabled", "true")
    with (
        pytest.raises(ProblemError) as refused,
        spark.connect(address=SparkAddress(master=connect_address), spill=tmp_path),
    ):
        pass
    (problem,) = refused.value.problems
    assert problem.code == "SPARK_SETTING_REFUSED"
    assert problem.where == "spark.io.encryption.enabled=true"


def test_no_java_is_needed_here(
    connect_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    address = SparkAddress(master=connect_address)
    with spark.connect(address=address, spill=tmp_path / "spill") as engine:
        assert engine.value("SELECT 1 AS x") == 1


def test_a_session_that_the_server_forgot_is_told_as_lost_and_not_as_a_failed_case(
    connect_address: str, tmp_path: Path, repository: Path
) -> None:
    pack = load_pack(repository / "packs" / "cn_hunan_chenzhou")
    with (
        pytest.raises(ProblemError) as lost,
        spark.connect(address=SparkAddress(master=connect_address), spill=tmp_path) as engine,
    ):
        engine.lend().client.release_session()
        run_cases(pack, placed(list(pack.case_entries)), engine=engine)
    assert [problem.code for problem in lost.value.problems] == ["SPARK_LOST"]


def test_a_server_that_does_not_answer_is_not_reached(
    connect_address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(spark_sessions._PATIENCE, "max_retries", 1)
    with (
        pytest.raises(ProblemError) as refused,
        spark.connect(address=SparkAddress(master="sc://127.0.0.1:1"), spill=tmp_path),
    ):
        pass
    assert [problem.code for problem in refused.value.problems] == ["SPARK_NOT_REACHED"]
