"""An alert with its proof: reasons run by run, the rows cited, how it stood on a day."""

from __future__ import annotations

from datetime import date

import pytest

from fangpin.casework.alerts import history
from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts.models import Alert
from tests.casework.queries.county import alert_of
from tests.cast import TODAY, Cast

pytestmark = pytest.mark.django_db


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
