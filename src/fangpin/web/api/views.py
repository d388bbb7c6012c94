"""The push API: a body of NDJSON becomes an upload, and the upload tells what became of it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.http import HttpResponse, UnreadablePostError
from django.urls import reverse

from fangpin.casework.uploads import queries, refusals
from fangpin.casework.uploads.actions import Sent, submit
from fangpin.casework.uploads.models import Channel, Outcome, Upload
from fangpin.feeds.arrivals import quarantine_rows
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.lake.spool import Incoming, Spool
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError
from fangpin.web.api.entrance import with_token
from fangpin.web.api.problems import not_there, said
from fangpin.web.ground.access import ConsoleRequest
from fangpin.web.ground.pack import installation_pack

MEDIA_TYPE = "application/x-ndjson"
MOST_ROWS = 1000
"""Refused rows of one answer."""
_CHUNK = 1 << 18
_LENGTH = re.compile(r"[0-9]{1,18}")
_KEY = re.compile(r"[\x21-\x7e]{8,200}")
_SECONDS_TO_WAIT = "2"


@with_token("POST")
def deliveries(request: ConsoleRequest, feed: str) -> HttpResponse:
    """202 with the address where the outcome will stand; the same key and body, the same answer.

    Raises ProblemError FEED_UNKNOWN, MEDIA_TYPE_UNSUPPORTED, CONTENT_ENCODING_UNSUPPORTED,
    IDEMPOTENCY_KEY_MISSING, IDEMPOTENCY_KEY_USED, MONTH_UNREADABLE, MONTH_AHEAD, LENGTH_MISSING,
    FILE_EMPTY, BODY_TOO_LARGE, BODY_CUT, PARAMETER_UNKNOWN.
    """
    pack = installation_pack()
    if pack.owners.get(feed) != request.scope.department:
        raise refusals.feed_unknown()
    if request.content_type != MEDIA_TYPE:
        raise ProblemError(_media_type())
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise ProblemError(_encoded())
    key = request.headers.get("Idempotency-Key", "")
    if not _KEY.fullmatch(key):
        raise ProblemError(_key_missing())
    _refuse_other_parameters(request, known=("month",))
    month = _month(request.GET.getlist("month"), today=request.today)
    incoming = _read(request)
    try:
        received = submit(
            pack=pack,
            sent=Sent(
                channel=Channel.PUSH,
                feed=feed,
                month=month,
                original_name="",
                size_bytes=incoming.size,
                sha256=incoming.sha256,
            ),
            key=_own_key(request.scope.official, key),
            by=request.scope,
            at=request.at,
            on=request.today,
            keep=incoming.keep,
        )
    except ProblemError as error:
        if error.problems[0].code == "KEY_USED":
            raise ProblemError(_key_used()) from None
        raise
    finally:
        incoming.drop()
    upload_no = received.answer["upload"]
    href = reverse("api-delivery", args=[feed, upload_no])
    response = said({"upload": upload_no, "feed": feed, "href": href}, status=202)
    response.headers["Location"] = href
    response.headers["Retry-After"] = _SECONDS_TO_WAIT
    return response


@with_token("GET", "HEAD")
def delivery(request: ConsoleRequest, feed: str, upload_no: str) -> HttpResponse:
    """What became of a body: state, counts, findings, and refused rows from `offset` on.

    Raises ProblemError PARAMETER_UNKNOWN, PARAMETER_UNREADABLE.
    """
    try:
        found = queries.upload(request.scope, upload_no)
    except Upload.DoesNotExist:
        return not_there()
    if found.feed != feed:
        return not_there()
    _refuse_other_parameters(request, known=("offset", "limit"))
    offset, limit = _count(request, "offset", 0), min(_count(request, "limit", 100), MOST_ROWS)
    body = {
        "upload": found.upload_no,
        "feed": found.feed,
        "state": found.outcome or "checking",
        "step": found.job.step if found.job and not found.outcome else "",
        "month": None if found.month is None else str(Month(found.month)),
        "received": found.received_at.isoformat(),
        "delivery": found.delivery or None,
        "read": found.read,
        "accepted": found.accepted,
        "quarantined": found.quarantined,
        "duplicate": found.duplicate,
        "findings": found.findings,
        "rows": _rows(found, offset=offset, limit=limit),
    }
    response = said(body)
    if not found.outcome:
        response.headers["Retry-After"] = _SECONDS_TO_WAIT
    return response


def _rows(found: Upload, *, offset: int, limit: int) -> list[dict[str, Any]]:
    """Reasons of refused rows, by row; the values are masked."""
    if found.outcome not in (Outcome.ACCEPTED, Outcome.HELD) or not found.quarantined:
        return []
    with connect(memory_limit="256MB", threads=1, spill=_home().spill) as engine:
        return quarantine_rows(
            _home(),
            engine=engine,
            feed=found.feed,
            delivery=found.delivery,
            limit=limit,
            offset=offset,
        )


def _read(request: ConsoleRequest) -> Incoming:
    """The body in the spool. A body is refused by its stated length before any of it is read."""
    most = int(settings.FANGPIN.limits.file_bytes)
    stated = request.headers.get("Content-Length", "")
    if not _LENGTH.fullmatch(stated):
        raise ProblemError(_length_missing())
    if int(stated) == 0:
        raise ProblemError(_empty())
    if int(stated) > most:
        raise ProblemError(_too_large(most))
    incoming = Spool(_home()).begin(limit=most)
    try:
        while chunk := request.read(_CHUNK):
            incoming.write(chunk)
        if incoming.size != int(stated):
            raise ProblemError(_cut())
    except UnreadablePostError:
        incoming.drop()
        raise ProblemError(_cut()) from None
    except BaseException:
        incoming.drop()
        raise
    return incoming


def _home() -> Home:
    return Home(settings.FANGPIN.home)


def _own_key(sender: str, key: str) -> str:
    """The sender's key among those of all senders."""
    return hashlib.sha256(f"push {sender} {key}".encode()).hexdigest()


