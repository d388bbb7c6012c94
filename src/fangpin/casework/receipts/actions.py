"""Receiving something once, however often and however simultaneously it is sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from fangpin.casework.receipts.models import Receipt
from fangpin.values.problem import Problem, ProblemError

_INSERT = (
    "INSERT INTO receipts_receipt (key, kind, official, fingerprint, received_at, answer) "
    "VALUES (%s, %s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING"
)


@dataclass(frozen=True, slots=True)
class Received:
    """The answer to a sender; `is_new` is False when an earlier answer is given again."""

    answer: dict[str, Any]
    is_new: bool


def once(
    *,
    key: str,
    kind: str,
    official: str,
    content: object,
    at: datetime,
    act: Callable[[], dict[str, Any]],
) -> Received:
    """Let `act` run for the first of equal posts, in one transaction with its receipt.

    Later ones get the first one's answer. Raises ProblemError KEY_USED when the key stands for
    something else, and what `act` raises: then nothing was changed and no receipt is left.
    """
    mark = _fingerprint(content)
    with transaction.atomic():
        if _is_first(key, kind, official, mark, at):
            answer = act()
            Receipt.objects.filter(key=key).update(answer=answer)
            return Received(answer, is_new=True)
        earlier = Receipt.objects.get(key=key)
    if (earlier.kind, earlier.official, earlier.fingerprint) != (kind, official, mark):
        raise ProblemError(_key_used())
    return Received(earlier.answer, is_new=False)


def _is_first(key: str, kind: str, official: str, mark: str, at: datetime) -> bool:
    """Whether this key was new. An equal insert under way is waited for by the database."""
    values = [
        key,
        kind,
        official,
        mark,
        connection.ops.adapt_datetimefield_value(at),
        connection.ops.adapt_json_value({}, None),
    ]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, values)
        return bool(cursor.rowcount == 1)


def _fingerprint(content: object) -> str:
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _key_used() -> Problem:
    return Problem(
        code="KEY_USED",
        where="receipt",
        zh="这个提交编号已用于另一份记录。",
        en="This submission key already stands for another record.",
        fix_zh="请重新打开表单再提交。",
        fix_en="Open the form again and submit.",
    )
