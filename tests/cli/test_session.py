"""What a command knows before it begins: above all, which day it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fangpin.cli.session import Session
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
