"""Elimination: five conditions and the bars, each alone enough to close it; nature has its reasons."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fangpin.decisions.case_facts import with_derived
from fangpin.decisions.elimination import EliminationAnswer, Kind, elimination_of
from fangpin.policy.expressions.facts import facts_at
from tests.decisions.homes import pack_named

HUNAN = pack_named("cn_hunan")
DAY = date(2023, 6, 20)

READY: dict[str, Any] = {
    "identified_date": date(2022, 12, 20),
    "months_above_line": 6,
    "per_head_now": Decimal("7500.01"),
    "rigid_expense_solved": True,
    "guarantees_hold": True,
    "risk_gone": True,
    "all_without_labour": False,
}


def elimination(kind: Kind = "stable", at: date = DAY, **changed: Any) -> EliminationAnswer:
    known = with_derived(pack=HUNAN, known={**READY, **changed}, at=at)
    facts = facts_at(pack=HUNAN, at=at, division="43", known=known)
    return elimination_of(pack=HUNAN, facts=facts, kind=kind, at=at)


def test_all_conditions_met_open_the_elimination() -> None:
    answer = elimination()

    assert answer.is_open is True and answer.lacking == ()
    assert [one.condition for one in answer.conditions] == [
        "income_is_stable",
        "income_is_above_line",
        "expenses_are_solved",
        "guarantees_hold",
        "risk_is_gone",
        "somebody_can_work",
        "enough_months",
    ]


LACKING = [
    ({"months_above_line": 5}, "income_is_stable"),
    ({"per_head_now": Decimal(7500)}, "income_is_above_line"),
    ({"rigid_expense_solved": False}, "expenses_are_solved"),
    ({"guarantees_hold": False}, "guarantees_hold"),
    ({"risk_gone": False}, "risk_is_gone"),
    ({"all_without_labour": True}, "somebody_can_work"),
    ({"identified_date": date(2022, 12, 21)}, "enough_months"),
]


@pytest.mark.parametrize(("changed", "lacking"), LACKING)
def test_each_condition_alone_closes_it(changed: dict[str, Any], lacking: str) -> None:
    answer = elimination(**changed)

    assert answer.is_open is False
    assert [one.condition for one in answer.lacking] == [lacking]


@pytest.mark.parametrize(("changed", "lacking"), LACKING)
def test_each_condition_that_is_unknown_keeps_it_closed(
    changed: dict[str, Any], lacking: str
) -> None:
    answer = elimination(**dict.fromkeys(changed))

    assert answer.is_open is None
    assert [one.condition for one in answer.lacking] == [lacking]
    assert answer.lacking[0].unknown


def test_a_department_that_reports_a_lack_stands_against_the_word_of_a_visit() -> None:
    answer = elimination(house_is_unsafe=True)

    assert answer.is_open is False
    assert [one.condition for one in answer.lacking] == ["guarantees_hold"]


@pytest.mark.parametrize("reason", ["death", "moved", "risk_gone"])
def test_nature_has_its_own_reasons_and_asks_for_nothing_else(reason: str) -> None:
    answer = elimination("natural", natural_reason=reason, months_above_line=0, risk_gone=False)

    assert answer.is_open is True
    assert [one.condition for one in answer.conditions if one.is_met] == [reason]


def test_a_household_without_labour_may_end_by_nature_but_not_through_help() -> None:
    assert elimination(all_without_labour=True).is_open is False
    assert elimination("natural", all_without_labour=True, natural_reason="death").is_open is True


def test_without_a_reason_nothing_ends_by_nature() -> None:
    assert elimination("natural").is_open is None
    assert elimination("natural", natural_reason="no longer wanted").is_open is False


def test_the_six_months_from_identification_are_asked_since_april_2022() -> None:
    soon = {"identified_date": date(2022, 2, 1), "per_head_now": Decimal(6901)}

    assert elimination(at=date(2022, 3, 31), **soon).is_open is True
    assert elimination(at=date(2022, 4, 1), **soon).is_open is False


def test_in_2019_nobody_left_in_the_year_of_identification() -> None:
    asked = elimination(at=date(2019, 12, 31), identified_date=date(2019, 1, 2))

    assert asked.is_open is False
    assert [one.condition for one in asked.conditions] == ["not_in_the_year_of_identification"]
    assert elimination(at=date(2019, 12, 31), identified_date=date(2018, 12, 31)).is_open is True


def test_a_day_before_any_condition_leaves_it_closed() -> None:
    answer = elimination(at=date(2018, 6, 1))

    assert answer.is_open is False and answer.conditions == ()
