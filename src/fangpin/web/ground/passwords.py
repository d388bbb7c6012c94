"""Names and passwords, at whichever door they are given: so many tries, then a wait.

A name is counted, and so is the place that the tries come from. A name that nobody has waits like
one that somebody has, so that nobody learns which accounts there are.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest

from fangpin.casework.appointments import second_factor
from fangpin.casework.appointments.sign_in import has_account, locked_until, sign_in_failed
from fangpin.casework.declarations.attempts import (
    attempts,
    forget_attempts,
    latest_attempt,
    note_attempt,
)
from fangpin.lake.home import Home
from fangpin.lake.vault import installation_key
from fangpin.web.ground.access import ConsoleRequest, standing_clock

WRONG, LOCKED = "password", "locked"
"""Kinds of attempts: a wrong password, and the one that made the name wait."""
PLACE_FACTOR = 10
"""An office has one address for many people: it may err so many times as often as one name."""
_MOST_NAME = 150
_REMEMBERED = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a name and a password. Neither user nor wait: they are wrong."""

    user: Any = None
    wait_seconds: int = 0
    """How long nothing is tried any more for this name, or from this place."""


def try_password(
    request: ConsoleRequest, *, username: str, password: str, code: str | None = ""
) -> Tried:
    """Whether name, password and second factor are right; wrong ones are counted.

    `code` None: the caller can carry no code, and an account with a second factor is refused.
    """
    username = unicodedata.normalize("NFKC", username)[:_MOST_NAME]
    if standing_clock() is not None:
        # In a demonstration no minutes pass after which an account would open.
        return Tried(authenticate(request, username=username, password=password))
    at = request.at
    name, place = _digest("name", username), _digest("place", address_of(request))
    until = max(
        (one for one in (_name_waits(username, name), _place_waits(place, at=at)) if one),
        default=at,
    )
    if until > at:
        return Tried(wait_seconds=math.ceil((until - at).total_seconds()))
    user = authenticate(request, username=username, password=password)
    if user is not None and _is_second_right(user, code, at=at):
        forget_attempts(kind=WRONG, source=name)
        return Tried(user)
    _count(username, name, place, at=at)
    return Tried()


def address_of(request: HttpRequest) -> str:
    """Where a request comes from: told by the line, or by the proxies that the installation has."""
    count: int = settings.FANGPIN.proxies
    told = [one.strip() for one in request.headers.get("X-Forwarded-For", "").split(",")]
    if count and len(told) >= count and told[-count]:
        return told[-count]
    return str(request.META.get("REMOTE_ADDR", ""))


def minutes_of(seconds: int) -> int:
    """Whole minutes to wait, as people are told."""
    return max(1, math.ceil(seconds / 60))


def _is_second_right(user: Any, code: str | None, *, at: datetime) -> bool:
    official = getattr(user, "official", None)
    if official is None or not second_factor.has_second_factor(official):
        return True
    return code is not None and second_factor.accepts(official, code=code, at=at)


def _count(username: str, name: str, place: str, *, at: datetime) -> None:
    """A wrong try, on the account if there is one, else on the name; and on the place."""
    rules = settings.FANGPIN
    note_attempt(kind=WRONG, source=place, at=at)
    if has_account(username):
        sign_in_failed(username, at=at, tries=rules.sign_in_tries, minutes=rules.lock_minutes)
        return
    note_attempt(kind=WRONG, source=name, at=at)
    if len(attempts(kind=WRONG, source=name, after=at - _REMEMBERED)) >= rules.sign_in_tries:
        forget_attempts(kind=WRONG, source=name)
        note_attempt(kind=LOCKED, source=name, at=at)


def _name_waits(username: str, name: str) -> datetime | None:
    """Until when: as the account says, or as an account of that name would."""
    if has_account(username):
        return locked_until(username)
    locked = latest_attempt(kind=LOCKED, source=name)
    return locked + timedelta(minutes=settings.FANGPIN.lock_minutes) if locked else None


def _place_waits(place: str, *, at: datetime) -> datetime | None:
    rules = settings.FANGPIN
    window = timedelta(minutes=rules.lock_minutes)
    most = rules.sign_in_tries * PLACE_FACTOR
    wrong = attempts(kind=WRONG, source=place, after=at - window)
    return wrong[most - 1] + window if len(wrong) >= most else None


def _digest(kind: str, text: str) -> str:
    key = installation_key(Home(settings.FANGPIN.home))
    return hmac.new(key, f"tries:{kind}:{text}".encode(), hashlib.sha256).hexdigest()
