"""Pages show what has arrived, also what came in the very moment in which they looked before."""

from __future__ import annotations

import os
import time
from datetime import date
from pathlib import Path

import pytest

from fangpin.web.console import feeds
from tests.feeds.builders import Desk, wage_row


def test_two_deliveries_of_one_moment_are_both_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    monkeypatch.setattr(feeds, "home", lambda: desk.home)
    moment = time.time_ns() + 10**10
    for number in (1, 2):
        desk.receive_rows(wage_row(number, month=f"2020-0{number}"))
        os.utime(desk.home.deliveries / "labour.wages", ns=(moment, moment))
        assert len(feeds.known_arrivals(date(2020, 5, 1))) == number


def test_what_has_long_been_there_is_not_read_at_every_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    monkeypatch.setattr(feeds, "home", lambda: desk.home)
    desk.receive_rows(wage_row(1))
    os.utime(desk.home.deliveries / "labour.wages", ns=(10**18, 10**18))
    (first,), (again,) = (feeds.known_arrivals(date(2020, 5, 1)) for _ in range(2))
    assert first is again
