"""The departments' feeds: calendar of arrivals, a feed's deliveries, one delivery's rows refused."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from fangpin.casework.audit import actions as audit
from fangpin.feeds import arrivals as deliveries
from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.rejects import write_rejects_xlsx
from fangpin.lake.engines.duckdb import connect
from fangpin.policy.models import Contract, Department
from fangpin.values.month import Month
from fangpin.web.console.feeds import (
    calendar_of,
    home,
    known_arrivals,
    late_feeds,
    sign_of,
)
from fangpin.web.ground.access import SEE_FEEDS, ConsoleRequest, opens
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack

FREQUENCIES = {
    "monthly": gettext_noop("每月"),
    "quarterly": gettext_noop("每季"),
    "term": gettext_noop("每学期"),
    "yearly": gettext_noop("每年"),
    "event": gettext_noop("有事才报"),
}
SHOWN_ROWS = 12
READ_ROWS = 4000


@dataclass(frozen=True, slots=True)
class ErrorGroup:
    """Refused rows of one reason; `rows` are the first of them."""

    code: str
    message: str
    cure: str
    count: int
    rows: list[Mapping[str, Any]]
    has_own_words: bool
    """Whether rows tell more than the reason's own words."""


@opens(SEE_FEEDS)
@require_safe
def calendar(request: ConsoleRequest) -> HttpResponse:
    """Which feed came when, over 24 months."""
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
        "late": late_feeds(request.today),
        "keys": [
            (state, sign_of(state)) for state in ("on-time", "late", "partly", "missing", "rest")
        ],
        "is_empty": not known_arrivals(request.today),
    }
    return render(request, "console/feeds.html", context)


@opens(SEE_FEEDS)
@require_safe
def feed(request: ConsoleRequest, feed: str) -> HttpResponse:
    """The deliveries of a feed, the latest first. Raises Http404 for a feed not the official's."""
    contract, department = _contract(request, feed)
    found = [one for one in known_arrivals(request.today) if one.feed == feed]
    lines = [(one, _late_days(contract, one)) for one in reversed(found)]
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
    }
    return render(request, "console/feed.html", context)


@opens(SEE_FEEDS)
@require_safe
def delivery(request: ConsoleRequest, feed: str, delivery: str) -> HttpResponse:
    """One delivery: its sum, and what was refused and why. Raises Http404 outside the post."""
    contract, department = _contract(request, feed)
    found = _arrival(request, feed, delivery)
    context = {
        "contract": contract,
        "department": department,
        "delivery": found,
        "late_days": _late_days(contract, found),
        "findings": _findings(found),
        "groups": _groups(found) if found.quarantined else [],
        "row_asked": request.GET.get("row", ""),
    }
    return render(request, "console/delivery.html", context)


@opens(SEE_FEEDS)
@require_safe
def rejects(request: ConsoleRequest, feed: str, delivery: str) -> FileResponse:
    """The refused rows as a spreadsheet for the department. Raises Http404 outside the post."""
    contract, _ = _contract(request, feed)
    found = _arrival(request, feed, delivery)
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
        with connect(memory_limit="256MB", threads=1) as engine:
            write_rejects_xlsx(home=home(), engine=engine, feed=feed, delivery=delivery, file=path)
        opened = path.open("rb")  # stays readable after the folder is gone
    name = f"{contract.feed}-{Month(found.month)}-rejects.xlsx"
    return FileResponse(opened, as_attachment=True, filename=name)


def _contract(request: ConsoleRequest, feed: str) -> tuple[Contract, Department]:
    """A data owner sees its own department's feeds alone. Raises Http404."""
    pack = installation_pack()
    contract = pack.contracts.get(feed)
    if contract is None:
        raise Http404
    department = pack.department_of(feed)
    if request.scope.department not in ("", department.department):
        raise Http404
    return contract, department


def _arrival(request: ConsoleRequest, feed: str, delivery: str) -> Arrival:
    for one in known_arrivals(request.today):
        if one.feed == feed and one.delivery == delivery:
            return one
    raise Http404


def _late_days(contract: Contract, arrival: Arrival) -> int:
    due = deliveries.due_date(contract, arrival.month)
    return max((arrival.received - due).days, 0) if due else 0


def _findings(arrival: Arrival) -> list[tuple[str, str, str, int | None]]:
    """(severity, message, cure, count) of what was found about the file as a whole."""
    told = json.loads((arrival.folder / deliveries.DELIVERY).read_text(encoding="utf-8"))
    language = short_language()
    return [
        (
            one["severity"],
            one[f"message_{language}"],
            one.get(f"repair_{language}", ""),
            one.get("count"),
        )
        for one in told.get("findings", [])
        if one.get("row") is None
    ]


def _groups(arrival: Arrival) -> list[ErrorGroup]:
    with connect(memory_limit="256MB", threads=1) as engine:
        rows = deliveries.quarantine_rows(
            home(), engine=engine, feed=arrival.feed, delivery=arrival.delivery, limit=READ_ROWS
        )
    by_code: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_code.setdefault(row["code"], []).append(row)
    language = short_language()
    groups = [
        ErrorGroup(
            code=code,
            message=found[0][f"message_{language}"],
            cure=found[0][f"repair_{language}"] or "",
            count=max(arrival.counts_by_code.get(code, 0), len(found)),
            rows=[{**row, "said": row[f"message_{language}"]} for row in found[:SHOWN_ROWS]],
            has_own_words=len({row[f"message_{language}"] for row in found}) > 1,
        )
        for code, found in by_code.items()
    ]
    return sorted(groups, key=lambda group: (-group.count, group.code))
