"""One small world with all its deliveries, built once a worker."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from fangpin.policy import Pack, load_pack
from fangpin.synthetic import PlannedDelivery, World, build_world, write_deliveries
from fangpin.synthetic.build import FROM_MONTH, TO_MONTH

PACKS = Path(__file__).parents[2] / "packs"
HOUSEHOLDS = 1_500
SEED = 7


@dataclass(frozen=True)
class Sent:
    """The small world and what its departments sent."""

    world: World
    folder: Path
    deliveries: list[PlannedDelivery]

    def of(self, feed: str) -> list[PlannedDelivery]:
        return [sent for sent in self.deliveries if sent.feed == feed]


@pytest.fixture(scope="session")
def chenzhou() -> Pack:
    return load_pack(PACKS / "cn_hunan_chenzhou")


@pytest.fixture(scope="session")
def sent(chenzhou: Pack, tmp_path_factory: pytest.TempPathFactory) -> Sent:
    folder = tmp_path_factory.mktemp("deliveries")
    world = build_world(pack=chenzhou, households=HOUSEHOLDS, seed=SEED)
    written = write_deliveries(world=world, folder=folder, from_month=FROM_MONTH, to_month=TO_MONTH)
    return Sent(world=world, folder=folder, deliveries=written)
