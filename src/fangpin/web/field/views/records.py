"""Visits, clues and follow-ups as the phone posts them: 201 stored, 200 the same answer again."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from fangpin.casework.receipts.actions import Received
from fangpin.web.field.bodies import ClueBody, FollowUpBody, VisitBody
from fangpin.web.field.entrance import for_the_phone
from fangpin.web.field.problems import said
from fangpin.web.field.receiving import receive_clue, receive_follow_up, receive_visit
from fangpin.web.ground.access import ConsoleRequest


@for_the_phone
@require_POST
def visits(request: ConsoleRequest) -> HttpResponse:
    """A visit. 409 with `fields` where both sides changed the same ones."""
    body = VisitBody.model_validate_json(request.body)
    request.asked_for = body.case_no  # type: ignore[attr-defined]
    return _answered(receive_visit(body, by=request.scope, at=request.at), request)


@for_the_phone
@require_POST
def clues(request: ConsoleRequest) -> HttpResponse:
    """A clue from an inspection."""
    body = ClueBody.model_validate_json(request.body)
    request.asked_for = body.household_no  # type: ignore[attr-defined]
    return _answered(receive_clue(body, by=request.scope, at=request.at), request)


@for_the_phone
@require_POST
def follow_ups(request: ConsoleRequest) -> HttpResponse:
    """A follow-up of a household in monitoring."""
    body = FollowUpBody.model_validate_json(request.body)
    request.asked_for = str(body.household_ref)  # type: ignore[attr-defined]
    return _answered(receive_follow_up(body, by=request.scope, at=request.at), request)


def _answered(received: Received, request: ConsoleRequest) -> HttpResponse:
    status = 201 if received.is_new else 200
    response = said(received.answer, status=status)
    response.headers["X-Server-Time"] = request.at.isoformat()
    return response
