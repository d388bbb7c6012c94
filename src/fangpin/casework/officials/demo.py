"""Accounts of the demonstration, one a role; real installations never call this."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.db import transaction

from fangpin.casework.officials.models import Official, Post
from fangpin.policy.models.lists import Role
from fangpin.values.problem import Problem, ProblemError


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """One account to make: who signs in, in which role, for which division (and department)."""

    username: str
    name: str
    role: str
    division: str
    department: str = ""
    from_date: date | None = None
    """The first day of the post; None: the day of the demonstration."""


def create_demo_officials(
    *, accounts: Sequence[DemoAccount], roles: Mapping[str, Role], at: datetime, password: str
) -> list[Official]:
    """The officials of the demonstration, each with one post; made again they are the same ones.

    Raises ProblemError when an account names a role the pack does not know; nothing is made then.
    """
    _refuse_unknown_roles(accounts, roles)
    # One slow hash for all: they share the printed password anyway.
    hashed = make_password(password)
    with transaction.atomic():
        return [_official(account, at=at, hashed=hashed) for account in accounts]


def _official(account: DemoAccount, *, at: datetime, hashed: str) -> Official:
    user, _ = get_user_model().objects.update_or_create(
        username=account.username,
        defaults={"password": hashed, "is_active": True, "date_joined": at},
    )
    official, _ = Official.objects.update_or_create(user=user, defaults={"name": account.name})
    from_date = account.from_date or at.date()
    Post.objects.filter(official=official).exclude(role=account.role).delete()
    Post.objects.update_or_create(
        official=official,
        role=account.role,
        defaults={
            "division": account.division,
            "department": account.department,
            "from_date": from_date,
            "to_date": None,
        },
    )
    return official


def _refuse_unknown_roles(accounts: Sequence[DemoAccount], roles: Mapping[str, Role]) -> None:
    known = ", ".join(sorted(roles))
    problems = [
        Problem(
            code="DEMO_ROLE_UNKNOWN",
            where=f"demo account {account.username}",
            zh=f"角色 {account.role} 不在政策包 roles.yaml 中；可用角色：{known}",
            en=f"role {account.role} is not in the pack's roles.yaml; it knows: {known}",
            fix_zh="改用已有角色，或在 roles.yaml 中增加该角色",
            fix_en="use one of these roles, or add the role to roles.yaml",
        )
        for account in accounts
        if account.role not in roles
    ]
    if problems:
        raise ProblemError(problems)
