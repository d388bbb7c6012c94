"""The figures of a case before a run has brought its household's months."""

from __future__ import annotations

import pytest

from fangpin.casework.alerts.models import Run
from fangpin.casework.cases.assessment import statement_of
from fangpin.casework.registry.models import HouseholdMonth
from fangpin.values.month import Month
from tests.casework.cases_world import DAY, build_household, moment, pack
from tests.cast import build_divisions

pytestmark = pytest.mark.django_db


def self_paid(*, months: dict[str, str]) -> object:
    """Compliant self-paid spending of a household with some month's amounts, all feeds delivered."""
    build_divisions()
    household = build_household(5)
    HouseholdMonth.objects.filter(household=household).delete()
    for month, amount in months.items():
        HouseholdMonth.objects.create(
            household=household,
            month=int(Month.parse(month)),
            amounts={"medical_compliant_self_paid": amount},
        )
    last = int(Month.last_complete(DAY))
    Run.objects.create(
        as_of=DAY,
        month=last,
        folder="f",
        key="k",
        pack="test",
        loaded_at=moment(DAY),
        count_of_households=1,
        coverage={feed: [last - back for back in range(36)] for feed in pack().contracts},
    )
    statement = statement_of(pack(), household, at=DAY)
    assert statement is not None
    (line,) = [one for one in statement.beside if one.line == "compliant_self_paid"]
    return line.amount


def test_of_a_household_whose_months_no_run_has_brought_nothing_is_zero() -> None:
    """A clue opened its case since: what it paid for care stands in the ledger and not here."""
    assert self_paid(months={}) is None


def test_of_a_household_with_months_silence_in_a_delivered_month_is_zero() -> None:
    assert self_paid(months={"2019-11": "450.00"}) == 450
