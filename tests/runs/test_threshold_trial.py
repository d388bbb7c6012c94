"""A tried value is counted in the households of the official who asks, and in no others."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, strategies

from fangpin.backtest import parameters_of
from fangpin.casework.registry.models import Household
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.vault import reference
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from fangpin.runs.threshold_trial import (
    Trial,
    first_possible,
    ladder,
    thresholds_of,
    try_value,
    within_scope,
)
from fangpin.values.month import Month
from tests.cast import NEXT_COUNTY_VILLAGE, VILLAGE, Cast, build_cast
from tests.ledger.village import KEY, Lake
from tests.runs.hillside import receive_until

TODAY = date(2020, 6, 15)
LAST = Month.parse("2020-05")
Places = dict[str, str]


@pytest.fixture(scope="module")
def hillside(repository: Path) -> Pack:
    return load_pack(repository / "tests" / "rules" / "hillside")


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory, hillside: Pack) -> Lake:
    """The year of the hillside, of which A is known to have been in need in May 2020."""
    found = receive_until(Lake(tmp_path_factory.mktemp("hillside"), hillside), TODAY)
    file = found.home.root / "truth" / "truth.json"
    file.parent.mkdir()
    told = [
        {"household_no": "A", "need_months": ["2020-05"]},
        {"household_no": "D", "need_months": ["2018-01"]},
    ]
    file.write_text(json.dumps({"households": told}), encoding="utf-8")
    return found


@pytest.fixture
def cast(db: None) -> Cast:
    return build_cast()


def listed(places: Places) -> None:
    """The households of the hillside, each in a village of the cast."""
    for number, village in places.items():
        Household.objects.create(
            household_ref=reference(KEY, "household", number),
            household_no=number,
            division=village,
            head_name=f"head {number}",
            count_of_members=1,
        )


def tried(lake: Lake, value: str, *, first: Month = Month.parse("2020-01")) -> Trial:
    rule = next(one for one in lake.pack.rules if one.rule == "high_bills")
    with connect() as engine:
        return try_value(
            lake.home,
            lake.pack,
            rule=rule,
            parameter="line.bills",
            present=lake.pack.parameter("line.bills", at=TODAY, division=None).number,
            tried=Decimal(value),
            from_month=first,
            to_month=LAST,
            today=TODAY,
            engine=engine,
        )


@pytest.mark.django_db
def test_each_scope_is_told_of_its_own_households(cast: Cast, lake: Lake) -> None:
    listed({"A": VILLAGE, "B": NEXT_COUNTY_VILLAGE, "C": VILLAGE, "D": VILLAGE})
    trial = tried(lake, "2600")

    city = within_scope(trial, cast.analyst.scope)
    county = within_scope(trial, cast.county_analyst.scope)
    outsider = within_scope(trial, cast.outsider.scope)

    whole = trial.as_it_is
    assert city.present.households == whole.households > county.present.households > 0
    assert (city.tried.households, county.tried.households) == (0, 0)
    assert (city.present.true_households, county.present.true_households) == (1, 1)
    assert city.present.in_need == county.present.in_need == 1, "D's need was over before"
    assert city.difference.households == -whole.households
    for step in outsider.steps:
        assert (step.households, step.true_households, step.in_need) == (0, 0, 0)
        assert (step.precision, step.recall) == (None, None)


@pytest.mark.django_db
def test_the_ladder_holds_the_value_in_force_and_the_tried_one_in_order(
    cast: Cast, lake: Lake
) -> None:
    listed({"A": VILLAGE, "B": VILLAGE, "C": VILLAGE})
    answer = within_scope(tried(lake, "2600"), cast.analyst.scope)

    values = [step.value for step in answer.steps]
    assert values == sorted(set(values))
    assert [step.value for step in answer.steps if step.is_tried] == [Decimal(2600)]
    (present,) = [step for step in answer.steps if step.is_present]
    assert present is answer.present
    counts = [step.households for step in answer.steps]
    assert counts == sorted(counts, reverse=True), "a higher line never finds more"


@pytest.mark.django_db
def test_the_value_in_force_tried_again_changes_nothing(cast: Cast, lake: Lake) -> None:
    listed({"A": VILLAGE})
    present = lake.pack.parameter("line.bills", at=TODAY, division=None).number
    answer = within_scope(tried(lake, str(present)), cast.analyst.scope)

    assert answer.tried is answer.present
    assert (answer.difference.households, answer.difference.true_households) == (0, 0)


def test_a_trial_goes_back_no_further_than_the_registry(lake: Lake) -> None:
    assert first_possible(lake.home, LAST) == Month.parse("2019-06")
    assert first_possible(lake.home, LAST, months=6) == Month.parse("2019-12")
    assert first_possible(lake.home, LAST, months=24) == Month.parse("2019-06")


def test_only_figures_that_decide_a_hit_can_be_tried(hillside: Pack) -> None:
    rule = next(one for one in hillside.rules if one.rule == "high_bills")
    found = [one.parameter for one, _ in thresholds_of(hillside, rule, at=TODAY, division=None)]
    assert "line.bills" in found
    assert all(code in hillside.parameters for code in found)


def test_switches_are_no_thresholds(repository: Path) -> None:
    pack = load_pack(repository / "packs" / "cn")
    rule = next(one for one in pack.rules if "medical.enrolment_closed" in parameters_of(pack, one))
    found = [one.parameter for one, _ in thresholds_of(pack, rule, at=TODAY, division=None)]
    assert "medical.enrolment_closed" not in found


@given(strategies.decimals(min_value=0, max_value=1_000_000, places=3))
def test_a_ladder_stands_on_the_value_in_force_and_never_below_zero(value: Decimal) -> None:
    rungs = ladder(value)
    assert value in rungs
    assert rungs == sorted(set(rungs))
    assert min(rungs) >= 0
    assert 2 <= len(rungs) <= 14
    if 0 < value < 1:
        assert max(rungs) <= 1
    if value == value.to_integral_value():
        assert all(rung == rung.to_integral_value() for rung in rungs)
