"""The audit trail: who did and who looked at what, when; for those who watch over it.

Whoever sees no cases reads acts, people, times and places; what an act was about in detail is left
out, for it could tell of a household.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from fangpin.casework.audit import actions
from fangpin.casework.audit import search as trails
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.audit.search import TrailFilters
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.queries import names_of
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household
from fangpin.values.text import spreadsheet_safe
from fangpin.web.console.trail_words import act_words, detail_words, kind_words
from fangpin.web.ground.access import (
    SEE_AUDIT,
    SEE_CASE,
    SEE_HOUSEHOLD,
    ConsoleRequest,
    opens,
)
from fangpin.web.ground.figures import place
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

PAGE = 60
MOST_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """One entry as it is shown."""

    entry: AuditEntry
    name: str
    act: str
    kind: str
    subject: str
    href: str
    place: str
    detail: str
    role: str


@opens(SEE_AUDIT)
@require_safe
def trail(request: ConsoleRequest) -> HttpResponse:
    """One page of the trail; the address holds what is looked for. Raises Http404 for nonsense."""
    filters = _filters(request)
    before = request.GET.get("after", "")
    if before and not before.isdigit():
        raise Http404
    page = trails.search(request.scope, filters, before=int(before) if before else None, limit=PAGE)
    looked = filters.subject and not filters.act
    viewers = _viewers(request.scope, filters) if looked else []
    context = {
        "filters": filters,
        "subject_asked": request.GET.get("subject", ""),
        "lines": _lines(request.scope, page.entries),
        "next": page.next or "",
        "acts": [(code, act_words(code)) for code in trails.acts_of(request.scope)],
        "viewers": viewers,
        "is_filtered": any(value for name, value in request.GET.items() if name != "after"),
    }
    return render(request, "console/audit.html", context)


@opens(SEE_AUDIT)
@require_safe
def entries(request: ConsoleRequest) -> StreamingHttpResponse:
    """The entries found, as a table for a spreadsheet. Taking them is itself on the record."""
    filters = _filters(request)
    actions.record(
        act="export_audit",
        official=request.scope.official,
        subject_kind="division",
        subject=request.scope.divisions[0],
        division=request.scope.divisions[0],
        at=request.at,
        detail={
            "subject": filters.subject,
            "official": filters.official,
            "act": filters.act,
            "since": filters.since.isoformat() if filters.since else "",
            "until": filters.until.isoformat() if filters.until else "",
        },
    )
    response = StreamingHttpResponse(
        _rows(request.scope, filters), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{request.today}.csv"'
    return response


def _filters(request: ConsoleRequest) -> TrailFilters:
    asked = request.GET
    kind, _, subject = asked.get("subject", "").strip().rpartition(":")
    return TrailFilters(
        subject_kind=kind,
        subject=subject,
        official=asked.get("official", "").strip(),
        act=asked.get("act", ""),
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Http404 from None


def _viewers(scope: Scope, filters: TrailFilters) -> list[tuple[str, int, Any]]:
    """(name, how often, when last) of those who looked at the subject."""
    seen: dict[str, list[Any]] = {}
    for act in trails.VIEWS:
        asked = TrailFilters(
            filters.subject_kind,
            filters.subject,
            filters.official,
            act,
            filters.since,
            filters.until,
        )
        for entry in trails.every(scope, asked, limit=2000):
            seen.setdefault(entry.official, []).append(entry.at)
    names = names_of(seen)
    found = [(names.get(one, one), len(at), max(at)) for one, at in seen.items()]
    return sorted(found, key=lambda one: one[2], reverse=True)


def _lines(scope: Scope, found: tuple[AuditEntry, ...]) -> list[Line]:
    names = names_of(one.official for one in found)
    paths = divisions.paths(one.division for one in found)
    return [
        Line(
            entry=one,
            name=names.get(one.official, one.official or gettext("系统")),
            act=act_words(one.act),
            kind=kind_words(one),
            subject=_subject(scope, one),
            href=_href(scope, one),
            place=place(paths.get(one.division, ())[-2:]),
            detail=detail_words(one.detail) if scope.can(SEE_CASE) else "",
            role=_role(one.detail),
        )
        for one in found
    ]


def _subject(scope: Scope, entry: AuditEntry) -> str:
    if entry.subject_kind == "household" and scope.can(SEE_HOUSEHOLD) and entry.subject.isdigit():
        try:
            return registry.household(scope, int(entry.subject)).household_no
        except Household.DoesNotExist:
            return entry.subject
    return entry.subject


def _href(scope: Scope, entry: AuditEntry) -> str:
    if entry.subject_kind == "case" and scope.can(SEE_CASE):
        return reverse("case", args=[entry.subject])
    if entry.subject_kind == "household" and scope.can(SEE_HOUSEHOLD) and entry.subject.isdigit():
        return reverse("household", args=[int(entry.subject)])
    return ""


def _role(detail: dict[str, Any]) -> str:
    """The role in which it was done; empty where it was not told."""
    role = installation_pack().roles.get(str(detail.get("role", "")))
    return said(role.title) if role else ""


def _rows(scope: Scope, filters: TrailFilters) -> Iterator[str]:
    yield "\ufeff"
    yield _csv(["at", "official", "act", "subject_kind", "subject", "division", "detail"])
    for one in trails.every(scope, filters, limit=MOST_ROWS):
        yield _csv(
            [
                timezone.localtime(one.at).isoformat(timespec="seconds"),
                one.official,
                one.act,
                one.subject_kind,
                one.subject,
                one.division,
                json.dumps(one.detail, ensure_ascii=False, sort_keys=True)
                if scope.can(SEE_CASE)
                else "",
            ]
        )


def _csv(cells: list[str]) -> str:
    written = io.StringIO()
    csv.writer(written).writerow([spreadsheet_safe(cell) for cell in cells])
    return written.getvalue()