def _month(written: Sequence[str], *, today: date) -> int | None:
    """The month that the address states, if any; two are not chosen from."""
    text = ",".join(written)
    if not text:
        return None
    try:
        month = int(Month.parse(text))
    except ValueError:
        raise ProblemError(
            Problem(
                code="MONTH_UNREADABLE",
                where="?month=",
                zh="月份应写成 2020-04 的样子。",
                en="A month is written like 2020-04.",
                fix_zh="改正，或去掉这个参数，按数据里的月份。",
                fix_en="Correct it, or leave it out: the rows tell the month.",
            )
        ) from None
    if month > int(Month.containing(today)):
        raise ProblemError(_month_ahead(text))
    return month


def _refuse_other_parameters(request: ConsoleRequest, *, known: Sequence[str]) -> None:
    """A parameter that nobody reads is a wish that nobody would fulfil: `mounth=2020-04` above all."""
    others = sorted(set(request.GET) - set(known))
    if others:
        raise ProblemError(_parameter_unknown(others[0], known))


def _count(request: ConsoleRequest, name: str, otherwise: int) -> int:
    written = request.GET.getlist(name)
    if not written:
        return otherwise
    text = ",".join(written)
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ProblemError(_parameter_unreadable(name))
    return int(text)


def _parameter_unknown(name: str, known: Sequence[str]) -> Problem:
    listed = ", ".join(known)
    # Whatever is no plain word may be somebody's data.
    shown = name if re.fullmatch("[A-Za-z_-]{1,30}", name) else "…"
    return Problem(
        code="PARAMETER_UNKNOWN",
        where=f"?{shown}=",
        zh=f"没有“{shown}”这个参数；这个地址的参数有：{listed}。",
        en=f"There is no parameter '{shown}'; this address takes: {listed}.",
        fix_zh="改正或去掉这个参数。",
        fix_en="Correct it, or leave it out.",
    )


