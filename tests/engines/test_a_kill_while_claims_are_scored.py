"""The command, Spark's driver or an executor dies while Splink weighs claims on the cluster.

The moment is that at which the part with Splink's weights is open for writing.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import psutil
import pytest

from fangpin.lake.engine import Engine
from fangpin.lake.engines.duckdb import kept_reader
from fangpin.lake.home import Home
from fangpin.policy.pack import Pack
from fangpin.runs.monthly import run_month
from fangpin.values.files import files_in
from tests.engines.conftest import SMALL
from tests.engines.killed_runs import (
    SCORES_SLOWLY,
    ends_lost,
    java_under,
    runs_of,
    says,
    start,
    still,
    until,
    writers,
)
from tests.engines.same_files import computed, differing
from tests.linkage.valley import (
    BILLS,
    EARLY,
    REGISTRY,
    Valley,
    citizen,
    claim,
    number,
    valley_pack,
    with_wrong_digit,
)

pytestmark = pytest.mark.spark

BEFORE, DAY = date(2020, 2, 15), date(2020, 7, 15)
LI = number("1971-03-08", 33)
STRANGER = number("1966-06-06", 66)


@pytest.fixture(scope="module")
def valley_rules(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    pytest.importorskip("splink")
    return valley_pack(repository, tmp_path_factory.mktemp("valley"))


@pytest.fixture
def home(tmp_path: Path, valley_rules: Pack, on_duckdb: Engine) -> Home:
    """A home with one whole run, and claims that no run has seen."""
    valley = Valley(tmp_path / "valley", valley_rules)
    villagers = [
        citizen("A", 1, "李竹喜", "1971-03-08", 33),
        citizen("A", 2, "王玉兰", "1973-06-21", 42),
        citizen("B", 1, "李竹青", "1971-03-08", 51),
        citizen("C", 1, "陈永明", "1950-01-02", 11, village="H02"),
        citizen("D", 1, "陈永明", "1950-01-02", 13, village="H02"),
    ]
    valley.send(REGISTRY, villagers, on=EARLY)
    run_month(home=valley.home, pack=valley_rules, engine=on_duckdb, as_of=BEFORE)
    claims = [
        claim("1", None, "李竹喜", born="1971-03-08", village="H01", own_share="700"),
        claim("2", with_wrong_digit(LI, 15), "李竹禧", born="1971-03-08"),
        claim("3", LI[:8] + LI[9] + LI[8] + LI[10:], "李竹喜", village="H01"),
        claim("4", None, "陈永明", born="1950-01-02", village="H02"),
        claim("5", with_wrong_digit(STRANGER, 16), "赵不在册", born="1971-03-08", village="H01"),
    ]
    valley.send(BILLS, claims)
    return valley.home


@pytest.fixture
def surroundings(tmp_path: Path) -> dict[str, str]:
    """Of a process whose Spark is small."""
    told = "".join(f"{name} {value}\n" for name, value in SMALL.items())
    (tmp_path / "spark-defaults.conf").write_text(told, encoding="utf-8")
    return {**os.environ, "SPARK_CONF_DIR": str(tmp_path)}


def undisturbed(home: Home, pack: Pack, engine: Engine) -> Path:
    """A copy of a home with the month in it."""
    whole = home.root.with_name("whole")
    shutil.copytree(home.root, whole)
    run_month(home=Home(whole), pack=pack, engine=engine, as_of=DAY)
    return whole


def digests(home: Path) -> dict[str, str]:
    return {name: hashlib.sha256((home / name).read_bytes()).hexdigest() for name in computed(home)}


def names_in(folder: Path) -> Iterator[str]:
    """What lies in whole Parquet files of a folder."""
    for file in files_in(folder):
        if file.suffix == ".parquet" and "_temporary" not in file.parts:
            yield repr(kept_reader().rows(f"SELECT * FROM read_parquet('{file}')"))


@pytest.mark.parametrize("killed", ["command", "driver"])
def test_the_last_whole_run_stays_in_force_and_either_engine_ends_the_month(
    home: Home,
    valley_rules: Pack,
    on_duckdb: Engine,
    on_spark: Engine,
    surroundings: dict[str, str],
    killed: str,
) -> None:
    ends_it = {"command": on_duckdb, "driver": on_spark}[killed]
    whole = undisturbed(home, valley_rules, ends_it)
    before = runs_of(home.root)

    process = start(
        valley_rules.directory,
        home.root,
        day=DAY,
        master="local-cluster[2,1,1024]",
        before=SCORES_SLOWLY,
        surroundings=surroundings,
    )
    says(process, "scores")
    until(lambda: writers(process), count=1, why="an executor writes the weights")
    java = java_under(process, words="spark")
    if killed == "command":
        with still(java):  # or Spark tidies up while the files are read
            process.send_signal(signal.SIGKILL)
            assert process.wait(timeout=30) == -signal.SIGKILL
            assert "赵不在册" in "".join(names_in(home.spill)), "names were there when it died"
    else:
        (driver,) = java_under(process, words="SparkSubmit")
        driver.send_signal(signal.SIGKILL)
        ends_lost(process, home.root)
        assert not list(home.spill.iterdir()), "the command outlived it and swept"
    assert not psutil.wait_procs(java, timeout=60)[1], "nothing of Spark outlives them"

    assert runs_of(home.root) == before and all((run / "run.json").exists() for run in before)
    assert not list(home.links.rglob("batch.json")), "no scores without their batch"

    run_month(home=home, pack=valley_rules, engine=ends_it, as_of=DAY)
    assert differing(whole, home.root) == []
    if killed == "driver":
        assert digests(home.root) == digests(whole), "Spark alone wrote both"
    assert not list(home.spill.iterdir()), "whichever engine ends the month sweeps"


def test_an_executor_that_dies_over_the_weights_is_made_good_by_the_other(
    home: Home, valley_rules: Pack, on_duckdb: Engine, surroundings: dict[str, str]
) -> None:
    whole = undisturbed(home, valley_rules, on_duckdb)

    process = start(
        valley_rules.directory,
        home.root,
        day=DAY,
        master="local-cluster[2,1,1024]",
        before=SCORES_SLOWLY,
        surroundings=surroundings,
    )
    says(process, "scores")
    (executor, *_) = until(lambda: writers(process), count=1, why="an executor writes the weights")
    assert "CoarseGrainedExecutorBackend" in " ".join(executor.cmdline())
    executor.kill()
    says(process, "ended")

    assert process.wait(timeout=60) == 0
    assert differing(whole, home.root) == []
    assert not list(home.spill.iterdir())
