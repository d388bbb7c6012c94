"""Households are found by number, name and village; the head comes first."""

from __future__ import annotations

import pytest

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.officials import queries as officials
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household
from tests.casework.queries.county import alert_of
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_a_household_is_found_by_reference_and_by_number(cast: Cast) -> None:
    assert registry.household(cast.cadre.scope, 1).head_name == "李竹溪"
    assert registry.household(cast.cadre.scope, household_no="H000001").household_ref == 1


def test_the_head_comes_first_among_the_members(cast: Cast) -> None:
    assert [member.is_head for member in registry.members(cast.cadre.scope, 1)] == [True, False]
    assert len(registry.months(cast.cadre.scope, 1)) == 4


def test_the_search_finds_names_numbers_and_alerts(cast: Cast) -> None:
    def found(text: str) -> list[tuple[str, bool]]:
        return [
            (one.household.head_name, one.alert is not None)
            for one in alerts.search(cast.analyst.scope, text)
        ]

    assert found("李") == [("李竹溪", True), ("李四", True)]
    assert found("H000004") == [("黄国", True)]
    assert found(alert_of(5).alert_no.lower()) == [("邓生", True)]
    assert found("%") == found("") == found("王") == []
    assert len(alerts.search(cast.analyst.scope, "李", limit=1)) == 1


def test_the_search_finds_the_households_of_a_village_and_a_name_in_it(cast: Cast) -> None:
    def found(text: str) -> list[str]:
        return [one.household.head_name for one in alerts.search(cast.analyst.scope, text)]

    home = registry.household(cast.analyst.scope, 1)
    village = f"{home.division}号"
    here = Household.objects.filter(division=home.division)
    assert sorted(found(village)) == sorted(one.head_name for one in here)
    assert found(f"No {home.division}") == found(village), "in either language"
    assert found(f"{village} 李竹") == found(f"李竹 {village}") == ["李竹溪"]
    assert found(f"{village} 谁也不是") == []
    assert found("4310号") == [], "a city is a place to go to, not a list of its households"
    assert not alerts.search(cast.outsider.scope, village)
    assert not officials.divisions_named(cast.outsider.scope, village, limit=5)
    assert [one.code for one in officials.divisions_named(cast.analyst.scope, "4310", limit=2)] == [
        "4310",
        "431022",
    ]


def test_of_a_village_those_with_an_open_alert_come_first(cast: Cast) -> None:
    quiet = Household.objects.exclude(alerts__state="open").first()
    if quiet is None:
        quiet = Household.objects.create(
            household_ref=999,
            household_no="H000000",
            division=Household.objects.get(household_ref=1).division,
            head_name="安静",
            count_of_members=1,
        )
    found = alerts.search(cast.analyst.scope, f"{quiet.division}号")
    with_alert = [one.alert is not None for one in found]
    assert with_alert == sorted(with_alert, reverse=True)
    assert set(with_alert) == {True, False}
