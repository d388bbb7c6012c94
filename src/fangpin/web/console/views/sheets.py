"""Sheets of paper: shown, printed from the browser, or taken as PDF. Taking one is on the record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from fangpin.casework.audit import actions as audit
from fangpin.casework.cases import meetings, queries
from fangpin.casework.cases.meetings import HOLD
from fangpin.casework.cases.models import Case, Meeting
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.scope import narrow_to
from fangpin.values.problem import ProblemError
from fangpin.web.console.frame import chosen_division
from fangpin.web.console.sheets.public import Kind, may_hang, public_sheet
from fangpin.web.console.views.errors import refused
from fangpin.web.ground.access import SEE_CASE, ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.pdf import pdf_of
from fangpin.web.ground.words import said

BLANK_ROWS = 12
SIGNATURES = 40
_STATIC = Path(__file__).resolve().parents[1] / "static" / "console"
_LOOKS = (_STATIC / "tokens.css", _STATIC / "sheet.css")


@opens(SEE_CASE)
@require_safe
def of_case(request: ConsoleRequest, case_no: str, kind: Kind, form: str = "page") -> HttpResponse:
    """The notice or the announcement of one case. Raises Http404 outside the scope."""
    try:
        case = queries.case(request.scope, case_no)
    except Case.DoesNotExist:
        raise Http404 from None
    if not may_hang(case, kind):
        raise Http404
    return _public(request, [case], kind, form, subject=("case", case.case_no, case.division))


@opens(SEE_CASE)
@require_safe
def of_meeting(
    request: ConsoleRequest, meeting_id: int, kind: Kind, form: str = "page"
) -> HttpResponse:
    """The notice or the announcement of the households that one meeting voted on."""
    found = _meeting(request, meeting_id)
    cases = [one.act.case for one in meetings.items(request.scope, found)]
    wanted = [one for one in cases if may_hang(one, kind)]
    kinds = {one.kind for one in wanted}
    if not wanted:
        raise Http404
    first = min(kinds) if len(kinds) == 1 else "identification"
    wanted = [one for one in wanted if one.kind == first]
    return _public(request, wanted, kind, form, subject=("meeting", str(found.pk), found.division))


@opens(SEE_CASE)
@require_safe
def meeting_sheet(request: ConsoleRequest, meeting_id: int, form: str = "page") -> HttpResponse:
    """The record of a meeting with its votes, and lines for signatures."""
    found = _meeting(request, meeting_id)
    word = installation_pack().words.get(f"deliberation_body.{found.body}")
    context = {
        "meeting": found,
        "body_words": said(word.title) if word else found.body,
        "items": meetings.items(request.scope, found),
        "path": divisions.path(found.division),
        "signatures": range(found.count_of_attending),
        "pdf": "meeting-sheet-pdf",
        "arguments": [found.pk],
    }
    return _sheet(
        request,
        "console/sheets/meeting.html",
        context,
        form=form,
        name=f"meeting-{found.held_date}",
        subject=("meeting", str(found.pk), found.division),
    )


@opens(HOLD)
@require_safe
def blank_meeting(request: ConsoleRequest) -> HttpResponse:
    """The sheet that is taken along to a meeting: what waits, with room for votes and signatures."""
    division, _ = chosen_division(request)
    scope = narrow_to(request.scope, division.code)
    context = {
        "meeting": None,
        "waiting": meetings.waiting(scope, pack=installation_pack())[:BLANK_ROWS],
        "path": divisions.path(division.code),
        "signatures": range(SIGNATURES),
    }
    return _sheet(
        request,
        "console/sheets/meeting.html",
        context,
        form="page",
        name="meeting",
        subject=("division", division.code, division.code),
    )


def _meeting(request: ConsoleRequest, meeting_id: int) -> Meeting:
    try:
        return meetings.meeting(request.scope, meeting_id)
    except Meeting.DoesNotExist:
        raise Http404 from None


def _public(
    request: ConsoleRequest,
    cases: list[Case],
    kind: Kind,
    form: str,
    *,
    subject: tuple[str, str, str],
) -> HttpResponse:
    sheet = public_sheet(
        kind=kind,
        scope=request.scope,
        pack=installation_pack(),
        cases=cases,
        path=divisions.path(cases[0].division),
        at=request.at,
    )
    owner = "case" if subject[0] == "case" else "meeting"
    # Only the sheet goes to the template: nothing else of the households can be printed.
    context: dict[str, Any] = {
        "sheet": sheet,
        "pdf": f"{owner}-{kind}-pdf",
        "arguments": [subject[1]],
    }
    return _sheet(
        request,
        "console/sheets/public.html",
        context,
        form=form,
        name=f"{kind}-{sheet.from_date}",
        subject=subject,
    )


def _sheet(
    request: ConsoleRequest,
    template: str,
    context: dict[str, Any],
    *,
    form: str,
    name: str,
    subject: tuple[str, str, str],
) -> HttpResponse:
    audit.record(
        act="print_sheet",
        official=request.scope.official,
        subject_kind=subject[0],
        subject=subject[1],
        division=subject[2],
        at=request.at,
        detail={"sheet": name.partition("-")[0], "form": form},
    )
    if form != "pdf":
        return render(request, template, context)
    try:
        html = render_to_string(template, {**context, "is_pdf": True}, request=request)
        made = pdf_of(html=html, sheets=_LOOKS)
    except ProblemError as error:
        return refused(request, error.problems[0])
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
