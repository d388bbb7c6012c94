"""The departments' feeds: calendar of arrivals, a feed's deliveries, one delivery's rows refused."""

from __future__ import annotations

import secrets
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from fangpin.casework.alerts.late import LateAlerts, LateDelivery, late_alerts
from fangpin.casework.audit import actions as audit
from fangpin.casework.uploads import queries
from fangpin.casework.uploads.actions import DECIDE, DELIVER
from fangpin.casework.uploads.models import Outcome
from fangpin.feeds import arrivals as deliveries
from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.confirm import rows_left
from fangpin.feeds.rejects import write_rejects_xlsx
from fangpin.lake.engines.duckdb import connect
from fangpin.policy.models.feeds import Contract, Department
from fangpin.values.month import Month
from fangpin.values.withheld import WITHHELD, is_small
from fangpin.web.console.feeds import (
    COUNT_OF_MONTHS,
    calendar_of,
    home,
    known_arrivals,
    late_feeds,
    reaches,
    sign_of,
)
from fangpin.web.console.refused import error_groups, findings_of, in_words
from fangpin.web.console.small_numbers import smallest_cell
from fangpin.web.console.uploads import lines_of, reading_choices
from fangpin.web.ground.access import SEE_FEEDS, SEE_HOUSEHOLD, ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack

FREQUENCIES = {
    "monthly": gettext_noop("每月"),
    "quarterly": gettext_noop("每季"),
    "term": gettext_noop("每学期"),
    "yearly": gettext_noop("每年"),
    "event": gettext_noop("有事才报"),
}
DECIDED = {
    "hold": gettext_noop("暂扣"),
    "release": gettext_noop("放行"),
    "refuse": gettext_noop("拒收"),
}
LISTED_ALERTS = 8
_DECIDING = ("", Outcome.DECLINED)
"""Outcomes of a decision on proposed readings during or after which no other is asked for."""


@opens(SEE_FEEDS)
@require_safe
def calendar(request: ConsoleRequest) -> HttpResponse:
    """Which feed came when, over 24 months. Raises Http404 where no delivery concerns the scope."""
    if not reaches(request.scope):
        raise Http404
    months, groups = calendar_of(today=request.today, only_department=request.scope.department)
    years: list[tuple[int, int]] = []
    for month in months:
        year = Month(month).year
        if years and years[-1][0] == year:
            years[-1] = (year, years[-1][1] + 1)
        else:
            years.append((year, 1))
    context = {
        "months": [Month(month) for month in months],
        "years": years,
        "groups": groups,
        "late": late_feeds(request.today, only_department=request.scope.department),
        "keys": [
            (state, sign_of(state)) for state in ("on-time", "late", "partly", "missing", "rest")
        ],
        "is_empty": not known_arrivals(request.today),
        "may_deliver": request.scope.can(DELIVER),
    }
    return render(request, "console/feeds.html", context)


@opens(SEE_FEEDS)
@require_safe
def feed(request: ConsoleRequest, feed: str) -> HttpResponse:
    """The deliveries of a feed, the latest first. Raises Http404 for a feed not the official's."""
    contract, department = contract_of(request, feed)
    found = [one for one in known_arrivals(request.today) if one.feed == feed]
    lines = [
        (one, _late_days(contract, one), one.standing_on(request.today)) for one in reversed(found)
    ]
    context = {
        "contract": contract,
        "department": department,
        "frequency": gettext(FREQUENCIES[contract.frequency]),
        "lines": lines,
        "read": sum(one.read for one in found),
        "accepted": sum(one.accepted for one in found),
        "quarantined": sum(one.quarantined for one in found),
        "duplicate": sum(one.duplicate for one in found),
        "is_late": any(one.feed == feed for one in late_feeds(request.today)),
        "may_send": request.scope.can(DELIVER),
        "late_alerts": _late_alerts(request, contract, found),
    }
    return render(request, "console/feed.html", context)


@opens(SEE_FEEDS)
@require_safe
def delivery(request: ConsoleRequest, feed: str, delivery: str) -> HttpResponse:
    """One delivery: its sum, and what was refused and why. Raises Http404 outside the post."""
    return delivery_page(request, feed, delivery)


