"""What an official may choose among: the divisions of the scope."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.models import Official, Post
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


def divisions_of_level(scope: Scope, *, level: str) -> list[Division]:
    """All divisions of one level within the scope, in the order of their codes."""
    return list(within(Division.objects.filter(level=level), scope, "code").order_by("code"))


def names_of(usernames: Iterable[str]) -> dict[str, str]:
    """Account -> the official's name, as it stands beside every act; unknown accounts are absent."""
    found = Official.objects.filter(user__username__in={one for one in usernames if one})
    return dict(found.values_list("user__username", "name"))


def in_office(scope: Scope, *, roles: Iterable[str], on: date) -> list[Post]:
    """Posts of these roles within the scope that are held on a day, by division and name."""
    found = posts_in_force(on).filter(role__in=list(roles), official__user__is_active=True)
    return list(
        within(found, scope)
        .select_related("official__user")
        .order_by("division", "official__name", "id")
    )
