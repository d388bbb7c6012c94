"""The same tests once more on PostgreSQL, in a cluster of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.postgres import binaries, throw_away_cluster
from tests.public.conftest import DATABASE_LINE

HERE = Path(__file__).resolve().parent


@pytest.mark.postgres
@pytest.mark.skipif(binaries() is None, reason="PostgreSQL's programs are not on this machine")
def test_the_door_holds_on_postgresql(tmp_path: Path) -> None:
    with throw_away_cluster() as url:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-n0", "-m", "not postgres and not browser"),
                *("-p", "no:cacheprovider", "--basetemp", str(tmp_path / "inner"), str(HERE)),
                *("--deselect", f"{HERE.relative_to(HERE.parents[1])}/test_parallel.py"),
            ],
            cwd=HERE.parent.parent,
            env={**os.environ, "FANGPIN_DATABASE_URL": url},
            capture_output=True,
            text=True,
            timeout=900,
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert f"{DATABASE_LINE}postgresql" in done.stdout, "and not on SQLite after all"
