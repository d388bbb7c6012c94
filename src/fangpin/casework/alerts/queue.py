"""The queue: open alerts in the order of the days that press, filtered and paged by keyset."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeAlias

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from fangpin.casework.alerts.models import Alert, AlertReason
from fangpin.casework.alerts.states import AlertState
from fangpin.casework.divisions.ranges import begins_with
from fangpin.casework.officials.scope import Scope, narrow_to, within
from fangpin.casework.registry.models import Household
from fangpin.casework.registry.naming import named

COUNT_CAP = 10_000
"""Counting stops here: the console then says "more than"."""

After: TypeAlias = tuple[date, int]
"""The last row of a page: (pressing_date, id)."""


@dataclass(frozen=True, slots=True)
class QueueFilters:
    """What the address of the queue asks for; None or empty asks for nothing.

    `state` is open, ended or any. `overdue_at` keeps alerts whose pressing day lies before that day.
    `text` is the beginning of a head's name, a household number or an alert number. `rule` keeps
    alerts for which the rule hit in their last run.
    """

    division: str = ""
    severity: str = ""
    cause: str | None = None
    step: str = ""
    steps: tuple[str, ...] = ()
    rule: str = ""
    raised_month: int | None = None
    overdue_at: date | None = None
    state: str = AlertState.OPEN
    text: str = ""


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue; the alert's household is loaded."""

    alert: Alert
    reason: AlertReason | None
    """The most urgent reason of the alert's last run."""
    count_of_reasons: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page; `next` is the `after` of the following page, None on the last.

    `count_capped` never exceeds COUNT_CAP; with `is_capped` there are more.
    """

    rows: tuple[QueueRow, ...]
    count_capped: int
    is_capped: bool
    next: After | None


def chosen(scope: Scope, filters: QueueFilters) -> QuerySet[Alert]:
    """The alerts of the scope that pass the filters, in no order."""
    if filters.division:
        scope = narrow_to(scope, filters.division)
    alerts = within(Alert.objects.all(), scope)
    if filters.state != "any":
        alerts = alerts.filter(state=filters.state)
    equal = {
        "severity": filters.severity or None,
        "cause": filters.cause,
        "step": filters.step or None,
        "raised_month": filters.raised_month,
    }
    alerts = alerts.filter(**{field: value for field, value in equal.items() if value is not None})
    if filters.steps:
        alerts = alerts.filter(step__in=filters.steps)
    if filters.overdue_at:
        alerts = alerts.filter(pressing_date__lt=filters.overdue_at)
    if filters.rule:
        alerts = alerts.filter(Exists(_last_reasons().filter(rule=filters.rule)))
    text = filters.text.strip()
    if text:
        # The alerts are scoped already; a second scope here would keep the name's index from use.
        households = Household.objects.filter(named(text)).values("household_ref")
        alerts = alerts.filter(Q(household__in=households) | numbered(text))
    return alerts


def numbered(text: str) -> Q:
    """The condition that an alert's number begins with the text, however it was typed."""
    return begins_with("alert_no", text.upper())


def page(scope: Scope, filters: QueueFilters, *, after: After | None, limit: int) -> QueuePage:
    """One page of the queue, what presses first. Costs the page, however deep it lies."""
    alerts = chosen(scope, filters)
    count = up_to_cap(alerts).count()
    found = list(following(alerts, after).select_related("household")[: limit + 1])
    rows = _with_reasons(found[:limit])
    last = rows[-1].alert if rows and len(found) > limit else None
    return QueuePage(
        rows=rows,
        count_capped=min(count, COUNT_CAP),
        is_capped=count > COUNT_CAP,
        next=(last.pressing_date, last.pk) if last else None,
    )


def up_to_cap(alerts: QuerySet[Alert]) -> QuerySet[Any]:
    """As many of them as are counted: one more than COUNT_CAP at most."""
    return alerts.values("id")[: COUNT_CAP + 1]


def following(alerts: QuerySet[Alert], after: After | None) -> QuerySet[Alert]:
    """The alerts behind a place of the queue, in its order."""
    if after is not None:
        day, last_id = after
        alerts = alerts.filter(Q(pressing_date__gt=day) | Q(pressing_date=day, id__gt=last_id))
    return alerts.order_by("pressing_date", "id")


def open_by_rule(scope: Scope) -> dict[str, int]:
    """Rule -> open alerts for which it hit in their last run; rules without one are left out."""
    reasons = within(AlertReason.objects.all(), scope, "alert__division").filter(
        alert__state=AlertState.OPEN, run=F("alert__last_run"), is_withdrawn=False
    )
    counted = reasons.values("rule").annotate(n=Count("alert", distinct=True))
    return dict(counted.values_list("rule", "n"))


def _last_reasons() -> QuerySet[AlertReason]:
    return AlertReason.objects.filter(
        alert=OuterRef("pk"), run=OuterRef("last_run"), is_withdrawn=False
    )


def _with_reasons(alerts: list[Alert]) -> tuple[QueueRow, ...]:
    reasons: dict[int, list[AlertReason]] = {alert.pk: [] for alert in alerts}
    found = AlertReason.objects.filter(
        alert__in=list(reasons), run=F("alert__last_run"), is_withdrawn=False
    )
    for reason in found.order_by("severity_rank", "place", "rule"):
        reasons[reason.alert_id].append(reason)
    return tuple(
        QueueRow(
            alert=alert,
            reason=next(iter(reasons[alert.pk]), None),
            count_of_reasons=len(reasons[alert.pk]),
        )
        for alert in alerts
    )
