"""What help a household has, by the names under which conditions of the pack know it."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from fangpin.casework.cases.models import Episode
from fangpin.casework.measures.models import Measure
from fangpin.casework.registry.models import Household
from fangpin.policy import Pack
from fangpin.policy.expressions.facts import Value


def help_facts(pack: Pack, household: Household, *, at: date) -> dict[str, Value | None]:
    """Measures that a household holds on a day, and when help first reached it."""
    held = Measure.objects.filter(household=household, from_date__lte=at).filter(
        Q(ended_date__isnull=True) | Q(ended_date__gt=at),
        Q(until_date__isnull=True) | Q(until_date__gt=at),
    )
    delivered = [
        one.first_delivered_date
        for one in Measure.objects.filter(household=household)
        if one.first_delivered_date is not None and one.first_delivered_date <= at
    ]
    identified = Episode.objects.filter(household=household, identified_date__lte=at).exists()
    return {
        "measures": frozenset(one.measure for one in held if one.measure in pack.measures),
        "first_measure_date": min(delivered) if delivered else None,
        "help_outside": bool(delivered) and not identified,
    }