def _parameter_unreadable(name: str) -> Problem:
    return Problem(
        code="PARAMETER_UNREADABLE",
        where=f"?{name}=",
        zh=f"参数 {name} 应是一个从 0 起的整数。",
        en=f"The parameter {name} is one whole number from 0 on.",
        fix_zh="改正或去掉这个参数。",
        fix_en="Correct it, or leave it out.",
    )


def _month_ahead(text: str) -> Problem:
    return Problem(
        code="MONTH_AHEAD",
        where="?month=",
        zh=f"{text} 还没有到，不会有这个月的数据。",
        en=f"{text} has not begun: there is no data of it yet.",
        fix_zh="改正月份，或去掉这个参数，按数据里的月份。",
        fix_en="Correct the month, or leave it out: the rows tell it.",
    )


def _encoded() -> Problem:
    return Problem(
        code="CONTENT_ENCODING_UNSUPPORTED",
        where="Content-Encoding",
        zh="这里不收压缩过的内容。",
        en="A compressed body is not received here.",
        fix_zh="请不压缩，直接发送 NDJSON。",
        fix_en="Send the NDJSON as it is, without compression.",
    )


def _media_type() -> Problem:
    return Problem(
        code="MEDIA_TYPE_UNSUPPORTED",
        where="Content-Type",
        zh=f"这里只收 {MEDIA_TYPE}：每行一个 JSON 对象。",
        en=f"Only {MEDIA_TYPE} is received here: one JSON object a line.",
        fix_zh="改用 NDJSON；Excel 和 CSV 请在网页上报送。",
        fix_en="Send NDJSON; spreadsheets and CSV are uploaded in the console.",
    )


def _key_missing() -> Problem:
    return Problem(
        code="IDEMPOTENCY_KEY_MISSING",
        where="Idempotency-Key",
        zh="缺少 Idempotency-Key 头，或它不是 8 到 200 个可见的 ASCII 字符。",
        en="The header Idempotency-Key is missing, or is not 8 to 200 visible ASCII characters.",
        fix_zh="每次报送生成一个 UUID；没有收到答复时用同一个重发。",
        fix_en="Make a UUID for each delivery; without an answer send it again under the same one.",
    )


def _key_used() -> Problem:
    return Problem(
        code="IDEMPOTENCY_KEY_USED",
        where="Idempotency-Key",
        zh="这个 Idempotency-Key 已用于另一份内容。",
        en="This Idempotency-Key already stands for another body.",
        fix_zh="新的内容请用新的 Idempotency-Key。",
        fix_en="Send another body under another key.",
    )


def _length_missing() -> Problem:
    return Problem(
        code="LENGTH_MISSING",
        where="Content-Length",
        zh="缺少 Content-Length：看不出内容是否传完。",
        en="Content-Length is missing: nothing tells whether the body came whole.",
        fix_zh="请写明长度，不要用分块传输。",
        fix_en="State the length; do not send the body in chunks.",
    )


def _empty() -> Problem:
    return Problem(
        code="FILE_EMPTY",
        where="api",
        zh="内容是空的。",
        en="The body is empty.",
        fix_zh="当月没有数据也要报送时，请与数据专干约定。",
        fix_en="Where a month without rows must be sent, agree on it with the analysts.",
    )


def _too_large(most: int) -> Problem:
    megabytes = most // 1024 // 1024
    return Problem(
        code="BODY_TOO_LARGE",
        where="api",
        zh=f"内容超过 {megabytes} MB 的上限。",
        en=f"The body is larger than the limit of {megabytes} MB.",
        fix_zh="请拆分后分次发送。",
        fix_en="Split it and send the parts one after the other.",
    )


def _cut() -> Problem:
    return Problem(
        code="BODY_CUT",
        where="api",
        zh="内容没有传完，什么也没有收下。",
        en="The body did not come whole; nothing of it was kept.",
        fix_zh="请用同一个 Idempotency-Key 重发。",
        fix_en="Send it again under the same key.",
    )
