"""Signing in and out, and where an official starts."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.forms import AuthenticationForm
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from fangpin.casework.audit import actions as audit
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.models import Post
from fangpin.policy.models import Words
from fangpin.web.ground.access import (
    ANY_POST,
    SEE_FEEDS,
    SEE_OVERVIEW,
    SEE_QUEUE,
    ConsoleRequest,
    opens,
    public,
)
from fangpin.web.ground.figures import place
from fangpin.web.ground.language import COOKIE_AGE, LANGUAGE_COOKIE, SIZE_COOKIE
from fangpin.web.ground.pack import installation_pack


@dataclass(frozen=True, slots=True)
class Account:
    """A demonstration account as the sign-in page lists it."""

    username: str
    name: str
    role: Words | None
    place: str


@opens(ANY_POST)
def home(request: ConsoleRequest) -> HttpResponse:
    """The first page that the role may open."""
    for permission, name in (
        (SEE_OVERVIEW, "overview"),
        (SEE_QUEUE, "queue"),
        (SEE_FEEDS, "feeds"),
    ):
        if request.scope.can(permission):
            return redirect(name)
    return render(request, "console/no_post.html", status=403)


@public
@never_cache
def sign_in(request: ConsoleRequest) -> HttpResponse:
    """The sign-in page; lists accounts only where the installation is a demonstration."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    following = asked if url_has_allowed_host_and_scheme(asked, {request.get_host()}) else "/"
    form = AuthenticationForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = form.get_user()
        login(request, user)
        audit.record(
            act="sign_in",
            official=user.get_username(),
            subject_kind="official",
            subject=str(user.pk),
            division="",
            at=request.at,
        )
        response = redirect(following)
        official = getattr(user, "official", None)
        if official is not None and official.language:
            response.set_cookie(LANGUAGE_COOKIE, official.language, COOKIE_AGE, samesite="Lax")
        if official is not None and official.text_size:
            response.set_cookie(SIZE_COOKIE, str(official.text_size), COOKIE_AGE, samesite="Lax")
        return response
    accounts = _demo_accounts(request) if settings.FANGPIN.demo else []
    context = {"form": form, "next": following, "accounts": accounts}
    status = 400 if form.errors else 200
    return render(request, "console/sign_in.html", context, status=status)


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return redirect("sign-in")


def _demo_accounts(request: ConsoleRequest) -> list[Account]:
    in_force = Q(to_date__isnull=True) | Q(to_date__gt=request.today)
    posts = list(
        Post.objects.filter(in_force, from_date__lte=request.today)
        .select_related("official__user")
        .order_by("division", "role")[:24]
    )
    paths = divisions.paths(post.division for post in posts)
    roles = installation_pack().roles
    return [
        Account(
            username=post.official.user.get_username(),
            name=post.official.name,
            role=roles[post.role].title if post.role in roles else None,
            place=place(paths[post.division][-1:]),
        )
        for post in posts
    ]
