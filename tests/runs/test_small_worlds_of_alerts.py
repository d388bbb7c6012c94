"""In small random worlds whose runs are loaded: which alerts stand, and which end by their source."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random

import pytest

from fangpin.casework.alerts.models import Alert
from fangpin.policy.pack import Pack
from fangpin.values.month import Month
from tests.linkage.valley import BILLS, Valley, claim, number
from tests.looking import rows_of
from tests.runs.clerk import Clerk
from tests.runs.loaded import run_and_load
from tests.runs.small_worlds import JUDGED, VILLAGES, Act, is_right, target, world
from tests.runs.test_small_worlds import do, pack

__all__ = ["pack"]
pytestmark = pytest.mark.django_db
RULE = "high_bills"
BEGUN, FIRST, LAST = date(2020, 1, 4), Month.of(2019, 1), Month.of(2020, 11)
STRANGER = number("1960-06-06", 77)
Place = tuple[int, int]
"""A file's place among the acts, and a row's in it."""


@dataclass
class Standing:
    """An alert as a clerk knows it: what it cites, and how it ended."""

    cites: set[Place] = field(default_factory=set)
    is_open: bool = True


def is_taken_back(acts: list[Act], at: Place, home: str, as_of: date) -> bool:
    """Whether the one who sent a row, or an official, says by now that this home never had it."""
    place, no = at
    name, row = acts[place].rows[no]
    clerk = Clerk(acts, as_of)
    said = {one.of: one.kind for one in acts if one.kind in JUDGED and one.on <= as_of}
    if said.get(place) in ("hold", "refuse"):
        return said[place] == "refuse"
    if row["id_number"] and target(name, row) in clerk.parted:
        given = clerk.parted[target(name, row)]
        month = int(Month.containing(date.fromisoformat(row["paid_date"])))
        if clerk.home_of(given, month) != home:
            return True
    if row["id_number"] and not is_right(name, row):
        return False
    later = [
        (other, told)
        for after, act in enumerate(acts)
        if act.feed == BILLS and after > place and act.on <= as_of
        and said.get(after) not in ("hold", "refuse")
        for other, told in act.rows
        if told["bill_no"] == row["bill_no"] and (not told["id_number"] or is_right(other, told))
    ]  # fmt: skip
    if later and not later[-1][1]["id_number"]:
        return clerk.is_joined(later[-1][1])  # Of nobody it says nothing.
    return any((other, told) != (name, row) for other, told in later)


@pytest.fixture(scope="module")
def once_begun(pack: Pack, tmp_path_factory: pytest.TempPathFactory) -> Valley:
    """Bills of nobody there: of every month something has come, so that rules can tell."""
    lake = Valley(tmp_path_factory.mktemp("begun"), pack, set(VILLAGES))
    for number_of_month in range(int(FIRST), int(LAST) + 1):
        month = Month(number_of_month)
        nobodys = claim(f"s{month}", STRANGER, "远方人", day=f"{month}-09", own_share="1")
        lake.send(BILLS, [nobodys], on=BEGUN)
    return lake


@pytest.mark.parametrize("seed", [1, 1708])
def test_an_alert_stands_until_all_that_it_rests_on_was_taken_back(
    once_begun: Valley, tmp_path: Path, seed: int
) -> None:
    acts, random = world(seed), Random(seed)
    lake, names = once_begun.copied(tmp_path), dict[int, str]()
    known: dict[int, list[Standing]] = defaultdict(list)
    ended = 0
    for place, act in enumerate(acts):
        do(lake, acts, place, names)
        if place and (place == len(acts) - 1 or random.random() < 0.5):
            ended += judge(lake, acts[: place + 1], act.on, names, known)
    end = acts[-1].on + timedelta(days=40)
    ended += judge(lake, acts, end, names, known)
    assert ended and any(one[-1].is_open for one in known.values()), "both were seen"


def judge(
    lake: Valley, acts: list[Act], on: date, names: dict[int, str], known: dict[int, list[Standing]]
) -> int:
    """Run and load a day; what the clerk expects of every alert is what stands."""
    if Month.last_complete(on) > LAST:
        return 0
    folder, _ = run_and_load(lake, on)
    places = {name: place for place, name in names.items()}
    hit = {one["household_ref"] for one in rows_of(folder / "hits.parquet")}
    assert {one["rule"] for one in rows_of(folder / "hits.parquet")} <= {RULE}
    cited = defaultdict(set)
    for one in rows_of(folder / "evidence.parquet"):
        if one["rule"] == RULE:
            cited[one["household_ref"]].add((places[one["delivery"]], one["row_no"] - 2))
    ended = 0
    by_ref = {lake.ref(home): home for home in lake.households}
    for household in hit | set(known):
        alerts = known[household]
        if household in hit:
            if not alerts or not alerts[-1].is_open:
                alerts.append(Standing())
            alerts[-1].cites |= cited[household]
        elif alerts[-1].is_open and all(
            is_taken_back(acts, at, by_ref[household], on) for at in alerts[-1].cites
        ):
            alerts[-1].is_open = False
            ended += 1
    found = defaultdict(list)
    for household, state in Alert.objects.order_by("id").values_list("household_id", "state"):
        found[household].append(state == "open")
    expected = {ref: [one.is_open for one in alerts] for ref, alerts in known.items() if alerts}
    assert dict(found) == expected, on
    return ended
