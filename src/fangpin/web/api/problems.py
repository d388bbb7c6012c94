"""How a department's system is told that something is refused: RFC 9457 problems in both languages."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpResponse, JsonResponse

from fangpin.values.problem import Problem, ProblemError
from fangpin.web.ground.access import ConsoleRequest

View = TypeVar("View", bound=Callable[..., HttpResponse])

STATUS = {
    "TOKEN_REFUSED": 401,
    "FEED_UNKNOWN": 404,
    "NOT_FOUND": 404,
    "LENGTH_MISSING": 411,
    "BODY_TOO_LARGE": 413,
    "METHOD_NOT_ALLOWED": 405,
    "MEDIA_TYPE_UNSUPPORTED": 415,
    "CONTENT_ENCODING_UNSUPPORTED": 415,
    "SERVER_BROKEN": 500,
    "IDEMPOTENCY_KEY_MISSING": 400,
    "BODY_CUT": 400,
    "PARAMETER_UNKNOWN": 400,
    "PARAMETER_UNREADABLE": 400,
    "IDEMPOTENCY_KEY_USED": 409,
    "DISK_FULL": 507,
    "HOME_NOT_WRITABLE": 507,
}
"""Codes that are not simply what the sender has to mend (422)."""


def answer(problem: Problem) -> JsonResponse:
    """A problem as application/problem+json: both languages, for nobody reads over its shoulder."""
    status = STATUS.get(problem.code, 422)
    return JsonResponse(
        {
            "type": "about:blank",
            "status": status,
            "title": problem.en,
            "detail": problem.fix_en,
            "code": problem.code,
            "zh": problem.zh,
            "en": problem.en,
            "fix_zh": problem.fix_zh,
            "fix_en": problem.fix_en,
        },
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def said(body: Any, *, status: int = 200) -> JsonResponse:
    """A plain answer; Chinese stays readable."""
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def told(view: View) -> View:
    """Everything foreseen that a view may raise becomes a problem."""

    @wraps(view)
    def answered(request: ConsoleRequest, *args: Any, **keywords: Any) -> HttpResponse:
        try:
            return view(request, *args, **keywords)
        except ProblemError as error:
            return answer(error.problems[0])

    return answered  # type: ignore[return-value]


def token_refused() -> HttpResponse:
    """401: no token, or one that is misspelt, expired or revoked; which of them is not said."""
    response = answer(
        Problem(
            code="TOKEN_REFUSED",
            where="api",
            zh="缺少令牌，或者令牌不对、已过期、已撤销。",
            en="The token is missing, wrong, expired or revoked.",
            fix_zh="请在 Authorization 头写“Bearer 令牌”；令牌由系统管理员发放。",
            fix_en="Send 'Authorization: Bearer TOKEN'; the system administrator makes tokens.",
        )
    )
    response.headers["WWW-Authenticate"] = 'Bearer realm="fangpin"'
    return response


def method_not_allowed(methods: Sequence[str]) -> HttpResponse:
    """405: the address is there, and answers to other methods."""
    listed = ", ".join(methods)
    response = answer(
        Problem(
            code="METHOD_NOT_ALLOWED",
            where="api",
            zh=f"这个地址只接受 {listed}。",
            en=f"This address answers to {listed} alone.",
            fix_zh="报送用 POST 发到 …/deliveries；查结果用 GET 访问答复里的 Location。",
            fix_en="POST to …/deliveries to send; GET the Location of the answer to see what became of it.",
        )
    )
    response.headers["Allow"] = listed
    return response


def broken() -> HttpResponse:
    """500: what was not foreseen; nothing of it is told."""
    return answer(
        Problem(
            code="SERVER_BROKEN",
            where="api",
            zh="服务器出错，没有办成。",
            en="The server failed; this was not done.",
            fix_zh="请稍后用同一个 Idempotency-Key 重发；仍不行请告诉系统管理员。",
            fix_en="Send it again later under the same key; tell the administrator if it fails again.",
        )
    )


def not_there() -> HttpResponse:
    """404: there is no such thing for this department; it does not say which."""
    return answer(
        Problem(
            code="NOT_FOUND",
            where="api",
            zh="没有这个地址，或者它不属于您的部门。",
            en="There is no such address, or it is not your department's.",
            fix_zh="请核对数据源代码和编号。",
            fix_en="Check the feed's code and the number.",
        )
    )
