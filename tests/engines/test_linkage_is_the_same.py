"""The cascade and the stored model link the same claims to the same persons on both engines."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest

from fangpin.lake.engine import Engine
from fangpin.lake.engines.duckdb import kept_reader
from fangpin.lake.engines.spark_sql import spark_condition
from fangpin.linkage.model import load_model
from fangpin.linkage.scores import CLAIMS_TABLE, PEOPLE, link
from fangpin.synthetic.chenzhou.identity_numbers import identity_number

pytestmark = pytest.mark.spark

_KINDS = {
    "number": "VARCHAR",
    "name": "VARCHAR",
    "birth": "DATE",
    "sex": "VARCHAR",
    "division": "VARCHAR",
    "parent": "VARCHAR",
}
_NAMES = ["李竹喜", "李竹青", "王玉兰", "欧阳小明", "欧小明", "Tom Li", "Tim Li", "张三", "张山"]


def _people(random: Random) -> list[tuple[Any, ...]]:
    people = []
    for ref in range(1, 61):
        birth = date(random.choice([1950, 1951, 1980]), random.randint(1, 3), random.randint(1, 9))
        number = identity_number(division="431022", birth=birth, serial=ref)
        village = f"43102210{random.randint(1, 3)}201"
        person = (number, random.choice(_NAMES), birth, random.choice("男女"), village, village[:9])
        people.append((ref, *person))
    return people


def _claims(random: Random, people: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Claims about these people, each with something wrong or missing."""
    claims = []
    for claim, (_, number, name, birth, sex, village, parent) in enumerate(people, start=1000):
        match random.randrange(7):
            case 0:
                number = None
            case 1:
                place = random.randrange(17)
                number = number[:place] + str(random.randrange(10)) + number[place + 1 :]
            case 2:
                number = number[:8] + number[9] + number[8] + number[10:]
            case 3:
                number, birth = None, birth.replace(day=birth.month, month=min(birth.day, 12))
            case 4:
                number, name = number[:16], random.choice(_NAMES)
            case 5:
                number = number[:6] + number[8:17]
        if random.random() < 0.2:
            village = parent = None
        claims.append((claim, number, name, birth, sex, village, parent))
    return claims


def test_claims_are_linked_alike(on_duckdb: Engine, there: Engine) -> None:
    pytest.importorskip("splink")
    random = Random(431022)
    people = _people(random)
    claims = _claims(random, people)
    model = load_model()
    found = []
    for engine in (on_duckdb, there):
        engine.make_empty_table(PEOPLE, {"person_ref": "BIGINT", **_KINDS})
        engine.insert(PEOPLE, people)
        engine.make_empty_table(CLAIMS_TABLE, {"claim": "BIGINT", **_KINDS})
        engine.insert(CLAIMS_TABLE, claims)
        link(engine=engine, model=model)
        levels = ", ".join(f"level_{name}" for name in model.compared)
        found.append(
            engine.rows(
                f"SELECT claim_ref, person_ref, step, place, {levels}, chance, weight "
                "FROM link_scores ORDER BY claim_ref, place, person_ref"
            )
        )
    here, there = found
    assert {row[2] for row in here} >= {"number", "repaired", "fifteen", "model"}
    assert [row[:-2] for row in there] == [row[:-2] for row in here]
    for one, other in zip(here, there, strict=True):
        assert (one[-1] is None) is (other[-1] is None), "the cascade weighs nothing"
        assert other[-2] == pytest.approx(one[-2], rel=1e-9)
        assert one[-1] is None or other[-1] == pytest.approx(one[-1], rel=1e-9)


def test_distances_count_what_duckdb_counts(there: Engine) -> None:
    pairs = [
        ("110101", "110101"), ("110101", "110011"), ("110101", "101101"), ("110101", "11010"),
        ("110101", "210102"), ("张三", "张山"), ("欧阳小明", "欧小明"), ("", "1"), ("Tom", "Tim"),
    ]  # fmt: skip
    for condition in ("damerau_levenshtein(l, r) <= 1", "levenshtein(l, r) <= 1"):
        for left, right in pairs:
            source = f"(SELECT '{left}' AS l, '{right}' AS r) AS pair"
            expected = kept_reader().value(f"SELECT {condition} FROM {source}")
            session = there.lend()  # type: ignore[attr-defined]
            told = session.sql(f"SELECT {spark_condition(condition)} AS is_near FROM {source}")
            assert told.collect()[0][0] is expected, (condition, left, right)
