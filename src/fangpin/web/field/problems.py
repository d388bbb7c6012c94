"""How the phone is told that something is refused: RFC 9457 problems in both languages."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.http import HttpResponse, JsonResponse
from pydantic import ValidationError

from fangpin.casework.alerts.models import Alert
from fangpin.casework.audit import actions as audit
from fangpin.casework.cases.acts import VisitConflictError
from fangpin.casework.cases.models import Case
from fangpin.casework.registry.models import Household
from fangpin.values.problem import Problem, ProblemError
from fangpin.web.ground.access import ConsoleRequest, Refusals
from fangpin.web.ground.language import short_language
from fangpin.web.ground.passwords import minutes_of

View = TypeVar("View", bound=Callable[..., HttpResponse])

STATUS = {
    "ACT_NOT_PERMITTED": 403,
    "CASE_ENDED": 409,
    "STEP_DONE": 409,
    "STEP_NOT_OPEN": 409,
    "DECISION_MADE": 409,
    "KEY_USED": 409,
    "PAPER_OFFSET": 409,
    "HOUSEHOLD_AMBIGUOUS": 409,
    "HOUSEHOLD_KNOWN": 409,
    "PAPER_TOO_LARGE": 413,
    "PAPER_KIND": 415,
    "PAPERS_UNFINISHED": 429,
    "VAULT_IN_USE": 503,
    "DISK_FULL": 507,
    "HOME_NOT_WRITABLE": 507,
}
"""Codes that are not simply what the sender has to mend (422)."""


def answer(problem: Problem, *, status: int | None = None, **more: Any) -> JsonResponse:
    """A problem as application/problem+json; `title` and `detail` in the reader's language."""
    is_english = short_language() == "en"
    body = {
        "type": "about:blank",
        "status": status or STATUS.get(problem.code, 422),
        "title": problem.en if is_english else problem.zh,
        "detail": problem.fix_en if is_english else problem.fix_zh,
        "code": problem.code,
        "zh": problem.zh,
        "en": problem.en,
        "fix_zh": problem.fix_zh,
        "fix_en": problem.fix_en,
        **more,
    }
    return JsonResponse(
        body,
        status=body["status"],
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False},
    )


def said(body: Any, *, status: int = 200) -> JsonResponse:
    """A plain answer; Chinese stays readable."""
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def signed_out(_request: ConsoleRequest | None = None) -> HttpResponse:
    """401: nobody is signed in. The phone keeps everything and asks for the password."""
    return answer(
        Problem(
            code="SIGNED_OUT",
            where="field",
            zh="请重新登录，资料还在。",
            en="Please sign in again; everything is still here.",
            fix_zh="登录后会接着上传。",
            fix_en="Uploading goes on once you have signed in.",
        ),
        status=401,
    )


def without_post(_request: ConsoleRequest) -> HttpResponse:
    """403: an account that holds no post today."""
    return answer(
        Problem(
            code="NO_POST",
            where="field",
            zh="这个账号今天没有岗位，资料仍保存在手机里。",
            en="This account holds no post today; what the phone holds is kept.",
            fix_zh="请联系乡镇核对任职。",
            fix_en="Ask the township to check your post.",
        ),
        status=403,
    )


def not_permitted(_request: ConsoleRequest) -> HttpResponse:
    """403: the role does not visit households."""
    return answer(
        Problem(
            code="ACT_NOT_PERMITTED",
            where="field",
            zh="您的岗位不办理入户核实。",
            en="Your post does not visit households.",
            fix_zh="请使用电脑端。",
            fix_en="Use the console on a computer.",
        ),
        status=403,
    )


