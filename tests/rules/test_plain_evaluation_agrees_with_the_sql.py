"""The plain evaluator of one household gives exactly what the compiled SQL gives for it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.linkage.registry.households import make_spine
from fangpin.policy import load_pack
from fangpin.policy.expressions.evaluate import truth_of, value_of
from fangpin.policy.expressions.facts import Facts, facts_at
from fangpin.policy.expressions.members import attributes_of
from fangpin.policy.pack import Pack
from fangpin.values.month import Month
from tests.rules.oracle import Household, Oracle
from tests.rules.test_compiled_rules_agree_with_the_oracle import World, answers, make_world, same

PACKS = Path(__file__).parents[2] / "packs"


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(Path(__file__).parent / "hillside")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with connect(threads=1) as opened:
        yield opened


def facts_of(pack: Pack, world: World, household: Household) -> Facts:
    """A household of a generated world as the plain evaluator sees it."""
    months: dict[str, dict[int, Decimal | str | None]] = {}
    for row in sorted(household.rows, key=lambda row: (row.month, row.place)):
        held = months.setdefault(row.item, {})
        if isinstance(row.value, str):
            held[row.month] = row.value
        else:
            before = held.get(row.month, Decimal(0))
            assert isinstance(before, Decimal)
            held[row.month] = before + Decimal(row.value.numerator) / row.value.denominator
    return facts_at(
        pack=pack,
        at=world.as_of,
        division=household.division,
        known=household.attributes,
        months=months,
        covered=world.delivered,
    )


def as_the_engine_gives(value: Any, is_quotient: bool) -> Any:
    """A value in the form that `same` compares with the engine's own."""
    if isinstance(value, Decimal):
        return float(value) if is_quotient else Fraction(value)
    return value


def outcome(rule: Any, facts: Facts) -> str:
    applies = truth_of(rule.applies_when, facts) if rule.applies_when else True
    hits = truth_of(rule.hit_when, facts)
    if applies is False:
        return "not_applicable"
    if hits is False:
        return "no_hit"
    if applies is None or hits is None:
        return "cannot_tell"
    if rule.suppressed_when and truth_of(rule.suppressed_when, facts):
        return "suppressed"
    return "hit"


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_every_figure_and_outcome_is_that_of_the_sql(engine: Engine, pack: Pack, seed: int) -> None:
    world = make_world(pack, seed)
    given_answers = answers(engine, pack, world, form="rows")
    told = []
    for household in world.households:
        facts, row = facts_of(pack, world, household), given_answers[household.ref]
        for code in pack.indicators:
            value = as_the_engine_gives(value_of(code, facts), isinstance(row[code], float))
            if not same(row[code], value):
                told.append(f"household {household.ref}, {code}: SQL {row[code]!r}, {value!r}")
        for rule in pack.rules_in_force(world.as_of):
            found = outcome(rule, facts)
            if found != row[f"outcome__{rule.rule}"]:
                told.append(f"household {household.ref}, {rule.rule}: {found}")

    assert not told, "\n".join(told[:10])


@pytest.mark.parametrize("seed", range(20))
def test_every_figure_is_the_oracles(pack: Pack, seed: int) -> None:
    world = make_world(pack, seed)
    for household in world.households[:10]:
        oracle = Oracle(pack, world.as_of, world.month, world.delivered, household)
        facts = facts_of(pack, world, household)
        for code in pack.indicators:
            expected = oracle.indicator(code).value
            found = value_of(code, facts)
            if isinstance(expected, float):
                assert isinstance(found, Decimal)
                assert float(found) == pytest.approx(expected, rel=1e-9)
            elif isinstance(expected, Fraction):
                assert isinstance(found, Decimal) and Fraction(found) == expected, code
            else:
                assert found == expected, code


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_attributes_from_members_are_those_of_the_sql(engine: Engine, seed: int) -> None:
    pack = load_pack(PACKS / "cn")
    random = Random(seed)
    month = Month.of(2021, random.randint(1, 12))
    homes = [
        [random_member(random, pack, month) for _ in range(random.randint(1, 6))] for _ in range(30)
    ]
    columns = {"household_ref": "BIGINT", "division": "VARCHAR", "birth_date": "DATE"}
    columns |= {"relocated": "BOOLEAN", "risk_eliminated": "BOOLEAN", "relation": "VARCHAR"}
    columns |= dict.fromkeys(CODED, "VARCHAR")
    engine.make_empty_table("people", columns)
    engine.insert(
        "people",
        [
            [ref if code == "household_ref" else member.get(code) for code in columns]
            for ref, home in enumerate(homes)
            for member in home
        ],
    )
    make_spine(engine=engine, pack=pack, people="people", month=month, name="spine_of_members")
    names = engine.columns("SELECT * FROM spine_of_members")
    rows = [
        dict(zip(names, row, strict=True)) for row in engine.rows("SELECT * FROM spine_of_members")
    ]

    for row in rows:
        home = homes[row["household_ref"]]
        found = attributes_of(pack=pack, members=home, month=int(month))
        assert found == {code: row[code] for code in pack.attributes}


CODED = ("household_kind", "monitoring_category", "student_state", "work_skill", "health")


def random_member(random: Random, pack: Pack, month: Month) -> dict[str, Any]:
    fields = {field.field: field for field in pack.contracts["nongye.national_persons"].fields}
    member: dict[str, Any] = {"division": "4310"}
    for code in (*CODED, "relation"):
        member[code] = random.choice([None, *(fields[code].values or {})])
    member["relocated"] = random.choice([True, False, None])
    member["risk_eliminated"] = random.choice([True, False, None])
    born = month.last_day - timedelta(days=random.choice([100, 2500, 5500, 9000, 25000]))
    member["birth_date"] = random.choice([born, None])
    return member


def test_what_a_visit_established_wins_over_the_ledger(pack: Pack) -> None:
    known = {"household_size": 3, "bills_12": Decimal(900), "has_elder": True}
    facts = facts_at(pack=pack, at=date(2020, 7, 10), division="H01", known=known)

    assert value_of("bills_12", facts) == 900
    assert truth_of("over_line", facts) is False
    assert truth_of("bills_12 >= param('line.bills') or has_elder", facts) is True
    assert truth_of("wage_12 > 500", facts) is None


def test_a_set_answers_whether_it_has_one_of_several_codes(pack: Pack) -> None:
    known = {"causes": frozenset({"illness", "schooling"}), "measures": frozenset[str]()}
    facts = facts_at(pack=pack, at=date(2020, 7, 10), division="H01", known=known)

    assert truth_of("has(causes, 'illness')", facts) is True
    assert truth_of("has(causes, 'disability', 'schooling')", facts) is True
    assert truth_of("has(measures, 'health')", facts) is False
    assert value_of("count_of(causes) - count_of(measures)", facts) == 2
    assert value_of("causes", facts) == {"illness", "schooling"}
    assert truth_of("has(unheard_of, 'health')", facts) is None
    assert value_of("count_of(unheard_of)", facts) is None
