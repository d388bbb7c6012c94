"""A cluster of several machines: a master, workers and a driver, which know each other by a secret."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from fangpin.lake.engine import Engine
from fangpin.lake.engines import spark, spark_sessions
from fangpin.lake.engines.spark_sessions import SparkAddress
from fangpin.lake.home import Home
from fangpin.policy import load_pack
from fangpin.runs.monthly import run_month
from fangpin.values.problem import ProblemError
from tests.engines.conftest import SMALL, need_spark
from tests.engines.killed_runs import errors_of, start
from tests.engines.same_files import differing
from tests.engines.standalone_cluster import SECRET, settings_of, standalone_cluster
from tests.ledger.village import Lake
from tests.runs.hillside import year

pytestmark = pytest.mark.spark

DAY = date(2020, 3, 15)
OF_A_CLUSTER = {
    **SMALL,
    "spark.driver.host": "127.0.0.1",
    "spark.executor.memory": "800m",
    "spark.executor.extraJavaOptions": SMALL["spark.driver.extraJavaOptions"],
}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    need_spark()
    with standalone_cluster(tmp_path_factory.mktemp("cluster"), workers=2) as address:
        yield address


def test_a_month_on_a_cluster_is_the_month_of_one_machine(
    cluster: str, tmp_path: Path, repository: Path, on_duckdb: Engine
) -> None:
    pack = load_pack(repository / "tests" / "rules" / "hillside")
    lake = Lake(tmp_path, pack)
    for sent in year():
        if sent.on <= DAY and sent.month in (None, "2020-01", "2020-02"):
            lake.receive(sent.feed, sent.rows, on=sent.on, month=sent.month)
    whole = Home(tmp_path / "whole")
    shutil.copytree(lake.home.root, whole.root)
    run_month(home=whole, pack=pack, engine=on_duckdb, as_of=DAY)

    told = OF_A_CLUSTER | {"spark.authenticate.secret": SECRET}
    surroundings = settings_of(tmp_path / "driver", told)
    process = start(
        pack.directory, lake.home.root, day=DAY, master=cluster, surroundings=surroundings
    )
    assert process.wait(timeout=600) == 0, errors_of(lake.home.root).read_text()[-2000:]
    assert differing(whole.root, lake.home.root) == []
    assert not list(lake.home.spill.iterdir())


def test_a_driver_without_the_secret_is_told_where_it_belongs(
    tmp_path: Path, repository: Path
) -> None:
    need_spark()
    surroundings = settings_of(tmp_path / "driver", OF_A_CLUSTER) | {
        "FANGPIN_HOME": str(tmp_path / "home"),
        "FANGPIN_ENGINE": "spark",
        "FANGPIN_SPARK_MASTER": "spark://127.0.0.1:9",
    }
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            _COMMAND,
            "pack",
            "test",
            str(repository / "tests" / "rules" / "hillside"),
        ],
        env=surroundings,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ended.returncode == 3, ended.stderr[-2000:]
    assert "spark.authenticate.secret: SPARK_SECRET_MISSING" in ended.stderr
    assert "spark-defaults.conf" in ended.stderr and "Traceback" not in ended.stderr


_COMMAND = "from fangpin.cli.main import main; main()"


def test_whoever_waits_for_a_busy_cluster_is_told_for_what(
    small_spark: None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(spark_sessions, "_PATIENCE_FOR_A_MACHINE", 0.001)
    from pyspark.sql import SparkSession

    session = SparkSession.getActiveSession()
    assert session is not None
    spark_sessions._first_machine(session, SparkAddress("spark://hub:7077;token=secret"))
    (told,) = [one.getMessage() for one in caplog.records if one.name == "fangpin.spark"]
    assert "spark://hub:7077" in told and "still waiting" in told and "secret" not in told


def test_what_the_operator_says_of_memory_comes_before_what_is_usual(tmp_path: Path) -> None:
    need_spark()
    told = {"spark.driver.memory": "777m", "spark.driver.host": "10.9.9.9"}
    found = subprocess.run(
        [sys.executable, "-c", _BEGUN_HERE, str(tmp_path / "spill")],
        env=settings_of(tmp_path / "conf", told),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert found.stdout.split() == ["777m", "4", "127.0.0.1"], found.stderr[-2000:]


_BEGUN_HERE = """
import sys
from pathlib import Path
from fangpin.lake.engines.spark import connect
from fangpin.lake.engines.spark_sessions import SparkAddress

names = ("spark.driver.memory", "spark.sql.shuffle.partitions", "spark.driver.host")
with connect(address=SparkAddress(master="local[1]"), spill=Path(sys.argv[1])) as engine:
    print(*(engine.lend().conf.get(name) for name in names))
"""


def test_a_part_that_a_machine_wrote_elsewhere_stops_the_run(
    there: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine with another disk under the same path writes its part there and says all went well."""
    rows = [[number, number % 7] for number in range(1_000)]
    there.load_rows("given", {"x": "BIGINT", "y": "BIGINT"}, rows)
    there.make_table("kept", "SELECT x FROM given WHERE y < 5")
    assert there.value("SELECT count(*) FROM kept") == there.write(
        "SELECT x FROM given WHERE y < 5", tmp_path / "whole.parquet"
    )
    assert isinstance(there, spark.Engine)
    _lose_a_part(there, monkeypatch)
    for asked in (
        lambda: there.make_table("short", "SELECT x FROM given WHERE y < 6"),
        lambda: there.write("SELECT x FROM given WHERE y < 6", tmp_path / "short.parquet"),
    ):
        with pytest.raises(ProblemError) as unseen:
            asked()
        assert [one.code for one in unseen.value.problems] == ["SPARK_HOME_UNSEEN"]
    assert not (tmp_path / "short.parquet").exists()


def _lose_a_part(engine: spark.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on one part of whatever Spark writes lies on another disk."""
    writer = type(engine.lend().range(1).write)
    write = writer.parquet

    def elsewhere(self: object, path: str, *given: object, **named: object) -> None:
        write(self, path, *given, **named)
        next(iter(sorted(Path(path.removeprefix("file://")).glob("part-*")))).unlink()

    monkeypatch.setattr(writer, "parquet", elsewhere)
