"""Alerts as far as a scope reaches: the queue, one alert and its proof, the overview."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from django.db.models import Exists, OuterRef, QuerySet

from fangpin.casework.alerts import queue as queues
from fangpin.casework.alerts.models import Alert, AlertReason, EvidenceRow, Run
from fangpin.casework.alerts.overview import Overview, overview_of
from fangpin.casework.alerts.queue import After, QueueFilters, QueuePage
from fangpin.casework.alerts.states import STEPS_BEFORE_VISIT, AlertState
from fangpin.casework.divisions.rows import Question
from fangpin.casework.officials.asked import counted
from fangpin.casework.officials.queries import villages_named
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household


@dataclass(frozen=True, slots=True)
class Found:
    """One answer of the search: a household and its open alert, if it has one."""

    household: Household
    alert: Alert | None


@dataclass(frozen=True, slots=True)
class MonthOfReasons:
    """The rules that hit for an alert in one run, the most urgent first."""

    run: Run
    reasons: tuple[AlertReason, ...]


def latest_run() -> Run | None:
    """The run the console shows; it tells of the whole installation and so needs no scope."""
    return Run.objects.order_by("-as_of").first()


def judged_months() -> list[int]:
    """The months of the latest runs, the latest first; 36 at most. They need no scope either."""
    return [month for (month,) in _months().ask(())]


def queue(
    scope: Scope,
    *,
    filters: QueueFilters = QueueFilters(),
    after: After | None = None,
    limit: int = 50,
) -> QueuePage:
    """One page of the queue, what presses first; see QueuePage."""
    return queues.page(scope, filters, after=after, limit=limit)


def count_of_open(scope: Scope) -> int:
    """The open alerts of the scope; counting stops at one more than COUNT_CAP."""
    return counted(_open, scope)


def open_by_rule(scope: Scope) -> dict[str, int]:
    """Rule -> open alerts of the scope for which it hit in their last run."""
    return queues.open_by_rule(scope)


def next_alert(
    scope: Scope, *, alert: Alert, filters: QueueFilters = QueueFilters()
) -> Alert | None:
    """The alert behind this one in the filtered queue; None at its end."""
    place = (alert.pressing_date, alert.pk)
    return queues.following(queues.chosen(scope, filters), place).first()


def alert(scope: Scope, alert_no: str) -> Alert:
    """One alert with its household and runs. Raises Alert.DoesNotExist outside the scope."""
    seen = within(Alert.objects.select_related("household", "first_run", "last_run"), scope)
    return seen.get(alert_no=alert_no)


def alerts_of_household(scope: Scope, household_ref: int) -> list[Alert]:
    """The alerts of a household: the open one first, then the latest; none outside the scope."""
    found = Alert.objects.filter(household_id=household_ref).select_related("last_run")
    seen = within(within(found, scope), scope, "household__division")
    return sorted(
        seen, key=lambda one: (one.state == AlertState.OPEN, one.raised_date, one.pk), reverse=True
    )


def reasons(scope: Scope, alert: Alert) -> tuple[MonthOfReasons, ...]:
    """Why an alert stands, run by run: the last run that hit first; empty outside the scope."""
    found = AlertReason.objects.filter(alert=alert).select_related("run")
    seen = within(found, scope, "alert__division")
    by_run: dict[Run, list[AlertReason]] = {}
    for reason in seen.order_by("-run__as_of", "is_withdrawn", "severity_rank", "place", "rule"):
        by_run.setdefault(reason.run, []).append(reason)
    return tuple(MonthOfReasons(run, tuple(rows)) for run, rows in by_run.items())


def evidence(scope: Scope, alert: Alert, rule: str | None = None) -> list[EvidenceRow]:
    """The source rows that prove the latest hit of a rule (or of each), the latest month first."""
    rows = all_evidence(scope, alert, rule)
    latest: dict[str, date] = {}
    for row in rows:
        latest[row.rule] = max(latest.get(row.rule, row.run.as_of), row.run.as_of)
    return [row for row in rows if row.run.as_of == latest[row.rule]]


def all_evidence(scope: Scope, alert: Alert, rule: str | None = None) -> list[EvidenceRow]:
    """The source rows that any run cited for a rule (or for each), the latest month first."""
    found = EvidenceRow.objects.filter(alert=alert)
    if rule is not None:
        found = found.filter(rule=rule)
    return list(
        within(found, scope, "alert__division")
        .select_related("run")
        .order_by("rule", "-month", "item", "delivery", "row_no")
    )


def search(scope: Scope, text: str, limit: int = 20) -> list[Found]:
    """Households by the beginning of the head's name, their number, an alert's number or a village.

    A village and a name together, in either order, find the name in the village. Of a village those
    with an open alert come first.
    """
    text = text.strip()
    if not text:
        return []
    named = list(registry.matching(scope, text).order_by("division", "household_no")[:limit])
    named += _of_villages(scope, text, limit=limit - len(named))
    numbered = within(Alert.objects.select_related("household"), scope).filter(
        queues.numbered(text)
    )
    households = {one.household_ref: one for one in named}
    for one in numbered.order_by("alert_no")[:limit]:
        households.setdefault(one.household_id, one.household)
    kept = list(households.values())[:limit]
    opened = {
        one.household_id: one
        for one in within(Alert.objects.filter(household__in=kept), scope).filter(
            state=AlertState.OPEN
        )
    }
    return [Found(one, opened.get(one.household_ref)) for one in kept]


def _of_villages(scope: Scope, text: str, *, limit: int) -> list[Household]:
    """The households that a village's name, or a village's and a head's, ask for."""
    asked = [(text, "")]
    first, *others = text.split()
    if others:
        asked += [(first, " ".join(others)), (others[-1], " ".join([first, *others[:-1]]))]
    has_alert = Exists(Alert.objects.filter(household=OuterRef("pk"), state=AlertState.OPEN))
    for place, name in asked:
        villages = villages_named(scope, place)
        if villages and limit > 0:
            living = registry.living_in(scope, villages, named_as=name)
            return list(living.order_by(has_alert.desc(), "division", "household_no")[:limit])
    return []


def overview(
    scope: Scope, *, run: Run, on: date, waiting_steps: Sequence[str] = STEPS_BEFORE_VISIT
) -> Overview:
    """The figures of the overview page; see Overview."""
    return overview_of(scope, run=run, on=on, waiting_steps=waiting_steps)


def _open(scope: Scope) -> QuerySet[Alert]:
    return queues.up_to_cap(queues.chosen(scope, QueueFilters()))


@cache
def _months() -> Question:
    return Question.of(Run.objects.order_by("-as_of").values_list("month")[:36], ())
