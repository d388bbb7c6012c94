"""Whatever arrives in whatever batches: step by step equals at once, and a plain count by hand."""

from __future__ import annotations

import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from fangpin.policy.pack import Pack
from fangpin.values.month import Month
from tests.ledger.house_numbers import HouseNumbers
from tests.ledger.village import Amounts, Lake, bill, person

PEOPLE = ["ann", "bob", "cleo", "dan", "eve", "fred"]
HOMES = {"A": "H01", "B": "H01", "C": "H02"}
BORN = {"eve": "2005-03-15", "fred": "2010-01-31"}
LAST_DAY = date(2020, 12, 20)


@dataclass
class Delivery:
    """One file of some feed."""

    feed: str
    rows: list[dict[str, Any]]
    on: date


def make_deliveries(seed: int) -> list[Delivery]:
    """A registry, then some of bills, papers and registries, each with rows that return changed."""
    random = Random(seed)
    day = date(2020, 1, 5)
    found = [Delivery("registry.people", _registry(random, day), day)]
    for _ in range(random.randint(3, 6)):
        day += timedelta(days=random.randint(0, 40))
        feed = random.choice(["health.bills", "health.bills", "house.grades", "registry.people"])
        rows = {"health.bills": _bills, "house.grades": _papers, "registry.people": _registry}
        found.append(Delivery(feed, rows[feed](random, day), day))
    if random.random() < 0.3:
        found.insert(0, Delivery("health.bills", _bills(random, day), date(2020, 1, 2)))
    return found


def _registry(random: Random, day: date) -> list[dict[str, Any]]:
    month = str(Month.containing(day))
    villages = random.choice([["H01", "H02"], ["H01"], ["H02"]])
    homes = [home for home, village in HOMES.items() if village in villages]
    listed = [name for name in PEOPLE if random.random() < 0.8] or PEOPLE[:1]
    rows = []
    for number, name in enumerate(listed):
        home = random.choice(homes)
        rows.append(
            person(
                home,
                number,
                name,
                month=month,
                village=HOMES[home],
                relation=random.choice(["head", "other"]),
                born=BORN.get(name, "1980-01-01"),
                trade=random.choice(["farmer", "smith"]),
            )
        )
    return rows


def _bills(random: Random, day: date) -> list[dict[str, Any]]:
    numbers = random.sample(range(12), random.randint(1, 6))
    return [
        bill(
            str(number),
            random.choice([*PEOPLE, "stranger"]),
            str(day - timedelta(days=random.choice([1, 40, 200]))),
            f"{random.randint(-500, 9000) / 100:.2f}",
            random.choice(["inpatient", "outpatient"]),
        )
        for number in numbers
    ]


def _papers(random: Random, day: date) -> list[dict[str, Any]]:
    return [
        {
            "paper_no": str(number),
            "id_number": random.choice(PEOPLE),
            "day": str(day - timedelta(days=random.choice([1, 40, 200]))),
            "grade": random.choice("abcd"),
        }
        for number in random.sample(range(4), random.randint(1, 2))
    ]


