"""What each of the cast can read, and that the outsider reads nothing anywhere."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fangpin.casework.alerts import history
from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.overview import Overview
from fangpin.casework.alerts.queue import QueueFilters
from fangpin.casework.audit import queries as audit
from fangpin.casework.audit.actions import record
from fangpin.casework.officials import queries as officials
from fangpin.casework.officials.scope import NOTHING, Scope
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household, HouseholdJoin, Provisional
from fangpin.values.month import Month
from tests.casework.run_folders import AT, HitRow, HouseholdRow, RunFolder
from tests.cast import (
    CITY,
    COUNTY,
    NEXT_COUNTY_VILLAGE,
    NEXT_TOWNSHIP_VILLAGE,
    NEXT_VILLAGE,
    OTHER_CITY_VILLAGE,
    TODAY,
    TOWNSHIP,
    VILLAGE,
    Cast,
    build_cast,
    build_divisions,
)
from tests.standing import standing

pytestmark = pytest.mark.django_db

MET, JOINED = (1 << 61) + 1, (1 << 61) + 2

MODULES: list[ModuleType] = [alerts, history, registry, audit, officials]
WITHOUT_SCOPE = {"latest_run", "names_of"}
"""Tell which run is loaded, and the names of officials that stand beside their acts: nothing of any
household."""
OF_ONE_S_OWN_CITY = (
    alerts.queue,
    alerts.count_of_open,
    alerts.overview,
    alerts.open_by_rule,
    history.alerts_as_of,
    registry.count,
    officials.top_divisions,
    officials.in_office,
    officials.divisions_of_level,
)
"""Reads that name no household: the outsider gets those of the city where the outsider works."""


@pytest.fixture(scope="module")
def offices(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cast]:
    """The cast and its county, made once for this file: what tests write is rolled back."""
    folder = tmp_path_factory.mktemp("runs")
    with standing(django_db_blocker, lambda: build_county(folder)) as made:
        yield made


@pytest.fixture
def cast(offices: Cast, db: None) -> Cast:
    """The cast, and two runs over six households of which one lives in the outsider's city."""
    return copy.deepcopy(offices)


def build_county(folder: Path) -> Cast:
    """See `cast`."""
    build_divisions()
    places = [
        VILLAGE,
        VILLAGE,
        NEXT_VILLAGE,
        NEXT_TOWNSHIP_VILLAGE,
        NEXT_COUNTY_VILLAGE,
        OTHER_CITY_VILLAGE,
    ]
    names = ["李竹溪", "李四", "陈有田", "黄国", "邓生", "王秀莲"]
    households = tuple(
        HouseholdRow(ref, division=place, head_name=name)
        for ref, (place, name) in enumerate(zip(places, names, strict=True), start=1)
    )
    RunFolder(
        as_of=date(2020, 11, 14), key="nov", households=households, hits=(HitRow(1), HitRow(4))
    ).load(folder)
    RunFolder(
        households=households,
        hits=(
            HitRow(1, rows=(7, 8)),
            HitRow(1, rule="job_loss", severity="red", cause="job"),
            HitRow(2, severity="blue", cause="schooling"),
            HitRow(3, severity="orange"),
            HitRow(5),
            HitRow(6),
        ),
    ).load(folder)
    record(
        act="view_household",
        official="cadre",
        subject_kind="household",
        subject="1",
        division=VILLAGE,
        at=AT,
    )
    return build_cast()


def alert_of(ref: int) -> Alert:
    return Alert.objects.get(household_id=ref)


def households_of(scope: Scope, **filters: Any) -> list[int]:
    page = alerts.queue(scope, filters=QueueFilters(**filters))
    return [row.alert.household_id for row in page.rows]


# ── nobody sees what is not theirs ──────────────────────────────────────────────────────────────


def public_functions() -> Iterator[Callable[..., Any]]:
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if function.__module__ == module.__name__ and not name.startswith("_"):
                yield function


ALL = [function for function in public_functions() if function.__name__ not in WITHOUT_SCOPE]


