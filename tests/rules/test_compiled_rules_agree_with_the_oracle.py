"""The compiled SQL gives exactly what the slow oracle gives, for generated households."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random
from tempfile import NamedTemporaryFile
from typing import Any, Literal, get_args

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fangpin.indicators.compile import Compiler
from fangpin.indicators.window_queries import Source
from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.ledger.coverage import Coverage
from fangpin.ledger.rollup import feed_items
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from fangpin.rules.evaluate import HITS, OUTCOMES, VIEW, evaluate
from fangpin.values.month import Month
from tests.rules.oracle import Household, Oracle, Row

HOUSEHOLDS = 40
"""Households of one generated world: one pass of SQL answers for all of them."""
DAYS = [date(2020, 1, 31), date(2020, 3, 10), date(2020, 7, 1), date(2020, 9, 15), date(2021, 1, 1)]
Form = Literal["rows", "plain", "mixed"]
"""How a ledger lies: as its additive rows, with one row a household and month, or some households so."""
STATES = {"roof": ["tiles", "straw", "none"], "house_grade": ["a", "b", "c", "d"]}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return load_pack(Path(__file__).parent / "hillside")


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    """One engine for all worlds: each replaces the tables of the one before."""
    with connect(threads=1) as opened:
        yield opened


@dataclass
class World:
    """Households, the ledger's additive rows (with those that cancel others) and what came."""

    as_of: date
    delivered: dict[str, frozenset[int]]
    households: list[Household]
    ledger: dict[str, list[dict[str, Any]]]

    @property
    def month(self) -> int:
        return int(Month.last_complete(self.as_of))


def make_world(pack: Pack, seed: int) -> World:
    """A world of one seed: gaps in what was delivered, refunds, corrections, silent households."""
    random = Random(seed)
    as_of = random.choice(DAYS)
    month = int(Month.last_complete(as_of))
    delivered = {feed: _delivered(random, pack, feed, month) for feed in pack.contracts}
    world = World(as_of, delivered, [], {feed: [] for feed in pack.contracts})
    for ref in range(HOUSEHOLDS):
        rows: list[Row] = []
        for feed in pack.contracts:
            if feed_items(pack, feed) and random.random() > 0.15:
                rows += _feed_rows(random, pack, feed, month, ref, world.ledger[feed])
        world.households.append(
            Household(
                ref=ref,
                division=random.choice(["H01", "H02", "H03"]),
                attributes={
                    "household_size": random.randint(1, 6),
                    "children": random.randint(0, 3),
                    "has_elder": random.choice([True, False, None]),
                    "head_trade": random.choice(["farmer", "smith", None]),
                },
                rows=tuple(rows),
            )
        )
    return world


def _delivered(random: Random, pack: Pack, feed: str, month: int) -> frozenset[int]:
    """The months that a feed delivered: all, all but some, only the latest ones, or none."""
    step = {"monthly": 1, "quarterly": 3, "term": 6, "yearly": 12}.get(
        pack.contracts[feed].frequency, 5
    )
    months = [month - back for back in range(0, 40, step)]
    shape = random.choice(["all", "all", "all", "gaps", "gaps", "short", "late", "none"])
    if shape == "gaps":
        months = [one for one in months if random.random() > 0.15]
    if shape == "short":
        months = months[: random.randint(0, len(months))]
    if shape == "late":
        months = months[random.randint(0, 3) :]
    return frozenset([] if shape == "none" else months)


def _feed_rows(
    random: Random,
    pack: Pack,
    feed: str,
    month: int,
    household: int,
    ledger: list[dict[str, Any]],
) -> list[Row]:
    """What a feed says of one household; rows come late and for months that were never delivered."""
    items = feed_items(pack, feed)
    found: list[Row] = []
    busy = random.random()
    for back in range(-1, 38):
        for _ in range(2):
            if random.random() > busy * 0.5:
                continue
            row: dict[str, Any] = {"household_ref": household, "month": month - back}
            standing: list[Row] = []
            for item in items:
                if random.random() < 0.15:
                    continue
                value = _value(random, item)
                place = len(ledger)
                row[item.item] = value
                standing.append(
                    Row(
                        item.item,
                        month - back,
                        value if isinstance(value, str) else Fraction(value),
                        place,
                    )
                )
            _add(ledger, row, sign=1, place=len(ledger))
            if random.random() < 0.1:
                # A correction took the row away again: the ledger is additive.
                _add(ledger, row, sign=-1, place=len(ledger) - 1)
            else:
                found += standing
    return found


