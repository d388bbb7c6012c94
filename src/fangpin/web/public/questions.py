"""The six questions, one a page: what each takes, and what it says when the answer will not do."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict
from django.utils.translation import gettext

from fangpin.casework.registry.provisional import identity_reader
from fangpin.values.text import normalise
from fangpin.web.ground.pack import installation_pack
from fangpin.web.public.draft import Draft

MOST_LETTERS = 1000
_NAME_LETTERS = 60
_PHONE = re.compile(r"\+?[0-9]{7,15}")
PHOTO = "photo"
"""The one question whose answer is a file: `photos.py` receives it."""


@dataclass(frozen=True, slots=True)
class Question:
    """A page: its address, and how its answer is read into the draft; an error's words or none."""

    name: str
    read: Callable[[Draft, QueryDict, date], str]
    is_answered: Callable[[Draft], bool]


def _name(draft: Draft, given: QueryDict, _today: date) -> str:
    draft.name = " ".join(given.get("name", "").split())
    if not draft.name:
        return gettext("请填写户主姓名。")
    if len(draft.name) > _NAME_LETTERS:
        return gettext("姓名太长了，请只填户主一个人的姓名。")
    if re.search(r"[0-9]", draft.name):
        draft.name = ""  # it may be an identity number: it is not shown again
        return gettext("姓名里不应有数字。证件号码在下一页填写。")
    return ""


def _identity(draft: Draft, given: QueryDict, today: date) -> str:
    text = given.get("identity", "").strip()
    if given.get("none"):
        draft.identity, draft.has_no_identity = "", True
        return ""
    if not text:
        if draft.identity:
            return ""
        return gettext("请填写证件号码；没有证件的，请勾选下面一项。")
    read = identity_reader(installation_pack())
    if read is not None:
        # The check is arithmetic alone: whether anyone has this number is never asked.
        reading = read(text, today=today)
        if reading.canonical is None:
            return gettext("号码好像少了一位或错了一位，请对着证件再看一遍。")
        text = reading.canonical
    elif len(text) > 40:
        return gettext("号码好像少了一位或错了一位，请对着证件再看一遍。")
    draft.identity, draft.has_no_identity = text, False
    return ""


def _phone(draft: Draft, given: QueryDict, _today: date) -> str:
    text = re.sub(r"[\s\-()]", "", normalise(given.get("phone", "")))
    if not text:
        return "" if draft.phone else gettext("请填写能打通的电话号码，也可以填亲友的。")
    if not _PHONE.fullmatch(text):
        return gettext("电话号码只有数字，请再看一遍，看有没有少写。")
    draft.phone = text
    return ""


def _cause(draft: Draft, given: QueryDict, _today: date) -> str:
    code = given.get("cause", "")
    if code not in installation_pack().causes:
        return gettext("请选一项最主要的困难。")
    draft.cause = code
    return ""


def _text(draft: Draft, given: QueryDict, _today: date) -> str:
    draft.text = given.get("text", "").replace("\r\n", "\n").strip()
    if not draft.text:
        return gettext("请用自己的话写几句发生了什么。")
    if len(draft.text) > MOST_LETTERS:
        return gettext("写得太长了，请不要超过 %(most)d 个字。") % {"most": MOST_LETTERS}
    return ""


def _photo(draft: Draft, _given: QueryDict, _today: date) -> str:
    draft.photo_was_asked = True
    return ""


QUESTIONS = (
    Question("name", _name, lambda draft: bool(draft.name)),
    Question("identity", _identity, lambda draft: bool(draft.identity) or draft.has_no_identity),
    Question("phone", _phone, lambda draft: bool(draft.phone)),
    Question("cause", _cause, lambda draft: bool(draft.cause)),
    Question("text", _text, lambda draft: bool(draft.text)),
    Question(PHOTO, _photo, lambda draft: draft.photo_was_asked),
)
NAMES = tuple(question.name for question in QUESTIONS)


def first_unanswered(draft: Draft) -> str | None:
    """The name of the first question without an answer; None: all are answered."""
    return next((one.name for one in QUESTIONS if not one.is_answered(draft)), None)