def too_many_tries(seconds: int) -> HttpResponse:
    """429 with Retry-After: wrong passwords of this name, or from this place; whoever it is."""
    minutes = minutes_of(seconds)
    response = answer(
        Problem(
            code="TOO_MANY_TRIES",
            where="field",
            zh=f"输错次数太多，请等 {minutes} 分钟再试。",
            en=f"Too many wrong tries; wait {minutes} min.",
            fix_zh="手机里的资料都在，可以先接着填。",
            fix_en="What the phone holds is kept; you may go on writing.",
        ),
        status=429,
    )
    response.headers["Retry-After"] = str(seconds)
    return response


PHONE = Refusals(signed_out=signed_out, without_post=without_post, not_permitted=not_permitted)


def not_there() -> HttpResponse:
    """404: there is no such thing within the official's villages; it does not say which."""
    return answer(
        Problem(
            code="NOT_FOUND",
            where="field",
            zh="没有这一户，或不在您负责的村。",
            en="There is no such household, or it is not in your villages.",
            fix_zh="请核对后再试；如刚调整分工，请先更新待办。",
            fix_en="Check and try again; if your villages have changed, refresh the list first.",
        ),
        status=404,
    )


def told(view: View) -> View:
    """Everything foreseen that a view of the phone may raise becomes a problem."""

    @wraps(view)
    def answered(request: ConsoleRequest, *args: Any, **keywords: Any) -> HttpResponse:
        try:
            return view(request, *args, **keywords)
        except (Case.DoesNotExist, Household.DoesNotExist, Alert.DoesNotExist):
            _note_foreign(request, **keywords)
            return not_there()
        except VisitConflictError as conflict:
            return _conflict(conflict)
        except ValidationError as error:
            return _not_understood(error)
        except ProblemError as error:
            first = error.problems[0]
            return answer(first, **first.details)

    return answered  # type: ignore[return-value]


def _note_foreign(request: ConsoleRequest, **keywords: Any) -> None:
    """Asking for another village's household is on record, where the official serves."""
    audit.record(
        act="refused_outside_scope",
        official=request.scope.official,
        subject_kind="case",
        subject=str(getattr(request, "asked_for", keywords.get("case_no", "")))[:64],
        division=request.scope.divisions[0],
        at=request.at,
        detail={"role": request.scope.role, "path": request.path[:60]},
    )


def _conflict(conflict: VisitConflictError) -> JsonResponse:
    return answer(
        Problem(
            code="FIELDS_DIFFER",
            where="field",
            zh="您出门以后别人改过这一户，有几项不一样。",
            en="Someone has changed this household since you set out; some fields differ.",
            fix_zh="请逐项选用哪个；核实结论、照片和签名都会保留。",
            fix_en="Choose field by field; your judgement, photos and signature are kept.",
        ),
        status=409,
        version=conflict.version,
        fields={field: list(both) for field, both in conflict.fields.items()},
    )


def _not_understood(error: ValidationError) -> JsonResponse:
    """422 with the place of each mistake; nothing of what was written is repeated."""
    found = [{"at": ".".join(map(str, one["loc"])), "what": one["type"]} for one in error.errors()]
    unknown = [one["at"] for one in found if one["what"] == "extra_forbidden"]
    places = [one["at"] for one in found]
    if unknown:
        listed_zh, listed_en = "、".join(unknown), ", ".join(unknown)
        problem = Problem(
            code="FIELD_FORBIDDEN",
            where="field",
            zh=f"这些字段不能由手机填写：{listed_zh}。",
            en=f"The phone may not set these fields: {listed_en}.",
            fix_zh="去掉这些字段；需要新字段时请更新手机端。",
            fix_en="Leave them out; update the phone pages if a new field is needed.",
        )
    else:
        listed_zh, listed_en = "、".join(places), ", ".join(places)
        problem = Problem(
            code="FIELDS_UNREADABLE",
            where="field",
            zh=f"这些字段缺少或写法不对：{listed_zh}。",
            en=f"These fields are missing or not readable: {listed_en}.",
            fix_zh="请打开这份记录，改正后再上传。",
            fix_en="Open the record, correct it and upload again.",
        )
    return answer(problem, status=422, places=found)
