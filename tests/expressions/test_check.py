"""Types of expressions: unknown names, windows, options and mixed kinds are found at loading."""

from __future__ import annotations

from pathlib import Path

import pytest

from fangpin.policy import load_pack
from fangpin.policy.expressions import parse
from fangpin.policy.expressions.check import Kind, Vocabulary, check
from fangpin.policy.expressions.vocabulary import (
    attribute_kinds,
    case_vocabulary,
    household_vocabulary,
    member_vocabulary,
    person_vocabulary,
    row_vocabulary,
)
from fangpin.policy.pack import Pack
from fangpin.values.problem import Problem


@pytest.fixture(scope="module")
def pack(repository: Path) -> Pack:
    return load_pack(repository / "tests" / "rules" / "hillside")


def told(text: str, vocabulary: Vocabulary, expected: Kind = "unknown") -> list[Problem]:
    return check(parse(text), vocabulary, expected=expected, where="place")[0]


def codes(text: str, vocabulary: Vocabulary, expected: Kind = "unknown") -> list[str]:
    return [problem.code for problem in told(text, vocabulary, expected)]


HOUSEHOLD_MISTAKES = {
    "bills": "EXPRESSION_ITEM_WITHOUT_WINDOW",
    "bills + 1": "EXPRESSION_ITEM_WITHOUT_WINDOW",
    "bill > 1": "EXPRESSION_NAME",
    "summ(bills)": "EXPRESSION_FUNCTION",
    "head(trade)": "EXPRESSION_FUNCTION",
    "sum(household_size)": "EXPRESSION_ITEM",
    "sum(sum(bills))": "EXPRESSION_ITEM",
    "sum()": "EXPRESSION_ARGUMENTS",
    "sum(bills, fee)": "EXPRESSION_ARGUMENTS",
    "sum(bills, weeks=3)": "EXPRESSION_ARGUMENTS",
    "sum(bills, months=1.5)": "EXPRESSION_ARGUMENTS",
    "sum(bills, months=0)": "EXPRESSION_ARGUMENTS",
    "sum(bills, months=61)": "EXPRESSION_ARGUMENTS",
    "sum(bills, ago=-1)": "EXPRESSION_ARGUMENTS",
    "sum(bills, months=household_size)": "EXPRESSION_ARGUMENTS",
    "sum(roof)": "EXPRESSION_STATE",
    "count_months(roof, above=0)": "EXPRESSION_STATE",
    "happened(house_grade)": "EXPRESSION_STATE",
    "year_to_date(bills, months=3)": "EXPRESSION_ARGUMENTS",
    "count_months(bills)": "EXPRESSION_ARGUMENTS",
    "count_months(bills, above=1, at_least=2)": "EXPRESSION_ARGUMENTS",
    "count_months(bills, above='a')": "EXPRESSION_KIND",
    "count_months(bills, above=household_size)": "EXPRESSION_ARGUMENTS",
    "run_of_months(bills, at_least=-5)": "EXPRESSION_ARGUMENTS",
    "run_of_months(bills, above=0, months=3)": "EXPRESSION_ARGUMENTS",
    "param(line)": "EXPRESSION_ARGUMENTS",
    "param('line.bils')": "EXPRESSION_PARAMETER",
    "household_size == 'two'": "EXPRESSION_KIND",
    "head_trade > 'farmer'": "EXPRESSION_KIND",
    "has_elder > true": "EXPRESSION_KIND",
    "has_elder + 1": "EXPRESSION_KIND",
    "-head_trade": "EXPRESSION_KIND",
    "not household_size": "EXPRESSION_KIND",
    "household_size and has_elder": "EXPRESSION_KIND",
    "head_trade in (1, 2)": "EXPRESSION_KIND",
    "head_trade in household_size": "EXPRESSION_KIND",
    "smaller(household_size, 'a')": "EXPRESSION_KIND",
    "larger(1)": "EXPRESSION_ARGUMENTS",
    "person.age > 3": "EXPRESSION_NAME",
}


@pytest.mark.parametrize(("text", "code"), HOUSEHOLD_MISTAKES.items())
def test_a_mistake_is_told_in_both_languages_with_what_to_do(
    pack: Pack, text: str, code: str
) -> None:
    found = told(text, household_vocabulary(pack))

    assert code in [problem.code for problem in found]
    for problem in found:
        assert problem.where == "place"
        assert problem.zh and problem.en and problem.fix_zh and problem.fix_en


GOOD = [
    "sum(bills, months=param('span.months')) / household_size >= param('line.bills')",
    "count_months(bills, above=param('line.monthly') * 2) > 0",
    "count_months(wage, months=12, at_least=0) == 12",
    "last(roof) in param('roofs.bad')",
    "first_known(sum(wage), last(harvest), 0) < 100",
    "has_elder == false or head_trade not in ('farmer', 'smith')",
    "bills_12 > income_12 and not farmers",
    "happened(reports, months=3) and is_known(roof_latest)",
]


