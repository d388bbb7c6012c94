"""The tests of what is kept in the database once more on PostgreSQL, in a cluster of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import DATABASE_LINE, REPOSITORY
from tests.postgres import binaries, throw_away_cluster

AGAIN = ("tests/casework", "tests/field", "tests/public")
"""Casework, the phone and the farmer's door: in one process, for the cluster and its tables cost more
than most of these tests."""


@pytest.mark.postgres
@pytest.mark.skipif(binaries() is None, reason="PostgreSQL's programs are not on this machine")
def test_casework_the_phone_and_the_door_hold_on_postgresql(tmp_path: Path) -> None:
    with throw_away_cluster() as url:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "pytest", "-n0", "-m", "not postgres and not browser"),
                *("-p", "no:cacheprovider", "--basetemp", str(tmp_path / "inner"), *AGAIN),
            ],
            cwd=REPOSITORY,
            env={**os.environ, "FANGPIN_DATABASE_URL": url},
            capture_output=True,
            text=True,
            timeout=1800,
        )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert f"{DATABASE_LINE}postgresql" in done.stdout, "and not on SQLite after all"
