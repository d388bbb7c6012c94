"""What farmers declared and no computer could place: people say whose it is, or answer in words."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from fangpin.casework.audit import actions as audit
from fangpin.casework.cases.gate import local_day
from fangpin.casework.declarations import acts
from fangpin.casework.declarations import queries as declared
from fangpin.casework.declarations.models import Declaration, DeclarationState
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.scope import narrow_to
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household
from fangpin.casework.registry.provisional import REGISTER, form_of_unregistered
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.forms.base import told
from fangpin.web.console.done import on_to
from fangpin.web.console.frame import chosen_division
from fangpin.web.ground.access import ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.posters import villages_to_print
from fangpin.web.ground.words import cause_words

LATEST, FOUND = 30, 20


@opens(acts.ATTACH)
@require_safe
def declarations(request: ConsoleRequest) -> HttpResponse:
    """Declarations that wait for people, the oldest first; then the latest of all."""
    division, scope = chosen_division(request)
    waiting = declared.waiting(scope)
    latest = [
        one
        for one in declared.declarations(scope, limit=LATEST)
        if one.state != DeclarationState.RECEIVED
    ]
    paths = divisions.paths({one.division for one in (*waiting, *latest)})
    context = {
        "division": division,
        "waiting": [
            (
                one,
                cause_words(one.cause),
                paths[one.division][-2:],
                (request.today - local_day(one.received_at)).days,
            )
            for one in waiting
        ],
        "latest": [(one, paths[one.division][-2:]) for one in latest],
        "has_posters": bool(villages_to_print(request.scope, division.code)),
    }
    return render(request, "console/declarations.html", context)


@opens(acts.ATTACH)
@require_http_methods(["GET", "HEAD", "POST"])
def declaration(request: ConsoleRequest, receipt_no: str) -> HttpResponse:
    """One declaration with households that it may be of; posted, it is attached or answered.

    Raises Http404 outside the scope. Opening it is on the record.
    """
    try:
        found = declared.declaration(request.scope, receipt_no)
    except Declaration.DoesNotExist:
        raise Http404 from None
    refused = ""
    if request.method == "POST":
        try:
            return _act(request, found)
        except ProblemError as error:
            refused = told(error.problems[0])
            found = declared.declaration(request.scope, receipt_no)
    else:
        audit.record(
            act="view_declaration",
            official=request.scope,
            subject_kind="declaration",
            subject=found.receipt_no,
            division=found.division,
            at=request.at,
            detail={"role": request.scope.role},
        )
    path = divisions.path(found.division)
    request.focus = path[-1] if path else None  # type: ignore[attr-defined]
    text = request.GET.get("q", "").strip()
    households = (
        registry.search(request.scope, text, limit=FOUND)
        if text
        else registry.search(narrow_to(request.scope, found.division), found.name, limit=FOUND)
    )
    paths = divisions.paths({one.division for one in households})
    context = {
        "declaration": found,
        "cause": cause_words(found.cause),
        "path": path,
        "text": text,
        "households": [(one, paths[one.division][-2:]) for one in households],
        "may_register": request.scope.can(REGISTER)
        and form_of_unregistered(installation_pack()) is not None,
        "refused": refused,
        "answer": request.POST.get("answer", ""),
    }
    return render(request, "console/declaration.html", context, status=409 if refused else 200)


def _act(request: ConsoleRequest, found: Declaration) -> HttpResponse:
    pack = installation_pack()
    if "answer" in request.POST:
        acts.answer_declaration(
            pack=pack,
            receipt_no=found.receipt_no,
            by=request.scope,
            at=request.at,
            answer=request.POST["answer"],
        )
        return on_to("declarations", done="answer_declaration")
    try:
        done = acts.attach_declaration(
            pack=pack,
            receipt_no=found.receipt_no,
            household_ref=int(request.POST.get("household", "")),
            by=request.scope,
            at=request.at,
        )
    except (Household.DoesNotExist, ValueError, OverflowError):
        raise Http404 from None
    assert done.case is not None
    return on_to("case", done.case.case_no, done="attach_declaration")
