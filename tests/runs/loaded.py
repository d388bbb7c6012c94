"""A village of two homes whose runs are loaded into the case database: ann's and bob's."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from fangpin.casework.registry.models import HouseholdMonth
from fangpin.policy.calendar import WorkingCalendar
from fangpin.runs.loading.alerts import LoadReport, load_run
from fangpin.values.month import Month
from tests.ledger.village import Lake, person

REGISTERED = date(2019, 6, 3)


def noon(day: date) -> datetime:
    """Noon of a day in China."""
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)


def register(lake: Lake) -> None:
    """ann is the head of A, bob of B."""
    homes = (("A", "ann"), ("B", "bob"))
    people = [
        person(home, 1, name, month="2019-06", relation="head", trade="smith")
        for home, name in homes
    ]
    lake.receive("registry.people", people, on=REGISTERED)


def run_and_load(lake: Lake, on: date) -> tuple[Path, LoadReport]:
    """The folder of a day's run, and what its load did."""
    folder = lake.run(on).folder
    report = load_run(
        run_folder=folder, pack=lake.pack, calendar=WorkingCalendar(lake.pack), at=noon(on)
    )
    return folder, report


def copied(lake: Lake, household: str = "A") -> dict[str, dict[str, str]]:
    """Month -> item -> amount of a household in the case database."""
    found = HouseholdMonth.objects.filter(household_id=lake.ref(household)).order_by("month")
    return {str(Month(row.month)): row.amounts for row in found}