def met_and_known() -> Provisional:
    """A household that no registry lists and whose head is of household 1; one like it was joined."""
    for ref in (MET, JOINED):
        household, _ = Household.objects.get_or_create(
            household_ref=ref,
            defaults={
                "household_no": f"U{ref}",
                "division": VILLAGE,
                "head_name": "新来",
                "count_of_members": 1,
                "is_listed": False,
            },
        )
        Provisional.objects.get_or_create(
            household=household,
            defaults={
                "division": VILLAGE,
                "form": "unregistered",
                "form_version": 1,
                "identity_ref": 10,
                "registered_at": AT,
                "registered_by": "cadre",
            },
        )
    HouseholdJoin.objects.get_or_create(
        provisional_id=JOINED,
        household_id=1,
        defaults={"joined_at": AT, "joined_by": "reviewer", "note": "同一户"},
    )
    return Provisional.objects.get(pk=MET)


def arguments_for(function: Callable[..., Any]) -> dict[str, Any]:
    """Arguments that ask, by every way there is, for the household of the first village."""
    alert = alert_of(1)
    known = {
        "household_ref": 1,
        "household_no": None,
        "person_ref": 10,
        "text": "李",
        "limit": 50,
        "alert_no": alert.alert_no,
        "alert": alert,
        "rule": None,
        "waiting_steps": ("to_assign", "to_visit"),
        "roles": ("village_cadre", "township_reviewer", "city_analyst"),
        "filters": QueueFilters(state="any"),
        "after": None,
        "run": alerts.latest_run(),
        "on": TODAY,
        "as_of": TODAY,
        "subject_kind": "household",
        "subject": "1",
        "parent": CITY,
        "code": COUNTY,
        "name": f"{VILLAGE}号",
        "villages": [VILLAGE],
        "named_as": "",
        "one": met_and_known(),
        "is_joined": True,
        "head_name": "李竹溪",
        "division": VILLAGE,
        "identity_ref": None,
        "level": "village",
    }
    if function in (registry.provisional, registry.join_of):
        known["household_ref"] = JOINED
    if function is alerts.next_alert:
        # Ask behind the first of the queue, so that there is one to be found.
        known["alert"] = Alert.objects.order_by("due_date", "id")[0]
    return {name: known[name] for name in [*inspect.signature(function).parameters][1:]}


def answer(function: Callable[..., Any], scope: Scope) -> Any:
    """What the function tells; None when it says that there is nothing."""
    try:
        return function(scope, **arguments_for(function))
    except ObjectDoesNotExist:
        return None


def tells_nothing(found: Any) -> bool:
    if isinstance(found, Overview):
        counts = (found.open, found.overdue, found.to_visit, found.households, found.members)
        return not any([*counts, *found.trend, found.divisions, found.causes])
    if isinstance(found, registry.Count):
        return found == registry.Count()
    if isinstance(found, alerts.QueuePage):
        return (found.rows, found.count_capped, found.next) == ((), 0, None)
    if hasattr(found, "model"):
        return not found.exists()
    return not found


def test_the_public_queries_are_found() -> None:
    names = {function.__name__ for function in ALL}
    assert {"queue", "alert", "household", "members", "months", "search", "overview"} <= names


@pytest.mark.parametrize("function", ALL, ids=lambda function: function.__qualname__)
def test_every_query_begins_with_a_scope(function: Callable[..., Any]) -> None:
    first = next(iter(inspect.signature(function).parameters.values()))
    assert (first.name, first.annotation) == ("scope", "Scope")


@pytest.mark.parametrize(
    "function", ALL, ids=lambda function: f"{function.__module__}.{function.__name__}"
)
def test_the_outsider_and_the_visitor_see_nothing(cast: Cast, function: Callable[..., Any]) -> None:
    assert not tells_nothing(answer(function, cast.analyst.scope)), "the analyst sees something"
    assert tells_nothing(answer(function, cast.visitor.scope))
    assert tells_nothing(answer(function, NOTHING))
    found = answer(function, cast.outsider.scope)
    if function in OF_ONE_S_OWN_CITY:
        assert "4310" not in repr(found), "only the outsider's own city"
        return
    if function is alerts.next_alert:
        assert found is None or found.division == OTHER_CITY_VILLAGE
        return
    assert tells_nothing(found)


# ── the queue ───────────────────────────────────────────────────────────────────────────────────


