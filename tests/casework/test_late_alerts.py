"""Which alerts came later than they could have, because a delivery came after its due day."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fangpin.casework.alerts.late import LateDelivery, late_alerts
from fangpin.casework.alerts.models import Alert, EvidenceRow
from fangpin.casework.officials.scope import NOTHING
from fangpin.values.month import Month
from tests.casework.run_folders import HitRow, HouseholdRow, RunFolder
from tests.cast import OTHER_CITY_VILLAGE, VILLAGE, Cast, build_cast, build_divisions
from tests.standing import standing

pytestmark = pytest.mark.django_db

FEED = "medical"
OCTOBER, NOVEMBER, DECEMBER = date(2020, 10, 10), date(2020, 11, 10), date(2020, 12, 10)
LATE = LateDelivery("d-late", int(Month(2020 * 12 + 9)), date(2020, 11, 5), date(2020, 11, 20))
"""October's bills, due before the run of November and come after it."""


@pytest.fixture(scope="module")
def offices(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Cast]:
    folder = tmp_path_factory.mktemp("runs")
    with standing(django_db_blocker, lambda: build_county(folder)) as made:
        yield made


@pytest.fixture
def cast(offices: Cast, db: None) -> Cast:
    """Three runs; households 1, 2 and 3 are alerted in November, December and December."""
    return copy.deepcopy(offices)


def build_county(folder: Path) -> Cast:
    """See `cast`."""
    build_divisions()
    households = (
        HouseholdRow(1, division=VILLAGE),
        HouseholdRow(2, division=VILLAGE),
        HouseholdRow(3, division=OTHER_CITY_VILLAGE),
    )
    hits = {OCTOBER: (), NOVEMBER: (HitRow(1),), DECEMBER: (HitRow(1), HitRow(2), HitRow(3))}
    for day, found in hits.items():
        RunFolder(as_of=day, key=str(day), households=households, hits=found).load(folder)
    EvidenceRow.objects.all().delete()
    return build_cast()


def rests_on(ref: int, delivery: str, *, feed: str = FEED) -> None:
    alert = Alert.objects.get(household_id=ref)
    EvidenceRow.objects.create(
        alert=alert,
        run=alert.last_run,
        rule="illness_cost",
        item="self_paid",
        feed=feed,
        delivery=delivery,
        row_no=7,
        month=LATE.month,
    )


def told(scope: object, *late: LateDelivery) -> list[tuple[str, date, date, int, int]]:
    return [
        (one.delivery, one.possible, one.raised, one.days, one.count)
        for one in late_alerts(scope, feed=FEED, deliveries=late or [LATE], listed=5)  # type: ignore[arg-type]
    ]


def test_an_alert_of_the_first_run_after_the_arrival_is_late_by_the_run_that_missed_it(
    cast: Cast,
) -> None:
    rests_on(2, "d-late")
    assert told(cast.analyst.scope) == [("d-late", NOVEMBER, DECEMBER, 30, 1)]


def test_a_delivery_that_no_run_missed_delayed_nothing(cast: Cast) -> None:
    rests_on(2, "d-late")
    between = LateDelivery("d-late", LATE.month, date(2020, 11, 12), date(2020, 11, 20))
    assert told(cast.analyst.scope, between) == []


def test_an_alert_that_was_raised_before_is_not_counted(cast: Cast) -> None:
    rests_on(1, "d-late")
    assert told(cast.analyst.scope) == []


def test_an_alert_on_rows_of_another_feed_or_delivery_is_not_counted(cast: Cast) -> None:
    rests_on(2, "d-late", feed="wages")
    rests_on(2, "d-other")
    assert told(cast.analyst.scope) == []


def test_a_delivery_that_no_run_has_seen_yet_delayed_nothing_yet(cast: Cast) -> None:
    rests_on(2, "d-late")
    after = LateDelivery("d-late", LATE.month, date(2020, 11, 5), date(2020, 12, 20))
    assert told(cast.analyst.scope, after) == []


def test_each_sees_the_alerts_of_the_own_scope(cast: Cast) -> None:
    rests_on(2, "d-late")
    rests_on(3, "d-late")
    for person in (cast.analyst, cast.county_analyst, cast.outsider):
        assert told(person.scope) == [("d-late", NOVEMBER, DECEMBER, 30, 1)]
    assert told(NOTHING) == []
    [seen] = late_alerts(cast.outsider.scope, feed=FEED, deliveries=[LATE], listed=5)
    assert [alert.household_id for alert in seen.alerts] == [3]


def test_only_so_many_are_listed(cast: Cast) -> None:
    rests_on(2, "d-late")
    [seen] = late_alerts(cast.analyst.scope, feed=FEED, deliveries=[LATE], listed=0)
    assert (seen.count, seen.alerts, seen.more) == (1, (), 1)
