"""Guards of measures, and which help fits a household's causes and gaps."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fangpin.decisions.case_facts import with_derived
from fangpin.decisions.measures import GuardAnswer, fitting_measures, guards_of
from fangpin.policy.expressions.facts import Facts, facts_at
from fangpin.values.problem import ProblemError
from tests.decisions.homes import pack_named

CN = pack_named("cn")
DAY = date(2023, 6, 20)


def facts(at: date = DAY, **known: Any) -> Facts:
    return facts_at(pack=CN, at=at, division="43", known=with_derived(pack=CN, known=known, at=at))


def born(age: int) -> date:
    return date(DAY.year - age, DAY.month, DAY.day)


def post(**member: Any) -> tuple[GuardAnswer, ...]:
    person = {"birth_date": born(40), "work_skill": "weak", "posts_held": 0, **member}
    return guards_of(pack=CN, measure="public_welfare_post", facts=facts(), at=DAY, member=person)


@pytest.mark.parametrize(
    ("birth", "met"),
    [
        (date(2007, 6, 20), True),
        (date(2007, 6, 21), False),
        (date(1953, 6, 21), True),
        (date(1953, 6, 20), False),
        (None, None),
    ],
)
def test_a_post_is_for_those_of_16_or_more_and_under_70_on_the_day(
    birth: date | None, met: bool | None
) -> None:
    age = post(birth_date=birth)[0]

    assert age.of == "person" and age.is_checked
    assert age.is_met is met
    assert [one.value for one in age.thresholds] == [16, 70]
    assert [one.title.zh for one in age.unknown] == (["年龄"] if met is None else [])


@pytest.mark.parametrize(("skill", "met"), [("weak", True), ("lost", False), ("none", False)])
def test_a_post_asks_for_the_ability_to_do_it(skill: str, met: bool) -> None:
    assert post(work_skill=skill)[1].is_met is met


@pytest.mark.parametrize(("held", "met"), [(0, True), (1, True), (2, False), (3, False)])
def test_nobody_gets_a_third_post(held: int, met: bool) -> None:
    assert post(posts_held=held)[2].is_met is met


def test_without_a_member_a_guard_is_met_when_one_of_the_household_meets_it() -> None:
    old, able = {"birth_date": born(75)}, {"birth_date": born(30)}

    def met(*members: dict[str, Any]) -> bool | None:
        guards = guards_of(
            pack=CN, measure="public_welfare_post", facts=facts(), at=DAY, members=members
        )
        return guards[0].is_met

    assert (met(old, able), met(old), met()) == (True, False, None)


@pytest.mark.parametrize(
    ("identified", "at", "met"),
    [
        (date(2023, 3, 31), date(2023, 6, 20), True),
        (date(2023, 4, 1), date(2023, 6, 20), False),
        (date(2022, 11, 5), date(2023, 6, 20), True),
        (date(2024, 3, 1), date(2024, 6, 20), False),
        (date(2024, 2, 29), date(2024, 6, 20), True),
    ],
)
def test_the_premium_subsidy_is_for_those_identified_by_the_cut_off_of_the_year(
    identified: date, at: date, met: bool
) -> None:
    known = facts(at, identified_date=identified)
    (guard,) = guards_of(pack=CN, measure="premium_subsidy", facts=known, at=at)

    assert guard.is_met is met
    assert guards_of(pack=CN, measure="health", facts=known, at=at) == ()


def test_relocation_is_no_new_measure_since_2022() -> None:
    def first(at: date) -> bool | None:
        return guards_of(pack=CN, measure="relocation", facts=facts(at), at=at)[0].is_met

    assert (first(date(2021, 12, 31)), first(date(2022, 1, 1))) == (True, False)


@pytest.mark.parametrize(
    ("labour", "measures", "met"),
    [
        (2, set(), False),
        (2, {"comprehensive_support"}, False),
        (2, {"subsistence_allowance"}, False),
        (2, {"comprehensive_support", "employment"}, True),
        (2, {"health"}, True),
        (0, set(), True),
        (None, set(), None),
    ],
)
def test_who_can_work_is_not_left_with_the_safety_net_alone(
    labour: int | None, measures: set[str], met: bool | None
) -> None:
    known = facts(labour_count=labour, measures=frozenset(measures))
    guards = guards_of(pack=CN, measure="comprehensive_support", facts=known, at=DAY)

    assert guards[0].is_met is met


def test_a_guard_without_a_condition_is_left_to_people() -> None:
    (guard,) = guards_of(pack=CN, measure="finance", facts=facts(), at=DAY)

    assert (guard.is_checked, guard.is_met) == (False, None)


def test_a_measure_that_the_pack_does_not_have_is_refused() -> None:
    with pytest.raises(ProblemError) as error:
        guards_of(pack=CN, measure="helth", facts=facts(), at=DAY)

    assert error.value.problems[0].code == "UNKNOWN_MEASURE"
    assert "health" in error.value.problems[0].fix_en


def test_measures_that_answer_most_stand_first_with_their_reasons() -> None:
    known = facts(measures=frozenset(), labour_count=1, children_compulsory_age=1, students=0)
    found = fitting_measures(
        pack=CN,
        causes=["illness", "schooling"],
        gaps=["medical_care", "housing"],
        facts=known,
        at=DAY,
        members=[{"birth_date": born(40), "work_skill": "ordinary", "posts_held": 0}],
    )

    told = [(one.measure.measure, one.causes, one.gaps, one.is_open) for one in found]
    assert told == [
        ("social_assistance", ("illness", "schooling"), ("medical_care",), True),
        ("health", ("illness",), ("medical_care",), True),
        ("housing_safety", (), ("housing",), True),
        ("compulsory_education", ("schooling",), (), True),
        ("premium_subsidy", (), ("medical_care",), True),
        ("other_education", ("schooling",), (), False),
        ("relocation", (), ("housing",), False),
        ("temporary_assistance", ("illness",), (), False),
        ("vocational_grant", ("schooling",), (), False),
    ]


def test_what_is_in_force_is_not_proposed_again_and_members_who_fit_are_named() -> None:
    known = facts(measures=frozenset({"health"}), labour_count=1)
    members = [
        {"birth_date": born(75), "work_skill": "weak", "posts_held": 0},
        {"birth_date": born(30), "work_skill": "ordinary", "posts_held": 0},
        {"birth_date": born(30), "work_skill": "lost", "posts_held": 0},
    ]
    found = fitting_measures(
        pack=CN,
        causes=["illness", "unstable_employment"],
        gaps=[],
        facts=known,
        at=DAY,
        members=members,
    )

    by_code = {one.measure.measure: one for one in found}
    assert "health" not in by_code
    assert list(by_code)[:2] == ["employment", "public_welfare_post"], "development stands first"
    assert by_code["public_welfare_post"].fitting_members == (1,)
    assert by_code["employment"].fitting_members is None


def test_two_members_who_fit_in_part_do_not_make_one_who_fits() -> None:
    members = [
        {"birth_date": born(75), "work_skill": "ordinary", "posts_held": 0},
        {"birth_date": born(12), "work_skill": "none", "posts_held": 0},
        {"birth_date": born(30), "work_skill": "lost", "posts_held": 0},
    ]
    known = facts(measures=frozenset(), labour_count=1)

    def post_for(*given: dict[str, Any]) -> bool:
        found = fitting_measures(
            pack=CN, causes=["labour_shortage"], gaps=[], facts=known, at=DAY, members=given
        )
        return next(one for one in found if one.measure.measure == "public_welfare_post").is_open

    assert post_for(*members) is False
    assert post_for(*members, {"birth_date": born(30), "work_skill": "weak", "posts_held": 0})
    assert post_for() is True, "nobody was given: people decide"
