"""In small random worlds with deaths and corrected numbers: a back-test tells what runs told."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangpin.backtest import replay
from fangpin.policy.pack import Pack
from fangpin.values.month import Month
from tests.linkage.valley import Valley
from tests.looking import rows_of
from tests.runs.small_worlds import VILLAGES, world
from tests.runs.test_small_worlds import do, pack

__all__ = ["pack"]
RUN_DAY = 5
RULES = ("high_bills", "odd_relief", "struck_home")


@pytest.mark.parametrize("seed", [30, 39])
def test_it_hits_whom_the_runs_hit_and_holds_whom_they_held(
    pack: Pack, tmp_path: Path, seed: int
) -> None:
    acts = world(seed)
    lake, names = Valley(tmp_path, pack, set(VILLAGES)), dict[int, str]()
    for place in range(len(acts)):
        do(lake, acts, place, names)
    first, last = Month.containing(acts[0].on), Month.containing(acts[-1].on)
    judged = [Month(number) for number in range(int(first), int(last) + 1)]
    runs = [lake.run(month.plus(1).first_day.replace(day=RUN_DAY)) for month in judged]

    for rule in RULES:
        found = replay(
            lake.home,
            pack,
            rule=rule,
            parameters={},
            from_month=first,
            to_month=last,
            run_day=RUN_DAY,
        )
        assert [month.hits for month in found.months] == [one.outcomes[rule]["hit"] for one in runs]
        told: dict[int, int] = {}
        for month, run in zip(judged, runs, strict=True):
            for file in ("hits.parquet", "findings.parquet"):
                for row in rows_of(run.folder / file):
                    if row["rule"] == rule:
                        told.setdefault(row["household_ref"], int(month))
        assert dict(found.first_hit) == told
