"""The one place that decides who may open what, in every face.

Every view declares itself: `@public`, or `@opens("permission")`. The middleware then asks for a
sign-in, works out the scope once, and answers 404 where the role may not go: an outsider learns
nothing, not even that there is something. How a refusal looks is the face's: pages for people at a
browser, problems for a phone (`Refusals`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext

from fangpin.casework.officials import row_security
from fangpin.casework.officials.scope import NOTHING, Scope, scopes_of
from fangpin.lake.home import Home
from fangpin.runs.demo.clock import clock_of
from fangpin.values import clock
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.sessions import (
    MUST_CHANGE,
    chosen_scope,
    has_rested_too_long,
    is_of_session,
    record_refused_view,
)
from fangpin.web.ground.typed import typed_into

View = TypeVar("View", bound=Callable[..., Any])

SEE_OVERVIEW = "see_overview"
SEE_QUEUE = "see_queue"
SEE_HOUSEHOLD = "see_household"
SEE_FEEDS = "see_feeds"
SEE_CASE = "see_case"
SEE_AUDIT = "see_audit"
TRY_RULES = "try_rules"
RECORD_VISIT = "record_visit"
"""The permission of whoever visits households: what the phone is for."""
ANY_POST = ""
READING = ("GET", "HEAD")
"""Requests that look: with FANGPIN_RLS the database holds them to the scope, as acts hold themselves."""


class ConsoleRequest(HttpRequest):
    """A request that has passed the middleware."""

    at: datetime
    today: date
    scope: Scope
    scopes: tuple[Scope, ...]
    """All posts in which the official could act; `scope` is the chosen one."""
    is_held: bool
    """The database itself shows this request its scope's rows alone."""
    htmx: Any


Refusal = Callable[[ConsoleRequest], HttpResponse]
Entrance = Callable[[ConsoleRequest], HttpResponse | None]


@dataclass(frozen=True, slots=True)
class Refusals:
    """How a face answers whom it does not let in."""

    signed_out: Refusal
    """Nobody is signed in, or no longer."""
    without_post: Refusal
    """The official holds no post today."""
    not_permitted: Refusal
    """The role may not open this; may raise Http404."""
    identify: Callable[[ConsoleRequest], None] = lambda _request: None
    """Sets `request.user` from what the request itself carries, for callers without a session."""


def _page_without_post(request: ConsoleRequest) -> HttpResponse:
    return render(request, "console/no_post.html", status=403)


def _to_sign_in(request: ConsoleRequest) -> HttpResponse:
    """The way to the sign-in; from a form, the sign-in itself with what was typed into it."""
    typed = typed_into(request)
    if typed is None:
        return redirect_to_login(request.get_full_path() if request.method in READING else "/")
    return render(request, "console/sign_in.html", {"typed": typed, "next": "/"}, status=401)


def _takes_forms_only(request: ConsoleRequest) -> HttpResponse:
    """405 in words: a browser that is sent to an act's address shows a page of its own otherwise."""
    words = {
        "heading": gettext("这一步没有自己的页面"),
        "words": gettext("这个地址只接收填好的表单。请从菜单重新进入；已经保存的内容都在。"),
    }
    return render(request, "console/notice.html", words, status=405)


def _not_there(_request: ConsoleRequest) -> HttpResponse:
    raise Http404


PAGES = Refusals(
    signed_out=_to_sign_in,
    without_post=_page_without_post,
    not_permitted=_not_there,
)
"""Refusals for people at a browser."""


def public(view: View) -> View:
    """Open to anyone, signed in or not."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def opens(permission: str, *, refusals: Refusals = PAGES) -> Callable[[View], View]:
    """Open to officials whose role has this permission; `ANY_POST` asks only for a post."""

    def declare(view: View) -> View:
        view.permission = permission  # type: ignore[attr-defined]
        view.refusals = refusals  # type: ignore[attr-defined]
        return view

    return declare


def opens_without_post(view: View) -> View:
    """Open to whoever is signed in, with a post or without, and before the password is changed."""
    view.permission = ANY_POST  # type: ignore[attr-defined]
    view.refusals = PAGES  # type: ignore[attr-defined]
    view.needs_no_post = True  # type: ignore[attr-defined]
    return view


def admits(entrance: Entrance) -> Callable[[View], View]:
    """Open to callers who are no officials, as `entrance` finds: it sets the scope and returns None,
    or the answer to whoever may not come in."""

    def declare(view: View) -> View:
        view.entrance = entrance  # type: ignore[attr-defined]
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
        request.scope, request.scopes, request.is_held = NOTHING, (), False
        try:
            response = self.get_response(request)
        finally:
            if request.is_held:
                row_security.release()
        if response.status_code == 404 and request.resolver_match and not request.scope.is_empty:
            record_refused_view(request)
        if response.status_code == 405 and request.method in READING and not response.content:
            response = _takes_forms_only(request)
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def process_view(
        self, request: ConsoleRequest, view: Any, _args: Any, _keywords: Any
    ) -> HttpResponse | None:
        """None lets the view run. Raises Http404 where the role may not go."""
        if getattr(view, "is_public", False):
            return None
        entrance: Entrance | None = getattr(view, "entrance", None)
        if entrance is not None:
            refused = entrance(request)
            if refused is None:
                _hold(request)
            return refused
        permission = getattr(view, "permission", None)
        if permission is None:
            raise ImproperlyConfigured(
                f"{view.__name__} declares neither @public, @opens nor @admits"
            )
        refusals: Refusals = view.refusals
        refusals.identify(request)
        if not request.user.is_authenticated:
            return refusals.signed_out(request)
        needs_no_post = getattr(view, "needs_no_post", False)
        # A demonstration's clock stands or leaps: its sessions do not rest.
        rests = is_of_session(request) and standing_clock() is None
        minutes = settings.FANGPIN.idle_minutes
        if rests and has_rested_too_long(request, at=request.at, minutes=minutes):
            logout(request)
            return refusals.signed_out(request)
        if request.session.get(MUST_CHANGE) and not needs_no_post:
            return redirect("password")
        request.scopes = scopes_of(
            user=request.user, on=request.today, roles=installation_pack().roles
        )
        request.scope = chosen_scope(request, request.scopes)
        if needs_no_post:
            return None
        if request.scope.is_empty:
            return refusals.without_post(request)
        if permission and not request.scope.can(permission):
            return refusals.not_permitted(request)
        _hold(request)
        return None


def _hold(request: ConsoleRequest) -> None:
    """With FANGPIN_RLS the database holds a request that looks to its scope."""
    if settings.FANGPIN.row_security and request.method in READING:
        row_security.hold_to(request.scope)
        request.is_held = True
