"""The phone's list and the pack's form."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_safe

from fangpin.casework.audit import actions as audit
from fangpin.web.field.changes import changes
from fangpin.web.field.entrance import for_the_phone
from fangpin.web.field.forms import forms as forms_of
from fangpin.web.field.problems import said
from fangpin.web.ground.access import ConsoleRequest


@for_the_phone
@require_safe
def tasks(request: ConsoleRequest) -> HttpResponse:
    """`?since=`: what has changed after a mark; the whole list without one. On record."""
    found = changes(request.scope, since=request.GET.get("since", ""), at=request.at)
    if found.tasks:
        audit.record(
            act="take_tasks_to_the_field",
            official=request.scope.official,
            subject_kind="official",
            subject=request.scope.official,
            division=request.scope.divisions[0],
            at=request.at,
            detail={"count": len(found.tasks), "whole": found.is_whole},
        )
    return said(
        {
            "at": request.at.isoformat(),
            "since": found.since,
            "whole": found.is_whole,
            "tasks": found.tasks,
            "gone": found.gone,
        }
    )


@for_the_phone
@require_safe
def forms(request: ConsoleRequest) -> HttpResponse:
    """The form of the visit and all words that the screens take from the pack."""
    return said({"at": request.at.isoformat(), **forms_of(request.scope, request.at)})
