"""Which windows are known: what a feed must have delivered depends on how often it comes."""

from __future__ import annotations

import pytest

from fangpin.ledger.coverage import Coverage
from fangpin.policy.pack import Pack

MAY = 2020 * 12 + 4

WINDOWS = [
    # feed, months delivered (back from May), first and last of the window (back), is it known
    ("health.bills", [0, 1, 2], (2, 0), True),
    ("health.bills", [0, 2], (2, 0), False),
    ("health.bills", [1, 2], (2, 0), False),
    ("health.bills", [], (0, 0), False),
    ("farm.survey", [2], (2, 0), True),
    ("farm.survey", [3], (2, 0), False),
    ("school.fees", [5], (8, 0), True),
    ("farm.harvest", [4], (11, 0), True),
    ("farm.harvest", [16], (11, 0), False),
    ("shocks.reports", [30], (1, 0), True),
    ("shocks.reports", [0], (14, 12), False),
    ("shocks.reports", [], (1, 0), False),
]


@pytest.mark.parametrize(("feed", "delivered", "window", "known"), WINDOWS)
def test_a_window_is_known_when_its_feed_has_delivered_what_it_must(
    hillside: Pack, feed: str, delivered: list[int], window: tuple[int, int], known: bool
) -> None:
    coverage = Coverage.of((feed, MAY - back) for back in delivered)

    first, last = MAY - window[0], MAY - window[1]
    assert coverage.is_known(hillside.contracts[feed], first, last) is known


def test_single_months_are_known_one_by_one_only_of_monthly_feeds(hillside: Pack) -> None:
    coverage = Coverage.of(
        [("health.bills", MAY), ("health.bills", MAY - 2), ("farm.survey", MAY - 2)]
    )

    assert coverage.mask(hillside.contracts["health.bills"], MAY, 4) == 0b0101
    assert coverage.mask(hillside.contracts["farm.survey"], MAY, 3) == 0b111
    assert coverage.mask(hillside.contracts["farm.survey"], MAY, 2) == 0
