"""Whatever comes in whatever order, whatever day is asked: what a clerk with the papers of that day has.

And a run's key names its result: no two results of one key, and what is taken back leaves the key of before.
"""

from __future__ import annotations

import hashlib
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fangpin.feeds.holds import hold_delivery, refuse_delivery, release_delivery
from fangpin.linkage.decisions import Decision, all_decisions, append
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from tests.linkage.valley import BILLS, Valley, valley_pack
from tests.looking import rows_of
from tests.runs.clerk import Clerk
from tests.runs.small_worlds import ITEMS, VILLAGES, Act, number_meant, world
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
    if act.kind in DECIDE:
        DECIDE[act.kind](
            lake.home, delivery=names[act.of], feed=acts[act.of].feed, by="x", at=at, reason="r"
        )
    elif act.kind in ("part", "join"):
        part(lake, acts, act, names, at)
    elif act.kind == "take back":
        parted = acts[act.of]
        said = [one for one in all_decisions(lake.home) if one.at.date() == parted.on]
        for one in reversed(said):
            append(lake.home, Decision("undo", at, "x", "r", of=one.id))
    else:
        (_, row), *_ = acts[act.of].rows
        person = lake.person(row["id_number"])
        append(lake.home, Decision("alive", at, "x", "r", person_ref=person))


def part(lake: Valley, acts: list[Act], act: Act, names: dict[int, str], at: datetime) -> None:
    """Take a row from its person; of a claim, all that say the same."""
    name, row = acts[act.of].rows[act.row]
    delivery, first = names[act.of], dict(acts[0].rows)
    claims = {
        one["row_no"]: one["claim_ref"]
        for file in (lake.home.deliveries / BILLS / delivery).glob("claims.parquet")
        for one in rows_of(file)
    }
    target: dict[str, Any] = {"feed": BILLS, "delivery": delivery, "row_no": act.row + 2}
    person = lake.person(number_meant(name, row)) if row["id_number"] else 0
    if act.row + 2 in claims:
        target = {"claim_ref": claims[act.row + 2]}
        person = lake.person(first[name]["id_number"]) if row["id_number"] else 0
    if act.kind == "part":
        append(lake.home, Decision("different", at, "x", "r", person_ref=person, **target))
    if act.to:
        other = lake.person(first[act.to]["id_number"])
        append(lake.home, Decision("same", at, "x", "r", person_ref=other, **target))


def written(folder: Path) -> dict[str, str]:
    """A run's files but for run.json, which names the files that it read."""
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if file.name != "run.json"
    }


@pytest.mark.parametrize("seed", [76, 101])
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


@pytest.mark.parametrize("seed", [21])
def test_of_one_key_there_is_one_result(pack: Pack, tmp_path: Path, seed: int) -> None:
    acts = world(seed)
    end = acts[-1].on + timedelta(days=3)
    lake, names = opened(tmp_path, pack), dict[int, str]()
    found: dict[str, dict[str, str]] = {}

    def result() -> str:
        """The key of what is known at the end; what an earlier run wrote is not looked at."""
        shutil.rmtree(lake.home.runs)
        folder = lake.run(end).folder
        assert found.setdefault(folder.name, written(folder)) == written(folder)
        return folder.name

    for place in range(len(acts)):
        do(lake, acts, place, names)
        result()
    told = len({tuple(sorted(files.items())) for files in found.values()})
    assert told > 3, "what came made a difference"
    before = result()
    for place, act in enumerate(acts):
        said = [one.kind for one in acts if one.of == place]
        if act.kind == "send" and place and not {"hold", "refuse"} & set(said):
            there_and_back = [Act(end, kind, of=place) for kind in ("hold", "release")]
            do(lake, [*acts, *there_and_back], len(acts), names)
            assert result() != before
            do(lake, [*acts, *there_and_back], len(acts) + 1, names)
            assert result() == before
