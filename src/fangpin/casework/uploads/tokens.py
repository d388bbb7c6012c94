"""Tokens of departments: made and revoked by an official, told once, kept as a digest.

A token is `fp_<number>_<secret>`: the number finds the row, the secret (256 random bits) opens it. A
plain digest is enough for it: there is nothing to guess as there is with a password.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import date, datetime

from django.db import transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.officials.scope import NOTHING, Scope, within
from fangpin.casework.uploads import refusals
from fangpin.casework.uploads.actions import DELIVER
from fangpin.casework.uploads.models import DepartmentToken
from fangpin.policy import Pack

MANAGE_TOKENS = "manage_tokens"
"""Permission: make and revoke the tokens of departments within one's divisions."""
_PREFIX = "fp"
_NOBODY = "0" * 64


def create_token(
    *,
    pack: Pack,
    department: str,
    division: str,
    name: str,
    by: Scope,
    at: datetime,
    expires_on: date | None = None,
) -> tuple[DepartmentToken, str]:
    """A token and what is to be sent with each request: the text is told this once.

    Raises ProblemError ACT_NOT_PERMITTED (also for a division outside the scope) and
    DEPARTMENT_UNKNOWN.
    """
    if not (by.can(MANAGE_TOKENS) and by.covers(division)):
        raise refusals.not_permitted()
    if department not in pack.departments:
        raise refusals.department_unknown(department, list(pack.departments))
    secret = secrets.token_urlsafe(32)
    with transaction.atomic():
        token = DepartmentToken.objects.create(
            token_no=secrets.token_hex(6),
            department=department,
            division=division,
            name=name.strip()[:60],
            digest=_digest(secret),
            created_at=at,
            created_by=by.official,
            expires_on=expires_on,
        )
        _record("create_token", token, by=by, at=at)
    return token, f"{_PREFIX}_{token.token_no}_{secret}"


def revoke_token(*, token_no: str, by: Scope, at: datetime) -> DepartmentToken:
    """Take a token away at once; doing it again changes nothing.

    Raises ProblemError ACT_NOT_PERMITTED, TOKEN_UNKNOWN (also outside the scope).
    """
    if not by.can(MANAGE_TOKENS):
        raise refusals.not_permitted()
    with transaction.atomic():
        found = within(DepartmentToken.objects.select_for_update(), by)
        token = found.filter(token_no=token_no).first()
        if token is None:
            raise refusals.token_unknown(token_no)
        if token.revoked_at is None:
            token.revoked_at, token.revoked_by = at, by.official
            token.save(update_fields=["revoked_at", "revoked_by"])
            _record("revoke_token", token, by=by, at=at)
    return token


def tokens(scope: Scope) -> list[DepartmentToken]:
    """Every token of the scope, revoked ones too, the newest first."""
    return list(within(DepartmentToken.objects.all(), scope).order_by("-id"))


def scope_of_token(text: str, *, on: date) -> Scope:
    """What whoever sends this text may do on a day: send its department's data and see what became
    of it. Revoked, expired, unknown or misspelt: the scope that sees nothing."""
    prefix, _, rest = text.partition("_")
    token_no, _, secret = rest.partition("_")
    token = DepartmentToken.objects.filter(token_no=token_no).first() if prefix == _PREFIX else None
    # An unknown number costs the same comparison as a wrong secret.
    fits = hmac.compare_digest(token.digest if token else _NOBODY, _digest(secret))
    if token is None or not fits or token.revoked_at is not None:
        return NOTHING
    if token.expires_on is not None and on >= token.expires_on:
        return NOTHING
    return Scope(
        official=f"token:{token.token_no}",
        name=token.name,
        divisions=(token.division,),
        may=frozenset({DELIVER}),
        department=token.department,
    )


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _record(act: str, token: DepartmentToken, *, by: Scope, at: datetime) -> None:
    record(
        act=act,
        official=by,
        subject_kind="token",
        subject=token.token_no,
        division=token.division,
        at=at,
        detail={"department": token.department},
    )
