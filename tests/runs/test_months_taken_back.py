"""Months of a household's ledger that were taken back leave its page and its case as well."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fangpin.feeds.holds import refuse_delivery
from fangpin.policy.pack import Pack
from fangpin.runs.loading.watched import bring_months
from fangpin.runs.parts.months import months_of_household
from fangpin.values.month import Month
from tests.ledger.village import Lake, bill
from tests.runs.loaded import copied, noon, register, run_and_load
from tests.standing import standing

pytestmark = pytest.mark.django_db


def load(lake: Lake, on: date) -> Path:
    return run_and_load(lake, on)[0]


@pytest.fixture(scope="module")
def once_settled(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
    hillside: Pack,
) -> Iterator[Lake]:
    lake = Lake(tmp_path_factory.mktemp("settled"), hillside)
    with standing(django_db_blocker, lambda: settle(lake)) as made:
        yield made


@pytest.fixture
def settled(once_settled: Lake, db: None, tmp_path: Path) -> Lake:
    """ann has bills of 3,000 in February and of 2,500 in April 2020; the run of May hit both."""
    return once_settled.copied(tmp_path)


def settle(lake: Lake) -> Lake:
    """See `settled`."""
    register(lake)
    february = [bill("f", "ann", "2020-02-10", "3000")]
    lake.receive("health.bills", february, on=date(2020, 3, 5), month="2020-02")
    april = [bill("a", "ann", "2020-04-10", "2500")]
    lake.receive("health.bills", april, on=date(2020, 5, 5), month="2020-04")
    load(lake, date(2020, 5, 10))
    assert set(copied(lake)) == {"2020-02", "2020-04"}
    return lake


def refuse(lake: Lake, month: str, on: date) -> None:
    (one,) = [one for one in lake.snapshot(on).arrivals if str(Month(one.month)) == month]
    refuse_delivery(
        lake.home, delivery=one.delivery, feed=one.feed, by="wang", at=noon(on), reason="误"
    )


def test_a_month_that_was_taken_back_while_nothing_hit_is_gone_when_it_hits_again(
    settled: Lake,
) -> None:
    refuse(settled, "2020-02", date(2020, 5, 20))
    refuse(settled, "2020-04", date(2020, 5, 20))
    load(settled, date(2020, 6, 10))
    june = [bill("j", "ann", "2020-06-10", "2600")]
    settled.receive("health.bills", june, on=date(2020, 7, 5), month="2020-06")

    load(settled, date(2020, 7, 10))

    assert set(copied(settled)) == {"2020-06"}


def test_a_month_whose_rows_are_another_months_now_is_gone(settled: Lake) -> None:
    moved = [bill("f", "ann", "2020-03-10", "3000")]
    settled.receive("health.bills", moved, on=date(2020, 5, 20), month="2020-03")

    load(settled, date(2020, 6, 10))

    assert set(copied(settled)) == {"2020-03", "2020-04"}


def test_a_month_that_was_taken_back_counts_no_longer_in_a_case(settled: Lake) -> None:
    refuse(settled, "2020-02", date(2020, 5, 20))
    folder = settled.run(date(2020, 6, 10)).folder

    bring_months(
        home=settled.home,
        pack=settled.pack,
        run_folder=folder,
        household_refs=[settled.ref("A")],
    )

    assert set(copied(settled)) == {"2020-04"}


def test_months_from_before_all_that_is_shown_stay_as_history(settled: Lake) -> None:
    folder = settled.run(date(2022, 3, 10)).folder

    bring_months(
        home=settled.home,
        pack=settled.pack,
        run_folder=folder,
        household_refs=[settled.ref("A")],
    )

    assert set(copied(settled)) == {"2020-02", "2020-04"}


def test_what_came_and_went_in_one_month_is_not_shown_as_zero(settled: Lake) -> None:
    wrong = [bill("w", "ann", "2020-03-10", "40"), bill("x", "bob", "2020-03-10", "1")]
    settled.receive("health.bills", wrong, on=date(2020, 5, 6), month="2020-03")
    right = [bill("w", "bob", "2020-03-10", "40")]
    settled.receive("health.bills", right, on=date(2020, 5, 7), month="2020-03")
    folder = settled.run(date(2020, 5, 10)).folder

    months = months_of_household(
        home=settled.home, pack=settled.pack, run_folder=folder, household_ref=settled.ref("A")
    )

    assert {str(Month(month)) for month in months} == {"2020-02", "2020-04"}
