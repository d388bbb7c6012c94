"""Places of resources: how many there are, how many are held."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Count, Q

from fangpin.casework.audit.actions import record
from fangpin.casework.cases import refusals
from fangpin.casework.cases.gate import act_title
from fangpin.casework.measures.models import Resource
from fangpin.casework.measures.states import ALIVE
from fangpin.casework.officials.scope import Scope, within
from fangpin.policy import Pack

MANAGE = "manage_resources"


@dataclass(frozen=True, slots=True)
class PlacesLeft:
    """A resource with its places: `held` by measures planned or in force."""

    resource: Resource
    held: int

    @property
    def left(self) -> int:
        return max(self.resource.quota - self.held, 0)


@dataclass(frozen=True, slots=True)
class ResourceRecord:
    """What is offered: so many places of a kind of help, for the households of a division."""

    division: str
    measure: str
    title: str
    quota: int
    from_date: date
    provider: str = ""
    monthly_amount: Decimal | None = None
    to_date: date | None = None


def offer_resource(*, pack: Pack, by: Scope, at: datetime, offer: ResourceRecord) -> Resource:
    """Record places of help; the same offer made again is the same resource.

    Raises ProblemError ACT_NOT_PERMITTED, VALUE_NOT_LISTED; Resource.DoesNotExist for a division
    outside the scope.
    """
    where = f"division {offer.division}"
    if not by.covers(offer.division):
        raise Resource.DoesNotExist
    if not by.can(MANAGE):
        raise refusals.not_permitted(where, title=act_title(pack, MANAGE))
    if offer.measure not in pack.measures:
        raise refusals.not_a_word(
            where, zh="帮扶措施", en="Measure", given=offer.measure, valid=pack.measures
        )
    content = f"{offer.division}:{offer.measure}:{offer.title}:{offer.from_date}"
    with transaction.atomic():
        row, _ = Resource.objects.update_or_create(
            resource_no="R-" + hashlib.sha256(content.encode()).hexdigest()[:10].upper(),
            defaults={
                "division": offer.division,
                "measure": offer.measure,
                "title": offer.title,
                "provider": offer.provider,
                "quota": offer.quota,
                "monthly_amount": offer.monthly_amount,
                "from_date": offer.from_date,
                "to_date": offer.to_date,
            },
        )
        record(
            act=MANAGE,
            official=by,
            subject_kind="resource",
            subject=row.resource_no,
            division=row.division,
            at=at,
            detail={"quota": row.quota},
        )
    return row


def resources(scope: Scope, *, on: date, measure: str = "") -> list[PlacesLeft]:
    """What is on offer on a day for households of the scope, with the places that are left.

    A resource of a division above the scope serves its households as well.
    """
    if scope.is_empty:
        return []
    above = Q()
    for code in scope.divisions:
        above |= Q(division__in=[code[:length] for length in range(1, len(code))])
    reachable = Resource.objects.filter(
        Q(pk__in=within(Resource.objects.all(), scope).values("pk")) | above
    )
    found = reachable.filter(from_date__lte=on).filter(Q(to_date__isnull=True) | Q(to_date__gt=on))
    if measure:
        found = found.filter(measure=measure)
    counted = found.annotate(held=Count("measures", filter=Q(measures__state__in=ALIVE)))
    return [PlacesLeft(one, one.held) for one in counted.order_by("measure", "division", "title")]
