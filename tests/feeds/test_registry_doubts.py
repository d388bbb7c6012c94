"""What a register says that can hardly be is asked about."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from fangpin.feeds.facts.registry_doubts import registry_doubts
from fangpin.lake.engines.duckdb import connect
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack

DAY = date(2020, 3, 1)


@pytest.fixture(scope="module")
def china(repository: Path) -> Pack:
    return load_pack(repository / "packs" / "cn_hunan_chenzhou")


def told(pack: Pack, received: date, rows: str) -> dict[str, int | None]:
    """Code -> how many rows, of a register's settled rows."""
    registry = pack.header.registry
    assert registry is not None
    assert registry.birth is not None
    contract = pack.contracts[registry.feed]
    with connect(threads=1) as engine:
        engine.make_table(
            "settling",
            f"SELECT * FROM (VALUES {rows}) AS rows(row_no, person_ref, household_ref, "
            f"{registry.relation}, {registry.birth})",
        )
        found = registry_doubts(
            engine=engine, pack=pack, contract=contract, registry=registry, received=received
        )
    return {one.code: one.count for one in found}


def head(pack: Pack, born: str, *, row: int = 2, person: int = 7, household: int = 1) -> str:
    assert pack.header.registry is not None
    return f"({row}, {person}, {household}, '{pack.header.registry.head}', DATE '{born}')"


def test_a_child_as_head_of_a_household_is_asked_about(china: Pack) -> None:
    assert told(china, DAY, head(china, "2010-01-01")) == {"HEAD_IS_A_CHILD": 1}
    assert told(china, DAY, head(china, "2000-01-01")) == {}


def test_a_person_in_two_households_is_told_and_one_without_a_household_is_not(china: Pack) -> None:
    adult = "1980-01-01"
    here, there = head(china, adult), head(china, adult, row=3, household=2)
    nowhere = head(china, adult, row=4).replace(", 1, '", ", NULL, '")
    assert told(china, DAY, f"{here}, {there}, {nowhere}") == {"PERSON_IN_TWO_HOUSEHOLDS": 1}
    assert told(china, DAY, f"{here}, {nowhere}") == {}
