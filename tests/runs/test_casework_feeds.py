"""What a visit established becomes a delivery: the next run knows it, and can be repeated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from fangpin.casework.cases import acts
from fangpin.feeds.arrivals import arrivals
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault
from fangpin.runs.casework_feeds import deliver_casework
from tests.casework.cases_world import DAY, Office, build_household, moment, pack
from tests.cast import build_cast, build_divisions

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    """A case whose visit found unsafe water and wages of 3,000 yuan."""
    build_divisions()
    cast = build_cast()
    build_household()
    office = Office(cast, pack())
    case = acts.report_clue(
        pack=office.pack,
        household_ref=1,
        by=office.scope(cast.reviewer),
        at=moment(DAY),
        channel="inspection",
    )
    office = office.on(case)
    office.act("assign", cast.reviewer)
    office.visit(
        answers=(
            acts.Answer("unsafe_water", "true"),
            acts.Answer("wages_12_months", "3000", system="10800", verdict="differs"),
        ),
    )
    return office


def deliver(office: Office, home: Home, on: date) -> list[str]:
    home.prepare()
    with connect() as engine:
        receipts = deliver_casework(
            home=home,
            pack=office.pack,
            engine=engine,
            vault=Vault(home=home, engine=engine),
            as_of=on,
        )
    return [f"{one.feed} {one.outcome}" for one in receipts]


def test_a_visit_is_delivered_once_and_loaded_whole(office: Office, tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert deliver(office, home, date(2020, 6, 10)) == ["casework.visits accepted"]
    assert deliver(office, home, date(2020, 6, 10)) == []
    [arrival] = arrivals(home, feed="casework.visits")
    assert (arrival.read, arrival.accepted) == (1, 1)


def test_before_its_day_a_visit_is_not_known(office: Office, tmp_path: Path) -> None:
    assert deliver(office, Home(tmp_path), date(2020, 5, 9)) == []


def test_a_second_visit_of_the_month_replaces_the_first(office: Office, tmp_path: Path) -> None:
    home = Home(tmp_path)
    deliver(office, home, date(2020, 5, 11))
    later = replace(office, day=date(2020, 5, 12))
    later.act("record_consent", office.cast.cadre, form="signature", signed_date=date(2020, 5, 12))
    later.compare()
    later.deliberate()
    later.act("post_notice", office.cast.cadre, place="公开栏")
    there = later.later(5)
    there.act("end_notice", office.cast.cadre)
    there.act(
        "return_for_correction",
        office.cast.reviewer,
        to_step="visit",
        reason="facts_unclear",
        note="工资再核实",
    )
    there.visit(answers=(acts.Answer("wages_12_months", "5000"),))

    assert deliver(office, home, date(2020, 6, 10)) == ["casework.visits accepted"]
    second = arrivals(home, feed="casework.visits")[-1]
    assert second.accepted == 1
    assert len(second.superseded) == 1


def identify(office: Office, *, from_day: date) -> None:
    """From the visit to the county's approval, five days later."""
    there = replace(office, day=from_day)
    there.act("record_consent", office.cast.cadre, form="signature", signed_date=from_day)
    there.compare()
    there.deliberate()
    there.act("post_notice", office.cast.cadre, place="公开栏")
    last = there.later(5)
    last.act("end_notice", office.cast.cadre)
    last.act("review_at_township", office.cast.reviewer, opinion="同意")
    last.act("approve_at_county", office.cast.approver)


def test_an_identification_is_told_to_the_next_run(office: Office, tmp_path: Path) -> None:
    identify(office, from_day=date(2020, 5, 12))

    assert "casework.monitoring accepted" in deliver(office, Home(tmp_path), date(2020, 6, 10))


def delivered(home: Home) -> list[tuple[str, str | None]]:
    """(visit number, water) of the visits that stand in the lake."""
    told: dict[str, str | None] = {}
    with connect() as engine:
        for arrival in arrivals(home, feed="casework.visits"):
            file = home.deliveries / "casework.visits" / arrival.delivery / "facts.parquet"
            for number, water in engine.rows(
                f"SELECT visit_no, unsafe_water FROM read_parquet('{file}')"
            ):
                told[number] = water
    return sorted(told.items())


