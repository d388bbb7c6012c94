"""Signing in and out from the phone; the session is the same as that of the console."""

from __future__ import annotations

from django.contrib.auth import login, logout
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from fangpin.casework.appointments.sign_in import signed_in
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.scope import Scope, scope_of
from fangpin.values.problem import Problem
from fangpin.web.field.bodies import SignInBody
from fangpin.web.field.entrance import own_pages_only
from fangpin.web.field.problems import (
    answer,
    not_permitted,
    said,
    signed_out,
    told,
    too_many_tries,
    without_post,
)
from fangpin.web.field.tasks import both
from fangpin.web.ground.access import RECORD_VISIT, ConsoleRequest, public
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.passwords import try_password
from fangpin.web.ground.words import listed


@csrf_exempt
@public
@require_http_methods(["GET", "POST", "DELETE"])
@told
@own_pages_only
def session(request: ConsoleRequest) -> HttpResponse:
    """GET: who is signed in, or 401. POST: sign in; 429 after too many tries. DELETE: sign out."""
    if request.method == "DELETE":
        logout(request)
        return HttpResponse(status=204)
    if request.method == "POST":
        body = SignInBody.model_validate_json(request.body)
        tried = try_password(
            request, username=body.username, password=body.password, code=body.code
        )
        if tried.wait_seconds:
            return too_many_tries(tried.wait_seconds)
        if tried.user is None:
            return _wrong_password()
        official = getattr(tried.user, "official", None)
        if official is not None and official.must_change_password:
            return _first_password()
        login(request, tried.user)
        signed_in(tried.user, at=request.at)
    if not request.user.is_authenticated:
        return signed_out()
    scope = scope_of(user=request.user, on=request.today, roles=installation_pack().roles)
    if scope.is_empty:
        return without_post(request)
    if not scope.can(RECORD_VISIT):
        return not_permitted(request)
    return said(_who(scope, request))


def _who(scope: Scope, request: ConsoleRequest) -> dict[str, object]:
    role = installation_pack().roles[scope.role].title
    paths = divisions.paths(scope.divisions)

    def places() -> str:
        is_english = short_language() == "en"
        ends = [path[-1] for path in paths.values() if path]
        return listed(one.name_en if is_english else one.name_zh for one in ends)

    return {
        "official": scope.official,
        "name": scope.name,
        "role": {"zh": role.zh, "en": role.en},
        "places": both(places),
        "at": request.at.isoformat(),
    }


def _wrong_password() -> HttpResponse:
    return answer(
        Problem(
            code="PASSWORD_WRONG",
            where="field",
            zh="账号、密码或验证码不对。",
            en="The account, the password or the code is wrong.",
            fix_zh="请核对后再试；忘记密码请联系乡镇。",
            fix_en="Check them and try again; the township resets passwords.",
        ),
        status=401,
    )


def _first_password() -> HttpResponse:
    """403: the password was right, and has to be changed before anything opens."""
    return answer(
        Problem(
            code="PASSWORD_MUST_CHANGE",
            where="field",
            zh="这是别人给您的初始密码，要先改成自己的。",
            en="This password was given to you and has to be changed first.",
            fix_zh="请用浏览器打开本系统的登录页（/sign-in/）改好，再回到这里登录。",
            fix_en="Open this system's sign-in page (/sign-in/), change it, then sign in here.",
        ),
        status=403,
    )
