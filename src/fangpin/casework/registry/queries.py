"""Households, their members and months, as far as a scope reaches."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum

from fangpin.casework.officials.asked import counted
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import (
    DivisionCount,
    Household,
    HouseholdJoin,
    HouseholdMonth,
    ListedNumber,
    Member,
    Provisional,
)
from fangpin.casework.registry.naming import named, of_number


@dataclass(frozen=True, slots=True)
class SeenJoin:
    """A joining as an official sees it; `household` is None where the registry's lies outside."""

    join: HouseholdJoin
    household: Household | None


@dataclass(frozen=True, slots=True)
class Count:
    """Listed households and members of a scope or a division."""

    count_of_households: int = 0
    count_of_members: int = 0


def household(
    scope: Scope, household_ref: int | None = None, *, household_no: str | None = None
) -> Household:
    """One household by reference or by a number, also one of before.

    Raises Household.DoesNotExist outside the scope.
    """
    seen = within(Household.objects.all(), scope)
    if household_no is not None:
        return of_number(seen, household_no)
    if household_ref is None:
        raise ValueError("give household_ref or household_no")
    return seen.get(household_ref=household_ref)


def names_of_members(scope: Scope, refs: Iterable[int]) -> dict[int, str]:
    """Reference of a person -> the member's name; nobody outside the scope."""
    found = within(Member.objects.filter(person_ref__in=set(refs)), scope, "household__division")
    return dict(found.values_list("person_ref", "name"))


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


def former_numbers(scope: Scope, household_ref: int) -> list[str]:
    """The numbers of before, the first one first; none of a household outside the scope."""
    found = ListedNumber.objects.filter(household=household_ref).exclude(
        household_no=F("household__household_no")
    )
    seen = within(found, scope, "household__division").order_by("turn")
    return list(seen.values_list("household_no", flat=True))


def search(scope: Scope, text: str, limit: int = 20) -> list[Household]:
    """Households whose head's name or number begins with the text or had it, at most `limit`.

    `alerts.queries.search` finds alert numbers as well.
    """
    return list(matching(scope, text).order_by("division", "household_no")[:limit])


def matching(scope: Scope, text: str) -> QuerySet[Household]:
    """All households whose head's name or number begins with the text or had it; none for an empty one."""
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


# ── households that no registry lists ───────────────────────────────────────────────────────────


def provisionals(scope: Scope, *, is_joined: bool) -> QuerySet[Provisional]:
    """Households of the scope that no registry listed when they were met; joined ones, or not."""
    joined = HouseholdJoin.objects.filter(provisional=OuterRef("pk"), undone_at__isnull=True)
    found = Provisional.objects.select_related("household").filter(
        Exists(joined) if is_joined else ~Exists(joined)
    )
    return within(found, scope).order_by("-registered_at", "pk")


def count_of_unjoined(scope: Scope) -> int:
    """How many of them are not joined to a household of the registry."""
    return counted(_unjoined, scope)


def provisional(scope: Scope, household_ref: int) -> Provisional:
    """One of them. Raises Provisional.DoesNotExist outside the scope, or for a listed household."""
    found = Provisional.objects.select_related("household")
    return within(found, scope).get(pk=household_ref)


def join_of(scope: Scope, household_ref: int) -> SeenJoin | None:
    """The joining of a provisional household of the scope to the registry's; None: not joined."""
    found = HouseholdJoin.objects.select_related("household").filter(
        provisional=household_ref, undone_at__isnull=True
    )
    join = within(found, scope, "provisional__household__division").first()
    if join is None:
        return None
    return SeenJoin(join, join.household if scope.covers(join.household.division) else None)


def joined_into(scope: Scope, household_ref: int) -> list[HouseholdJoin]:
    """The joinings by which provisional households are this one now; none outside the scope."""
    found = HouseholdJoin.objects.select_related("provisional__household").filter(
        household=household_ref, undone_at__isnull=True
    )
    return list(within(found, scope, "household__division").order_by("joined_at", "pk"))


def same_person(scope: Scope, one: Provisional) -> Household | None:
    """The registry's household in which the same identity number lives; None outside the scope."""
    if one.identity_ref is None:
        return None
    found = Member.objects.select_related("household").filter(
        person_ref=one.identity_ref, household__provisional__isnull=True
    )
    member = within(found, scope, "household__division").first()
    return member.household if member is not None else None


def alike(
    scope: Scope, *, head_name: str, division: str, identity_ref: int | None
) -> QuerySet[Household]:
    """Households of the scope that a newly met one may be: the same number, or head and village."""
    # Two questions that an index answers each; joined by OR they would read the whole scope.
    refs = set(
        Household.objects.filter(head_name=head_name, division=division).values_list(
            "household_ref", flat=True
        )
    )
    if identity_ref is not None:
        there = Member.objects.filter(person_ref=identity_ref)
        refs |= set(there.values_list("household", flat=True))
    present = Q(is_listed=True) | Q(provisional__isnull=False)
    joined = HouseholdJoin.objects.filter(provisional=OuterRef("pk"), undone_at__isnull=True)
    found = Household.objects.filter(present, household_ref__in=refs).exclude(Exists(joined))
    return within(found, scope).order_by("household_no")


def _unjoined(scope: Scope) -> QuerySet[Any]:
    return provisionals(scope, is_joined=False).order_by().values("pk")