@dataclass
class ByHand:
    """The ledger as a clerk would keep it: one register of people, one box of papers a feed."""

    spans: list[list[Any]] = field(default_factory=list)
    """[person, household, from, to); to is None while it lasts."""
    listed: dict[str, dict[str, Any]] = field(default_factory=dict)
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    boxes: dict[str, dict[str, Any]] = field(default_factory=lambda: defaultdict(dict))
    latest: int = 0
    homes: HouseNumbers = field(default_factory=HouseNumbers)

    def take(self, delivery: Delivery) -> None:
        if delivery.feed == "registry.people":
            self._register(delivery)
            return
        key = "bill_no" if delivery.feed == "health.bills" else "paper_no"
        for place, row in enumerate(delivery.rows):
            old = self.boxes[delivery.feed].get(row[key])
            if old is None or old["row"] != row:
                self.boxes[delivery.feed][row[key]] = {"row": row, "place": (delivery.on, place)}

    def _register(self, delivery: Delivery) -> None:
        self.latest = month = max(self.latest, int(Month.containing(delivery.on)))
        villages = {row["village"] for row in delivery.rows}
        rows = {row["id_number"]: row for row in delivery.rows}
        self.listed = {
            name: row
            for name, row in self.listed.items()
            if row["village"] not in villages and name not in rows
        } | rows
        self.told |= rows
        under = {name: row["household_no"] for name, row in self.listed.items()}
        homes = self.homes.restate(under, {row["household_no"] for row in rows.values()})
        self.listed = {
            name: row | {"household_no": under[name]} for name, row in self.listed.items()
        }
        for span in self.spans:
            if span[3] is None and homes.get(span[0]) != span[1]:
                span[3] = month
        lasting = {span[0] for span in self.spans if span[3] is None}
        known = {span[0] for span in self.spans}
        for name, home in homes.items():
            if name not in lasting:
                self.spans.append([name, home, month if name in known else 0, None])

    def home_of(self, name: str, month: int) -> str | None:
        for person_name, home, first, last in self.spans:
            if person_name == name and first <= month and (last is None or month < last):
                return str(home)
        return None

    def amounts(self) -> Amounts:
        found: Amounts = defaultdict(Decimal)
        patients: dict[tuple[str, str], set[str]] = defaultdict(set)
        for kept in self.boxes["health.bills"].values():
            row = kept["row"]
            day = date.fromisoformat(row["paid_date"])
            home = self.home_of(row["id_number"], int(Month.containing(day)))
            if home is None:
                continue
            told = self.told[row["id_number"]]
            age = day.year - int(told["birth_date"][:4])
            age -= day.month < int(told["birth_date"][5:7])
            month, share = str(Month.containing(day)), Decimal(row["own_share"])
            patients[home, month].add(row["id_number"])
            counted = {
                "bills": share,
                "visits": Decimal(1),
                "ward_bills": share if row["visit"] == "inpatient" else None,
                "child_bills": share if age < 16 else None,
                "head_bills": share if told["relation"] == "head" else None,
                "farmer_bills": share if told["trade"] == "farmer" else None,
            }
            for item, amount in counted.items():
                if amount is not None:
                    found[home, month, item] += amount
        counts = {(*place, "patients"): Decimal(len(who)) for place, who in patients.items()}
        return dict(found) | counts

    def states(self) -> dict[tuple[str, str], str]:
        latest: dict[str, tuple[Any, str]] = {}
        for kept in self.boxes["house.grades"].values():
            row = kept["row"]
            month = int(Month.containing(date.fromisoformat(row["day"])))
            home = self.home_of(row["id_number"], month)
            if home is not None:
                place = (month, *kept["place"])
                latest[home] = max(latest.get(home, ((0,), "")), (place, row["grade"]))
        return {(home, "house_grade"): grade for home, (_, grade) in latest.items()}


@given(seed=st.integers(0, 2**32 - 1))
@example(seed=1827)
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_step_by_step_equals_at_once_and_a_count_by_hand(hillside: Pack, seed: int) -> None:
    deliveries = make_deliveries(seed)
    with tempfile.TemporaryDirectory() as folder:
        stepwise = Lake(Path(folder) / "stepwise", hillside, set(HOMES))
        by_hand = ByHand()
        has_registry = False
        for delivery in deliveries:
            stepwise.receive(delivery.feed, delivery.rows, on=delivery.on)
            by_hand.take(delivery)
            has_registry |= delivery.feed == "registry.people"
            if has_registry:
                stepwise.snapshot(delivery.on)
        at_once = Lake(Path(folder) / "at_once", hillside, set(HOMES))
        for delivery in deliveries:
            at_once.receive(delivery.feed, delivery.rows, on=delivery.on)

        first, second = stepwise.amounts(LAST_DAY), at_once.amounts(LAST_DAY)
        assert first == second
        assert stepwise.states(LAST_DAY) == at_once.states(LAST_DAY)
        assert first == by_hand.amounts()
        assert _months_of(stepwise) == _months_of(at_once)
        if not _same_day_papers(deliveries):
            assert stepwise.states(LAST_DAY) == by_hand.states()


def _months_of(lake: Lake) -> dict[str, frozenset[int]]:
    return dict(lake.snapshot(LAST_DAY).coverage.months)


def _same_day_papers(deliveries: list[Delivery]) -> bool:
    """Two files of states on one day have no order between them."""
    days = [delivery.on for delivery in deliveries if delivery.feed == "house.grades"]
    return len(days) != len(set(days))
