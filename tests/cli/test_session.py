"""What a command knows before it begins: above all, which day it is."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from fangpin.casework.officials import row_security
from fangpin.cli.session import Session, _make_tables
from fangpin.values import clock


@pytest.mark.parametrize(
    ("zone", "day"), [(None, date(2020, 7, 1)), ("Africa/Kampala", date(2020, 6, 30))]
)
def test_a_command_before_breakfast_belongs_to_the_officials_day(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, zone: str | None, day: date
) -> None:
    """A run at two in the night of the first of July judges June, not May."""
    monkeypatch.setenv("FANGPIN_HOME", str(tmp_path))
    monkeypatch.delenv(clock.SETTING, raising=False)
    monkeypatch.delenv("FANGPIN_TIME_ZONE", raising=False)
    if zone:
        monkeypatch.setenv("FANGPIN_TIME_ZONE", zone)
    monkeypatch.setattr(clock, "now", lambda _environment: datetime(2020, 6, 30, 18, tzinfo=UTC))

    session = Session()

    assert session.today() == session.now().date() == day


def test_commands_that_begin_at_once_on_a_new_home_all_end_well(
    home_folder: Path, repository: Path
) -> None:
    """A run from the timer and a look at the alerts, the minute after an installation or an upgrade."""
    command = [sys.executable, "-c", "from fangpin.cli.main import main; main()"]
    pack = str(repository / "tests" / "rules" / "hillside")
    beginning = [
        subprocess.Popen(
            [*command, "alert", "list", "--json"],
            env={**os.environ, "FANGPIN_PACK": pack},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    told = [one.communicate(timeout=120) for one in beginning]

    assert [one.returncode for one in beginning] == [0, 0, 0], [err[-400:] for _, err in told]


@pytest.mark.django_db
def test_tables_that_are_as_they_should_be_are_left_so_and_their_protection_is_looked_after(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each command begins with this: making nothing out of all migrations takes a quarter second."""
    done: list[str] = []
    monkeypatch.setattr("django.core.management.call_command", lambda name, **_: done.append(name))
    monkeypatch.setattr(row_security, "install", lambda: done.append("protect"))
    _make_tables()
    assert done == ["protect"]

    [latest] = MigrationExecutor(connection).loader.graph.leaf_nodes("cases")
    MigrationRecorder(connection).record_unapplied(*latest)
    _make_tables()
    assert done == ["protect", "migrate"]
