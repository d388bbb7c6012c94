"""The ledger turned to households: the same file however many households fit at once."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from fangpin.lake.engines.duckdb import connect
from fangpin.ledger import timeline
from fangpin.policy.pack import Pack
from tests.ledger.test_any_order_of_deliveries import make_deliveries
from tests.ledger.village import Lake

Row = tuple[int, int, str, bool]


def rows_of(root: Path, pack: Pack, seed: int) -> list[Row]:
    """Every row of the timeline files that the run after some deliveries made, in their order."""
    lake = Lake(root, pack)
    deliveries = make_deliveries(seed)
    for one in deliveries:
        lake.receive(one.feed, one.rows, on=one.on)
    lake.run(deliveries[-1].on + timedelta(days=1))
    found: list[Row] = []
    with connect(threads=1) as engine:
        for file in sorted(lake.home.timeline.glob("*")):
            found += engine.rows("SELECT * FROM read_parquet(?)", [str(file)])
    return found


@pytest.mark.parametrize("seed", [3, 7, 11])
def test_what_is_brought_together_piece_by_piece_is_the_same(
    tmp_path: Path, hillside: Pack, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    at_once = rows_of(tmp_path / "at_once", hillside, seed)
    monkeypatch.setattr(timeline, "ROWS_AT_ONCE", 2)
    assert rows_of(tmp_path / "in_pieces", hillside, seed) == at_once
    assert len({household for household, *_ in at_once}) > 1
