"""Two at once: files of one feed, and decisions about one delivery, stand as if one had come first."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.decisions import decisions_of
from fangpin.feeds.holds import find_delivery, refuse_delivery, release_delivery
from fangpin.values.files import publish_once
from tests.feeds.builders import HEADER, Desk, wage_row, xlsx_file
from tests.feeds.months import a_month, day_after, receive_months

AT = datetime(2020, 6, 9, 4, tzinfo=UTC)


def at_once(*acts: Callable[[], Any]) -> list[Any]:
    """What acts that begin in the same moment came to."""
    gate = Barrier(len(acts))

    def begin(act: Callable[[], Any]) -> Any:
        gate.wait(30)
        return act()

    with ThreadPoolExecutor(len(acts)) as people:
        return [one.result(60) for one in [people.submit(begin, act) for act in acts]]


def test_one_file_that_comes_twice_at_once_is_received_once(desk: Desk) -> None:
    file = xlsx_file(desk.folder / "a.xlsx", {"表": [HEADER, wage_row(1), wage_row(2)]})
    told = at_once(*[lambda: desk.receive_file(file)] * 3)
    outcomes = ["accepted", "already_received", "already_received"]
    assert sorted(one.outcome for one in told) == outcomes
    assert len({one.delivery for one in told}) == 1


def test_two_sheets_of_one_workbook_that_come_at_once_are_both_there(desk: Desk) -> None:
    sheets = {"城关": [HEADER, wage_row(1)], "石山": [HEADER, wage_row(2)]}
    file = xlsx_file(desk.folder / "a.xlsx", sheets)
    told = at_once(*[partial(desk.receive_file, file, sheet=sheet) for sheet in sheets])
    assert [one.outcome for one in told] == ["accepted", "accepted"]
    assert len({one.delivery for one in told}) == 2 == len(arrivals(desk.home))


def test_one_month_in_two_files_at_once_is_no_news_the_second_time(desk: Desk) -> None:
    rows = a_month("2020-03", 20)
    files = [
        xlsx_file(desk.folder / f"{name}.xlsx", {"表": [HEADER, *some]})
        for name, some in (("a", rows), ("b", rows[::-1]))
    ]
    told = at_once(*[partial(desk.receive_file, file, received=AT.date()) for file in files])
    assert sorted((one.accepted, one.duplicate) for one in told) == [(0, 20), (20, 0)]
    assert [one.order for one in arrivals(desk.home)] == [0, 1], "each has a place of its own"


def test_of_two_who_decide_on_a_delivery_at_once_the_later_sees_the_earlier(
    guarded: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    receive_months(guarded, "2020-01", "2020-02")
    cut = guarded.receive_rows(*a_month("2020-03", 15), received=day_after("2020-03")).delivery
    assert cut is not None

    def after_another(*given: Any) -> bool:
        monkeypatch.setattr("fangpin.feeds.decisions.publish_once", publish_once)
        refuse_delivery(guarded.home, delivery=cut, by="li", at=AT, reason="被截断")
        return publish_once(*given)

    monkeypatch.setattr("fangpin.feeds.decisions.publish_once", after_another)
    told = release_delivery(guarded.home, delivery=cut, by="wang", at=AT, reason="属实")
    decisions = decisions_of(guarded.home, feed="labour.wages")[cut]
    assert [one.act for one in decisions] == ["refuse", "release"], "as if li had come first"
    assert find_delivery(guarded.home, delivery=cut).standing_on(None) == told.standing
    files = sorted(file.name for file in (guarded.home.deliveries / "labour.wages").glob("*.json"))
    assert files == [f"{cut}.0000.json", f"{cut}.0001.json"]


def test_decisions_of_earlier_releases_are_read(guarded: Desk) -> None:
    """They named the act as well."""
    cut = guarded.receive_rows(*a_month("2020-03", 15), received=day_after("2020-03")).delivery
    assert cut is not None
    refuse_delivery(guarded.home, delivery=cut, by="li", at=AT, reason="被截断")
    folder = guarded.home.deliveries / "labour.wages"
    (folder / f"{cut}.0000.json").rename(folder / f"{cut}.0000-refuse.json")
    release_delivery(guarded.home, delivery=cut, by="wang", at=AT, reason="属实")
    assert [one.act for one in decisions_of(guarded.home, feed="labour.wages")[cut]] == [
        "refuse",
        "release",
    ]
