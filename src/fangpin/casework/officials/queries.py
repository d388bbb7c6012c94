"""What an official may choose among: the divisions of the scope."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet
from django.db.models.functions import Length

from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.asked import objects
from fangpin.casework.officials.models import Official, Post
from fangpin.casework.officials.scope import Scope, posts_in_force, within

MOST_PLACES = 40
"""Places of one name that a search looks at."""


def top_divisions(scope: Scope) -> list[Division]:
    """The divisions of the official's posts, in the order of their codes."""
    return list(Division.objects.filter(code__in=scope.divisions).order_by("code"))


def divisions_below(scope: Scope, *, parent: str) -> list[Division]:
    """The divisions one level below `parent` that lie within the scope."""
    return objects(_below, scope, parent)


def division_in_scope(scope: Scope, *, code: str) -> Division:
    """A division of the scope. Raises Division.DoesNotExist for one outside it."""
    for division in objects(_of_code, scope, code):
        return division
    raise Division.DoesNotExist


def divisions_of_level(scope: Scope, *, level: str) -> list[Division]:
    """All divisions of one level within the scope, in the order of their codes."""
    return list(within(Division.objects.filter(level=level), scope, "code").order_by("code"))


def divisions_named(scope: Scope, name: str, *, limit: int) -> list[Division]:
    """Divisions of the scope whose name begins so in either language, highest first."""
    name = name.strip()
    if not name:
        return []
    named = Q(name_zh__startswith=name) | Q(name_en__istartswith=name)
    found = within(Division.objects.filter(named), scope, "code").order_by(Length("code"), "code")
    return list(found[:limit])


def villages_named(scope: Scope, name: str) -> list[str]:
    """Codes of the divisions of the lowest level whose name begins so, some at most."""
    found = divisions_named(scope, name, limit=MOST_PLACES)
    above = set(
        Division.objects.filter(parent__in=found).values_list("parent_id", flat=True).distinct()
    )
    return [one.code for one in found if one.code not in above]


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


def _below(scope: Scope, parent: str) -> QuerySet[Division]:
    return within(Division.objects.filter(parent_id=parent), scope, "code").order_by("code")


def _of_code(scope: Scope, code: str) -> QuerySet[Division]:
    return within(Division.objects.filter(code=code), scope, "code")
