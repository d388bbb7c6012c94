"""An invented prefecture in the case database and on disk, for looking at pages and testing them.

Everything here is made up: names, figures, notices. It stands on 2020-12-14.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth import get_user_model

from fangpin.casework.alerts.models import Run
from fangpin.casework.officials.scope import Scope, scope_of
from fangpin.casework.registry.models import DivisionCount, Household
from fangpin.policy import Pack, load_pack
from tests.web.seed_alerts import household, seed_alerts
from tests.web.seed_cases import seed_cases
from tests.web.seed_deliveries import seed_deliveries
from tests.web.seed_households import FOREIGN, FOREIGN_NAME, LI_ZHUXI, seed_foreign, seed_li_zhuxi
from tests.web.seed_links import seed_links
from tests.web.seed_places import (
    AS_OF,
    CLOCK,
    FOREIGN_VILLAGE,
    LAST,
    PACK_FOLDER,
    PASSWORD,
    ROLES,
    SHISHAN,
    seed_divisions,
    seed_officials,
    seed_runs,
)
from tests.web.seed_unsure import seed_unsure

__all__ = [
    "AS_OF",
    "CLOCK",
    "FOREIGN",
    "FOREIGN_NAME",
    "FOREIGN_VILLAGE",
    "LAST",
    "LI_ZHUXI",
    "PACK_FOLDER",
    "PASSWORD",
    "ROLES",
    "SHISHAN",
    "Seed",
    "seed",
]


@dataclass(frozen=True, slots=True)
class Seed:
    """What was made; `case_nos` are the numbers of the cases by household."""

    pack: Pack
    runs: list[Run]
    case_nos: dict[int, str]

    def scope(self, username: str) -> Scope:
        """What an official of the prefecture may see on its day."""
        user = get_user_model().objects.get(username=username)
        return scope_of(user=user, on=CLOCK, roles=self.pack.roles)


def seed(*, home: Path, households: int = 40) -> Seed:
    """Fill the database and the deliveries of a home; `households` a village."""
    pack = load_pack(PACK_FOLDER)
    chance = random.Random(20201214)
    seed_divisions(pack)
    seed_officials()
    runs = seed_runs()
    villages = [row.code for row in pack.divisions if row.level == "village"]
    reference = 1000
    for village in villages:
        made = []
        for _ in range(households):
            reference += 1
            made.append(household(reference, village, chance))
        Household.objects.bulk_create(made)
        DivisionCount.objects.create(
            division=village, count_of_households=households * 9, count_of_members=households * 31
        )
        seed_alerts(made, runs, chance)
    seed_li_zhuxi(runs)
    seed_foreign(runs)
    seed_deliveries(pack, home / "deliveries", chance)
    seed_links(home, runs[-1])
    seed_unsure(home, pack, runs[-1])
    return Seed(pack, runs, seed_cases(pack, runs))
