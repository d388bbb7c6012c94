"""Acts on accounts: opened for a person, with a password that only serves to choose another."""

from __future__ import annotations

import re
from datetime import datetime

from django.contrib.auth import get_user_model
from django.db import transaction

from fangpin.casework.appointments.refusals import Refusal, refuse
from fangpin.casework.audit.actions import record
from fangpin.casework.officials.models import Official, SecondFactor
from fangpin.casework.officials.scope import Scope

MANAGE_ACCOUNTS = "manage_accounts"
_NAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
_LONG_NUMBER = re.compile(r"\d{11}")


def open_account(*, username: str, name: str, by: Scope, at: datetime, password: str) -> Official:
    """Open an account without any post. The password must be changed at the first sign-in.

    Raises ProblemError ACT_NOT_PERMITTED, ACCOUNT_SHAPE or ACCOUNT_TAKEN.
    """
    where = f"official {username}"
    if not by.can(MANAGE_ACCOUNTS):
        raise refuse(Refusal.NOT_PERMITTED, where=where)
    if not _NAME.fullmatch(username) or _LONG_NUMBER.search(username):
        raise refuse(Refusal.ACCOUNT_SHAPE, where="official")
    with transaction.atomic():
        users = get_user_model().objects
        if users.filter(username=username).exists():
            raise refuse(Refusal.ACCOUNT_TAKEN, where=where)
        user = users.create(username=username, date_joined=at)
        user.set_password(password)
        user.save(update_fields=["password"])
        official = Official.objects.create(user=user, name=name[:60], must_change_password=True)
        _record("open_account", username, by=by, at=at)
    return official


def reset_password(*, username: str, by: Scope, at: datetime, password: str) -> Official:
    """Give an account a password that must be changed at once, and unlock it; a second factor goes,
    for whoever lost the phone cannot give a code.

    Raises ProblemError ACT_NOT_PERMITTED or OFFICIAL_UNKNOWN.
    """
    where = f"official {username}"
    if not by.can(MANAGE_ACCOUNTS):
        raise refuse(Refusal.NOT_PERMITTED, where=where)
    with transaction.atomic():
        official = (
            Official.objects.select_for_update(of=("self",))
            .filter(user__username=username, user__is_active=True)
            .first()
        )
        if official is None:
            raise refuse(Refusal.OFFICIAL_UNKNOWN, where=where)
        official.user.set_password(password)
        official.user.save(update_fields=["password"])
        official.must_change_password = True
        official.failed_sign_ins, official.locked_until = 0, None
        official.save(update_fields=["must_change_password", "failed_sign_ins", "locked_until"])
        SecondFactor.objects.filter(official=official).delete()
        _record("reset_password", username, by=by, at=at)
    return official


def _record(act: str, username: str, *, by: Scope, at: datetime) -> None:
    record(
        act=act,
        official=by,
        subject_kind="official",
        subject=username[:64],
        division=by.divisions[0],
        at=at,
    )
