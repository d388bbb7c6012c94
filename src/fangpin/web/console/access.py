"""The one place that decides who may open what.

Every view declares itself: `@public`, or `@opens("permission")`. The middleware then asks for a
sign-in, works out the scope once, and answers 404 where the role may not go: an outsider learns
nothing, not even that there is something.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from fangpin.casework.officials.scope import NOTHING, Scope, scope_of
from fangpin.lake.home import Home
from fangpin.runs.demo_clock import clock_of
from fangpin.values import clock
from fangpin.web.console.pack import installation_pack

View = TypeVar("View", bound=Callable[..., Any])

SEE_OVERVIEW = "see_overview"
SEE_QUEUE = "see_queue"
SEE_HOUSEHOLD = "see_household"
SEE_FEEDS = "see_feeds"
ANY_POST = ""


class ConsoleRequest(HttpRequest):
    """A request that has passed the middleware."""

    at: datetime
    today: date
    scope: Scope
    htmx: Any


def public(view: View) -> View:
    """Open to anyone, signed in or not."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def opens(permission: str) -> Callable[[View], View]:
    """Open to officials whose role has this permission; `ANY_POST` asks only for a post."""

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        return view

    return declare


def standing_clock() -> date | None:
    """The day at which a demonstration's clock stands, wherever it was moved to; None: real time."""
    fixed = settings.FANGPIN.clock
    if fixed is None or not settings.FANGPIN.demo:
        return fixed
    return clock_of(Home(settings.FANGPIN.home)) or fixed


def moment() -> datetime:
    """The present moment of this installation: its clock, or where a demonstration stopped it."""
    fixed = standing_clock()
    now = clock.now({clock.SETTING: fixed.isoformat()} if fixed else {})
    return now.astimezone(ZoneInfo(settings.TIME_ZONE))


class AccessMiddleware:
    """Sets `at`, `today` and `scope` on each request and lets a view run only when it may."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ConsoleRequest) -> HttpResponse:
        request.at = moment()
        request.today = request.at.date()
        request.scope = NOTHING
        response = self.get_response(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(
        self, request: ConsoleRequest, view: Any, _args: Any, _keywords: Any
    ) -> HttpResponse | None:
        """None lets the view run. Raises Http404 where the role may not go."""
        if getattr(view, "is_public", False):
            return None
        permission = getattr(view, "permission", None)
        if permission is None:
            raise ImproperlyConfigured(f"{view.__name__} declares neither @public nor @opens")
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        request.scope = scope_of(
            user=request.user, on=request.today, roles=installation_pack().roles
        )
        if request.scope.is_empty:
            return render(request, "console/no_post.html", status=403)
        if permission and not request.scope.can(permission):
            raise Http404
        return None