def test_a_visit_of_a_household_that_no_registry_lists_waits_until_it_is_joined(
    office: Office, tmp_path: Path
) -> None:
    """And is told anew, empty, when the joining is taken back."""
    from tests.casework.test_unregistered import join, met, part

    home = Home(tmp_path)
    deliver(office, home, date(2020, 5, 12))
    case = met(replace(office, day=date(2020, 5, 12)))
    there = replace(office, day=date(2020, 5, 13)).on(case)
    there.act("assign", office.cast.reviewer)
    there.visit(answers=(acts.Answer("unsafe_water", "true"),))
    assert deliver(office, home, date(2020, 6, 10)) == []

    to = build_household(9)
    join(replace(there, day=date(2020, 6, 20)), case, to)
    assert deliver(office, home, date(2020, 7, 10)) == ["casework.visits accepted"]
    assert delivered(home) == [("H000001-202005", "yes"), (f"{to.household_no}-202005", "yes")]

    part(replace(there, day=date(2020, 7, 20)), case)
    assert deliver(office, home, date(2020, 8, 10)) == ["casework.visits accepted"]
    assert delivered(home)[1] == (f"{to.household_no}-202005", None)


def visited(office: Office, ref: int, on: date, hour: int) -> Office:
    """Another household is visited, and its water found unsafe."""
    build_household(ref)
    at = moment(on, hour)
    case = acts.report_clue(
        pack=office.pack,
        household_ref=ref,
        by=office.scope(office.cast.reviewer),
        at=at,
        channel="inspection",
    )
    there = replace(office, day=on).on(case)
    there.act("assign", office.cast.reviewer)
    there.visit(answers=(acts.Answer("unsafe_water", "true"),))
    return there


def test_a_visit_recorded_after_the_run_of_its_day_is_known_to_the_next_one(
    office: Office, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    assert deliver(office, home, DAY) == ["casework.visits accepted"]
    visited(office, 2, DAY, 7)

    assert deliver(office, home, date(2020, 6, 10)) == ["casework.visits accepted"]
    assert delivered(home) == [("H000001-202005", "yes"), ("H000002-202005", "yes")]
    latest = arrivals(home, feed="casework.visits")[-1]
    assert (latest.accepted, latest.repeated) == (1, 1)


def test_a_visit_recorded_after_the_run_is_known_to_the_run_of_that_day_again(
    office: Office, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    deliver(office, home, DAY)
    visited(office, 2, DAY, 7)

    assert deliver(office, home, DAY) == ["casework.visits accepted"]
    assert deliver(office, home, DAY) == []
    assert deliver(office, home, date(2020, 6, 10)) == []


def test_an_identification_after_the_run_of_its_day_is_told_to_the_next_one(
    office: Office, tmp_path: Path
) -> None:
    home = Home(tmp_path)
    identify(office, from_day=date(2020, 5, 12))
    deliver(office, home, date(2020, 5, 17))
    identify(visited(office, 2, date(2020, 5, 12), 2), from_day=date(2020, 5, 12))

    deliver(office, home, date(2020, 6, 10))

    first, second = arrivals(home, feed="casework.monitoring")
    assert (first.accepted, second.accepted, second.repeated) == (1, 1, 1)


def test_a_visit_of_an_earlier_day_that_is_recorded_later_does_not_stand_above_the_other(
    office: Office, tmp_path: Path
) -> None:
    """Another verifier's phone had no signal: which one stands does not hang on the run between."""
    home = Home(tmp_path)
    deliver(office, home, DAY)
    late = acts.VisitRecord(
        visited_at=moment(date(2020, 5, 9), 1),
        verifiers=("cadre", "王村医"),
        is_at_risk=True,
        judgement="当天未见户主。",
        causes=(acts.CauseFound("illness"),),
        answers=(acts.Answer("unsafe_water", "false"),),
    )
    replace(office, day=date(2020, 5, 11)).act("supplement_visit", office.cast.cadre, visit=late)

    assert deliver(office, home, date(2020, 6, 10)) == []
    assert delivered(home) == [("H000001-202005", "yes")]
