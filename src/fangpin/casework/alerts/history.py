"""Alerts as they stood on a day: what the runs up to then had found, and nothing later."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from fangpin.casework.alerts.models import AlertReason
from fangpin.casework.officials.scope import Scope, within


@dataclass(frozen=True, slots=True)
class AlertAsOf:
    """One alert on a day; severity, cause and rules are those of its last run by then."""

    alert_no: str
    household_no: str
    division: str
    severity: str
    cause: str
    suggested_category: str
    raised_date: date
    updated_date: date
    due_date: date
    rules: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values; dates are ISO."""
        values = asdict(self)
        for name in ("raised_date", "updated_date", "due_date"):
            values[name] = values[name].isoformat()
        values["rules"] = list(self.rules)
        return values


def alerts_as_of(scope: Scope, *, as_of: date) -> list[AlertAsOf]:
    """Every alert that a run had raised by the end of a day, by number; none outside the scope."""
    found = (
        within(AlertReason.objects.all(), scope, "alert__division")
        .filter(run__as_of__lte=as_of)
        .select_related("alert", "alert__household", "run")
        .order_by("alert__alert_no", "run__as_of", "is_withdrawn", "severity_rank", "place", "rule")
    )
    by_alert: dict[str, list[AlertReason]] = {}
    for reason in found.iterator(chunk_size=5_000):
        by_alert.setdefault(reason.alert.alert_no, []).append(reason)
    return [_as_of(reasons) for reasons in by_alert.values()]


def _as_of(reasons: list[AlertReason]) -> AlertAsOf:
    """From all reasons of one alert, in the order of its runs."""
    last_run = reasons[-1].run
    latest = [reason for reason in reasons if reason.run == last_run]
    first = latest[0]
    alert = first.alert
    standing = [reason for reason in reasons if not reason.is_withdrawn]
    return AlertAsOf(
        alert_no=alert.alert_no,
        household_no=alert.household.household_no,
        division=alert.division,
        severity=first.severity,
        cause=first.cause,
        suggested_category=first.category,
        raised_date=reasons[0].run.as_of,
        updated_date=last_run.as_of,
        due_date=min(reason.due_date for reason in standing or reasons),
        rules=tuple(reason.rule for reason in latest if not reason.is_withdrawn),
    )
