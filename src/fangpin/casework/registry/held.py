"""A household that an act holds: of two acts on it the second waits for the first."""

from __future__ import annotations

from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import Household


def held_household(by: Scope, household_ref: int) -> Household:
    """The household, held until the transaction ends. Raises Household.DoesNotExist outside the scope.

    Whoever needs its open case as well takes that afterwards (`cases.opened.held_case_of`).
    """
    # Its key stays free: an act on its case writes rows that name it, and would wait for this one
    # while this one waits for the case.
    found = within(Household.objects.select_for_update(no_key=True), by)
    return found.get(household_ref=household_ref)
