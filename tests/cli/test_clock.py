"""The day of a command is that of the installation's zone, as it is in the console."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fangpin.cli.entry import REFUSED
from fangpin.cli.session import Session
from fangpin.values import clock
from tests.cli.conftest import Fangpin


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


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--no-load", "--as-of", "2020-04-10"],
        ["feed", "receive", "registry.people", "no.csv", "--received", "2020-04-10"],
        ["feed", "status", "--as-of", "2020-04-10"],
        ["link", "status", "--as-of", "2020-04-10"],
        ["case", "list", "--as-of", "2020-04-10"],
        ["case", "show", "1", "--as-of", "2020-04-10"],
        ["case", "duties", "--as-of", "2020-04-10"],
        ["alert", "list", "--as-of", "2020-04-10"],
    ],
)
def test_a_day_that_has_not_come_is_refused(
    fangpin: Fangpin, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    """What had arrived by tomorrow is not known today: a run of it would hold for what never came."""
    monkeypatch.delenv("FANGPIN_CLOCK", raising=False)
    monkeypatch.setenv("FANGPIN_TIME_ZONE", "Asia/Shanghai")
    monkeypatch.setattr(clock, "now", lambda _: datetime(2020, 4, 8, 17, tzinfo=UTC))

    answer = fangpin(*words, "--json")

    assert (answer.code, answer.codes) == (REFUSED, ["DAY_AHEAD"])
    (finding,) = answer.json["findings"]
    for language in ("zh", "en"):
        assert "2020-04-09" in finding[f"message_{language}"], "today, where the installation is"
        assert "Asia/Shanghai" in finding[f"message_{language}"]


def test_today_itself_has_come_though_it_is_yesterday_in_utc(
    fangpin: Fangpin, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FANGPIN_CLOCK", raising=False)
    monkeypatch.setenv("FANGPIN_TIME_ZONE", "Asia/Shanghai")
    monkeypatch.setattr(clock, "now", lambda _: datetime(2020, 4, 8, 17, tzinfo=UTC))

    answer = fangpin("run", "--no-load", "--as-of", "2020-04-09", "--json")

    assert answer.codes == ["REGISTRY_MISSING"], "asked of the day, and of nothing before it"
