"""Places of resources: how many there are, how many are held."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Q

from fangpin.casework.measures.models import Resource
from fangpin.casework.measures.states import ALIVE
from fangpin.casework.officials.scope import Scope, within

MANAGE = "manage_resources"


@dataclass(frozen=True, slots=True)
class PlacesLeft:
    """A resource with its places: `held` by measures planned or in force."""

    resource: Resource
    held: int

    @property
    def left(self) -> int:
        return max(self.resource.quota - self.held, 0)

    def is_closed(self, on: date) -> bool:
        """Whether no place is given any more on a day."""
        return self.resource.to_date is not None and self.resource.to_date <= on

    def is_offered(self, on: date) -> bool:
        """Whether places are given on a day."""
        return self.resource.from_date <= on and not self.is_closed(on)


def resources(scope: Scope, *, on: date, measure: str = "") -> list[PlacesLeft]:
    """What is on offer on a day for households of the scope, with the places that are left.

    A resource of a division above the scope serves its households as well.
    """
    found = all_resources(scope)
    return [
        one
        for one in found
        if one.is_offered(on) and (not measure or one.resource.measure == measure)
    ]


def all_resources(scope: Scope) -> list[PlacesLeft]:
    """What was ever recorded for households of the scope: also what begins later or was closed."""
    if scope.is_empty:
        return []
    above = Q()
    for code in scope.divisions:
        above |= Q(division__in=[code[:length] for length in range(1, len(code))])
    reachable = Resource.objects.filter(
        Q(pk__in=within(Resource.objects.all(), scope).values("pk")) | above
    )
    counted = reachable.annotate(held=Count("measures", filter=Q(measures__state__in=ALIVE)))
    return [PlacesLeft(one, one.held) for one in counted.order_by("measure", "division", "title")]