def _value(random: Random, item: Any) -> Any:
    if item.kind == "state":
        return random.choice(STATES[item.item])
    if item.kind in ("count", "count_persons"):
        return Decimal(random.randint(1, 3))
    top = random.choice([50, 200, 1000, 40000])
    bottom = 0 if item.never_negative else -top // 3
    return Decimal(random.randint(bottom, top)).scaleb(-random.choice([0, 1, 2]))


def _add(ledger: list[dict[str, Any]], row: dict[str, Any], *, sign: int, place: int) -> None:
    """One row of a ledger file; a negative one takes back what an earlier row said."""
    added = {"household_ref": row["household_ref"], "month": row["month"]}
    for item, value in row.items():
        if item not in added:
            added[item] = value if isinstance(value, str) else value * sign
            added[f"{item}__rows"] = sign
            added |= {f"{item}__delivery": f"{place // 7:05}", f"{item}__row": place}
    ledger.append(added)


def made_plain(pack: Pack, feed: str, ledger: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same ledger with one row of figures a household and month, and nothing taken back."""
    figures: dict[tuple[int, int], dict[str, Any]] = {}
    states: dict[tuple[int, int, str, int], dict[str, Any]] = {}
    for row in ledger:
        place = {"household_ref": row["household_ref"], "month": row["month"]}
        merged = figures.setdefault((row["household_ref"], row["month"]), dict(place))
        for item in feed_items(pack, feed):
            code, rows = item.item, f"{item.item}__rows"
            if code not in row:
                continue
            if item.kind == "state":
                at = row[f"{code}__row"]
                standing = states.setdefault((*place.values(), code, at), dict(place))
                standing |= {code: row[code], f"{code}__row": at}
                standing[rows] = standing.get(rows, 0) + row[rows]
            else:
                merged[code] = merged.get(code, 0) + row[code]
                merged[rows] = merged.get(rows, 0) + row[rows]
    for merged in figures.values():
        for name in [name for name in merged if name.endswith("__rows") and not merged[name]]:
            del merged[name], merged[name.removesuffix("__rows")]
    kept = [row for (_, _, code, _), row in states.items() if row[f"{code}__rows"]]
    return [*figures.values(), *kept]


def _columns(pack: Pack, feed: str) -> dict[str, str]:
    columns = {"household_ref": "BIGINT", "month": "INTEGER"}
    for item in feed_items(pack, feed):
        is_state = item.kind == "state"
        columns[item.item] = "VARCHAR" if is_state else "DECIMAL(18, 2)"
        columns[f"{item.item}__rows"] = "BIGINT"
        if is_state:
            columns |= {f"{item.item}__delivery": "VARCHAR", f"{item.item}__row": "INTEGER"}
    return columns


def put_into(engine: Engine, pack: Pack, world: World, *, form: Form) -> dict[str, Source]:
    """The world as the engine's tables: feed -> table."""
    sources = {}
    for number, (feed, ledger) in enumerate(world.ledger.items()):
        name, columns = f"world_{number}", _columns(pack, feed)
        if not ledger:
            continue
        if form == "mixed":
            # Every other household had something corrected, moved or sent beside.
            touched = {row["household_ref"] for row in ledger if row["household_ref"] % 2}
            others = [row for row in ledger if row["household_ref"] in touched]
            rest = [row for row in ledger if row["household_ref"] not in touched]
            plain = made_plain(pack, feed, rest)
            _load(engine, name, columns, [*plain, *others])
            _load(engine, f"{name}_plain", columns, [*plain, *others[::2]])
            _load(
                engine,
                f"{name}_touched",
                {"household_ref": "BIGINT"},
                [{"household_ref": ref} for ref in touched],
            )
            sources[feed] = Source(name, plain=f"{name}_plain", touched=f"{name}_touched")
        else:
            rows = made_plain(pack, feed, ledger) if form == "plain" else ledger
            _load(engine, name, columns, rows)
            sources[feed] = Source(name, is_plain=form == "plain")
    spine = {"household_ref": "BIGINT", "division": "VARCHAR", "household_size": "BIGINT"}
    spine |= {"children": "BIGINT", "has_elder": "BOOLEAN", "head_trade": "VARCHAR"}
    homes = [
        {"household_ref": home.ref, "division": home.division, **home.attributes}
        for home in world.households
    ]
    _load(engine, "spine", spine, homes)
    return sources


def _load(engine: Engine, name: str, columns: dict[str, str], rows: list[dict[str, Any]]) -> None:
    """Rows by way of a CSV: the driver's own insert is slow."""
    if not rows:
        engine.make_empty_table(name, columns)
        return
    with NamedTemporaryFile("w", suffix=".csv", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerows([row.get(column) for column in columns] for row in rows)
        file.flush()
        engine.load_csv("loaded", Path(file.name), delimiter=",")
        chosen = ", ".join(
            f'CAST("{given}" AS {kind}) AS "{column}"'
            for given, (column, kind) in zip(
                engine.columns("SELECT * FROM loaded"), columns.items(), strict=True
            )
        )
        engine.make_table(name, f"SELECT {chosen} FROM loaded")


def answers(engine: Engine, pack: Pack, world: World, *, form: Form) -> dict[int, dict[str, Any]]:
    """Household -> column -> answer of the compiled SQL; its counts must be those of its rows."""
    sources = put_into(engine, pack, world, form=form)
    evaluation = evaluate(
        engine=engine,
        compiler=Compiler(
            pack=pack,
            as_of=world.as_of,
            month=Month(world.month),
            coverage=Coverage(world.delivered),
        ),
        spine="spine",
        source_of=lambda feed, _first, _last: sources.get(feed),
        figures=set(pack.indicators),
    )
    names = engine.columns(f"SELECT * FROM {VIEW}")
    found = [dict(zip(names, row, strict=True)) for row in engine.rows(f"SELECT * FROM {VIEW}")]
    outcomes = {rule.rule: f"outcome__{rule.rule}" for rule in evaluation.rules}
    assert evaluation.answers() == {
        rule: {outcome: sum(row[name] == outcome for row in found) for outcome in OUTCOMES}
        for rule, name in outcomes.items()
    }
    assert engine.value(f"SELECT count(*) FROM {HITS}") == sum(
        any(row[name] == "hit" for name in outcomes.values()) for row in found
    )
    return {row["household_ref"]: row for row in found}


def same(found: Any, expected: Any) -> bool:
    """Exact for decimals and truth; 1e-9 relative for quotients."""
    if isinstance(expected, float):
        return found is not None and math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12)
    if isinstance(expected, Fraction):
        return isinstance(found, int | Decimal) and Fraction(found) == expected
    return bool(found is expected or (isinstance(found, str) and found == expected))


def differences(engine: Engine, pack: Pack, world: World, *, form: Form) -> list[str]:
    """Every answer of the SQL that is not the oracle's."""
    given = answers(engine, pack, world, form=form)
    told = []
    for household in world.households:
        oracle = Oracle(pack, world.as_of, world.month, world.delivered, household)
        row = given[household.ref]
        expected: dict[str, Any] = {code: oracle.indicator(code).value for code in pack.indicators}
        for rule in pack.rules:
            if rule.from_date <= world.as_of and (
                rule.to_date is None or world.as_of < rule.to_date
            ):
                expected[f"outcome__{rule.rule}"] = oracle.outcome(rule)
                expected[f"severity__{rule.rule}"] = oracle.severity(rule)
        expected["category"] = oracle.category()
        told += [
            f"household {household.ref}, {code}: SQL {row[code]!r}, oracle {value!r}"
            for code, value in expected.items()
            if not same(row[code], value)
        ]
    return told


@given(seed=st.integers(0, 2**32 - 1), form=st.sampled_from(get_args(Form)))
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_every_figure_and_outcome_is_the_oracles(
    engine: Engine, pack: Pack, seed: int, form: Form
) -> None:
    found = differences(engine, pack, make_world(pack, seed), form=form)

    assert not found, "\n".join(found[:10])


def test_generated_households_meet_every_outcome_and_every_kind_of_answer(pack: Pack) -> None:
    """The oracle's agreement would say little if nobody were ever hit or everything unknown."""
    outcomes: dict[str, set[str]] = {}
    values: dict[str, set[bool]] = {}
    severities: set[str] = set()
    categories: set[str | None] = set()
    for seed in range(12):
        world = make_world(pack, seed)
        for household in world.households:
            oracle = Oracle(pack, world.as_of, world.month, world.delivered, household)
            for rule in pack.rules_in_force(world.as_of):
                outcomes.setdefault(rule.rule, set()).add(oracle.outcome(rule))
                severities.add(oracle.severity(rule))
            for code in pack.indicators:
                values.setdefault(code, set()).add(oracle.indicator(code).value is None)
            categories.add(oracle.category())

    assert set().union(*outcomes.values()) == {
        "hit",
        "no_hit",
        "cannot_tell",
        "suppressed",
        "not_applicable",
    }
    assert all({"hit", "no_hit", "cannot_tell"} <= found for found in outcomes.values()), outcomes
    always_known = {code for code, found in values.items() if found == {False}}
    assert always_known == {"some_income", "small", "wage_is_known", "is_known_twice"}
    assert {code for code, found in values.items() if found == {True}} == set()
    assert severities == {"urgent", "soon"} and categories == {"poor", "ill", None}
