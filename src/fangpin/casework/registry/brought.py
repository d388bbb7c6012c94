"""The months of a household that comes under way between two runs, as the latest run knew them.

Casework knows no lake. Where one is, the setting BRING_MONTHS names the function that reads it.
"""

from __future__ import annotations

from django.conf import settings
from django.utils.module_loading import import_string

from fangpin.policy import Pack


def bring_months_of(household_ref: int, *, pack: Pack) -> None:
    """Put the household's months of the run loaded last into the case database, in the act under way.

    Without a run, or of a household that it does not know, nothing is put: its months are unknown.
    """
    import_string(settings.BRING_MONTHS)(pack=pack, household_ref=household_ref)
