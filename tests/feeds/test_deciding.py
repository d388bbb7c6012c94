"""What a person decides about a delivery that waits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest

from fangpin.feeds.arrivals import arrivals, coverage, status
from fangpin.feeds.holds import held_deliveries, refuse_delivery, release_delivery
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError
from tests.feeds.builders import (
    Desk,
)
from tests.feeds.months import a_month, day_after, receive_months

AT = datetime(2020, 6, 9, 4, tzinfo=UTC)


@pytest.fixture
def cut(guarded: Desk) -> str:
    """A delivery that is held."""
    receive_months(guarded, "2020-01", "2020-02")
    told = guarded.receive_rows(*a_month("2020-03", 15), received=day_after("2020-03"))
    return told.delivery or ""


def test_a_released_delivery_counts_from_that_day_on(guarded: Desk, cut: str) -> None:
    decided = release_delivery(guarded.home, delivery=cut, by="wang", at=AT, reason="确属实际")
    again = release_delivery(guarded.home, delivery=cut, by="li", at=AT, reason="再点一次")

    assert (decided.standing, decided.is_new, again.is_new) == ("in_force", True, False)
    found = arrivals(guarded.home)
    march = Month.of(2020, 3)
    assert march not in coverage(found, as_of=date(2020, 6, 8))["labour.wages"]
    assert march in coverage(found, as_of=date(2020, 6, 9))["labour.wages"]
    assert held_deliveries(guarded.home) == []
    assert [one.delivery for one in held_deliveries(guarded.home, as_of=date(2020, 6, 8))] == [cut]
    assert found[-1].decisions[0].by == "wang" and found[-1].decisions[0].reason == "确属实际"


def test_a_refused_delivery_never_counts_and_is_kept(guarded: Desk, cut: str) -> None:
    before = guarded.all_bytes()
    refuse_delivery(guarded.home, delivery=cut, by="wang", at=AT, reason="文件被截断")
    assert held_deliveries(guarded.home) == []
    assert (
        Month.of(2020, 3)
        not in coverage(arrivals(guarded.home), as_of=date(2030, 1, 1))["labour.wages"]
    )
    after = guarded.all_bytes()
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reason": "  "}, "DECISION_WITHOUT_REASON"),
        ({"at": datetime(2020, 4, 1, tzinfo=UTC)}, "DECISION_TOO_EARLY"),
        ({"delivery": "2020-01-01-nothing"}, "DELIVERY_UNKNOWN"),
    ],
)
def test_what_cannot_be_decided(
    guarded: Desk, cut: str, changed: dict[str, Any], code: str
) -> None:
    asked = {"delivery": cut, "by": "wang", "at": AT, "reason": "看过"} | changed
    before = guarded.all_bytes()
    with pytest.raises(ProblemError) as raised:
        release_delivery(guarded.home, **asked)
    assert raised.value.problems[0].code == code
    assert guarded.all_bytes() == before


def test_a_held_file_sent_again_is_known(guarded: Desk, cut: str) -> None:
    rows: Sequence[Sequence[str]] = a_month("2020-03", 15)
    again = guarded.receive_rows(*rows, received=date(2020, 4, 20))
    assert (again.outcome, again.delivery) == ("already_received", cut)


def test_what_was_strange_and_true_once_is_no_yardstick(guarded: Desk, cut: str) -> None:
    release_delivery(guarded.home, delivery=cut, by="wang", at=AT, reason="确属实际")
    day = AT.date()
    usual = guarded.receive_rows(*a_month("2020-04", 58), received=day)
    again = guarded.receive_rows(*a_month("2020-05", 16), received=day)
    assert (usual.outcome, again.outcome) == ("accepted", "held")


def test_what_is_held_is_no_yardstick(guarded: Desk, cut: str) -> None:
    told = guarded.receive_rows(*a_month("2020-03", 58), received=date(2020, 4, 8))
    assert (told.outcome, told.duplicate) == ("accepted", 0)


def test_a_whole_month_beside_one_of_three_months_is_a_month(guarded: Desk) -> None:
    """When the larger one is refused, the other stands for the month: the same file cannot come again."""
    receive_months(guarded, "2020-01", "2020-02")
    large = guarded.receive_rows(*a_month("2020-03", 190), received=date(2020, 4, 3))
    asked = {"delivery": large.delivery or "", "by": "wang", "reason": "看过"}
    release_delivery(guarded.home, at=datetime(2020, 4, 4, 4, tzinfo=UTC), **asked)
    true = guarded.receive_rows(*a_month("2020-03", 60, seed=5), received=date(2020, 4, 5))
    refuse_delivery(guarded.home, at=AT, **asked)
    assert (large.outcome, true.outcome) == ("held", "accepted")
    covered = coverage(arrivals(guarded.home), as_of=date(2020, 6, 30))["labour.wages"]
    assert Month.of(2020, 3) in covered


def test_of_a_refused_month_the_few_rows_that_corrected_it_are_no_month(guarded: Desk) -> None:
    """Whoever is not among them would read as without wages."""
    receive_months(guarded, "2020-01", "2020-02")
    few = guarded.receive_rows(*a_month("2020-02", 3, seed=9), received=date(2020, 3, 20))
    whole = guarded.receive_rows(*a_month("2020-02", 40, seed=8), received=date(2020, 3, 21))
    day = date(2020, 6, 30)

    def state() -> tuple[bool, str]:
        covered = coverage(arrivals(guarded.home), as_of=day)["labour.wages"]
        (feed,) = status(guarded.home, pack=guarded.pack, as_of=date(2020, 3, 31))
        return Month.of(2020, 2) in covered, feed.state

    def refuse(delivery: str | None, at: datetime) -> None:
        refuse_delivery(guarded.home, delivery=delivery or "", by="wang", at=at, reason="口径有误")

    march = datetime(2020, 3, 30, 4, tzinfo=UTC)
    (first,) = [one for one in arrivals(guarded.home) if one.received == day_after("2020-02")]
    assert state() == (True, "on_time")
    refuse(first.delivery, march)
    assert state()[0], "the forty that came again are the month"
    refuse(whole.delivery, march)
    assert few.outcome == "accepted" and state() == (False, "overdue")
