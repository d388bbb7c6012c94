"""Whatever comes in whatever order, whatever day is asked: what a clerk with the papers of that day has."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from fangpin.feeds.holds import hold_delivery, refuse_delivery, release_delivery
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from tests.linkage.valley import Valley, valley_pack
from tests.runs.small_worlds import ITEMS, VILLAGES, Act, Clerk, world
from tests.runs.test_deaths import FEEDS, HEADER

DECIDE = {"hold": hold_delivery, "release": release_delivery, "refuse": refuse_delivery}


@pytest.fixture(scope="module")
def pack(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    folder = tmp_path_factory.mktemp("pack")
    valley_pack(repository, folder)
    place = folder / "hillside"
    (place / "feeds" / "police.yaml").write_text(FEEDS, encoding="utf-8")
    with (place / "pack.yaml").open("a", encoding="utf-8") as header:
        header.write(HEADER)
    return load_pack(place)


def opened(root: Path, pack: Pack) -> Valley:
    return Valley(root, pack, set(VILLAGES))


def do(lake: Valley, acts: list[Act], place: int, names: dict[int, str]) -> None:
    act = acts[place]
    if act.kind == "send":
        names[place] = lake.send(act.feed, [row for _, row in act.rows], on=act.on)
        return
    at = datetime(act.on.year, act.on.month, act.on.day, 4, tzinfo=UTC)
    DECIDE[act.kind](
        lake.home, delivery=names[act.of], feed=acts[act.of].feed, by="x", at=at, reason="r"
    )


def written(folder: Path) -> dict[str, str]:
    """A run's files but for run.json, which names the files that it read."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if file.name != "run.json"
    }


@pytest.mark.parametrize("seed", [27, 56])
def test_step_by_step_in_any_order_and_by_hand_are_one(
    pack: Pack, tmp_path: Path, seed: int
) -> None:
    acts, random = world(seed), Random(seed)
    end = acts[-1].on + timedelta(days=3)
    stepwise, names = opened(tmp_path / "stepwise", pack), dict[int, str]()
    for place, act in enumerate(acts):
        do(stepwise, acts, place, names)
        if random.random() < 0.3:
            stepwise.run(act.on)
    sends = [place for place, act in enumerate(acts) if act.kind == "send"]
    decisions = [place for place, act in enumerate(acts) if act.kind != "send"]
    random.shuffle(sends)
    shuffled, again = opened(tmp_path / "shuffled", pack), dict[int, str]()
    for place in (*sends, *decisions):
        do(shuffled, acts, place, again)

    assert again == names, "a delivery is named by its day and its bytes"
    assert written(shuffled.run(end).folder) == written(stepwise.run(end).folder)
    for as_of in (end, random.choice(acts).on):
        found = {
            place: amount
            for place, amount in stepwise.amounts(as_of).items()
            if amount and place[2] in ITEMS
        }
        assert found == Clerk(acts, as_of).amounts()