def test_the_open_alerts_of_a_scope_are_counted_as_the_queue_lists_them(cast: Cast) -> None:
    for person in (cast.analyst, cast.county_analyst, cast.outsider, cast.visitor):
        listed = alerts.queue(person.scope, limit=50)
        assert alerts.count_of_open(person.scope) == len(listed.rows) == listed.count_capped
    assert alerts.count_of_open(cast.analyst.scope) == 5
    assert alerts.count_of_open(cast.outsider.scope) == 1, "of the outsider's own city"


def test_the_queue_holds_the_scope_s_open_alerts_with_the_earliest_due_first(cast: Cast) -> None:
    assert households_of(cast.analyst.scope) == [1, 4, 3, 5, 2]
    assert households_of(cast.reviewer.scope) == [1, 3, 2]
    assert households_of(cast.cadre.scope) == [1, 2]
    assert households_of(cast.outsider.scope) == [6]


@pytest.mark.parametrize(
    ("filters", "refs"),
    [
        ({"division": TOWNSHIP}, [1, 3, 2]),
        ({"division": OTHER_CITY_VILLAGE}, []),
        ({"severity": "orange"}, [3]),
        ({"cause": "schooling"}, [2]),
        ({"step": "to_assign"}, [1, 4, 3, 5, 2]),
        ({"steps": ("to_visit",)}, []),
        ({"rule": "job_loss"}, [1]),
        ({"raised_month": int(Month.of(2020, 10))}, [1, 4]),
        ({"overdue_at": TODAY}, [1, 4]),
        ({"text": "李"}, [1, 2]),
        ({"text": "h000003"}, [3]),
        ({"text": "a202011"}, [1, 4]),
        ({"text": "李_"}, []),
        ({"state": "ended"}, []),
    ],
)
def test_each_filter_keeps_what_it_names(
    cast: Cast, filters: dict[str, Any], refs: list[int]
) -> None:
    assert households_of(cast.analyst.scope, **filters) == refs


def test_pages_follow_one_another_without_gap_or_repeat(cast: Cast) -> None:
    seen: list[int] = []
    after = None
    for _ in range(5):
        page = alerts.queue(cast.analyst.scope, after=after, limit=2)
        seen += [row.alert.household_id for row in page.rows]
        assert page.count_capped == 5
        after = page.next
        if after is None:
            break
    assert seen == [1, 4, 3, 5, 2]


def test_a_count_beyond_the_cap_says_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fangpin.casework.alerts.queue.COUNT_CAP", 3)
    page = alerts.queue(cast.analyst.scope)
    assert (page.count_capped, page.is_capped) == (3, True)


def test_a_line_of_the_queue_shows_the_most_urgent_reason(cast: Cast) -> None:
    first = alerts.queue(cast.analyst.scope).rows[0]
    assert first.reason is not None
    assert (first.reason.rule, first.count_of_reasons) == ("job_loss", 2)
    assert first.alert.household.head_name == "李竹溪"


def test_a_page_costs_the_same_few_queries_however_long_it_is(cast: Cast) -> None:
    scope = cast.analyst.scope
    with CaptureQueriesContext(connection) as queries:
        alerts.queue(scope, limit=50)
    assert len(queries) == 3


def test_the_next_alert_follows_the_filtered_queue(cast: Cast) -> None:
    following = alerts.next_alert(
        cast.analyst.scope, alert=alert_of(1), filters=QueueFilters(division=TOWNSHIP)
    )
    assert following == alert_of(3)
    assert alerts.next_alert(cast.analyst.scope, alert=alert_of(2)) is None


# ── one alert and its proof ─────────────────────────────────────────────────────────────────────


def test_reasons_are_told_run_by_run_the_latest_first(cast: Cast) -> None:
    told = alerts.reasons(cast.cadre.scope, alert_of(1))
    assert [(month.run.as_of, [reason.rule for reason in month.reasons]) for month in told] == [
        (date(2020, 12, 14), ["job_loss", "illness_cost"]),
        (date(2020, 11, 14), ["illness_cost"]),
    ]


