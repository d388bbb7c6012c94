"""A session between sign-in and sign-out: how long it may rest, and in which post it acts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from fangpin.casework.audit import actions as audit
from fangpin.casework.officials.scope import NOTHING, Scope

MUST_CHANGE = "must_change_password"
"""In the session: nothing opens before the password was changed."""
ACTING = "acting"
"""In the session: role and holder of the post in which the official acts."""
REFUSED_VIEW = "refuse_view"
"""The act of the audit trail that tells of a page somebody had no business with."""
_SEEN = "seen"
_SEEN_STEP = timedelta(seconds=60)
"""The last request is written down about once a minute, not with each."""
_A_PERSONS_NUMBER = re.compile(r"\d{11}")
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def is_of_session(request: HttpRequest) -> bool:
    """Whether the official signed in at a browser, and did not come with a token of a phone."""
    return SESSION_KEY in request.session


def has_rested_too_long(request: HttpRequest, *, at: datetime, minutes: int) -> bool:
    """Whether the session's last request lies too far back; else this one is remembered."""
    text = request.session.get(_SEEN)
    seen = datetime.fromisoformat(text) if text else None
    if seen is not None and at - seen > timedelta(minutes=minutes):
        return True
    if seen is None or at - seen > _SEEN_STEP:
        request.session[_SEEN] = at.isoformat()
    return False


def chosen_scope(request: HttpRequest, scopes: Sequence[Scope]) -> Scope:
    """The scope in which the official chose to act; the first one without a choice in force."""
    asked = request.session.get(ACTING)
    for scope in scopes:
        if asked == key_of(scope):
            return scope
    return scopes[0] if scopes else NOTHING


def key_of(scope: Scope) -> str:
    """Names one of an official's scopes."""
    return f"{scope.role}:{scope.on_behalf_of}"


def record_refused_view(request: Any) -> None:
    """Put on the record that an official asked for something that is not there for this post.

    The entry lies in the official's own division, where the audit can see it; nothing is said of
    whether the thing exists elsewhere.
    """
    match, scope = request.resolver_match, request.scope
    named = next(iter(match.kwargs.values()), "") or request.GET.get("division", "")
    text = str(named)
    is_safe = isinstance(named, int) or (
        _CODE.fullmatch(text) and not _A_PERSONS_NUMBER.search(text.replace("-", ""))
    )
    if not is_safe and len(text) <= 16 and text.isdigit():
        is_safe = True  # a division's code
    audit.record(
        act=REFUSED_VIEW,
        official=scope,
        subject_kind=(match.url_name or "")[:40],
        subject=text[:64] if is_safe else "",
        division=scope.divisions[0],
        at=request.at,
    )
