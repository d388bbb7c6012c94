"""How people name a household: by its head or its number."""

from __future__ import annotations

from django.db.models import Q, QuerySet

from fangpin.casework.divisions.ranges import begins_with
from fangpin.casework.registry.models import Household, ListedNumber


def named(text: str) -> Q:
    """The condition that the head's name or the number begins with the text, or a former number is it.

    Numbers are written in capitals, however they are typed.
    """
    number = text.upper()
    return begins_with("head_name", text) | begins_with("household_no", number) | _had(number)


def of_number(seen: QuerySet[Household], number: str) -> Household:
    """The one of `seen` whose number it is, else the one whose it was; one that is listed before others.

    Raises Household.DoesNotExist.
    """
    found = seen.filter(Q(household_no=number) | _had(number))
    ordered = sorted(found, key=lambda one: (one.household_no != number, not one.is_listed, one.pk))
    if not ordered:
        raise Household.DoesNotExist
    return ordered[0]


def _had(number: str) -> Q:
    # Looked up first: with a subquery beside OR PostgreSQL would read the whole registry.
    had = ListedNumber.objects.filter(household_no=number).values_list("household", flat=True)
    return Q(pk__in=list(had))