def test_evidence_is_what_the_latest_hit_cites(cast: Cast) -> None:
    rows = alerts.evidence(cast.cadre.scope, alert_of(1), "illness_cost")
    assert [row.row_no for row in rows] == [7, 8]
    assert {row.rule for row in alerts.evidence(cast.cadre.scope, alert_of(1))} == {
        "illness_cost",
        "job_loss",
    }


def test_an_alert_outside_the_scope_does_not_exist(cast: Cast) -> None:
    number = alert_of(3).alert_no
    assert alerts.alert(cast.reviewer.scope, number).household_id == 3
    with pytest.raises(Alert.DoesNotExist):
        alerts.alert(cast.cadre.scope, number)


def test_alerts_are_told_as_they_stood_on_a_day(cast: Cast) -> None:
    scope = cast.cadre.scope
    [then] = history.alerts_as_of(scope, as_of=date(2020, 11, 30))
    assert (then.severity, then.due_date, then.rules) == (
        "yellow",
        date(2020, 11, 21),
        ("illness_cost",),
    )
    now = {one.household_no: one for one in history.alerts_as_of(scope, as_of=TODAY)}
    for alert in Alert.objects.filter(household__in=[1, 2]).select_related("household"):
        told = now[alert.household.household_no]
        assert (told.severity, told.due_date) == (alert.severity, alert.due_date)


# ── households ──────────────────────────────────────────────────────────────────────────────────


def test_the_open_alerts_of_a_rule_are_those_that_the_queue_lists_for_it(cast: Cast) -> None:
    for person in (cast.analyst, cast.reviewer, cast.cadre, cast.outsider):
        counts = alerts.open_by_rule(person.scope)
        assert counts
        for rule, count in counts.items():
            assert count == len(households_of(person.scope, rule=rule))


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


def test_a_joining_to_a_household_outside_the_scope_is_told_without_it(cast: Cast) -> None:
    met_and_known()
    Household.objects.filter(household_ref=1).update(division=NEXT_COUNTY_VILLAGE)

    seen = registry.join_of(cast.cadre.scope, JOINED)
    assert seen is not None and seen.household is None
    whole = registry.join_of(cast.analyst.scope, JOINED)
    assert whole is not None and whole.household is not None
    assert registry.join_of(cast.analyst.scope, MET) is None


# ── the overview ────────────────────────────────────────────────────────────────────────────────


def overview(scope: Scope, on: date = TODAY) -> Overview:
    run = alerts.latest_run()
    assert run is not None
    return alerts.overview(scope, run=run, on=on)


def test_the_overview_counts_what_the_queue_lists(cast: Cast) -> None:
    for person in (cast.analyst, cast.reviewer, cast.cadre, cast.supervisor, cast.outsider):
        told = overview(person.scope)
        assert told.open == len(households_of(person.scope))
        assert told.overdue == len(households_of(person.scope, overdue_at=TODAY))
        assert told.new_this_month == len(households_of(person.scope, raised_month=told.month))
        for row in told.divisions:
            listed = households_of(person.scope, division=row.division.code)
            assert row.open == len(listed)
            assert sum(row.open_by_severity.values()) == row.open


def test_the_overview_of_a_city(cast: Cast) -> None:
    told = overview(cast.analyst.scope)
    assert (told.open, told.new_this_month, told.new_last_month) == (5, 3, 2)
    assert (told.overdue, told.to_visit, told.to_visit_overdue) == (2, 5, 2)
    assert (told.households, told.members) == (5, 10)
    assert told.open_by_severity == {"red": 1, "yellow": 2, "orange": 1, "blue": 1}
    assert (len(told.months), told.months[-1].month) == (24, int(Month.of(2020, 11)))
    assert told.trend[-3:] == (0, 2, 3)
    assert [(cause.cause, cause.count) for cause in told.causes] == [
        ("illness", 2),
        ("schooling", 1),
    ]
    assert [
        (row.division.code, row.new, row.open, row.overdue, row.households)
        for row in told.divisions
    ] == [("431022", 2, 4, 2, 4), ("431023", 1, 1, 0, 1)]
    assert told.divisions[0].new_per_thousand == 500


def test_a_village_has_no_table_below_it(cast: Cast) -> None:
    assert overview(cast.cadre.scope).divisions == ()
