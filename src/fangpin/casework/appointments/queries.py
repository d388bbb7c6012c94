"""Posts and delegations as far as a scope reaches."""

from __future__ import annotations

from datetime import date

from fangpin.casework.officials.models import Post
from fangpin.casework.officials.scope import Scope, posts_in_force, within


def posts_of_scope(scope: Scope, *, on: date | None) -> list[Post]:
    """The posts within the scope with their delegations: those of a day, or all there ever were."""
    found = Post.objects.all() if on is None else posts_in_force(on)
    return list(
        within(found, scope)
        .select_related("official__user")
        .prefetch_related("delegations__delegate__user")
        .order_by("division", "role", "from_date", "id")
    )
