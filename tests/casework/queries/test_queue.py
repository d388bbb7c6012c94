"""The queue of open alerts: the order, the filters, the pages, the reason that a line shows."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts.queue import QueueFilters
from fangpin.values.month import Month
from tests.casework.queries.county import alert_of, households_of, overview
from tests.cast import OTHER_CITY_VILLAGE, TODAY, TOWNSHIP, Cast

pytestmark = pytest.mark.django_db


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


def test_the_open_alerts_of_a_rule_are_those_that_the_queue_lists_for_it(cast: Cast) -> None:
    for person in (cast.analyst, cast.reviewer, cast.cadre, cast.outsider):
        counts = alerts.open_by_rule(person.scope)
        assert counts
        for rule, count in counts.items():
            assert count == len(households_of(person.scope, rule=rule))


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
