"""The persons and households of a synthetic world could be real ones."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest

from fangpin.policy import Pack
from fangpin.synthetic import build_world
from fangpin.synthetic.chenzhou.identity_numbers import (
    Numbers,
    identity_number,
    with_wrong_check_digit,
)
from fangpin.synthetic.world import Person, World
from tests.synthetic.conftest import HOUSEHOLDS, Sent
from tests.synthetic.reading import has_valid_check_digit, rows_of


def everybody(world: World) -> list[Person]:
    return [person for household in world.households for person in household.members]


def test_an_identity_number_ends_with_its_check_digit(sent: Sent) -> None:
    numbers = [person.identifier for person in everybody(sent.world) if person.identifier]
    assert len(numbers) > 3 * HOUSEHOLDS
    assert all(has_valid_check_digit(number) for number in numbers)


def test_the_standards_own_example_gets_its_check_digit() -> None:
    made = identity_number(division="110105", birth=date(1949, 12, 31), serial=2)
    assert made == "11010519491231002X"
    assert not has_valid_check_digit(with_wrong_check_digit(made))


def test_no_person_and_no_identity_number_appears_twice(sent: Sent) -> None:
    people = everybody(sent.world)
    assert len({person.person_no for person in people}) == len(people)
    numbers = [person.identifier for person in people if person.identifier]
    assert len(set(numbers)) == len(numbers)


def test_a_number_tells_birth_date_and_sex_of_its_bearer(sent: Sent) -> None:
    for person in everybody(sent.world):
        if person.identifier:
            assert person.identifier[6:14] == f"{person.birth:%Y%m%d}"
            assert (int(person.identifier[16]) % 2 == 1) == (person.sex == "男")


def test_a_day_without_free_serials_is_refused() -> None:
    numbers = Numbers()
    birth = date(1990, 1, 1)
    for wish in range(500):
        numbers.give(division="431022", birth=birth, sex="女", wish=wish)
    with pytest.raises(ValueError, match="no serial left"):
        numbers.give(division="431022", birth=birth, sex="女", wish=0)


def test_relations_and_ages_fit_together(sent: Sent) -> None:
    day = sent.world.first_month.first_day
    for household in sent.world.households:
        head = household.head
        assert head.relation == "户主"
        assert head.age_on(day) >= 18
        assert [person.relation for person in household.members].count("户主") == 1
        for person in household.members[1:]:
            years = (person.birth - head.birth).days / 365.25
            if person.relation in ("之子", "之女"):
                assert years >= 17
            elif person.relation in ("之孙子", "之孙女"):
                assert years >= 30
            elif person.relation in ("之父", "之母"):
                assert years <= -17


def test_children_below_sixteen_never_work(sent: Sent) -> None:
    day = sent.world.first_month.first_day
    workers = [person for person in everybody(sent.world) if person.job]
    assert workers
    assert all(person.age_on(day) >= 16 for person in workers)


def test_every_county_has_its_share_of_the_households(sent: Sent, chenzhou: Pack) -> None:
    found = Counter(household.village[:6] for household in sent.world.households)
    villages = Counter(
        division.code[:6]
        for division in chenzhou.divisions
        if len(division.code) == 12 and division.code[9] in "23" and division.code[:4] == "4310"
    )
    assert set(found) == set(villages)
    assert len(found) == 11
    for county, count in found.items():
        share = villages[county] / villages.total()
        assert abs(count / HOUSEHOLDS - share) < 0.01
    assert all(household.village in chenzhou.divisions for household in sent.world.households)


def test_infants_wait_some_months_for_their_number_and_a_few_adults_have_none(sent: Sent) -> None:
    waiting = [person for person in everybody(sent.world) if person.numbered is not None]
    assert waiting
    for person in waiting:
        assert person.numbered is not None
        assert person.number_in(person.numbered.plus(-1)) == ""
        assert person.number_in(person.numbered) == person.identifier != ""
    without = [person for person in everybody(sent.world) if not person.identifier]
    assert 0 < len(without) / len(everybody(sent.world)) < 0.003


def test_the_registry_lists_persons_without_a_number(sent: Sent, chenzhou: Pack) -> None:
    registry = sent.of("nongye.national_persons")[0]
    rows = rows_of(registry, chenzhou.contracts[registry.feed])
    assert 0.0005 < sum(not row["id_number"] for row in rows) / len(rows) < 0.02


def test_levels_are_those_of_the_county_in_2019(sent: Sent) -> None:
    """Per head and year: the former poor near 9,300 yuan, all near 15,000; 3.5 to 4.2 a household."""
    per_head = {
        household.household_no: sum(household.income_by_month[:12]) / len(household.members)
        for household in sent.world.households
    }
    former_poor = [
        per_head[household.household_no]
        for household in sent.world.households
        if household.exit_year is not None
    ]
    middle = sorted(per_head.values())[len(per_head) // 2]
    assert 11_000 < middle < 18_000
    assert 7_500 < sorted(former_poor)[len(former_poor) // 2] < 14_000
    assert 0.08 < len(former_poor) / HOUSEHOLDS < 0.16
    assert 3.5 < len(everybody(sent.world)) / HOUSEHOLDS < 4.2


def test_a_world_without_villages_is_refused(chenzhou: Pack) -> None:
    with pytest.raises(ValueError, match="two households"):
        build_world(pack=chenzhou, households=1)
