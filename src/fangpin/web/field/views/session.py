"""Signing in and out from the phone; the session is the same as that of the console."""

from __future__ import annotations

from django.contrib.auth import authenticate, login, logout
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from fangpin.casework.audit import actions as audit
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.scope import Scope, scope_of
from fangpin.values.problem import Problem
from fangpin.web.field.bodies import SignInBody
from fangpin.web.field.entrance import RECORD_VISIT, own_pages_only
from fangpin.web.field.problems import (
    answer,
    not_permitted,
    said,
    signed_out,
    told,
    without_post,
)
from fangpin.web.field.tasks import both
from fangpin.web.ground.access import ConsoleRequest, public
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import listed


@csrf_exempt
@public
@require_http_methods(["GET", "POST", "DELETE"])
@told
@own_pages_only
def session(request: ConsoleRequest) -> HttpResponse:
    """GET: who is signed in, or 401. POST: sign in. DELETE: sign out."""
    if request.method == "DELETE":
        logout(request)
        return HttpResponse(status=204)
    if request.method == "POST":
        body = SignInBody.model_validate_json(request.body)
        user = authenticate(request, username=body.username, password=body.password)
        if user is None:
            return _wrong_password()
        login(request, user)
        audit.record(
            act="sign_in",
            official=user.get_username(),
            subject_kind="official",
            subject=str(user.pk),
            division="",
            at=request.at,
        )
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
            zh="账号或密码不对。",
            en="The account or the password is wrong.",
            fix_zh="请核对后再试；忘记密码请联系乡镇。",
            fix_en="Check both and try again; the township resets passwords.",
        ),
        status=401,
    )
