"""Statuses of social assistance from the same facts as the monitoring category."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fangpin.decisions.conditions import months_later
from fangpin.decisions.eligibility import EligibilityAnswer, eligibilities_of, eligibility_of
from fangpin.policy.expressions.evaluate import truth_of
from fangpin.policy.expressions.facts import Facts, facts_at
from fangpin.values.problem import ProblemError
from tests.decisions.homes import pack_named

CN = pack_named("cn")
DAY = date(2025, 3, 10)

BURDENED: dict[str, Any] = {
    "is_on_allowance": False,
    "statuses": frozenset[str](),
    "income_per_head": Decimal(9000),
    "property_complies": True,
    "compulsory_expense_12_months": Decimal(27000),
    "gross_income_12_months": Decimal(36000),
}


def facts(division: str = "43", **known: Any) -> Facts:
    return facts_at(pack=CN, at=DAY, division=division, known={**BURDENED, **known})


def hardship(of: Facts) -> EligibilityAnswer:
    return eligibility_of(pack=CN, eligibility="compulsory_expense_hardship", facts=of, at=DAY)


def test_a_household_whose_expenses_take_three_quarters_is_burdened_for_twelve_months() -> None:
    answer = hardship(facts())  # 27,000 / 36,000 = 0.75 >= 0.6

    assert answer.is_met is True
    assert answer.valid_until == date(2026, 3, 10)
    share = next(one for one in answer.conditions if one.condition == "expenses_take_the_share")
    assert [(one.code, one.value) for one in share.figures] == [
        ("compulsory_expense_12_months", 27000),
        ("compulsory_expense_share", Decimal("0.75")),
    ]
    assert [one.value for one in share.thresholds] == [Decimal("0.6")]


@pytest.mark.parametrize(
    ("division", "met"),
    [("43", True), ("22", True), ("3710", True), ("371002", True), ("2101", False), ("21", True)],
)
def test_each_place_has_its_own_ratio(division: str, met: bool) -> None:
    # 0.75 of income: enough in Jilin (0.6) and Weihai (0.75), not in Shenyang (0.8)
    assert hardship(facts(division)).is_met is met


@pytest.mark.parametrize(
    ("changed", "failing"),
    [
        ({"is_on_allowance": True}, "in_no_other_status"),
        ({"statuses": frozenset({"subsistence_allowance_verge"})}, "in_no_other_status"),
        ({"income_per_head": Decimal(41314)}, "income_below_average"),
        ({"property_complies": False}, "property_complies"),
        ({"compulsory_expense_12_months": Decimal(21599)}, "expenses_take_the_share"),
    ],
)
def test_each_condition_alone_refuses(changed: dict[str, Any], failing: str) -> None:
    answer = hardship(facts(**changed))

    assert answer.is_met is False
    assert [one.condition for one in answer.conditions if one.is_met is False] == [failing]


def test_what_is_unknown_is_named_and_refuses_nobody() -> None:
    answer = hardship(facts(property_complies=None))

    assert answer.is_met is None
    (untold,) = [one for one in answer.conditions if one.is_met is None]
    assert [(one.code, one.title.zh) for one in untold.unknown] == [
        ("property_complies", "家庭财产状况符合规定")
    ]


def test_the_verge_lies_between_the_standard_and_half_as_much_again() -> None:
    # the standard of the pack is 4,000: from 4,000 to under 6,000
    met = {
        income: eligibility_of(
            pack=CN,
            eligibility="subsistence_allowance_verge",
            facts=facts(income_per_head=Decimal(income)),
            at=DAY,
        ).is_met
        for income in ("3999.99", "4000", "5999.99", "6000")
    }

    assert met == {"3999.99": False, "4000": True, "5999.99": True, "6000": False}


def test_one_visit_and_one_income_serve_the_category_and_every_status() -> None:
    known = {
        "income_per_head": Decimal(5500),
        "is_former_poor": False,
        "in_severe_difficulty": False,
    }
    one = facts_at(pack=CN, at=date(2025, 3, 10), division="43", known={**BURDENED, **known})
    answers = eligibilities_of(pack=CN, facts=one, at=DAY)

    assert {answer.eligibility: answer.is_met for answer in answers} == {
        "subsistence_allowance_verge": True,
        "compulsory_expense_hardship": True,
    }
    of_2021 = facts_at(pack=CN, at=date(2021, 8, 1), division="43", known=known)
    marginal = next(one for one in CN.categories if one.category == "marginal")
    assert truth_of(marginal.when, of_2021) is True


def test_before_its_edition_a_status_has_no_conditions() -> None:
    with pytest.raises(ProblemError) as error:
        eligibility_of(
            pack=CN,
            eligibility="compulsory_expense_hardship",
            facts=facts(),
            at=date(2024, 10, 31),
        )

    assert error.value.problems[0].code == "NO_ELIGIBILITY_FOR_DATE"
    codes = [
        one.eligibility for one in eligibilities_of(pack=CN, facts=facts(), at=date(2022, 1, 1))
    ]
    assert codes == ["subsistence_allowance_verge"]


def test_an_unknown_status_is_refused_with_the_nearest() -> None:
    with pytest.raises(ProblemError) as error:
        eligibility_of(pack=CN, eligibility="compulsory_expense_hardships", facts=facts(), at=DAY)

    assert error.value.problems[0].code == "UNKNOWN_ELIGIBILITY"
    assert "compulsory_expense_hardship" in error.value.problems[0].fix_en


def test_a_year_without_a_published_income_is_not_told_and_not_guessed() -> None:
    late = date(2027, 1, 5)
    answer = eligibility_of(
        pack=CN,
        eligibility="compulsory_expense_hardship",
        facts=facts_at(pack=CN, at=late, division="43", known=BURDENED),
        at=late,
    )

    assert answer.is_met is None
    (untold,) = [one for one in answer.conditions if one.is_met is None]
    assert untold.condition == "income_below_average"
    assert untold.problem is not None and untold.problem.code == "NO_VALUE_FOR_DATE"
    assert [one.value for one in untold.thresholds] == [None]


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2025, 3, 10), 12, date(2026, 3, 10)),
        (date(2025, 1, 31), 1, date(2025, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2025, 10, 31), 6, date(2026, 4, 30)),
    ],
)
def test_months_later_is_the_same_day_or_the_last_of_a_shorter_month(
    day: date, months: int, later: date
) -> None:
    assert months_later(day, months) == later
