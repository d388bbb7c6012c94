"""Held, released, refused, dated back: every day is what a clerk with the papers of that day has."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from fangpin.feeds.holds import hold_delivery, refuse_delivery, release_delivery
from fangpin.policy.pack import Pack
from fangpin.values.month import Month
from tests.ledger.village import Amounts, Lake, bill, person

FIRST, LAST = date(2020, 2, 1), date(2020, 6, 20)
ACTS = {"hold": hold_delivery, "release": release_delivery, "refuse": refuse_delivery}


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def report(number: str, household: str, day: str) -> dict[str, Any]:
    """One row of the reports of shocks."""
    return {"report_no": number, "household_no": household, "day": day, "damage": "100"}


def settled(tmp_path: Path, pack: Pack) -> Lake:
    """A home with the registry of two households."""
    lake = Lake(tmp_path, pack)
    people = [
        person("A", 1, "ann", month="2020-01", relation="head"),
        person("B", 1, "bob", month="2020-01", relation="head"),
    ]
    lake.receive("registry.people", people, on=date(2020, 1, 5))
    return lake


def test_a_refused_delivery_takes_its_months_with_it(tmp_path: Path, hillside: Pack) -> None:
    lake = settled(tmp_path, hillside)
    receipt = lake.receive("health.bills", [bill("1", "ann", "2020-02-10", "5")], on=FIRST)
    before = lake.snapshot(LAST).coverage.months["health.bills"]

    refuse_delivery(
        lake.home, delivery=receipt.delivery or "", by="x", at=noon(date(2020, 4, 1)), reason="cut"
    )

    assert lake.snapshot(date(2020, 3, 31)).coverage.months["health.bills"] == before
    assert "health.bills" not in lake.snapshot(date(2020, 4, 1)).coverage.months
    assert lake.amounts(date(2020, 3, 31)) == {
        ("A", "2020-02", item): amount
        for (_, _, item), amount in lake.amounts(date(2020, 3, 31)).items()
    }
    assert lake.amounts(date(2020, 4, 1)) == {}


def test_while_reports_of_events_wait_nobody_reads_as_unharmed(
    tmp_path: Path, hillside: Pack
) -> None:
    """Events have no month that would be missing: without this a held file would read as no event."""
    lake = settled(tmp_path, hillside)
    lake.receive("shocks.reports", [report("1", "A", "2020-02-10")], on=FIRST)
    feed = hillside.contracts["shocks.reports"]
    window = (Month.of(2020, 3), Month.of(2020, 5))
    name = lake.receive(
        "shocks.reports", [report("2", "B", "2020-04-10")], on=date(2020, 5, 2)
    ).delivery
    asked: dict[str, Any] = {"delivery": name, "by": "x", "reason": "odd"}
    hold_delivery(lake.home, at=noon(date(2020, 5, 3)), **asked)

    assert lake.snapshot(date(2020, 5, 2)).coverage.is_known(feed, *window)
    assert not lake.snapshot(date(2020, 5, 3)).coverage.is_known(feed, *window)
    release_delivery(lake.home, at=noon(date(2020, 5, 9)), **asked)
    assert lake.snapshot(date(2020, 5, 9)).coverage.is_known(feed, *window)
    refuse_delivery(lake.home, at=noon(date(2020, 5, 10)), **asked)
    assert lake.snapshot(date(2020, 5, 10)).coverage.is_known(feed, *window)


def test_a_row_that_stood_in_a_refused_delivery_lives_on_in_the_one_that_repeated_it(
    tmp_path: Path, hillside: Pack
) -> None:
    lake = settled(tmp_path, hillside)
    row = bill("1", "ann", "2020-02-10", "5")
    first = lake.receive("health.bills", [row], on=FIRST)
    again = lake.receive(
        "health.bills", [row, bill("2", "bob", "2020-02-11", "7")], on=date(2020, 3, 1)
    )
    assert (again.accepted, again.duplicate) == (1, 1)

    refuse_delivery(
        lake.home, delivery=first.delivery or "", by="x", at=noon(date(2020, 4, 1)), reason="cut"
    )

    assert lake.amounts(LAST)["A", "2020-02", "bills"] == Decimal(5)
    assert lake.amounts(date(2020, 2, 20))["A", "2020-02", "bills"] == Decimal(5)


def test_a_correction_dated_back_does_not_touch_the_days_between(
    tmp_path: Path, hillside: Pack
) -> None:
    lake = settled(tmp_path, hillside)
    lake.receive("health.bills", [bill("1", "ann", "2020-02-10", "5")], on=date(2020, 3, 8))
    lake.receive("health.bills", [bill("1", "ann", "2020-02-10", "9")], on=date(2020, 3, 4))

    assert lake.amounts(date(2020, 3, 3)) == {}
    assert lake.amounts(date(2020, 3, 5))["A", "2020-02", "bills"] == Decimal(9)
    assert lake.amounts(date(2020, 3, 9))["A", "2020-02", "bills"] == Decimal(5)


def test_a_row_that_lives_on_by_a_correction_dated_back_is_taken_back_where_it_stands(
    tmp_path: Path, hillside: Pack
) -> None:
    lake = settled(tmp_path, hillside)
    row = bill("3", "ann", "2020-02-11", "30")
    lake.receive("health.bills", [row], on=date(2020, 2, 5))
    lake.receive("health.bills", [row, bill("4", "bob", "2020-01-10", "2")], on=date(2020, 2, 22))
    lake.receive("health.bills", [bill("3", "ann", "2020-02-11", "1")], on=date(2020, 2, 8))
    lake.receive("health.bills", [bill("3", "bob", "2020-02-11", "30")], on=date(2020, 2, 25))

    assert lake.amounts(date(2020, 2, 9))["A", "2020-02", "bills"] == Decimal(1)
    assert lake.amounts(date(2020, 2, 23))["A", "2020-02", "bills"] == Decimal(30)
    last = lake.amounts(date(2020, 2, 26))
    assert last["B", "2020-02", "bills"] == Decimal(30)
    assert ("A", "2020-02", "bills") not in last


def test_deciding_twice_is_deciding_once(tmp_path: Path, hillside: Pack) -> None:
    lake = settled(tmp_path, hillside)
    name = lake.receive("health.bills", [bill("1", "ann", "2020-02-10", "5")], on=FIRST).delivery
    first = hold_delivery(lake.home, delivery=name or "", by="x", at=noon(FIRST), reason="odd")
    again = hold_delivery(lake.home, delivery=name or "", by="y", at=noon(LAST), reason="odd too")

    assert (first.is_new, again.is_new) == (True, False)
    assert again.decision == first.decision
    assert len(list(lake.home.deliveries.glob("health.bills/*.json"))) == 1


# ── against a slow oracle ───────────────────────────────────────────────────────────────────────


@dataclass
class Sent:
    """One file, and what was decided about it on which day."""

    on: date
    rows: list[dict[str, Any]]
    decided: list[tuple[date, str]] = field(default_factory=list)

    def is_in_force(self, day: date) -> bool:
        standing = "release"
        for when, act in self.decided:
            if when <= day:
                standing = act
        return self.on <= day and standing == "release"


def make(seed: int) -> list[Sent]:
    """Some files in the order in which they reach the desk; some bear an earlier day."""
    random = Random(seed)
    sent, day = [], FIRST
    for _ in range(random.randint(3, 6)):
        day += timedelta(days=random.randint(0, 20))
        back = timedelta(days=random.choice([0, 0, 0, 15, 40]))
        rows = [
            bill(
                str(number),
                random.choice(["ann", "bob"]),
                random.choice(["2020-01-10", "2020-02-11"]),
                random.choice(["1", "2", "30"]),
            )
            for number in random.sample(range(4), random.randint(1, 4))
        ]
        one = Sent(max(FIRST, day - back), rows)
        when = one.on
        for _ in range(random.choice([0, 0, 1, 2])):
            when += timedelta(days=random.randint(0, 30))
            one.decided.append((when, random.choice(list(ACTS))))
        sent.append(one)
    return sent


def by_hand(sent: list[Sent], day: date) -> Amounts:
    """The box of papers of a day: of each bill the last paper counts."""
    box: dict[str, dict[str, Any]] = {}
    for one in sorted(sent, key=lambda one: one.on):
        if one.is_in_force(day):
            box |= {row["bill_no"]: row for row in one.rows}
    found: Amounts = {}
    for row in box.values():
        home = {"ann": "A", "bob": "B"}[row["id_number"]]
        place = (home, row["paid_date"][:7], "bills")
        found[place] = found.get(place, Decimal(0)) + Decimal(row["own_share"])
    return found


@pytest.mark.parametrize("is_stepwise", [True, False])
@example(seed=1786)
@example(seed=194890834)
@given(seed=st.integers(0, 2**32 - 1))
@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_every_day_is_what_a_clerk_has(hillside: Pack, is_stepwise: bool, seed: int) -> None:
    sent = make(seed)
    with tempfile.TemporaryDirectory() as folder:
        lake = settled(Path(folder), hillside)
        names: list[str] = []
        for one in sent:
            receipt = lake.receive("health.bills", one.rows, on=one.on)
            names.append(receipt.delivery or "")
            if is_stepwise:
                lake.amounts(one.on)
        kept = [one for place, one in enumerate(sent) if names.index(names[place]) == place]
        unique = list(dict.fromkeys(names))
        for one, name in zip(kept, unique, strict=True):
            for when, act in one.decided:
                ACTS[act](lake.home, delivery=name, by="clerk", at=noon(when), reason="looked")
        days = sorted({day for one in kept for day in (one.on, *(d for d, _ in one.decided))})
        for day in [*days, LAST]:
            told = {place: sum_ for place, sum_ in lake.amounts(day).items() if place[2] == "bills"}
            assert told == by_hand(kept, day), day
