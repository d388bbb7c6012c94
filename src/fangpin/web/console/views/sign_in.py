"""Signing in and out, and where an official starts."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from fangpin.casework.appointments import second_factor
from fangpin.casework.appointments.sign_in import change_password, signed_in
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.scope import posts_in_force
from fangpin.policy.models.nodes import Words
from fangpin.web.console.demo import demo_recipe
from fangpin.web.console.done import on_to
from fangpin.web.ground.access import (
    ANY_POST,
    SEE_AUDIT,
    SEE_FEEDS,
    SEE_OVERVIEW,
    SEE_QUEUE,
    ConsoleRequest,
    opens,
    opens_without_post,
    public,
    standing_clock,
)
from fangpin.web.ground.figures import DONE, place
from fangpin.web.ground.language import COOKIE_AGE, LANGUAGE_COOKIE, SIZE_COOKIE
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.passwords import Tried, minutes_of, try_password
from fangpin.web.ground.sessions import ACTING, MUST_CHANGE, key_of
from fangpin.web.ground.typed import carried_by


@dataclass(frozen=True, slots=True)
class Account:
    """A demonstration account as the sign-in page lists it."""

    username: str
    name: str
    role: Words | None
    place: str


@opens(ANY_POST)
def home(request: ConsoleRequest) -> HttpResponse:
    """The first page that the role may open; administrators of accounts and posts work by command."""
    for permission, name in (
        (SEE_OVERVIEW, "overview"),
        (SEE_QUEUE, "queue"),
        (SEE_FEEDS, "feeds"),
        (SEE_AUDIT, "audit"),
    ):
        if request.scope.can(permission):
            done = request.GET.get(DONE, "")
            return on_to(name, done=done) if done else redirect(name)
    return render(request, "console/no_page.html")


@public
@never_cache
def sign_in(request: ConsoleRequest) -> HttpResponse:
    """The sign-in page; lists accounts only where the installation is a demonstration."""
    asked = request.POST.get("next") or request.GET.get("next", "")
    following = asked if url_has_allowed_host_and_scheme(asked, {request.get_host()}) else "/"
    username = request.POST.get("username", "")
    tried = Tried()
    if request.method == "POST":
        tried = try_password(
            request,
            username=username,
            password=request.POST.get("password", ""),
            code=request.POST.get("code", ""),
        )
    if tried.user is not None:
        official = getattr(tried.user, "official", None)
        login(request, tried.user)
        signed_in(tried.user, at=request.at)
        if official is not None and official.must_change_password:
            request.session[MUST_CHANGE] = True
        response: HttpResponse = redirect(following)
        typed = carried_by(request)
        if typed is not None and not request.session.get(MUST_CHANGE):
            response = render(request, "console/go_on.html", {"typed": typed})
        if official is not None and official.language:
            response.set_cookie(LANGUAGE_COOKIE, official.language, COOKIE_AGE, samesite="Lax")
        if official is not None and official.text_size:
            response.set_cookie(SIZE_COOKIE, str(official.text_size), COOKIE_AGE, samesite="Lax")
        return response
    accounts = _demo_accounts(request) if settings.FANGPIN.demo else []
    told: dict[str, object] = {
        "username": username,
        "next": following,
        "accounts": accounts,
        "typed": carried_by(request),
    }
    if tried.wait_seconds:
        told["wait"] = minutes_of(tried.wait_seconds)
        answer = render(request, "console/sign_in.html", told, status=429)
        answer.headers["Retry-After"] = str(tried.wait_seconds)
        return answer
    told["is_wrong"] = request.method == "POST"
    return render(request, "console/sign_in.html", told, status=400 if told["is_wrong"] else 200)


@opens_without_post
@never_cache
def password(request: ConsoleRequest) -> HttpResponse:
    """Choosing another password; the first sign-in leads here."""
    official = getattr(request.user, "official", None)
    if official is None:
        raise Http404
    told: list[str] = []
    if request.method == "POST":
        new = request.POST.get("new", "")
        if not request.user.check_password(request.POST.get("old", "")):
            told = [gettext("现在的密码不对。")]
        elif new != request.POST.get("again", ""):
            told = [gettext("两次输入的新密码不一样。")]
        elif new == request.POST.get("old", ""):
            told = [gettext("新密码不能和现在的一样。")]
        else:
            try:
                change_password(official, new=new, at=request.at)
            except ValidationError:
                told = [gettext("新密码太简单：至少 8 个字符，不要用姓名、账号或常见密码。")]
            else:
                update_session_auth_hash(request, official.user)
                request.session.pop(MUST_CHANGE, None)
                return on_to("home", done="change_password")
    context = {"told": told, "must": request.session.get(MUST_CHANGE, False)}
    return render(request, "console/password.html", context, status=400 if told else 200)


@opens_without_post
@never_cache
def second(request: ConsoleRequest) -> HttpResponse:
    """The second factor: begin, confirm with a first code, take away with another.

    Raises Http404 in a demonstration, whose clock agrees with no phone's.
    """
    official = getattr(request.user, "official", None)
    if official is None or standing_clock() is not None:
        raise Http404
    context: dict[str, object] = {"is_wrong": False}
    act, code = request.POST.get("act", ""), request.POST.get("code", "")
    is_confirmed = second_factor.has_second_factor(official)
    if request.method == "POST" and act == "begin" and not is_confirmed:
        secret = second_factor.begin(official)
        context |= {"secret": secret, "address": second_factor.address(official, secret)}
    elif request.method == "POST" and act == "confirm" and not is_confirmed:
        is_confirmed = second_factor.confirm(official, code=code, at=request.at)
        context["is_wrong"] = not is_confirmed
    elif request.method == "POST" and act == "remove" and is_confirmed:
        if second_factor.accepts(official, code=code, at=request.at):
            second_factor.remove(official, at=request.at, by=request.user.get_username())
            is_confirmed = False
        else:
            context["is_wrong"] = True
    context["is_confirmed"] = is_confirmed
    status = 400 if context["is_wrong"] else 200
    return render(request, "console/second_factor.html", context, status=status)


@opens(ANY_POST)
@require_POST
def acting(request: ConsoleRequest) -> HttpResponse:
    """Chooses the post in which the official acts. Raises Http404 for one that is not in force."""
    asked = request.POST.get("scope", "")
    if asked not in {key_of(scope) for scope in request.scopes}:
        raise Http404
    request.session[ACTING] = asked
    return redirect("home")


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return redirect("sign-in")


def _demo_accounts(request: ConsoleRequest) -> list[Account]:
    """Those that the demonstration's recipe names, in its order: among the officials of all the
    villages around them nobody would find them."""
    recipe = demo_recipe()
    named = [one.username for one in recipe.accounts] if recipe else []
    in_force = posts_in_force(request.today).select_related("official__user")
    if named:
        found = in_force.filter(official__user__username__in=named)
        posts = sorted(found, key=lambda post: named.index(post.official.user.get_username()))
    else:
        posts = list(in_force.order_by("division", "role")[:24])
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
