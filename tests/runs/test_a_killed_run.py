"""`kill -9` at any moment: nothing half-made is visible, and the next run ends as if undisturbed."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from random import Random

import pytest

from fangpin.policy.pack import Pack
from fangpin.values.files import TEMPORARY
from tests.forking import Forked, Mother
from tests.ledger.village import Lake
from tests.runs.hillside import receive_until

DAY = date(2020, 6, 15)
TRIES = 5


@pytest.fixture
def mother() -> Iterator[Mother]:
    made = Mother("tests.runs.run_process", os.environ)
    yield made
    made.close()


def start(mother: Mother, pack: Pack, home: Path) -> Forked:
    """The monthly run in a process of its own, once it has begun."""
    process = mother.start(str(pack.directory), str(home), DAY.isoformat())
    assert process.stdout.readline() == "begins\n"
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
    tmp_path: Path, hillside: Pack, mother: Mother
) -> None:
    received = receive_until(Lake(tmp_path / "received", hillside), DAY)
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(received.home.root, undisturbed)
    process = start(mother, hillside, undisturbed)
    began = time.monotonic()
    assert process.wait(120) == 0
    length = time.monotonic() - began
    whole = visible(undisturbed)
    assert any(name.startswith("runs/") for name in whole)
    random = Random(2020)
    for number in range(TRIES):
        home = tmp_path / f"killed_{number}"
        shutil.copytree(received.home.root, home)
        process = start(mother, hillside, home)
        time.sleep(length * random.uniform(0.05, 0.95))
        process.kill()

        left = visible(home)
        assert left.items() <= whole.items(), "every visible file is whole"
        runs = [place for place in (home / "runs").iterdir() if TEMPORARY not in place.name]
        assert all((place / "run.json").exists() for place in runs)

        process = start(mother, hillside, home)
        assert process.wait(120) == 0
        assert visible(home) == whole
        assert not [place for place in home.rglob("*") if TEMPORARY in place.name]
