"""Which engine an installation asks for, and under which addresses Spark finds the lake."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangpin.lake.engine import Engine
from fangpin.lake.engines import duckdb, spark
from fangpin.lake.engines.spark_losses import not_reached
from fangpin.lake.engines.spark_sessions import SparkAddress, settle
from fangpin.lake.engines.spark_sql import spark_condition
from fangpin.values.problem import ProblemError
from fangpin.web.settings.environment import Environment


def test_duckdb_computes_unless_spark_is_asked_for() -> None:
    assert Environment.read({}).spark is None
    assert Environment.read({"FANGPIN_SPARK_MASTER": "local[4]"}).spark is None
    asked = Environment.read({"FANGPIN_ENGINE": "spark", "FANGPIN_HOME": "/srv/lake"}).spark
    assert asked == SparkAddress(master="local[2]", home=Path("/srv/lake"), home_url=None)
    assert asked.is_local and not asked.is_remote


def test_a_misspelt_engine_is_refused() -> None:
    with pytest.raises(ProblemError) as refused:
        Environment.read({"FANGPIN_ENGINE": "Sparks"})
    assert [problem.code for problem in refused.value.problems] == ["SETTING_ENGINE_UNKNOWN"]


def test_claims_are_shown_to_spark_unless_the_installation_says_no() -> None:
    spark_asked = {"FANGPIN_ENGINE": "spark"}
    shown = Environment.read(spark_asked).spark
    kept = Environment.read({**spark_asked, "FANGPIN_SPARK_LINKAGE": "0"}).spark
    assert shown is not None and shown.scores_claims
    assert kept is not None and not kept.scores_claims
    for engine in ({}, spark_asked):
        with pytest.raises(ProblemError) as refused:
            Environment.read({**engine, "FANGPIN_SPARK_LINKAGE": "numbers only"})
        (problem,) = refused.value.problems
        assert problem.code == "SETTING_NOT_YES_OR_NO" and problem.where == "FANGPIN_SPARK_LINKAGE"


def test_files_are_told_by_the_address_that_the_cluster_knows() -> None:
    here = SparkAddress()
    assert here.of(Path("/srv/lake/ledger/a b.parquet")) == "file:///srv/lake/ledger/a b.parquet"
    assert here.of(Path("/srv/{a}[1]/*?.parquet")) == r"file:///srv/\{a\}\[1\]/\*\?.parquet"
    there = SparkAddress("spark://hub:7077", home=Path("/srv/lake"), home_url="s3a://lake/home/")
    assert there.of(Path("/srv/lake/runs/one.parquet")) == "s3a://lake/home/runs/one.parquet"
    assert there.of(Path("/elsewhere/one.parquet")) == "file:///elsewhere/one.parquet"


def test_without_the_extra_or_java_spark_is_refused_with_its_cure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark, "find_spec", lambda name: None)
    with (
        pytest.raises(ProblemError) as refused,
        spark.connect(address=SparkAddress(), spill=tmp_path),
    ):
        pass
    (problem,) = refused.value.problems
    assert problem.code == "SPARK_MISSING" and "fangpin[spark]" in problem.fix_en
    monkeypatch.setattr(spark, "find_spec", lambda name: name)
    monkeypatch.setattr(spark.shutil, "which", lambda name: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(ProblemError), spark.connect(address=SparkAddress(), spill=tmp_path):
        pass


def test_an_address_is_told_without_its_token() -> None:
    problem = not_reached("sc://hub:15002/;token=very-secret")
    assert "very-secret" not in str(problem) and "sc://hub:15002" in problem.where


def test_a_distance_that_spark_cannot_tell_is_refused() -> None:
    with pytest.raises(ValueError, match="one edit or swap"):
        spark_condition("damerau_levenshtein(a, b) <= 2")


@pytest.mark.spark
def test_the_cluster_reads_and_writes_through_its_own_address(
    small_spark: None, tmp_path: Path
) -> None:
    home, mounted = tmp_path / "home", tmp_path / "as the cluster sees it"
    home.mkdir()
    mounted.symlink_to(home)
    address = SparkAddress(home=home, home_url=f"file://{mounted}")
    with spark.connect(address=address, spill=home / "spill") as engine:
        assert engine.write("SELECT 7 AS x", home / "seven.parquet") == 1
        engine.view_files("seven", [home / "seven.parquet"], with_file_name=True)
        ((seven, place),) = engine.rows("SELECT x, filename FROM seven")
    assert seven == 7 and "as the cluster sees it" in place


@pytest.mark.spark
def test_parts_that_are_not_seen_from_here_stop_the_write(
    on_spark: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    elsewhere = tmp_path / "elsewhere"
    monkeypatch.setattr(SparkAddress, "to", lambda self, path: f"file://{elsewhere / path.name}")
    with pytest.raises(ProblemError) as unseen:
        on_spark.write("SELECT 1 AS x", tmp_path / "one.parquet")
    assert is_unseen(unseen.value, "do not see the same lake")
    assert not (tmp_path / "one.parquet").exists()


@pytest.mark.spark
@pytest.mark.parametrize(
    ("home_url", "why"),
    [
        ("s3a://bucket/lake", "lacks the jar"),
        ("hfds://hub/lake", "lacks the jar"),
        ("file:///proc/lake", "may not read or write"),
    ],
)
def test_a_lake_that_the_cluster_cannot_write_is_told_with_its_cure(
    small_spark: None, tmp_path: Path, home_url: str, why: str
) -> None:
    address = SparkAddress(home=tmp_path, home_url=home_url)
    with (
        pytest.raises(ProblemError) as unseen,
        spark.connect(address=address, spill=tmp_path / "spill") as engine,
    ):
        engine.write("SELECT 1 AS x", tmp_path / "one.parquet")
    assert is_unseen(unseen.value, why)
    assert not list((tmp_path / "spill").iterdir())


@pytest.mark.spark
def test_a_lake_that_the_cluster_has_at_another_place_is_told(
    small_spark: None, tmp_path: Path
) -> None:
    address = SparkAddress(home=tmp_path, home_url=f"file://{tmp_path}/of another machine")
    with duckdb.connect(spill=tmp_path) as here:
        here.write("SELECT 1 AS x", tmp_path / "one.parquet")
    with (
        pytest.raises(ProblemError) as unseen,
        spark.connect(address=address, spill=tmp_path / "spill") as engine,
    ):
        engine.view_files("one", [tmp_path / "one.parquet"])
        engine.rows("SELECT x FROM one")
    assert is_unseen(unseen.value, "do not see the same lake")


@pytest.mark.spark
@pytest.mark.parametrize("place", ["a=1, b", "100% 甲", "#?;&", "旧 数据/2020+a", "{a}[1]*"])
def test_the_lake_may_lie_in_a_folder_of_any_name(
    small_spark: None, tmp_path: Path, place: str
) -> None:
    home = tmp_path / place
    with spark.connect(address=SparkAddress(home=home), spill=home / "spill") as engine:
        engine.load_rows("given", {"x": "BIGINT", "y": "VARCHAR"}, [[1, "a"], [2, None]])
        assert engine.write("SELECT * FROM given ORDER BY x", home / f"{place[:2]}.parquet") == 2
        engine.view_files("read_back", [home / f"{place[:2]}.parquet"], with_file_name=True)
        rows = engine.rows("SELECT x, y, filename FROM read_back ORDER BY x")
    assert [row[:2] for row in rows] == [(1, "a"), (2, None)]
    assert {row[2].removeprefix("file:") for row in rows} == {f"{home}/{place[:2]}.parquet"}


@pytest.mark.spark
def test_a_server_of_another_major_release_is_refused(small_spark: None) -> None:
    class Server:
        version = "3.5.9"

    with pytest.raises(ProblemError) as refused:
        settle(Server())  # type: ignore[arg-type]
    (problem,) = refused.value.problems
    assert problem.code == "SPARK_OTHER_RELEASE" and "3.5.9" in problem.where


def is_unseen(error: ProblemError, why: str) -> bool:
    """Whether it tells, for this reason, that Spark's machines do not see the lake."""
    (problem,) = error.problems
    return problem.code == "SPARK_HOME_UNSEEN" and why in problem.en
