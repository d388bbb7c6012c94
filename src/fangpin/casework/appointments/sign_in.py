"""Signing in: wrong passwords are counted, and after some of them the account is locked a while.

What a door answers meanwhile is the same for names that nobody has (`web/ground/passwords.py`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import password_validation
from django.db import transaction
from django.db.models import F

from fangpin.casework.audit.actions import record
from fangpin.casework.officials.models import Official


def has_account(username: str) -> bool:
    """Whether an official has this account."""
    return Official.objects.filter(user__username=username).exists()


def locked_until(username: str) -> datetime | None:
    """Until when the account may not sign in, whatever the password; None: it may."""
    found = Official.objects.filter(user__username=username)
    return found.values_list("locked_until", flat=True).first()


def sign_in_failed(username: str, *, at: datetime, tries: int, minutes: int) -> None:
    """Count a wrong password; the one that makes `tries` locks the account for `minutes`."""
    with transaction.atomic():
        official = (
            Official.objects.select_for_update(of=("self",)).filter(user__username=username).first()
        )
        if official is None or (official.locked_until and official.locked_until > at):
            return
        Official.objects.filter(pk=official.pk).update(failed_sign_ins=F("failed_sign_ins") + 1)
        official.refresh_from_db(fields=["failed_sign_ins"])
        if official.failed_sign_ins < tries:
            return
        official.failed_sign_ins, official.locked_until = 0, at + timedelta(minutes=minutes)
        official.save(update_fields=["failed_sign_ins", "locked_until"])
        _record("lock_account", official.user, at=at, detail={"tries": tries, "minutes": minutes})


def signed_in(user: Any, *, at: datetime) -> None:
    """The right password was given: the count begins anew, and the sign-in is on the record."""
    with transaction.atomic():
        forget_failures(user)
        _record("sign_in", user, at=at)


def forget_failures(user: Any) -> None:
    """The right password was given, with a request that is no sign-in of its own."""
    Official.objects.filter(user=user).exclude(failed_sign_ins=0, locked_until=None).update(
        failed_sign_ins=0, locked_until=None
    )


def change_password(official: Official, *, new: str, at: datetime) -> None:
    """The official chooses a password. Raises django's ValidationError with what is wrong with it."""
    password_validation.validate_password(new, official.user)
    with transaction.atomic():
        official.user.set_password(new)
        official.user.save(update_fields=["password"])
        official.must_change_password = False
        official.save(update_fields=["must_change_password"])
        _record("change_password", official.user, at=at)


def _record(act: str, user: Any, *, at: datetime, detail: dict[str, int] | None = None) -> None:
    record(
        act=act,
        official=user.get_username(),
        subject_kind="official",
        subject=str(user.pk),
        division="",
        at=at,
        detail=detail,
    )