@pytest.mark.parametrize("text", GOOD)
def test_what_the_language_allows_has_no_problem(pack: Pack, text: str) -> None:
    assert told(text, household_vocabulary(pack), "truth") == []


def test_the_nearest_names_are_proposed(pack: Pack) -> None:
    (name,) = told("bils_12 > 1", household_vocabulary(pack))
    (function,) = told("sun(bills)", household_vocabulary(pack))
    (parameter,) = told("param('line.bils')", household_vocabulary(pack))

    assert "bills_12" in name.zh and "bills_12" in name.en
    assert "sum" in function.zh and "sum" in function.en
    assert "line.bills" in parameter.zh and "line.bills" in parameter.en


def test_a_condition_must_be_true_or_false(pack: Pack) -> None:
    assert codes("sum(bills)", household_vocabulary(pack), "truth") == ["EXPRESSION_KIND"]


def test_rows_know_the_feeds_fields_and_the_person_but_no_parameter(pack: Pack) -> None:
    words = row_vocabulary(pack, pack.contracts["health.bills"])

    assert codes("own_share * 2", words, "number") == []
    assert codes("visit == 'inpatient' and person.age < 16 and person.is_head", words) == []
    assert codes("own_share > param('line.bills')", words) == ["EXPRESSION_FUNCTION"]
    assert codes("id_number == 'x'", words) == ["EXPRESSION_NAME"]
    assert codes("sum(bills)", words)[0] == "EXPRESSION_FUNCTION"


def test_rows_of_households_know_no_person(pack: Pack) -> None:
    words = row_vocabulary(pack, pack.contracts["relief.pay"])

    assert codes("person.age > 3", words) == ["EXPRESSION_NAME"]


def test_members_know_the_registry_and_age_but_no_name_and_no_number_of_identity(
    pack: Pack,
) -> None:
    words = member_vocabulary(pack)

    assert codes("count(age >= 16 and age < 60)", words) == []
    assert codes("first(name)", words) == ["EXPRESSION_NAME"]
    assert codes("first(phone_number)", words) == ["EXPRESSION_NAME"]
    assert codes("any(id_number == 'x')", words) == ["EXPRESSION_NAME"]
    assert codes("count(age)", words) == ["EXPRESSION_KIND"]


def test_attributes_have_the_kind_of_their_expression(pack: Pack) -> None:
    assert attribute_kinds(pack) == {
        "household_size": "number",
        "children": "number",
        "has_elder": "truth",
        "head_trade": "text",
    }


CASEWORK_MISTAKES = {
    "causes": "EXPRESSION_KIND",
    "causes == 'illness'": "EXPRESSION_KIND",
    "causes == measures": "EXPRESSION_KIND",
    "has(causes, 'ilness')": "EXPRESSION_CHOICE",
    "has(causes, 'illness', 'hardships')": "EXPRESSION_CHOICE",
    "has(causes)": "EXPRESSION_ARGUMENTS",
    "has()": "EXPRESSION_ARGUMENTS",
    "has(head_trade, 'farmer')": "EXPRESSION_KIND",
    "has(causes, 3)": "EXPRESSION_KIND",
    "count_of(causes, measures)": "EXPRESSION_ARGUMENTS",
    "count_of(bills)": "EXPRESSION_ITEM_WITHOUT_WINDOW",
    "category == 'pour'": "EXPRESSION_CHOICE",
    "category in ('poor', 'il')": "EXPRESSION_CHOICE",
    "elimination_kind != 'sudden'": "EXPRESSION_CHOICE",
    "identified_date > 2020": "EXPRESSION_KIND",
    "is_monitered": "EXPRESSION_NAME",
}


@pytest.mark.parametrize(("text", "code"), CASEWORK_MISTAKES.items())
def test_a_mistake_in_a_condition_of_casework_is_told(pack: Pack, text: str, code: str) -> None:
    assert code in codes(text, case_vocabulary(pack), "truth")


def test_conditions_of_casework_name_the_household_its_ledger_and_its_case(pack: Pack) -> None:
    words = case_vocabulary(pack)

    assert codes("has(causes, 'illness', 'hardship') and count_of(causes) <= 5", words) == []
    assert codes("category in ('poor', 'none') or is_monitored", words, "truth") == []
    assert codes("eliminated_date > identified_date and has_elder", words, "truth") == []
    assert codes("months_above_line >= param('span.months')", words, "truth") == []
    assert codes("sum(bills) > per_head_now * household_size", words, "truth") == []
    assert codes("has(causes, 'illness')", household_vocabulary(pack))[0] == "EXPRESSION_FUNCTION"


def test_conditions_about_a_person_know_that_person_alone(pack: Pack) -> None:
    words = person_vocabulary(pack)

    assert codes("age >= 16 and posts_held < 2 and trade == 'smith'", words, "truth") == []
    assert codes("age >= param('span.months')", words, "truth") == []
    assert codes("household_size > 1", words) == ["EXPRESSION_NAME"]
    assert codes("is_monitored", words) == ["EXPRESSION_NAME"]
