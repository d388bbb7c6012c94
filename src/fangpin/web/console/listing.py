"""A plain list of a scope's households, page by page."""

from __future__ import annotations

from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.queries import Found
from fangpin.casework.alerts.states import AlertState
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import Household


def listed_households(scope: Scope, *, after: str, limit: int) -> list[Found]:
    """Listed households by number, beginning behind a number, each with its open alert."""
    rows = list(
        within(Household.objects.filter(is_listed=True, household_no__gt=after), scope).order_by(
            "household_no"
        )[:limit]
    )
    opened = {
        alert.household_id: alert
        for alert in within(Alert.objects.all(), scope).filter(
            household__in=rows, state=AlertState.OPEN
        )
    }
    return [Found(row, opened.get(row.household_ref)) for row in rows]
