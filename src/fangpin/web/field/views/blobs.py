"""Photos and signatures, apart from the visits they belong to: piece by piece, named by content."""

from __future__ import annotations

import re

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from fangpin.lake.papers import MOST_BYTES, Stored
from fangpin.values.problem import Problem
from fangpin.web.field.entrance import for_the_phone
from fangpin.web.field.problems import answer
from fangpin.web.field.receiving import papers
from fangpin.web.ground.access import ConsoleRequest

MOST_PIECE = 1024 * 1024
_RANGE = re.compile(r"bytes (\d{1,10})-(\d{1,10})/(\d{1,10})")


@for_the_phone
@require_http_methods(["HEAD", "PUT"])
def blob(request: ConsoleRequest, sha256: str) -> HttpResponse:
    """HEAD: how far it has come. PUT with `Content-Range`: one piece, or the whole without."""
    store, sender = papers(), request.scope.official
    if request.method == "HEAD":
        state = store.state(sha256, sender=sender)
        return _told(state, status=200)
    length = int(request.headers.get("Content-Length") or 0)
    if length > MOST_PIECE:
        return _piece_too_large()
    content = request.body
    first, last, total = 0, len(content) - 1, len(content)
    given = request.headers.get("Content-Range", "")
    if given:
        match = _RANGE.fullmatch(given)
        if match is None:
            return _range_wrong()
        first, last, total = (int(one) for one in match.groups())
    if last - first + 1 != len(content) or last >= total or not content:
        return _range_wrong()
    state = store.put(sha256, content, offset=first, total=total, sender=sender)
    return _told(state, status=201 if state.is_whole else 202)


def _told(state: Stored, *, status: int) -> HttpResponse:
    response = HttpResponse(status=status)
    response.headers["Upload-Offset"] = str(state.received)
    response.headers["Upload-Complete"] = "?1" if state.is_whole else "?0"
    return response


def _range_wrong() -> HttpResponse:
    return answer(
        Problem(
            code="RANGE_WRONG",
            where="field",
            zh="Content-Range 与内容不符；应为“bytes 起-止/总数”。",
            en="Content-Range does not fit the content; expected 'bytes first-last/total'.",
            fix_zh="请从已收到的位置接着传。",
            fix_en="Go on from where the server stands.",
        ),
        status=400,
    )


def _piece_too_large() -> HttpResponse:
    return answer(
        Problem(
            code="PIECE_TOO_LARGE",
            where="field",
            zh=f"一次最多传 {MOST_PIECE // 1024} KB，整份最多 {MOST_BYTES // 1024 // 1024} MB。",
            en=f"At most {MOST_PIECE // 1024} KB a piece and {MOST_BYTES // 1024 // 1024} MB in all.",
            fix_zh="请分段上传。",
            fix_en="Upload piece by piece.",
        ),
        status=413,
    )
