"""Pages for what went wrong: plain, and telling nothing of what an outsider may not know."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from fangpin.values.problem import Problem
from fangpin.web.ground.access import public
from fangpin.web.ground.language import short_language
from fangpin.web.ground.typed import Typed, carried_by, typed_into


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """404: there is no such thing, or it lies outside the official's post; it does not say which."""
    return _notice(
        request,
        status=404,
        heading=gettext("没有找到这一页"),
        words=gettext("地址可能写错了，或者这项内容不在您的岗位范围内。"),
    )


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """400: a request that no page of ours sends."""
    return _notice(
        request,
        status=400,
        heading=gettext("没有看懂这个请求"),
        words=gettext("请回到首页，从菜单重新进入。"),
    )


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token is missing or old, for instance after a sign-in in another window.

    A form of our own comes back with what was typed into it, to be sent once more.
    """
    typed = _typed_here(request, reason)
    if typed is None:
        return _notice(
            request,
            status=403,
            heading=gettext("页面放得太久了"),
            words=gettext("为了安全，请回到首页再做一次；已经保存的内容都在。"),
        )
    if request.user.is_authenticated:
        return render(request, "console/go_on.html", {"typed": typed, "is_old": True}, status=403)
    return render(request, "console/sign_in.html", {"typed": typed, "next": "/"}, status=403)


def _typed_here(request: HttpRequest, reason: str) -> Typed | None:
    """What was typed into a page of ours. None where a foreign page may have sent it: a browser names
    the page's origin, and Django refuses a foreign one before it looks for the token."""
    if "Origin" not in request.headers or not reason.startswith("CSRF"):
        return None
    match = request.resolver_match
    if match is not None and match.url_name == "sign-in":
        return carried_by(request)
    return None if match is None or getattr(match.func, "is_public", False) else typed_into(request)


def refused(request: HttpRequest, problem: Problem) -> HttpResponse:
    """409: an act that was refused, with the reason and what to do; nothing was changed."""
    is_english = short_language() == "en"
    return _notice(
        request,
        status=409,
        heading=problem.en if is_english else problem.zh,
        words=problem.fix_en if is_english else problem.fix_zh,
    )


def broken(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """500: needs neither the database nor the pack, so nothing of the frame."""
    return HttpResponse(render_to_string("console/broken.html"), status=500)


@public
@require_safe
def alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """200 while the process answers; for whatever watches it."""
    return HttpResponse("alive\n", content_type="text/plain; charset=utf-8")


def _notice(request: HttpRequest, *, status: int, heading: str, words: str) -> HttpResponse:
    context = {"heading": heading, "words": words}
    return render(request, "console/notice.html", context, status=status)
