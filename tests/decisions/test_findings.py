"""Checks of what is on file: hits, twins just across the line, exemptions, and what is unknown."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fangpin.decisions.case_facts import with_derived
from fangpin.decisions.findings import findings_of, untold_checks
from fangpin.policy.expressions.facts import Facts, facts_at
from tests.decisions.homes import pack_named

GUIZHOU = "520424"
CN = pack_named("cn")
DAY = date(2023, 12, 10)

SOUND: dict[str, Any] = {
    "is_former_poor": True,
    "is_monitored": True,
    "has_case": False,
    "category": "marginal",
    "identified_date": date(2023, 2, 10),
    "causes": frozenset({"illness"}),
    "has_serious_or_chronic": True,
    "self_paid_at_identification": Decimal(8000),
    "per_head_at_identification": Decimal(6000),
    "wages_at_identification": Decimal(12000),
    "measures": frozenset({"premium_subsidy", "public_welfare_post"}),
    "has_contact": True,
    "visits_last_month": 2,
    "labour_count": 2,
    "able_count": 1,
    "members": 4,
    "all_without_labour": False,
    "has_disabled": False,
    "has_dropout": False,
    "has_uninsured": False,
    "house_is_unsafe": False,
    "water_is_unsafe": False,
    "is_on_allowance": False,
    "vocational_students": 0,
    "children_compulsory_age": 1,
}
GONE: dict[str, Any] = {
    **SOUND,
    "is_monitored": False,
    "identified_date": date(2022, 10, 1),
    "eliminated_date": date(2023, 10, 1),
    "elimination_kind": "stable",
    "per_head_at_elimination": Decimal(9000),
    "line_at_elimination": Decimal(7300),
    "wages_at_elimination": Decimal(20000),
    "transfers_at_elimination": Decimal(1200),
    "business_at_elimination": Decimal(3000),
    "guarantees_hold": True,
    "income_per_head": Decimal(9000),
}


def facts(known: dict[str, Any], at: date = DAY) -> Facts:
    return facts_at(
        pack=CN, at=at, division=GUIZHOU, known=with_derived(pack=CN, known=known, at=at)
    )


def found(base: dict[str, Any], at: date = DAY, **changed: Any) -> list[str]:
    known = facts({**base, **changed}, at)
    return [one.check.check for one in findings_of(pack=CN, facts=known, at=at)]


def test_a_file_in_order_has_no_finding() -> None:
    assert found(SOUND) == []
    assert found(GONE) == []


MONITORED = [
    ("no_cause", {"causes": frozenset()}),
    ("key_facts_missing", {"per_head_at_identification": None}),
    ("other_cause_without_note", {"causes": frozenset({"illness", "other"})}),
    ("illness_without_patient", {"has_serious_or_chronic": False}),
    ("illness_without_own_share", {"self_paid_at_identification": Decimal(0)}),
    ("high_income_at_identification", {"per_head_at_identification": Decimal("20000.01")}),
    ("odd_wages_at_identification", {"wages_at_identification": Decimal(99)}),
    ("no_category", {"category": "none"}),
    ("no_contact", {"has_contact": False}),
    ("too_few_visits", {"visits_last_month": 1}),
    ("vocational_student_without_grant", {"vocational_students": 1}),
    ("premium_subsidy_missing", {"measures": frozenset({"health", "public_welfare_post"})}),
    ("labour_without_development", {"measures": frozenset({"premium_subsidy"})}),
    ("relocation_after_its_end", {"measures": SOUND["measures"] | {"relocation"}}),
    (
        "disability_allowance_without_disabled",
        {"measures": SOUND["measures"] | {"disability_allowance"}},
    ),
    (
        "labour_shortage_all_able",
        {"labour_count": 4, "causes": frozenset({"illness", "labour_shortage"})},
    ),
]


@pytest.mark.parametrize(("check", "changed"), MONITORED)
def test_a_contradiction_of_a_monitored_household_is_found_and_no_other(
    check: str, changed: dict[str, Any]
) -> None:
    assert found(SOUND, **changed) == [check]


ELIMINATED = [
    ("no_labour_eliminated", {"all_without_labour": True, "measures": frozenset({"health"})}),
    ("eliminated_below_line", {"per_head_at_elimination": Decimal(7299)}),
    ("elimination_facts_missing", {"guarantees_hold": None}),
    ("eliminated_with_dropout", {"has_dropout": True}),
    ("eliminated_with_unsafe_house", {"house_is_unsafe": True}),
    ("eliminated_with_unsafe_water", {"water_is_unsafe": True}),
    ("eliminated_uninsured", {"has_uninsured": True}),
    ("work_help_without_wages", {"wages_at_elimination": Decimal(0)}),
    ("eliminated_too_soon", {"identified_date": date(2023, 4, 2)}),
    ("no_contact", {"has_contact": False}),
]


@pytest.mark.parametrize(("check", "changed"), ELIMINATED)
def test_a_contradiction_of_an_elimination_is_found(check: str, changed: dict[str, Any]) -> None:
    told = found(GONE, **changed)

    assert check in told
    assert set(told) <= {check, "dropout_unlisted", "unsafe_house_unlisted"} | {
        "unsafe_water_unlisted",
        "uninsured_unlisted",
    }


@pytest.mark.parametrize("check", ["eliminated_at_once", "eliminated_too_soon"])
def test_elimination_in_the_month_of_identification_or_the_next_is_hard(check: str) -> None:
    at_once = {"identified_date": date(2023, 9, 30), "eliminated_date": date(2023, 10, 31)}

    assert check in found(GONE, **at_once)
    assert check not in found(GONE, **at_once, elimination_kind="natural")
    later = {**at_once, "eliminated_date": date(2023, 11, 1)}
    assert ("eliminated_at_once" in found(GONE, **later)) is False


def test_six_months_are_asked_of_eliminations_since_april_2022() -> None:
    before = {"identified_date": date(2021, 12, 1), "eliminated_date": date(2022, 3, 31)}
    after = {"identified_date": date(2021, 12, 1), "eliminated_date": date(2022, 4, 1)}

    assert found(GONE, **before) == []
    assert found(GONE, **after) == ["eliminated_too_soon"]


def test_a_quarter_of_workers_is_no_contradiction_of_a_lack_of_labour_and_more_is() -> None:
    causes = frozenset({"illness", "labour_shortage"})

    assert found(SOUND, causes=causes, able_count=1, members=4) == []
    assert found(SOUND, causes=causes, able_count=2, members=4) == [
        "labour_shortage_above_a_quarter"
    ]
    assert found(SOUND, causes=causes, able_count=3, members=4) == [
        "labour_shortage_above_a_quarter",
        "labour_shortage_above_half",
    ]


def test_a_former_poor_household_below_the_line_of_its_place_and_year_is_left_out() -> None:
    home = {**SOUND, "is_monitored": False, "income_per_head": Decimal(7299)}

    assert found(home) == ["former_poor_below_line"]
    assert found(home, income_per_head=Decimal(7300)) == []
    assert found(home, has_case=True) == []
    assert found(home, is_former_poor=False) == []


def test_a_verified_risk_without_a_case_and_help_outside_it_are_found() -> None:
    home = {**SOUND, "is_monitored": False, "income_per_head": Decimal(9000)}

    assert found(home, verified_risk=True) == ["verified_risk_without_case"]
    assert found(home, verified_risk=True, help_outside=True) == [
        "verified_risk_without_case",
        "helped_outside",
    ]
    assert found(home, verified_risk=True, help_outside=True, has_case=True) == []
    assert found(home, verified_risk=False, help_outside=True) == []


def test_what_is_unknown_is_no_finding_and_is_named() -> None:
    known = facts({**SOUND, "has_serious_or_chronic": None})

    assert findings_of(pack=CN, facts=known, at=DAY) == ()
    untold = {one.condition: one for one in untold_checks(pack=CN, facts=known, at=DAY)}
    assert [shown.code for shown in untold["illness_without_patient"].unknown] == [
        "has_serious_or_chronic"
    ]


def test_nothing_is_certain_of_a_household_whose_monitoring_is_unknown() -> None:
    known = facts({**SOUND, "is_monitored": None, "causes": frozenset()})

    assert [one.check.check for one in findings_of(pack=CN, facts=known, at=DAY)] == []
    assert "no_cause" in {one.condition for one in untold_checks(pack=CN, facts=known, at=DAY)}


def test_a_line_that_is_not_published_leaves_its_check_untold_and_no_other() -> None:
    home = {**SOUND, "is_monitored": False, "income_per_head": Decimal(10), "house_is_unsafe": True}
    known = facts_at(
        pack=CN, at=DAY, division="43", known=with_derived(pack=CN, known=home, at=DAY)
    )

    assert [one.check.check for one in findings_of(pack=CN, facts=known, at=DAY)] == [
        "unsafe_house_unlisted"
    ]
    untold = {one.condition: one for one in untold_checks(pack=CN, facts=known, at=DAY)}
    problem = untold["former_poor_below_line"].problem
    assert problem is not None and problem.code == "NO_VALUE_FOR_DATE"


def test_the_hardest_findings_stand_first_with_their_figures() -> None:
    known = facts({**SOUND, "has_contact": False, "self_paid_at_identification": Decimal(0)})
    told = findings_of(pack=CN, facts=known, at=DAY)

    assert [(one.check.check, one.check.level) for one in told] == [
        ("no_contact", 1),
        ("illness_without_own_share", 5),
    ]
    (own_share,) = told[1].figures
    assert (own_share.title.zh, own_share.unit, own_share.value) == ("识别时合规自付支出", "元", 0)


def person(**member: Any) -> list[tuple[str, int | None]]:
    young = {"birth_date": date(1990, 1, 1), "work_skill": "ordinary", "health": "healthy"}
    members = [young, {**young, "posts_held": 0, "is_working": False, **member}]
    known = facts(SOUND)
    told = findings_of(pack=CN, facts=known, at=DAY, members=members)
    return [(one.check.check, one.member) for one in told]


@pytest.mark.parametrize(
    ("member", "check"),
    [
        (
            {"birth_date": date(2007, 12, 11), "posts_held": 1, "work_skill": "none"},
            "post_too_young",
        ),
        ({"birth_date": date(1953, 12, 10), "posts_held": 1}, "post_too_old"),
        ({"birth_date": date(1960, 1, 1), "work_skill": "lost", "posts_held": 1}, "post_unable"),
        ({"posts_held": 3}, "too_many_posts"),
        ({"work_skill": "weak"}, "healthy_and_weak"),
        ({"work_skill": None}, "ability_missing"),
        ({"health": None}, "health_missing"),
        ({"student_state": "primary", "work_skill": "none"}, "primary_age"),
        ({"student_state": "bachelor"}, "student_with_labour"),
    ],
)
def test_a_contradiction_of_one_member_names_the_member(member: dict[str, Any], check: str) -> None:
    assert (check, 1) in person(**member)
    assert all(position == 1 for _, position in person(**member))


def test_members_in_order_have_no_finding() -> None:
    assert person() == []
    assert person(posts_held=2) == []
    assert person(birth_date=date(2007, 12, 10), posts_held=1) == []
    assert person(work_skill="none", student_state="bachelor") == []


def test_the_pack_restates_many_published_checks_in_its_own_words() -> None:
    published = [number for one in CN.case_checks.values() for number in one.published]

    assert len(CN.case_checks) >= 80
    assert len(set(published)) >= 95
    assert len(published) - len(set(published)) <= 5


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2022-04-15", "2022-10-14", 5),
        ("2022-04-15", "2022-10-15", 6),
        ("2022-12-31", "2023-01-01", 0),
    ],
)
def test_months_are_whole(first: str, last: str, months: int) -> None:
    known = {"identified_date": date.fromisoformat(first), "is_monitored": True}
    derived = with_derived(pack=CN, known=known, at=date.fromisoformat(last))

    assert derived["months_since_identification"] == months


def test_days_without_a_measure_end_with_the_first_one() -> None:
    known = {"identified_date": date(2023, 5, 1), "measures": frozenset[str]()}
    waiting = with_derived(pack=CN, known=known, at=date(2023, 6, 1))
    helped = with_derived(
        pack=CN, known={**known, "first_measure_date": date(2023, 5, 8)}, at=date(2023, 6, 1)
    )

    assert (waiting["days_without_measure"], waiting["months_without_measure"]) == (31, 1)
    assert (helped["days_without_measure"], helped["months_without_measure"]) == (7, 0)


def test_what_is_given_stands_above_what_follows() -> None:
    known = {"identified_date": date(2023, 5, 1), "months_since_identification": 9}

    assert with_derived(pack=CN, known=known, at=DAY)["months_since_identification"] == 9
