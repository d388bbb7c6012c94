"""The day of a command is that of the installation's zone, as it is in the console."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fangpin.cli.session import Session
from fangpin.values import clock


@pytest.mark.parametrize(
    ("zone", "day"), [("Asia/Shanghai", date(2020, 4, 9)), ("Africa/Kampala", date(2020, 4, 8))]
)
def test_at_night_it_is_the_next_day_already(
    home_folder: Path, monkeypatch: pytest.MonkeyPatch, zone: str, day: date
) -> None:
    """A delivery of the small hours could not be decided on before morning, nor was it of its day."""
    monkeypatch.setenv("FANGPIN_TIME_ZONE", zone)
    monkeypatch.setattr(clock, "now", lambda _: datetime(2020, 4, 8, 17, tzinfo=UTC))
    session = Session()
    assert (session.today(), session.now().date()) == (day, day)
