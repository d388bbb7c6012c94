"""Alerts that came later than they could have, because a delivery came after its due day.

An alert is late because of a delivery when the first run after its arrival raised the alert on its
rows, and an earlier run, on or after the due day, could have had them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fangpin.casework.alerts.models import Alert, EvidenceRow, Run
from fangpin.casework.officials.scope import Scope, within


@dataclass(frozen=True, slots=True)
class LateDelivery:
    """A delivery that came after its due day; `month` is the one it delivers."""

    delivery: str
    month: int
    due: date
    received: date


@dataclass(frozen=True, slots=True)
class LateAlerts:
    """The alerts that one delivery made late: raised on a day, possible on an earlier one."""

    delivery: str
    month: int
    due: date
    received: date
    possible: date
    """The run that would have raised them, had the delivery come when it was due."""
    raised: date
    count: int
    alerts: tuple[Alert, ...]
    """The most urgent of them."""

    @property
    def days(self) -> int:
        """Calendar days by which they were late."""
        return (self.raised - self.possible).days

    @property
    def more(self) -> int:
        """How many are not listed."""
        return self.count - len(self.alerts)


def late_alerts(
    scope: Scope, *, feed: str, deliveries: Iterable[LateDelivery], listed: int
) -> list[LateAlerts]:
    """What late deliveries of a feed did to the alerts of the scope, the latest delivery first."""
    runs = sorted(Run.objects.values_list("as_of", flat=True))
    delayed = [
        (one, possible, raised)
        for one in deliveries
        if (found := _runs_around(one, runs)) is not None
        for possible, raised in [found]
    ]
    if not delayed:
        return []
    ids = _alerts_on(feed, [(one.delivery, raised) for one, _, raised in delayed])
    everyone = {pk for found in ids.values() for pk in found}
    seen = {
        one.pk: one
        for one in within(Alert.objects.filter(pk__in=everyone), scope).select_related("household")
    }
    told = []
    for one, possible, raised in delayed:
        here = sorted(
            (seen[pk] for pk in ids[one.delivery] if pk in seen),
            key=lambda alert: (alert.severity_rank, alert.alert_no),
        )
        if here:
            told.append(
                LateAlerts(
                    delivery=one.delivery,
                    month=one.month,
                    due=one.due,
                    received=one.received,
                    possible=possible,
                    raised=raised,
                    count=len(here),
                    alerts=tuple(here[:listed]),
                )
            )
    return sorted(told, key=lambda one: one.received, reverse=True)


def _runs_around(one: LateDelivery, runs: Sequence[date]) -> tuple[date, date] | None:
    """(the first run that missed the delivery, the first that had it); None: no run missed it."""
    missed = [run for run in runs if one.due <= run < one.received]
    after = [run for run in runs if run >= one.received]
    return (missed[0], after[0]) if missed and after else None


def _alerts_on(feed: str, raised: Sequence[tuple[str, date]]) -> dict[str, set[int]]:
    """Delivery -> alerts that were raised on that day and rest on its rows."""
    found: dict[str, set[int]] = defaultdict(set)
    for delivery, day in raised:
        # By the day first: evidence has an index by its alert, none by feed or delivery.
        alerts = Alert.objects.filter(raised_date=day).values("pk")
        rows = EvidenceRow.objects.filter(alert__in=alerts, feed=feed, delivery=delivery)
        found[delivery] = set(rows.values_list("alert_id", flat=True).distinct())
    return found
