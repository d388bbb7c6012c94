"""Scope: which households an official may see on a day. Every read of casework starts from one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, TypeVar

from django.db.models import Model, Q, QuerySet

from fangpin.casework.divisions.ranges import Range, subtree
from fangpin.casework.officials.models import Post
from fangpin.policy.models import Role

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Scope:
    """What one official may see and do in one role on one day; an empty one sees nothing.

    `divisions` are the codes of the posts, none within another; each stands for its subtree.
    """

    official: str = ""
    name: str = ""
    role: str = ""
    divisions: tuple[str, ...] = ()
    may: frozenset[str] = frozenset()
    department: str = ""
    on_behalf_of: str = ""
    """The account that handed this post over for a time; empty for one's own post."""

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Half-open code ranges (low, high), disjoint, in order."""
        return tuple(subtree(code) for code in self.divisions)

    @property
    def is_empty(self) -> bool:
        return not self.divisions

    def covers(self, division: str) -> bool:
        """Whether this division lies wholly within the scope."""
        return any(low <= division < high for low, high in self.ranges)

    def can(self, permission: str) -> bool:
        """Whether the role may do this somewhere: a permission without a place is worth nothing."""
        return bool(self.divisions) and permission in self.may


NOTHING = Scope()
"""The scope of whoever holds no post."""


def scope_of(
    *, user: Any, on: date, roles: Mapping[str, Role] | Iterable[Role], role: str | None = None
) -> Scope:
    """The scope of an auth user on a day, from the posts in force that day.

    An official acts in one role at a time: `role`, or else the first in the pack's order of those
    held. Posts of that role add their divisions up. No post, an inactive user or a role the pack
    does not know: the empty scope.
    """
    if not (getattr(user, "is_authenticated", False) and user.is_active):
        return NOTHING
    posts = list(
        Post.objects.select_related("official")
        .filter(Q(to_date__isnull=True) | Q(to_date__gt=on), official__user=user, from_date__lte=on)
        .order_by("from_date", "id")
    )
    known = roles.values() if isinstance(roles, Mapping) else roles
    for candidate in known:
        held = [post for post in posts if post.role == candidate.role]
        if held and role in (None, candidate.role):
            return Scope(
                official=user.get_username(),
                name=held[0].official.name,
                role=candidate.role,
                divisions=_outermost(post.division for post in held),
                may=frozenset(candidate.may),
                department=held[0].department,
            )
    return NOTHING


def narrow_to(scope: Scope, division: str) -> Scope:
    """The part of a scope that lies in one division: drill-down never widens.

    A division above the scope leaves it as it is; one outside gives a scope that sees nothing.
    """
    if not division:
        return replace(scope, divisions=())
    low, high = subtree(division)
    inside = tuple(code for code in scope.divisions if low <= code < high)
    return replace(scope, divisions=(division,) if scope.covers(division) else inside)


def within(queryset: QuerySet[Row], scope: Scope, field: str = "division") -> QuerySet[Row]:
    """Only the rows whose division code lies in the scope."""
    if scope.is_empty:
        return queryset.none()
    condition = Q()
    for low, high in scope.ranges:
        condition |= Q(**{f"{field}__gte": low, f"{field}__lt": high})
    return queryset.filter(condition)


def _outermost(codes: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for code in sorted({code for code in codes if code}):
        if not (kept and code.startswith(kept[-1])):
            kept.append(code)
    return tuple(kept)
