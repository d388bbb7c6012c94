"""Ending an alert: a human act with a reason, by a post that may, within its scope."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from fangpin.casework.alerts.acts import END_ALERT, end_alert
from fangpin.casework.alerts.models import Alert
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.officials.scope import Scope
from fangpin.values.problem import ProblemError
from tests.casework.run_folders import RunFolder
from tests.cast import COUNTY, OTHER_CITY

pytestmark = pytest.mark.django_db

AT = datetime(2020, 12, 15, 2, tzinfo=UTC)
REASON = "alert_end.not_at_risk"


def approver(*divisions: str, may: frozenset[str] = frozenset({END_ALERT})) -> Scope:
    return Scope(official="approver", role="county_approver", divisions=divisions, may=may)


def open_alert(tmp_path: Path) -> Alert:
    RunFolder().load(tmp_path)
    return Alert.objects.get()


def end(alert: Alert, *, by: Scope, reason: str = REASON) -> Alert:
    return end_alert(alert_no=alert.alert_no, by=by, at=AT, reason=reason, reasons={REASON})


def test_an_approver_ends_an_alert_with_a_reason_and_leaves_a_trace(tmp_path: Path) -> None:
    ended = end(open_alert(tmp_path), by=approver(COUNTY))

    assert (ended.state, ended.ended_at, ended.ended_by) == ("ended", AT, "approver")
    entry = AuditEntry.objects.filter(act="end_alert").get()
    assert (entry.subject, entry.detail) == (ended.alert_no, {"reason": REASON})


def test_an_approver_of_another_city_does_not_even_find_it(tmp_path: Path) -> None:
    alert = open_alert(tmp_path)

    with pytest.raises(Alert.DoesNotExist):
        end(alert, by=approver(OTHER_CITY))

    assert Alert.objects.get().state == "open"


@pytest.mark.parametrize(
    ("may", "reason", "code"),
    [
        (frozenset(), REASON, "ACT_NOT_PERMITTED"),
        (frozenset({END_ALERT}), "", "END_REASON_UNKNOWN"),
        (frozenset({END_ALERT}), "alert_end.tired_of_it", "END_REASON_UNKNOWN"),
    ],
)
def test_without_permission_or_a_known_reason_nothing_changes(
    tmp_path: Path, may: frozenset[str], reason: str, code: str
) -> None:
    alert = open_alert(tmp_path)

    with pytest.raises(ProblemError) as refused:
        end(alert, by=approver(COUNTY, may=may), reason=reason)

    assert [problem.code for problem in refused.value.problems] == [code]
    assert Alert.objects.get().state == "open"
    assert not AuditEntry.objects.filter(act="end_alert").exists()


def test_an_alert_ends_once(tmp_path: Path) -> None:
    alert = open_alert(tmp_path)
    end(alert, by=approver(COUNTY))

    with pytest.raises(ProblemError) as refused:
        end(alert, by=approver(COUNTY))

    assert refused.value.problems[0].code == "ALERT_NOT_OPEN"
