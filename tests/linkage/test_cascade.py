"""The cascade against a slow oracle in plain Python, on villages full of near misses."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.linkage.claims.cascade import LINKED, OPEN, cascade
from fangpin.synthetic.chenzhou.identity_numbers import identity_number
from fangpin.values.identifiers import check_digit, read_identifier

TODAY = date(2020, 12, 14)
KINDS = {
    "number": "VARCHAR",
    "name": "VARCHAR",
    "birth": "DATE",
    "sex": "VARCHAR",
    "division": "VARCHAR",
}


@dataclass(frozen=True)
class Person:
    number: str | None
    name: str | None
    birth: date | None


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    with connect(threads=1) as opened:
        yield opened


births = st.sampled_from([date(1950, 1, 2), date(1950, 1, 3), date(1980, 2, 1), date(1981, 2, 1)])
names = st.sampled_from(["李竹喜", "李竹青", "王玉兰"])
right_numbers = st.builds(
    identity_number, division=st.just("431022"), birth=births, serial=st.integers(1, 4)
)
persons = st.builds(
    Person,
    number=st.one_of(right_numbers, st.none()),
    name=names,
    birth=st.one_of(births, st.none()),
)


@st.composite
def written(draw: st.DrawFn) -> str | None:
    number = draw(right_numbers)
    shape = draw(st.sampled_from(["right", "wrong", "wrong", "wrong", "fifteen", "certificate"]))
    if shape == "wrong":
        place = draw(st.integers(0, 17))
        digit = draw(st.sampled_from("0123456789X" if place == 17 else "0123456789"))
        return number[:place] + digit + number[place + 1 :]
    if shape == "fifteen":
        return number[:6] + number[8:17]
    if shape == "certificate":
        return f"{number}42" + draw(st.sampled_from(["", "B1"]))
    return draw(st.sampled_from([number, None, "999999195001020012", "1" * 18]))


claims = st.builds(
    Person, number=written(), name=st.one_of(names, st.none()), birth=st.one_of(births, st.none())
)


def oracle(claim: Person, people: list[Person]) -> tuple[int, str] | None:
    """Whom a claim is about and by which step, tried step by step and person by person."""
    number = claim.number
    if number is None or number.startswith("999999") or len(set(number)) == 1:
        return None
    if len(number) == 15:
        seventeen = f"{number[:6]}19{number[6:]}"
        return only(seventeen + check_digit(seventeen), people, "fifteen")
    if len(number) > 18:
        return only(number[:18], people, "certificate")
    if check_digit(number[:17]) == number[17]:
        return only(number, people, "number")
    if claim.name is None:
        return None
    born = claim.birth or birth_inside(number)
    found = {
        place
        for place, person in enumerate(people)
        if person.number is not None
        and sum(a != b for a, b in zip(number, person.number, strict=True)) == 1
        and person.name == claim.name
        and person.birth is not None
        and person.birth == born
    }
    return (found.pop(), "repaired") if len(found) == 1 else None


def only(number: str, people: list[Person], step: str) -> tuple[int, str] | None:
    found = [place for place, person in enumerate(people) if person.number == number]
    return (found[0], step) if len(found) == 1 else None


def birth_inside(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def fill(engine: Engine, table: str, key: str, rows: list[Person]) -> None:
    engine.make_empty_table(table, {key: "BIGINT", **KINDS})
    engine.insert(
        table, [(at, one.number, one.name, one.birth, None, None) for at, one in enumerate(rows)]
    )


@settings(max_examples=150, deadline=None)
@given(people=st.lists(persons, max_size=6), rows=st.lists(claims, min_size=1, max_size=6))
def test_the_cascade_answers_as_trying_every_person_does(
    engine: Engine, people: list[Person], rows: list[Person]
) -> None:
    fill(engine, "people", "person_ref", people)
    fill(engine, "claims", "claim", rows)

    cascade(engine=engine, claims="claims", people="people")

    linked = {
        claim: (person, step)
        for claim, person, step in engine.rows(f"SELECT claim, person_ref, step FROM {LINKED}")
    }
    expected = {at: answer for at, one in enumerate(rows) if (answer := oracle(one, people))}
    assert linked == expected
    left = {claim for (claim,) in engine.rows(f"SELECT claim FROM {OPEN}")}
    assert left == set(range(len(rows))) - set(expected)


def test_the_oracle_reads_numbers_as_receipt_does() -> None:
    right = identity_number(division="431022", birth=date(1950, 1, 2), serial=3)
    assert read_identifier(right, scheme="gb11643", today=TODAY).canonical == right
