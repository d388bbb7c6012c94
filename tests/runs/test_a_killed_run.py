"""`kill -9` at any moment: nothing half-made is visible, and the next run ends as if undisturbed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path
from random import Random

from fangpin.lake.home import TEMPORARY
from fangpin.policy.pack import Pack
from tests.ledger.village import Lake
from tests.runs.hillside import receive_until

DAY = date(2020, 6, 15)
TRIES = 5
_RUN = """
import sys, time
from datetime import date
from pathlib import Path
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.policy import load_pack
from fangpin.runs.monthly import run_month

pack, home = load_pack(Path(sys.argv[1])), Home(Path(sys.argv[2]))
print("begins", flush=True)
with connect(threads=1, spill=home.spill) as engine:
    run_month(home=home, pack=pack, engine=engine, as_of=date.fromisoformat(sys.argv[3]))
print("ended", flush=True)
"""


def start(pack: Pack, home: Path) -> subprocess.Popen[str]:
    """The monthly run in a process of its own, once it has begun."""
    command = [sys.executable, "-c", _RUN, str(pack.directory), str(home), DAY.isoformat()]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdout.readline() == "begins\n"
    return process


def visible(home: Path) -> dict[str, bytes]:
    """Every file that a reader may see: path -> bytes; the vault and what may be spilt aside."""
    return {
        file.relative_to(home).as_posix(): file.read_bytes()
        for part in ("registry", "ledger", "runs")
        for file in sorted((home / part).rglob("*"))
        if file.is_file() and TEMPORARY not in file.as_posix()
    }


def test_a_run_killed_at_any_moment_leaves_nothing_half_made(
    tmp_path: Path, hillside: Pack
) -> None:
    received = receive_until(Lake(tmp_path / "received", hillside), DAY)
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(received.home.root, undisturbed)
    process = start(hillside, undisturbed)
    began = time.monotonic()
    assert process.wait(timeout=120) == 0
    length = time.monotonic() - began
    whole = visible(undisturbed)
    assert any(name.startswith("runs/") for name in whole)
    random = Random(2020)
    for number in range(TRIES):
        home = tmp_path / f"killed_{number}"
        shutil.copytree(received.home.root, home)
        process = start(hillside, home)
        time.sleep(length * random.uniform(0.05, 0.95))
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=10)

        left = visible(home)
        assert left.items() <= whole.items(), "every visible file is whole"
        runs = [place for place in (home / "runs").iterdir() if TEMPORARY not in place.name]
        assert all((place / "run.json").exists() for place in runs)

        process = start(hillside, home)
        assert process.wait(timeout=120) == 0
        assert visible(home) == whole
        assert not [place for place in home.rglob("*") if TEMPORARY in place.name]
