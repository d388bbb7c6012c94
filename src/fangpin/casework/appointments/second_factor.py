"""A second factor at sign-in: six digits of a phone's authenticator (RFC 6238), if an official wants.

The secret is kept encrypted with a key of the installation's session secret: whoever has the
database alone cannot make codes. A code counts once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.db import transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.officials.models import Official, SecondFactor

STEP_SECONDS = 30
DIGITS = 6
_DRIFT = 1
"""Steps by which a phone's clock may be off, either way."""


def code_at(secret: bytes, step: int, *, digits: int = DIGITS) -> str:
    """The code of a step: HOTP (RFC 4226) over the count of steps, SHA-1 as authenticators do."""
    digest = hmac.new(secret, struct.pack(">Q", step), hashlib.sha1).digest()
    place = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[place : place + 4])[0] & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def begin(official: Official) -> str:
    """A new secret, not in force before `confirm`; in base 32, as it is typed into a phone."""
    secret = secrets.token_bytes(20)
    SecondFactor.objects.update_or_create(
        official=official,
        defaults={
            "sealed_secret": _cipher().encrypt(secret).decode(),
            "confirmed_at": None,
            "last_step": 0,
        },
    )
    return base64.b32encode(secret).decode()


def address(official: Official, secret: str) -> str:
    """The address that an authenticator reads, from a link or a picture."""
    account = quote(official.user.get_username())
    return f"otpauth://totp/fangpin:{account}?secret={secret}&issuer=fangpin&digits={DIGITS}"


def confirm(official: Official, *, code: str, at: datetime) -> bool:
    """Put the begun factor in force with a first code; whether the code was right."""
    with transaction.atomic():
        if not _accept(official, code=code, at=at, is_confirmed=False):
            return False
        SecondFactor.objects.filter(official=official).update(confirmed_at=at)
        _record("confirm_second_factor", official, at=at)
    return True


def has_second_factor(official: Official) -> bool:
    """Whether signing in asks for a code."""
    return SecondFactor.objects.filter(official=official, confirmed_at__isnull=False).exists()


def accepts(official: Official, *, code: str, at: datetime) -> bool:
    """Whether this is a code of now that was not used before; it is used by that."""
    with transaction.atomic():
        return _accept(official, code=code, at=at, is_confirmed=True)


def remove(official: Official, *, at: datetime, by: str) -> None:
    """Take the factor away; the caller has seen a code of it."""
    with transaction.atomic():
        SecondFactor.objects.filter(official=official).delete()
        _record("remove_second_factor", official, at=at, by=by)


def _accept(official: Official, *, code: str, at: datetime, is_confirmed: bool) -> bool:
    factor = (
        SecondFactor.objects.select_for_update()
        .filter(official=official, confirmed_at__isnull=not is_confirmed)
        .first()
    )
    if factor is None:
        return False
    try:
        secret = _cipher().decrypt(factor.sealed_secret.encode())
    except InvalidToken:
        return False  # the installation's session secret was changed: a reset helps
    now = int(at.timestamp()) // STEP_SECONDS
    given = code.strip().replace(" ", "")
    for step in range(now - _DRIFT, now + _DRIFT + 1):
        if step > factor.last_step and hmac.compare_digest(
            code_at(secret, step).encode(), given.encode()
        ):
            factor.last_step = step
            factor.save(update_fields=["last_step"])
            return True
    return False


def _cipher() -> Fernet:
    key = hashlib.sha256(b"fangpin second factor\0" + str(settings.SECRET_KEY).encode()).digest()
    return Fernet(base64.urlsafe_b64encode(key))


def _record(act: str, official: Official, *, at: datetime, by: str = "") -> None:
    record(
        act=act,
        official=by or official.user.get_username(),
        subject_kind="official",
        subject=str(official.user_id),
        division="",
        at=at,
    )
