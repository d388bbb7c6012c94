"""The stored model scores the same claims alike on both engines, to the last digit."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from random import Random
from typing import Any

import pytest

from fangpin.lake.engine import Engine
from fangpin.lake.engines.duckdb import kept_reader
from fangpin.lake.engines.spark_sql import spark_condition
from fangpin.linkage.claims.model import load_model
from fangpin.linkage.claims.scores import CLAIMS_TABLE, PEOPLE, link
from fangpin.linkage.claims.sides import Sides
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


def _scores(sides: Sides, people: list[tuple[Any, ...]], claims: list[tuple[Any, ...]]) -> Any:
    """The columns and the rows of what linkage makes of these."""
    engine, model = sides.vault, load_model()
    engine.make_empty_table(PEOPLE, {"person_ref": "BIGINT", **_KINDS})
    engine.insert(PEOPLE, people)
    engine.make_empty_table(CLAIMS_TABLE, {"claim": "BIGINT", **_KINDS})
    engine.insert(CLAIMS_TABLE, claims)
    link(sides=sides, model=model)
    query = "SELECT * FROM link_scores ORDER BY claim_ref, place, person_ref"
    return engine.columns(query), engine.rows(query)


def test_claims_are_scored_alike(on_duckdb: Engine, there: Engine, tmp_path: Path) -> None:
    pytest.importorskip("splink")
    random = Random(431022)
    people = _people(random)
    claims = _claims(random, people)

    here = _scores(Sides(on_duckdb), people, claims)
    far = _scores(Sides(on_duckdb, model=there, between=tmp_path), people, claims)

    columns, rows = here
    assert {row[columns.index("step")] for row in rows} >= {
        "number",
        "repaired",
        "fifteen",
        "model",
    }
    levels = {row[columns.index("level_number")] for row in rows}
    assert levels >= {None, -1, 1}, "linked by its number, no number, a digit away"
    assert far == here


def test_where_there_is_little_to_score_engines_agree_too(
    on_duckdb: Engine, there: Engine, tmp_path: Path
) -> None:
    pytest.importorskip("splink")
    random = Random(431022)
    people = _people(random)
    mute = (1, None, None, None, None, None, None)
    by_its_number = (2, people[0][1], None, None, None, None, None)
    nobodys = (3, None, people[0][2], people[0][3], None, None, None)
    far = Sides(on_duckdb, model=there, between=tmp_path)
    for registry, claims, is_shown in (
        (people, [mute, by_its_number], True),
        (people, [mute, nobodys], True),
        ([], [mute, nobodys], True),
        ([(7, None, None, None, None, None, None)], [mute], True),
        (people, [by_its_number], False),
        (people, [], False),
    ):
        here = _scores(Sides(on_duckdb), registry, claims)
        assert _scores(far, registry, claims) == here
        handed = list(tmp_path.glob("*.parquet"))
        assert bool(handed) is is_shown, "where no claim is open nobody is shown"
        for file in handed:
            file.unlink()


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
