"""What would not fit into memory at once is done for some households after the others: same result."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fangpin.lake.engines.duckdb import connect
from fangpin.lake.pieces import pieces
from fangpin.ledger import timeline
from fangpin.policy.pack import Pack
from fangpin.rules import evaluate
from tests.ledger.test_any_order_of_deliveries import make_deliveries
from tests.ledger.village import Lake


@dataclass(frozen=True)
class Made:
    """What a run made: the bytes of its files, the rows of its timeline, how many households."""

    files: dict[str, bytes]
    timeline: list[tuple[Any, ...]]
    households: int


def made_after(root: Path, pack: Pack, seed: int) -> Made:
    """The run after some deliveries."""
    lake = Lake(root, pack)
    deliveries = make_deliveries(seed)
    for one in deliveries:
        lake.receive(one.feed, one.rows, on=one.on)
    result = lake.run(deliveries[-1].on + timedelta(days=1))
    files = {file.name: file.read_bytes() for file in result.folder.iterdir()}
    rows: list[tuple[Any, ...]] = []
    with connect(threads=1) as engine:
        for file in sorted(lake.home.timeline.iterdir()):
            rows += [
                (file.name, *row)
                for row in engine.rows("SELECT * FROM read_parquet(?)", [str(file)])
            ]
    return Made(files, rows, result.count_of_households)


@pytest.mark.parametrize("seed", [8, 22, 28])
def test_a_run_made_piece_by_piece_is_the_same(
    tmp_path: Path, hillside: Pack, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    at_once = made_after(tmp_path / "at_once", hillside, seed)
    monkeypatch.setattr(timeline, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr(evaluate, "HOUSEHOLDS_AT_ONCE", 1)
    assert made_after(tmp_path / "in_pieces", hillside, seed) == at_once
    assert at_once.households > 1 and at_once.timeline


@given(
    st.integers(1, 40),
    st.lists(st.integers(-(1 << 63), (1 << 63) - 1) | st.integers(0, (1 << 60) - 1), max_size=30),
)
def test_every_household_is_in_exactly_one_piece(count: int, references: list[int]) -> None:
    with connect(threads=1) as engine:
        engine.make_empty_table("homes", {"household_ref": "BIGINT"})
        engine.insert("homes", [(reference,) for reference in references])
        found = [
            reference
            for within in pieces(count)
            for (reference,) in engine.rows(
                f"SELECT household_ref FROM homes WHERE {within} ORDER BY household_ref"
            )
        ]
    assert found == sorted(references)
