"""Scope: which households an official may see on a day. Every read of casework starts from one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Model, Q, QuerySet

from fangpin.casework.divisions.ranges import Range, subtree
from fangpin.casework.divisions.rows import Question
from fangpin.casework.officials.models import Delegation, Post
from fangpin.policy.models.lists import Role

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


DELEGATE = "delegate"
"""The permission to hand one's post over for a time."""

NOTHING = Scope()
"""The scope of whoever holds no post."""


def scope_of(
    *,
    user: Any,
    on: date,
    roles: Mapping[str, Role] | Iterable[Role],
    role: str | None = None,
    on_behalf_of: str = "",
) -> Scope:
    """The scope of an auth user on a day, from the posts in force that day.

    An official acts in one role at a time: `role`, for oneself or `on_behalf_of` another account,
    or else the first of `scopes_of`. No post, an inactive user or a role the pack does not know: the
    empty scope.
    """
    for scope in scopes_of(user=user, on=on, roles=roles):
        if role is None or (role, on_behalf_of) == (scope.role, scope.on_behalf_of):
            return scope
    return NOTHING


def scopes_of(
    *, user: Any, on: date, roles: Mapping[str, Role] | Iterable[Role]
) -> tuple[Scope, ...]:
    """Every scope in which an auth user may act on a day: own posts in the pack's order of roles,
    then those that others handed over. Posts of one role and one holder add their divisions up.

    Whoever holds no post of one's own acts for nobody else either.
    """
    if not (getattr(user, "is_authenticated", False) and user.is_active):
        return ()
    known = list(roles.values() if isinstance(roles, Mapping) else roles)
    own: list[_Held] = []
    holders: dict[str, list[_Held]] = {}
    day = connection.ops.adapt_datefield_value(on)
    for row in _posts_of().ask([day, day, user.pk, user.pk, day, day]):
        post = _Held(*row)
        if post.user_id == user.pk:
            own.append(post)
        elif post.is_active:
            holders.setdefault(post.username, []).append(post)
    if not own:
        return ()
    groups = [("", own), *sorted(holders.items())]
    return tuple(
        Scope(
            official=user.get_username(),
            name=own[0].name,
            role=candidate.role,
            divisions=_outermost(post.division for post in held),
            # What was handed over is not handed on.
            may=frozenset(candidate.may) - ({DELEGATE} if holder else set()),
            department=held[0].department,
            on_behalf_of=holder,
        )
        for holder, posts in groups
        for candidate in known
        if (held := [post for post in posts if post.role == candidate.role])
    )


class _Held(NamedTuple):
    """A post in force, with whoever holds it."""

    user_id: int
    username: str
    is_active: bool
    name: str
    role: str
    division: str
    department: str


@cache
def _posts_of() -> Question:
    """The posts in force on a day that an auth user holds, or that were handed to that user.

    A union, not an "or": either half is found by an index.
    """
    day = date(2000, 1, 1)
    held = Post.objects.filter(official__user=0)
    handed = Delegation.objects.filter(
        delegate__user=0, from_date__lte=day, to_date__gt=day, revoked_at__isnull=True
    )
    posts = (
        posts_in_force(day)
        .filter(id__in=held.values("id").union(handed.values("post_id")))
        .order_by("from_date", "id")
        .values_list(
            *("official__user", "official__user__username", "official__user__is_active"),
            *("official__name", "role", "division", "department"),
        )
    )
    bound = connection.ops.adapt_datefield_value(day)
    return Question.of(posts, [bound, bound, 0, 0, bound, bound])


def posts_in_force(on: date) -> QuerySet[Post]:
    """The posts of a day."""
    return Post.objects.filter(Q(to_date__isnull=True) | Q(to_date__gt=on), from_date__lte=on)


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
