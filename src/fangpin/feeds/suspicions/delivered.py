"""A delivery on its way in, as the checks of the whole see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fangpin.feeds.facts.accepted import Settled
from fangpin.feeds.facts.duplicates import restated_month
from fangpin.feeds.suspicions.profile import Profile
from fangpin.policy.models.feeds import Contract


@dataclass(frozen=True, slots=True)
class Delivered:
    """What is known of a delivery before it is stored."""

    contract: Contract
    month: int
    read: int
    settled: Settled
    profile: Profile
    received: date
    is_registry: bool
    is_part: bool = False
    """Rows of another delivery whose reading was confirmed: never the whole of a month."""

    @property
    def is_whole_month(self) -> bool:
        """Whether it takes back the rows of its month that it lacks."""
        restated = restated_month(
            self.contract,
            month=self.month,
            quarantined=self.settled.quarantined - self.settled.no_records,
            is_part=self.is_part,
        )
        return restated is not None


def is_cut(now: int, usual: Decimal | int, low: Decimal, least_lost: Decimal) -> bool:
    """Whether so much is missing that no ordinary month, and no family that moved, explains it."""
    return now < low * usual and usual - now >= least_lost


def percent(share: Decimal) -> str:
    """A share as people read it."""
    return f"{share * 100:.1f}%"
