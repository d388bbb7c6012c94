"""Who may speak to the server from a phone: a session made by these pages, or a name and password.

A cookie alone changes nothing: a request that changes something also carries a header that no
foreign page can send. Clients without cookies (ODK Collect) sign each request (HTTP Basic).
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse
from django.views.decorators.csrf import csrf_exempt

from fangpin.casework.appointments.sign_in import forget_failures
from fangpin.values.problem import Problem
from fangpin.web.field.problems import PHONE, answer, told, too_many_tries
from fangpin.web.ground.access import RECORD_VISIT, ConsoleRequest, Refusals, opens
from fangpin.web.ground.passwords import try_password

View = TypeVar("View", bound=Callable[..., HttpResponse])

HEADER = "X-Fangpin-Phone"


def for_the_phone(view: View) -> View:
    """A view of the phone: for those who visit, refusals as problems, safe without a form token."""
    return csrf_exempt(opens(RECORD_VISIT, refusals=PHONE)(told(own_pages_only(view))))


def for_a_client(view: View) -> View:
    """A view of another client that signs each request."""
    return csrf_exempt(opens(RECORD_VISIT, refusals=CLIENT)(told(view)))


def own_pages_only(view: View) -> View:
    def checked(request: ConsoleRequest, *args: object, **keywords: object) -> HttpResponse:
        if request.method not in ("GET", "HEAD") and HEADER not in request.headers:
            return answer(
                Problem(
                    code="FOREIGN_PAGE",
                    where="field",
                    zh="这个请求不是由本系统的手机端发出的。",
                    en="This request was not sent by this system's phone pages.",
                    fix_zh="请从手机端的页面重新操作。",
                    fix_en="Do it again from the phone pages.",
                ),
                status=403,
            )
        return view(request, *args, **keywords)

    checked.__name__ = view.__name__
    checked.__doc__ = view.__doc__
    return checked  # type: ignore[return-value]


def _by_name_and_password(request: ConsoleRequest) -> None:
    # A session does not count here: these requests carry no header that a foreign page cannot send.
    request.user = AnonymousUser()
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return
    try:
        name, colon, password = base64.b64decode(text, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return
    if not colon:
        return
    # Such a request has no place for a code: an account with a second factor is not let in by it.
    tried = try_password(request, username=name, password=password, code=None)
    request.wait_seconds = tried.wait_seconds  # type: ignore[attr-defined]
    official = getattr(tried.user, "official", None)
    if tried.user is not None and not (official and official.must_change_password):
        forget_failures(tried.user)
        request.user = tried.user


def _asks_for_a_password(request: ConsoleRequest) -> HttpResponse:
    wait_seconds = getattr(request, "wait_seconds", 0)
    if wait_seconds:
        return too_many_tries(wait_seconds)
    response = HttpResponse(status=401)
    response.headers["WWW-Authenticate"] = 'Basic realm="fangpin", charset="UTF-8"'
    response.headers["X-OpenRosa-Version"] = "1.0"
    return response


CLIENT = Refusals(
    signed_out=_asks_for_a_password,
    without_post=PHONE.without_post,
    not_permitted=PHONE.not_permitted,
    identify=_by_name_and_password,
)
