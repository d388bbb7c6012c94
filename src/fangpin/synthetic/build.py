"""The public face: build a world for a pack, write its deliveries."""

from __future__ import annotations

from pathlib import Path

from fangpin.policy import Pack
from fangpin.synthetic.chenzhou.county import build_county
from fangpin.synthetic.chenzhou.families import Place
from fangpin.synthetic.chenzhou.offices import OFFICE
from fangpin.synthetic.deliveries import PlannedDelivery, write_all
from fangpin.synthetic.world import World
from fangpin.values.month import Month

HOUSEHOLDS = 12_000
FROM_MONTH, TO_MONTH = Month.of(2019, 1), Month.of(2020, 11)
"""The article's time."""


def build_world(
    *,
    pack: Pack,
    households: int = HOUSEHOLDS,
    seed: int = 1,
    from_month: Month = FROM_MONTH,
    to_month: Month = TO_MONTH,
) -> World:
    """A world on the pack's villages; about 3.9 persons a household.

    Raises ValueError when the pack has no village committee below its root division.
    """
    world = build_county(
        places=_villages(pack),
        households=households,
        seed=seed,
        first_month=from_month,
        last_month=to_month,
    )
    world.contracts = dict(pack.contracts)
    world.registry_feed = pack.header.registry.feed if pack.header.registry else ""
    return world


def write_deliveries(
    *, world: World, folder: Path, from_month: Month, to_month: Month
) -> list[PlannedDelivery]:
    """Write the departments' files of these months into a folder, in order of the received date.

    Raises ContractGap when a contract requires a field or a word that the generator does not know.
    """
    return write_all(
        world=world, office=OFFICE, folder=folder, from_month=from_month, to_month=to_month
    )


def _villages(pack: Pack) -> list[Place]:
    """Village committees below the root, in the order of their codes; no town neighbourhoods."""
    root = pack.header.root_division or ""
    lowest = pack.header.division_levels[-1].level
    return [
        Place(code=division.code, name=division.name.zh.removesuffix("村委会").removesuffix("村民"))
        for division in pack.divisions
        if division.level == lowest
        and division.code.startswith(root)
        and division.code[9:10] in ("2", "3")
    ]
