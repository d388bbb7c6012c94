"""Pack cases: one household each, judged by the same compiled SQL; a wrong one says what differs."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from fangpin.policy.models.cases import PackCase
from fangpin.policy.pack import Pack
from fangpin.runs.cases.pack_cases import run_cases


def case(**facts: Any) -> PackCase:
    """A case of June 2020 with these facts."""
    expect = facts.pop("expect")
    given = {"case": "一个案例", "as_of": "2020-06-15", "expect": expect, **facts}
    return PackCase.model_validate(given)


def problems(pack: Pack, *cases: PackCase) -> list[list[str]]:
    """What each case got wrong, in English."""
    placed = [(f"cases.yaml:{line}", one) for line, one in enumerate(cases, 1)]
    return [[problem.en for problem in done.problems] for done in run_cases(pack, placed)]


def outcome(rule: str, expected: str) -> dict[str, Any]:
    return {"rules": {rule: {"outcome": expected}}}


def test_cases_of_other_coverage_do_not_disturb_one_another(hillside: Pack) -> None:
    bills = {"bills": {"2020-05": 900}}
    home = {"household_size": 1}
    found = problems(
        hillside,
        case(ledger=bills, household=home, expect=outcome("high_bills", "no_hit")),
        case(
            ledger=bills,
            household=home,
            unknown={"health.bills": ["2020-02"]},
            expect=outcome("high_bills", "cannot_tell"),
        ),
        case(ledger=bills, household=home, division="H02", expect=outcome("high_bills", "hit")),
        case(
            ledger={"bills": {"2020-05": 1000, "2020-03": None}},
            household=home,
            expect=outcome("high_bills", "hit"),
        ),
        case(
            ledger={**bills, "relief": {"2020-01": 900}},
            household=home,
            division="H02",
            expect=outcome("high_bills", "suppressed"),
        ),
        case(
            ledger=bills,
            household={"household_size": 0},
            expect=outcome("high_bills", "not_applicable"),
        ),
    )

    assert found == [[], [], [], [], [], []]


def test_attributes_are_computed_from_persons(hillside: Pack) -> None:
    persons = [
        {"person_no": "1", "relation": "head", "birth_date": "1950-05-31", "trade": "farmer"},
        {"person_no": "2", "relation": "child", "birth_date": "2004-06-01"},
        {"person_no": "3", "relation": "child", "birth_date": None},
    ]
    figures = {"household_size": 3, "children": 1, "has_elder": True, "head_trade": "farmer"}

    assert problems(hillside, case(persons=persons, expect={"figures": figures})) == [[]]


def test_what_differs_is_told(hillside: Pack) -> None:
    (found,) = problems(
        hillside,
        case(
            ledger={"bills": {"2020-05": 1500.126}},
            household={"household_size": 1},
            expect={
                "rules": {"high_bills": {"outcome": "hit", "severity": "urgent"}},
                "figures": {"bills_12": 1400},
                "category": "poor",
                "alert": {"severity": "urgent", "cause": "hardship", "rules": ["poor_and_ill"]},
                "sentence_zh": ["没有这句话"],
            },
        ),
    )

    assert [text.split(": ")[1].split(" should")[0] for text in found] == [
        "high_bills severity",
        "bills_12",
        "category",
        "alert severity",
        "alert cause",
        "alert rules",
        "sentence",
    ]


def test_figures_are_compared_to_the_digits_that_are_written(hillside: Pack) -> None:
    ledger = {"bills": {"2020-05": 2}, "relief": {"2020-05": 1}}
    household = {"household_size": 3}
    wages = {"wage": {"2020-05": 5}, "bonus": {"2020-05": 0}}

    def share(written: Decimal) -> PackCase:
        return case(
            ledger={**ledger, **wages},
            household=household,
            expect={"figures": {"bills_share": written}},
        )

    written = [Decimal("0.33"), Decimal("0.3333"), Decimal("0.34")]
    differs = [bool(found) for found in problems(hillside, *map(share, written))]

    assert differs == [False, False, True]


def test_an_item_that_cannot_be_given_is_told_with_its_place(hillside: Pack) -> None:
    expect = outcome("high_bills", "hit")
    done = run_cases(
        hillside,
        [
            ("a.yaml:3", case(ledger={"bils": {"2020-05": 1}}, expect=expect)),
            ("a.yaml:9", case(ledger={"spending": {"2020-05": 1}}, expect=expect)),
        ],
    )

    told = [(problem.code, problem.where) for one in done for problem in one.problems]
    assert told == [("CASE_ITEM_UNKNOWN", "a.yaml:3"), ("CASE_ITEM_IS_TOTAL", "a.yaml:9")]
    assert "bills" in done[0].problems[0].fix_en
