"""For which villages an official prints the codes that lead to the farmer's door."""

from __future__ import annotations

from fangpin.casework.officials.scope import Scope, narrow_to
from fangpin.web.ground.unregistered import villages_of

MOST_AT_ONCE = 60
"""A township's villages; those of a county are printed by `fangpin declaration qr`."""


def villages_to_print(scope: Scope, division: str) -> list[str]:
    """Codes of the villages of a division within the scope; none where they are too many at once."""
    found = villages_of(narrow_to(scope, division)) if division else []
    return [one.code for one in found] if len(found) <= MOST_AT_ONCE else []
