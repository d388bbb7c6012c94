"""What a run could not tell is kept village by village, and read within a scope."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import duckdb
import pytest

from fangpin.casework.officials.scope import NOTHING, Scope
from fangpin.feeds.arrivals import arrivals
from fangpin.lake.engines.duckdb import connect
from fangpin.ledger.snapshot import take_snapshot
from fangpin.policy.pack import Pack
from fangpin.rules.evaluate import VIEW
from fangpin.runs.monthly import evaluate_snapshot
from fangpin.runs.parts.cannot_tell import JUDGED, cannot_tell
from tests.ledger.village import Lake
from tests.runs.hillside import receive_until
from tests.runs.test_monthly_run import NOW


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, hillside: Pack) -> Lake:
    """A home that received everything."""
    return receive_until(Lake(tmp_path_factory.mktemp("whole"), hillside), NOW)


def one_by_one(lake: Lake) -> dict[tuple[str, str], int]:
    """(village, rule) -> households, each household's outcome read by itself."""
    found: Counter[tuple[str, str]] = Counter()
    with connect(threads=1, spill=lake.home.spill) as engine:
        snapshot = take_snapshot(
            home=lake.home,
            pack=lake.pack,
            engine=engine,
            arrivals=arrivals(lake.home),
            as_of=NOW,
        )
        evaluation = evaluate_snapshot(engine=engine, pack=lake.pack, snapshot=snapshot)
        for rule in evaluation.rules:
            for division, outcome in engine.rows(
                f'SELECT division, "outcome__{rule.rule}" FROM {VIEW}'
            ):
                found[division, JUDGED] += rule is evaluation.rules[0]
                found[division, rule.rule] += outcome == "cannot_tell"
    return {key: count for key, count in found.items() if count}


def test_each_village_has_what_its_households_say_one_by_one(whole: Lake) -> None:
    result = whole.run(NOW)
    found = cannot_tell(Scope(divisions=("H",)), run_folder=result.folder, width=3)
    assert found is not None
    flat = {(place, rule): n for place, counts in found.items() for rule, n in counts.items()}
    assert flat == one_by_one(whole)
    assert {rule: n for _, rule in flat if (n := result.outcomes.get(rule, {}).get("cannot_tell"))}
    assert sum(n for (_, rule), n in flat.items() if rule == JUDGED) == result.count_of_households


def test_a_village_sees_its_own_and_who_has_no_post_sees_nothing(whole: Lake) -> None:
    folder = whole.run(NOW).folder
    assert set(cannot_tell(Scope(divisions=("H02",)), run_folder=folder, width=1) or {}) == {"H"}
    mine = cannot_tell(Scope(divisions=("H02",)), run_folder=folder, width=3)
    assert mine is not None and set(mine) == {"H02"} and mine["H02"][JUDGED] == 1
    assert cannot_tell(Scope(divisions=("X",)), run_folder=folder, width=3) == {}
    assert cannot_tell(NOTHING, run_folder=folder, width=3) == {}


def test_a_run_from_before_this_was_kept_is_not_a_run_that_could_tell_everything(
    tmp_path: Path,
) -> None:
    assert cannot_tell(Scope(divisions=("H",)), run_folder=tmp_path, width=3) is None


def test_looking_it_up_opens_no_engine_of_its_own(
    whole: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An overview is asked for again and again; an engine costs more than the look-up."""
    folder = whole.run(NOW).folder
    cannot_tell(Scope(divisions=("H",)), run_folder=folder, width=3)
    opened: list[str] = []
    connect = duckdb.connect

    def counted(*given: Any, **named: Any) -> Any:
        opened.append("one")
        return connect(*given, **named)

    monkeypatch.setattr(duckdb, "connect", counted)
    for division in ("H", "H02"):
        assert cannot_tell(Scope(divisions=(division,)), run_folder=folder, width=3)
    assert opened == []
