"""Who truly was in difficulty, as a back-test needs it: what officials found, or a demo's truth.

Officials' findings are the truth of an installation: a household counts from the month in which it
was identified until its risk was eliminated. A demonstration knows its invented households' need
itself, from a file beside the deliveries; whoever shows figures of it says so.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from fangpin.backtest import Truth
from fangpin.casework.cases.models import Episode
from fangpin.lake.home import Home
from fangpin.lake.vault import installation_key, reference
from fangpin.values.month import Month

SYNTHETIC = "truth/truth.json"
"""In FANGPIN_HOME of a demonstration."""


@dataclass(frozen=True, slots=True)
class KnownTruth:
    """Household -> its months of difficulty, and where that is known from."""

    source: Literal["officials", "synthetic"]
    months: Truth


def known_truth(*, home: Home, as_of: date) -> KnownTruth:
    """The synthetic truth where the home has one, else what officials had found by a day."""
    synthetic = home.root / SYNTHETIC
    if synthetic.exists():
        return KnownTruth("synthetic", _synthetic(home, synthetic.read_text(encoding="utf-8")))
    return KnownTruth("officials", _found_by_officials(as_of))


def _synthetic(home: Home, text: str) -> dict[int, frozenset[int]]:
    key = installation_key(home)
    told: list[dict[str, Any]] = json.loads(text)["households"]
    return {
        reference(key, "household", one["household_no"]): frozenset(
            int(Month.parse(month)) for month in one["need_months"]
        )
        for one in told
        if one["need_months"]
    }


def _found_by_officials(as_of: date) -> dict[int, frozenset[int]]:
    found: dict[int, frozenset[int]] = {}
    episodes = Episode.objects.filter(identified_date__lte=as_of)
    for ref, begun, ended in episodes.values_list(
        "household_id", "identified_date", "eliminated_date"
    ):
        last = min(ended or as_of, as_of)
        months = range(int(Month.containing(begun)), int(Month.containing(last)) + 1)
        found[ref] = found.get(ref, frozenset()) | frozenset(months)
    return found