def delivery_page(
    request: ConsoleRequest, feed: str, delivery: str, *, refused: str = "", reason: str = ""
) -> HttpResponse:
    """The page of a delivery; `refused` says why an act on it was not done. Raises Http404."""
    contract, department = contract_of(request, feed)
    found = arrival_of(request, feed, delivery)
    may_decide = request.scope.can(DECIDE)
    standing = found.standing_on(None)
    decided = queries.readings_of(request.scope, feed=feed, delivery=delivery)
    context = {
        "contract": contract,
        "department": department,
        "delivery": found,
        "late_days": _late_days(contract, found),
        "findings": [one for one in findings_of(found) if one.severity != "hold"],
        "groups": error_groups(found),
        "row_asked": request.GET.get("row", ""),
        "standing": standing,
        "doubts": in_words(found.suspicions),
        "decisions": _decisions(found),
        "may_decide": may_decide,
        "readings": reading_choices(found) if standing == "in_force" else [],
        "readings_rows": found.proposed.get("rows", 0),
        "readings_decided": lines_of(decided, []),
        "readings_open": not any(one.outcome in _DECIDING for one in decided)
        and rows_left(found, known_arrivals(request.today)) > 0,
        "key": secrets.token_hex(16),
        "refused": refused,
        "reason": reason,
    }
    status = 409 if refused else 200
    return render(request, "console/delivery.html", context, status=status)


def _decisions(found: Arrival) -> list[tuple[str, str, str, Any]]:
    """(act in words, account, reason, moment) of what was decided, the latest first."""
    return [
        (gettext(DECIDED[one.act]), one.by, one.reason, one.at) for one in reversed(found.decisions)
    ]


@opens(SEE_FEEDS)
@require_safe
def rejects(request: ConsoleRequest, feed: str, delivery: str) -> FileResponse:
    """The refused rows as a spreadsheet for the department. Raises Http404 outside the post."""
    contract, _ = contract_of(request, feed)
    found = arrival_of(request, feed, delivery)
    if not found.quarantined:
        raise Http404
    audit.record(
        act="export_rejects",
        official=request.scope,
        subject_kind="delivery",
        subject=found.delivery[:64],
        division="",
        at=request.at,
        detail={"feed": contract.feed, "rows": found.quarantined},
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rejects.xlsx"
        with connect(memory_limit="256MB", threads=1, spill=home().spill) as engine:
            write_rejects_xlsx(home=home(), engine=engine, feed=feed, delivery=delivery, file=path)
        opened = path.open("rb")  # stays readable after the folder is gone
    name = f"{contract.feed}-{Month(found.month)}-rejects.xlsx"
    return FileResponse(opened, as_attachment=True, filename=name)


def _late_alerts(
    request: ConsoleRequest, contract: Contract, found: list[Arrival]
) -> list[LateAlerts] | None:
    """Alerts that late deliveries delayed; who may not see rows reads counts, small ones withheld.

    None for a feed without a due day: nothing of it is late.
    """
    since = int(Month.last_complete(request.today)) - COUNT_OF_MONTHS
    late = [
        LateDelivery(one.delivery, one.month, due, one.received)
        for one in found
        if one.month > since
        and (due := deliveries.due_date(contract, one.month)) is not None
        and due < one.received
        and one.is_in_force(request.today)
    ]
    if contract.due_day is None:
        return None
    sees_rows = request.scope.can(SEE_HOUSEHOLD)
    told = late_alerts(
        request.scope,
        feed=contract.feed,
        deliveries=late,
        listed=LISTED_ALERTS if sees_rows else 0,
    )
    if sees_rows or not told:
        return told
    smallest = smallest_cell(request.today)
    return [
        replace(one, count=WITHHELD) if is_small(one.count, smallest=smallest) else one
        for one in told
    ]


def contract_of(request: ConsoleRequest, feed: str) -> tuple[Contract, Department]:
    """A data owner sees its own department's feeds alone, whoever serves elsewhere none.

    Raises Http404.
    """
    pack = installation_pack()
    contract = pack.contracts.get(feed)
    if contract is None or not reaches(request.scope):
        raise Http404
    department = pack.department_of(feed)
    if request.scope.department not in ("", department.department):
        raise Http404
    return contract, department


def arrival_of(request: ConsoleRequest, feed: str, delivery: str) -> Arrival:
    """A delivery that has come by today. Raises Http404."""
    for one in known_arrivals(request.today):
        if one.feed == feed and one.delivery == delivery:
            return one
    raise Http404


def _late_days(contract: Contract, arrival: Arrival) -> int:
    due = deliveries.due_date(contract, arrival.month)
    return max((arrival.received - due).days, 0) if due else 0
