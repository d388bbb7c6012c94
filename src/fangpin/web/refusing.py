"""Which face tells what went wrong: farmers at the door are not sent to the officials' pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from fangpin.web.api import problems
from fangpin.web.console.views import errors
from fangpin.web.public import pages

DOOR = "/declare/"
API = "/api/"


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404, in the looks of the face that was asked."""
    if request.path.startswith(DOOR):
        return pages.not_found(request)
    if request.path.startswith(API):
        return problems.not_there()
    return errors.not_found(request, exception)


def broken(request: HttpRequest) -> HttpResponse:
    """500, in the looks of the face that was asked."""
    return problems.broken() if request.path.startswith(API) else errors.broken(request)


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without its token, in the looks of the face that was asked."""
    if request.path.startswith(DOOR):
        return pages.form_expired(request)
    return errors.form_expired(request, reason)
