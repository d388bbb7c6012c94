"""System, security and audit administrators are three persons, and none of them does casework."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeVar

from django.db.models import Q, QuerySet

from fangpin.casework.officials.models import Delegation, Official, Post
from fangpin.policy.models.lists import Role

Row = TypeVar("Row", Post, Delegation)


def conflicts(
    official: Official,
    *,
    role: Role,
    from_date: date,
    to_date: date | None,
    roles: Mapping[str, Role],
) -> bool:
    """Whether the official may not hold this role over the period, beside what is held then.

    An administrator's role excludes every other role, held or handed over; any role excludes those
    of administrators. A role that the pack no longer knows excludes nothing.
    """
    held = overlapping(official.posts.exclude(role=role.role), from_date, to_date)
    lent = Delegation.objects.filter(delegate=official, revoked_at__isnull=True)
    others = {post.role for post in held}
    others |= {
        one.post.role for one in overlapping(lent.select_related("post"), from_date, to_date)
    }
    if role.administers:
        return bool(others)
    return any(roles[other].administers for other in others if other in roles)


def overlapping(rows: QuerySet[Row], from_date: date, to_date: date | None) -> QuerySet[Row]:
    """The rows whose half-open period shares a day with this one."""
    found = rows.filter(Q(to_date__isnull=True) | Q(to_date__gt=from_date))
    return found if to_date is None else found.filter(from_date__lt=to_date)
