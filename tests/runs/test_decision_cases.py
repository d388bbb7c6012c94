"""Cases of decisions: every kind of expectation passes where it is right and tells what differs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fangpin.policy.models.cases import PackCase
from fangpin.runs.cases.decision_cases import run_decision_cases
from fangpin.runs.cases.pack_cases import run_cases
from tests.decisions.homes import pack_named

CN = pack_named("cn")


def case(**given: Any) -> PackCase:
    return PackCase.model_validate(
        {"case": "一个案例", "as_of": "2023-12-10", "division": "520424", **given}
    )


def told(**given: Any) -> list[str]:
    """What a case got wrong, in English and without its name."""
    (result,) = run_decision_cases(CN, [("cases.yaml:7", case(**given))])
    assert result.place == "cases.yaml:7"
    return [problem.en.removeprefix('"一个案例": ') for problem in result.problems]


INCOME: dict[str, Any] = {
    "household": {"members": 3},
    "ledger": {"annual_net_income": {"2022": 20000}},
}
MONITORED = {"is_monitored": True, "identified_date": date(2023, 2, 10)}

RIGHT_AND_WRONG: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (
        INCOME,
        {"statement": {"identification_income": {"per_head": "6666.67", "basis": "yearly_total"}}},
        {"statement": {"identification_income": {"per_head": "6666.66"}}},
    ),
    (
        INCOME,
        {"statement": {"identification_income": {"lines": {"wage": None}}}},
        {"statement": {"identification_income": {"lines": {"wage": 0}}}},
    ),
    (
        INCOME,
        {"statement": {"identification_income": {"missing": []}}},
        {"statement": {"identification_income": {"total": None}}},
    ),
    (
        {"facts": {"is_on_allowance": True}, "as_of": "2025-03-10"},
        {"eligibility": {"compulsory_expense_hardship": "not_met"}},
        {"eligibility": {"compulsory_expense_hardship": "cannot_tell"}},
    ),
    (
        {"as_of": "2025-03-10"},
        {
            "eligibility": {
                "compulsory_expense_hardship": {
                    "answer": "cannot_tell",
                    "conditions": {"property_complies": "cannot_tell"},
                    "valid_until": "2026-03-10",
                }
            }
        },
        {
            "eligibility": {
                "compulsory_expense_hardship": {
                    "answer": "cannot_tell",
                    "conditions": {"property_complies": "met"},
                }
            }
        },
    ),
    (
        {"persons": [{"birth_date": date(2000, 1, 1), "posts_held": 0}]},
        {
            "guards": {
                "public_welfare_post": {"person": 0, "answers": ["met", "cannot_tell", "met"]}
            }
        },
        {"guards": {"public_welfare_post": {"person": 0, "answers": ["met", "met", "met"]}}},
    ),
    (
        {},
        {"guards": {"relocation": {"open": False}}},
        {"guards": {"relocation": {"open": True}}},
    ),
    (
        {"facts": {"natural_reason": "death"}},
        {"elimination": {"natural": {"answer": "open"}}},
        {"elimination": {"natural": {"answer": "closed"}}},
    ),
    (
        {"facts": {"risk_gone": True, "natural_reason": "death"}},
        {"elimination": {"natural": {"answer": "open", "lacking": ["moved", "risk_gone"]}}},
        {"elimination": {"natural": {"answer": "open", "lacking": []}}},
    ),
    (
        {"facts": {**MONITORED, "has_contact": False}},
        {"findings": ["no_contact"]},
        {"findings": ["no_cause"]},
    ),
    (
        {"facts": {**MONITORED, "has_contact": False}},
        {"no_findings": ["no_cause"]},
        {"no_findings": ["no_contact"]},
    ),
    (
        {"facts": {"causes": ["illness"], "measures": []}},
        {"proposals": ["health"]},
        {"proposals": ["relocation"]},
    ),
    (
        {"gaps": ["housing"]},
        {"proposals": ["housing_safety"]},
        {"proposals": ["health"]},
    ),
    (
        {},
        {"parameters": {"income.monitoring_line": 7300, "followup.visits": 2}},
        {"parameters": {"income.monitoring_line": None}},
    ),
    (
        {},
        {"item_kind": {"pension": "income.transfer", "dividend": "property"}},
        {"item_kind": {"pension": "property"}},
    ),
    (
        {},
        {"categories_in_force": ["unstable_out_of_poverty", "marginal", "sudden_severe_hardship"]},
        {"categories_in_force": ["monitored"]},
    ),
    (
        {"facts": {"is_former_poor": True, "income_per_head": 7000}},
        {"category": "unstable_out_of_poverty"},
        {"category": "marginal"},
    ),
]


@pytest.mark.parametrize(("given", "right", "wrong"), RIGHT_AND_WRONG)
def test_what_is_right_passes_and_what_is_wrong_is_told_once(
    given: dict[str, Any], right: dict[str, Any], wrong: dict[str, Any]
) -> None:
    assert told(**given, expect=right) == []
    assert len(told(**given, expect=wrong)) == 1


def test_any_other_finding_is_told_where_none_may_be() -> None:
    facts = {**MONITORED, "has_contact": False, "causes": [], "per_head_at_identification": 5000}
    expect = {"findings": ["no_contact"], "no_findings": "any"}

    (found,) = told(facts=facts, expect=expect)

    assert found.startswith("findings should be no no_cause, is ['no_cause', 'no_contact'")


def test_a_correction_replaces_an_item_and_needs_a_reason() -> None:
    statement = {"identification_income": {"lines": {"wage": 900}}}
    right = {"code": "wage", "amount": 900, "reason": "by the wage slips"}

    assert told(**INCOME, corrections=[right], expect={"statement": statement}) == []
    (found,) = told(
        **INCOME, corrections=[{**right, "code": "wages"}], expect={"statement": statement}
    )
    assert "'wages' cannot be corrected" in found


def test_a_misspelt_fact_is_told_although_nothing_asks_for_it() -> None:
    (found,) = told(facts={"is_monitord": True}, expect={})

    assert found == "There is no fact 'is_monitord'."


def test_what_a_pack_does_not_have_is_told_and_nothing_stops() -> None:
    found = told(
        expect={
            "statement": {"incom": {"total": 1}},
            "eligibility": {"verge": "met"},
            "guards": {"helth": {"open": True}},
            "parameters": {"income.lines": 1},
            "item_kind": {"pensions": "transfer"},
            "findings": ["no_contract"],
        }
    )

    assert len(found) == 6
    assert "pensions kind should be transfer, is none." in found


def test_facts_of_a_case_decide_its_category_and_the_ledger_does_not() -> None:
    given = {
        "as_of": "2021-08-01",
        "household": {"members": 1, "is_former_poor": False},
        "ledger": {"annual_net_income": {"2020": 50000}},
        "facts": {"income_per_head": 5000},
        "expect": {"category": "marginal"},
    }
    placed = [("cases.yaml:1", case(**given))]

    assert run_decision_cases(CN, placed)[0].problems == ()
    assert run_cases(CN, placed)[0].problems == ()
    by_ledger = [("cases.yaml:1", case(**{**given, "facts": {}}))]
    assert run_decision_cases(CN, by_ledger)[0].problems == ()
    assert [one.code for one in run_cases(CN, by_ledger)[0].problems] == ["CASE_DIFFERS"]


def test_a_person_whom_the_case_does_not_have_is_nobody() -> None:
    expect = {"guards": {"public_welfare_post": {"person": 3, "answers": ["cannot_tell"] * 3}}}

    assert told(persons=[{"birth_date": date(2000, 1, 1)}], expect=expect) == []
