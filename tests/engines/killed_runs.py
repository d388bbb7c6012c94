"""Months on Spark in a process of their own, to be killed: the command, its driver, an executor."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path

import psutil

from fangpin.values.files import TEMPORARY

_RUN = """
import sys
from datetime import date
from pathlib import Path
from fangpin.lake.engines.spark import connect
from fangpin.lake.engines.spark_sessions import SparkAddress
from fangpin.lake.home import Home
from fangpin.policy import load_pack
from fangpin.runs.monthly import run_month

pack, home = load_pack(Path(sys.argv[1])), Home(Path(sys.argv[2]))
{before}
with connect(address=SparkAddress(master=sys.argv[4]), spill=home.spill) as engine:
    engine.rows("SELECT 1 AS x")
    print("begins", flush=True)
    run_month(home=home, pack=pack, engine=engine, as_of=date.fromisoformat(sys.argv[3]))
print("ended", flush=True)
"""

SCORES_SLOWLY = """
from fangpin.linkage.claims import probable
from fangpin.linkage.claims.sides import Sides

weighed, bring = probable._weighed, Sides.bring
PAUSE = "reflect('java.lang.Thread', 'sleep', CAST(300 AS BIGINT)) IS NOT NULL"

def told(*given, **named):
    print("scores", flush=True)
    return bring(*given, **named)

probable._weighed = lambda *given: f"{weighed(*given)} WHERE {PAUSE}"
Sides.bring = told
"""
"""Splink's weights take a third of a second a pair, and it is told when the cluster is asked."""


def start(
    pack: Path,
    home: Path,
    *,
    day: date,
    master: str,
    before: str = "",
    surroundings: Mapping[str, str] | None = None,
) -> subprocess.Popen[str]:
    """The month on Spark in a process of its own, once it has begun."""
    command = [sys.executable, "-c", _RUN.format(before=before)]
    command += [str(pack), str(home), str(day), master]
    with errors_of(home).open("w") as errors:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=errors, text=True, env=surroundings
        )
    says(process, "begins")
    return process


def says(process: subprocess.Popen[str], word: str) -> None:
    """Wait until the run says so."""
    assert process.stdout is not None and process.stdout.readline() == f"{word}\n"


def errors_of(home: Path) -> Path:
    """Where the run of a home says what went wrong."""
    return home.with_name(f"{home.name}-errors.txt")


def java_under(process: subprocess.Popen[str], *, words: str) -> list[psutil.Process]:
    """The Java processes that a run started, by what stands in their command line."""
    found = []
    for one in psutil.Process(process.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if one.name() == "java" and words in " ".join(one.cmdline()):
                found.append(one)
    return found


def until(
    found: Callable[[], list[psutil.Process]], *, count: int, why: str
) -> list[psutil.Process]:
    """These processes, once there are so many."""
    patience = time.monotonic() + 120
    while len(processes := found()) < count:
        assert time.monotonic() < patience, why
        time.sleep(0.05)
    return processes


def writers(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The Java processes of a run that are writing a part at this moment."""
    found = []
    for one in java_under(process, words="spark"):
        with suppress(psutil.NoSuchProcess):
            if any("/_temporary/" in file.path for file in one.open_files()):
                found.append(one)
    return found


@contextmanager
def still(processes: list[psutil.Process]) -> Iterator[None]:
    """Within the block these processes do nothing."""
    for one in processes:
        one.suspend()
    try:
        yield
    finally:
        for one in processes:
            with suppress(psutil.NoSuchProcess):
                one.resume()


def runs_of(home: Path) -> list[Path]:
    return [place for place in (home / "runs").iterdir() if TEMPORARY not in place.name]


def ends_lost(process: subprocess.Popen[str], home: Path) -> None:
    """The run ends, and tells of a Spark that is lost."""
    assert process.wait(timeout=120) != 0
    told = errors_of(home).read_text(encoding="utf-8").splitlines()
    problems = [line for line in told if line.startswith("fangpin.lake.engine.EngineLost")]
    assert problems and "SPARK_LOST" in problems[-1], told[-5:]
