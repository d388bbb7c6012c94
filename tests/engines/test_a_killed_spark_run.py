"""Spark's driver, an executor or a Connect server is killed: readers keep the last whole run."""

from __future__ import annotations

import os
import shutil
import signal
import time
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from random import Random

import pytest

from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from fangpin.runs.monthly import run_month
from fangpin.values.files import TEMPORARY
from tests.engines.conftest import SMALL
from tests.engines.connect_server import connect_server
from tests.engines.killed_runs import ends_lost, java_under, runs_of, start, until
from tests.engines.same_files import computed, differing
from tests.ledger.village import Lake
from tests.runs.hillside import year

pytestmark = pytest.mark.spark

BEFORE, DAY = date(2020, 4, 15), date(2020, 5, 15)


@pytest.fixture
def hillside(repository: Path) -> Pack:
    if find_spec("pyspark") is None:
        pytest.skip("fangpin[spark] is not installed: make test-spark installs it")
    return load_pack(repository / "tests" / "rules" / "hillside")


@pytest.fixture
def home(tmp_path: Path, hillside: Pack, on_duckdb: Engine) -> Home:
    """A home with one whole run and a month's deliveries that no run has seen."""
    lake = Lake(tmp_path, hillside)
    for sent in year():
        if sent.on <= DAY and sent.month in (None, "2020-03", "2020-04"):
            lake.receive(sent.feed, sent.rows, on=sent.on, month=sent.month)
    run_month(home=lake.home, pack=hillside, engine=on_duckdb, as_of=BEFORE)
    return lake.home


def what_duckdb_leaves(folder: Path, pack: Pack, home: Home, here: Engine) -> Path:
    """A copy of a home with the month in it."""
    whole = folder / "whole"
    shutil.copytree(home.root, whole)
    run_month(home=Home(whole), pack=pack, engine=here, as_of=DAY)
    return whole


def test_a_killed_driver_leaves_the_last_whole_run_and_either_engine_ends_the_month(
    tmp_path: Path, hillside: Pack, home: Home, on_duckdb: Engine
) -> None:
    whole = what_duckdb_leaves(tmp_path, hillside, home, on_duckdb)
    before = runs_of(home.root)

    process = start(hillside.directory, home.root, day=DAY, master="local[2]")
    time.sleep(Random(2020).uniform(1, 4))
    (driver,) = java_under(process, words="SparkSubmit")
    driver.send_signal(signal.SIGKILL)
    ends_lost(process, home.root)

    assert runs_of(home.root) == before and all((run / "run.json").exists() for run in before)
    assert set(computed(home.root)) < set(computed(whole)), "every visible file is whole"

    run_month(home=home, pack=hillside, engine=on_duckdb, as_of=DAY)
    assert differing(whole, home.root) == []
    assert not list(home.root.rglob(f"{TEMPORARY}*"))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_lost_connect_server_leaves_the_last_whole_run(
    tmp_path: Path, hillside: Pack, home: Home, on_duckdb: Engine, how: signal.Signals
) -> None:
    whole = what_duckdb_leaves(tmp_path, hillside, home, on_duckdb)
    before = runs_of(home.root)

    with connect_server(tmp_path, SMALL) as server:
        process = start(hillside.directory, home.root, day=DAY, master=server.address)
        time.sleep(Random(2020).uniform(1, 4))
        server.process.send_signal(how)
        ends_lost(process, home.root)

    assert runs_of(home.root) == before
    assert not list(home.spill.iterdir()), "what was kept for the session is gone with it"
    run_month(home=home, pack=hillside, engine=on_duckdb, as_of=DAY)
    assert differing(whole, home.root) == []
    assert not list(home.root.rglob(f"{TEMPORARY}*"))


def test_a_killed_executor_is_made_good_by_the_others(
    tmp_path: Path, hillside: Pack, home: Home, on_duckdb: Engine
) -> None:
    whole = what_duckdb_leaves(tmp_path, hillside, home, on_duckdb)

    process = start(hillside.directory, home.root, day=DAY, master="local-cluster[2,1,1024]")
    executors = until(
        lambda: java_under(process, words="CoarseGrainedExecutorBackend"),
        count=2,
        why="both executors come up",
    )
    time.sleep(1)
    os.kill(executors[0].pid, signal.SIGKILL)

    assert process.wait(timeout=600) == 0
    assert differing(whole, home.root) == []
    assert not list(home.spill.iterdir())
