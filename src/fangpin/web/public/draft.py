"""What a farmer has answered so far: between two pages it lies sealed in the session."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from fangpin.lake.ciphers import NotOpened
from fangpin.web.ground.access import ConsoleRequest
from fangpin.web.ground.keys import door_keys

_DRAFT = "declare"
_RECEIPT = "declare_receipt"
_FOLLOWED = "declare_followed"


@dataclass(slots=True)
class Draft:
    """Answers on their way; `key` is the declaration's own, so that it is made once."""

    village: str
    key: str = field(default_factory=lambda: uuid.uuid4().hex)
    name: str = ""
    identity: str = ""
    has_no_identity: bool = False
    phone: str = ""
    cause: str = ""
    text: str = ""
    photo: str = ""
    """sha256 of a photo that lies in the store of papers."""
    photo_was_asked: bool = False


def draft_of(request: ConsoleRequest, village: str) -> Draft:
    """The answers of this session for a village; an empty one when there are none."""
    told = _opened(request, _DRAFT)
    if told.get("village") == village:
        return Draft(**told)
    return Draft(village)


def keep_draft(request: ConsoleRequest, draft: Draft) -> None:
    """Keep the answers until the next page."""
    _seal(request, _DRAFT, asdict(draft))


def keep_receipt(request: ConsoleRequest, village: str, receipt_no: str) -> None:
    """The declaration was made: its receipt takes the place of the answers."""
    request.session.pop(_DRAFT, None)
    _seal(request, _RECEIPT, {"village": village, "receipt": receipt_no})


def receipt_of(request: ConsoleRequest, village: str) -> str:
    """The receipt that this session got in a village; empty: none."""
    told = _opened(request, _RECEIPT)
    return str(told["receipt"]) if told.get("village") == village else ""


def begin_again(request: ConsoleRequest) -> None:
    """Forget answers and receipt: the next one at this phone sees nothing of them."""
    for name in (_DRAFT, _RECEIPT, _FOLLOWED):
        request.session.pop(name, None)


def follow(request: ConsoleRequest, receipt_no: str, digest: str) -> None:
    """The receipt was opened with the phone's last four; its page may be loaded again for a while."""
    told = {"receipt": receipt_no, "digest": digest, "at": request.at.isoformat()}
    _seal(request, _FOLLOWED, told)


def followed(request: ConsoleRequest) -> tuple[str, str] | None:
    """(receipt, digest) of what this session opened a moment ago; None: nothing, or too long ago."""
    told = _opened(request, _FOLLOWED)
    if not told:
        return None
    rests = timedelta(minutes=settings.FANGPIN.idle_minutes)
    if request.at - datetime.fromisoformat(told["at"]) > rests:
        return None
    return told["receipt"], told["digest"]


def _seal(request: ConsoleRequest, name: str, told: Mapping[str, object]) -> None:
    request.session[name] = door_keys().seal_words(json.dumps(dict(told)), purpose=name)


def _opened(request: ConsoleRequest, name: str) -> dict[str, Any]:
    sealed = request.session.get(name)
    if not isinstance(sealed, str):
        return {}
    try:
        return dict(json.loads(door_keys().open_words(sealed, purpose=name)))
    except NotOpened:  # sealed with a key that is no longer this installation's
        return {}
