"""A case that opens between two runs has its household's months at once, as the last run knew them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from fangpin.casework.cases import acts
from fangpin.casework.cases.models import Case
from fangpin.casework.officials.scope import Scope
from fangpin.policy.pack import Pack
from tests.casework import cases_world
from tests.ledger.village import Lake, bill
from tests.runs.loaded import copied, noon, register, run_and_load
from tests.standing import standing

pytestmark = pytest.mark.django_db

RUN, OPENED = date(2020, 5, 10), date(2020, 5, 20)


@pytest.fixture(scope="module")
def once_run(
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
    hillside: Pack,
) -> Iterator[Lake]:
    lake = Lake(tmp_path_factory.mktemp("run"), hillside)
    with standing(django_db_blocker, lambda: begin(lake)) as made:
        yield made


@pytest.fixture
def lake(once_run: Lake, db: None, settings: Any) -> Lake:
    """ann's bills of 2020 are too small for any rule: the run copied none of her months."""
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, home=once_run.home.root)
    return once_run


def begin(lake: Lake) -> Lake:
    """See `lake`."""
    register(lake)
    small = [bill("f", "ann", "2020-02-10", "30"), bill("g", "bob", "2020-02-11", "3000")]
    lake.receive("health.bills", small, on=date(2020, 3, 5), month="2020-02")
    lake.receive("health.bills", [bill("f", "ann", "2020-02-10", "31")], on=date(2020, 4, 5))
    april = [bill("a", "ann", "2020-04-10", "25")]
    lake.receive("health.bills", april, on=date(2020, 5, 5), month="2020-04")
    run_and_load(lake, RUN)
    assert copied(lake) == {}
    return lake


def open_case(lake: Lake, home: str) -> Case:
    return acts.report_clue(
        pack=cases_world.pack(),
        household_ref=lake.ref(home),
        by=Scope(official="o", role="r", divisions=("H",), may=frozenset({"report_clue"})),
        at=noon(OPENED),
        channel="inspection",
    )


def test_a_case_that_opens_between_runs_has_what_the_last_run_knew(lake: Lake) -> None:
    open_case(lake, "A")

    known = copied(lake)
    assert {month: amounts["bills"] for month, amounts in known.items()} == {
        "2020-02": "31.00", "2020-04": "25.00"
    }  # fmt: skip


def test_what_came_since_the_run_waits_for_the_next(
    lake: Lake, tmp_path: Any, settings: Any
) -> None:
    later = lake.copied(tmp_path)
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, home=later.home.root)
    march = [bill("m", "ann", "2020-03-10", "7")]
    later.receive("health.bills", march, on=date(2020, 5, 15), month="2020-03")

    open_case(later, "A")

    assert set(copied(later)) == {"2020-02", "2020-04"}


def test_months_of_a_household_that_hit_stay_as_the_load_brought_them(lake: Lake) -> None:
    before = copied(lake, "B")
    assert before

    open_case(lake, "B")

    assert copied(lake, "B") == before


def test_without_its_lake_a_case_opens_and_nothing_is_known(
    lake: Lake, tmp_path: Any, settings: Any
) -> None:
    """A database restored elsewhere: a clue is never refused because a folder is away."""
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, home=tmp_path)

    assert open_case(lake, "A").state == "open"

    assert copied(lake) == {}
