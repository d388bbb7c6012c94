"""What an official may choose among: the divisions of the scope."""

from __future__ import annotations

from datetime import date

from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.models import Post
from fangpin.casework.officials.scope import Scope, posts_in_force, within


def top_divisions(scope: Scope) -> list[Division]:
    """The divisions of the official's posts, in the order of their codes."""
    return list(Division.objects.filter(code__in=scope.divisions).order_by("code"))


def divisions_below(scope: Scope, *, parent: str) -> list[Division]:
    """The divisions one level below `parent` that lie within the scope."""
    return list(within(Division.objects.filter(parent_id=parent), scope, "code").order_by("code"))


def division_in_scope(scope: Scope, *, code: str) -> Division:
    """A division of the scope. Raises Division.DoesNotExist for one outside it."""
    return within(Division.objects.all(), scope, "code").get(code=code)


def posts_of_scope(scope: Scope, *, on: date | None) -> list[Post]:
    """The posts within the scope with their delegations: those of a day, or all there ever were."""
    found = Post.objects.all() if on is None else posts_in_force(on)
    return list(
        within(found, scope)
        .select_related("official__user")
        .prefetch_related("delegations__delegate__user")
        .order_by("division", "role", "from_date", "id")
    )
