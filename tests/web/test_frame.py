"""What stands around every page of the console costs a page little."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.web.conftest import SignIn
from tests.web.seed import Seed


def test_around_a_page_alerts_are_counted_and_none_is_read(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("county")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get("/measures/")
    assert page.status_code == 200
    about_alerts = [one["sql"] for one in asked if 'FROM "alerts_alert' in one["sql"]]
    assert len(about_alerts) == 1, "one question counts those of the queue"
    assert about_alerts[0].startswith("SELECT COUNT(*)")


def test_the_way_down_to_a_place_is_asked_for_once_a_page(
    prefecture: Seed, signed_in: SignIn
) -> None:
    client = signed_in("county")
    with CaptureQueriesContext(connection) as asked:
        client.get("/rules/")
    levels = [one["sql"] for one in asked if '"divisions_division"."code" IN' in one["sql"]]
    assert len(levels) == len(set(levels)), "nothing is asked for again"
