"""Households, their members and months, as far as a scope reaches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import DivisionCount, Household, HouseholdMonth, Member
from fangpin.casework.registry.naming import named


@dataclass(frozen=True, slots=True)
class Count:
    """Listed households and members of a scope or a division."""

    count_of_households: int = 0
    count_of_members: int = 0


def household(
    scope: Scope, household_ref: int | None = None, *, household_no: str | None = None
) -> Household:
    """One household by reference or number. Raises Household.DoesNotExist outside the scope."""
    seen = within(Household.objects.all(), scope)
    if household_no is not None:
        return seen.get(household_no=household_no)
    if household_ref is None:
        raise ValueError("give household_ref or household_no")
    return seen.get(household_ref=household_ref)


def members(scope: Scope, household_ref: int) -> list[Member]:
    """The members of a household, the head first, then the oldest; none outside the scope."""
    found = Member.objects.filter(household_id=household_ref)
    return list(
        within(found, scope, "household__division").order_by("-is_head", "birth_date", "person_ref")
    )


def member(scope: Scope, person_ref: int) -> Member:
    """One person with the household. Raises Member.DoesNotExist outside the scope."""
    found = Member.objects.select_related("household")
    return within(found, scope, "household__division").get(person_ref=person_ref)


def months(scope: Scope, household_ref: int) -> list[HouseholdMonth]:
    """The months of a household's ledger, oldest first; none outside the scope."""
    found = HouseholdMonth.objects.filter(household_id=household_ref)
    return list(within(found, scope, "household__division").order_by("month"))


def search(scope: Scope, text: str, limit: int = 20) -> list[Household]:
    """Households whose head's name or number begins with the text, at most `limit`.

    `alerts.queries.search` finds alert numbers as well.
    """
    return list(matching(scope, text).order_by("division", "household_no")[:limit])


def matching(scope: Scope, text: str) -> QuerySet[Household]:
    """All households whose head's name or number begins with the text; none for an empty text."""
    text = text.strip()
    if not text:
        return Household.objects.none()
    return within(Household.objects.filter(named(text)), scope)


def living_in(
    scope: Scope, villages: Collection[str], *, named_as: str = ""
) -> QuerySet[Household]:
    """Households of some divisions of the lowest level; with `named_as`, those that it matches."""
    found = matching(scope, named_as) if named_as else within(Household.objects.all(), scope)
    return found.filter(division__in=list(villages))


def count(scope: Scope) -> Count:
    """Listed households and members in the scope."""
    sums = within(DivisionCount.objects.all(), scope).aggregate(
        households=Sum("count_of_households"), members=Sum("count_of_members")
    )
    return Count(sums["households"] or 0, sums["members"] or 0)
