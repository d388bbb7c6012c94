"""What a household means since officials joined it to the registry's: for acts and for a file's own.

These know no scope, and no page of an official calls them: pages read `queries.join_of`.
"""

from __future__ import annotations

from fangpin.casework.registry.models import Household, HouseholdJoin


def standing_join(household_ref: int) -> HouseholdJoin | None:
    """The joining by which this provisional household is one of the registry's now."""
    found = HouseholdJoin.objects.select_related("household", "provisional__household")
    return found.filter(provisional=household_ref, undone_at__isnull=True).first()


def standing_household(household: Household) -> Household:
    """The household itself; for one that was joined to the registry's, the registry's."""
    join = standing_join(household.household_ref)
    return join.household if join is not None else household


def refs_of(household_ref: int) -> list[int]:
    """The household and the provisional ones that were joined to it: one file, several numbers."""
    joined = HouseholdJoin.objects.filter(household=household_ref, undone_at__isnull=True)
    return [household_ref, *joined.values_list("provisional", flat=True)]
