"""Roles that administer: three kinds that share nothing and see no household."""

from __future__ import annotations

from collections.abc import Iterator

from fangpin.policy.checks.book import Book
from fangpin.policy.models.lists import Role
from fangpin.policy.reading.nearest import advice
from fangpin.values.problem import Problem

ADMINISTRATION = frozenset(
    {
        "manage_accounts",
        "manage_tokens",
        "see_system",
        "appoint",
        "end_post",
        "revoke_delegation",
        "see_officials",
        "see_audit",
        "verify_audit",
    }
)
"""Permissions that show no household: an administrator may have these alone."""


def administrators_see_no_household(book: Book) -> Iterator[Problem]:
    """ROLE_ADMINISTERS: a role that administers may do something else as well."""
    for entry, role in book.all("role", Role):
        for index, permission in enumerate(role.may):
            if role.administers is None or permission in ADMINISTRATION:
                continue
            fix_zh, fix_en = advice(written=permission, valid=ADMINISTRATION)
            yield Problem(
                code="ROLE_ADMINISTERS",
                where=entry.where("may", index),
                zh=f"管理员角色“{role.role}”不能有权限 {permission}：管理员不看农户、不办业务。",
                en=f"The administrators' role '{role.role}' may not have the permission "
                f"{permission}: administrators see no household and do no casework.",
                fix_zh=fix_zh,
                fix_en=fix_en,
                details={"name": permission},
            )


def administrators_share_no_permission(book: Book) -> Iterator[Problem]:
    """ROLE_SHARED: one administration could do the work of another."""
    holder: dict[str, Role] = {}
    for entry, role in book.all("role", Role):
        for index, permission in enumerate(role.may if role.administers else ()):
            other = holder.setdefault(permission, role)
            if other.administers == role.administers:
                continue
            yield Problem(
                code="ROLE_SHARED",
                where=entry.where("may", index),
                zh=f"权限 {permission} 已属于管理员角色“{other.role}”，三类管理员不能有同一权限。",
                en=f"The permission {permission} belongs to the administrators' role "
                f"'{other.role}'; two administrations share none.",
                fix_zh="从其中一个角色中去掉它。",
                fix_en="Take it from one of the two roles.",
                details={"name": permission},
            )
