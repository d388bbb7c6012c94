"""What the packs' cases expect of rules is also what the plain evaluator of one household gives."""

from __future__ import annotations

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest

from fangpin.policy.expressions.evaluate import truth_of, value_of
from fangpin.policy.expressions.facts import Facts, facts_at
from fangpin.policy.expressions.members import attributes_of
from fangpin.policy.models.cases import PackCase
from fangpin.policy.models.lists import Rule
from fangpin.policy.pack import Pack
from fangpin.runs.cases.case_ledger import coverage_of_case, values_of_case
from fangpin.values.month import Month
from tests.decisions.homes import pack_named

PACKS = ("cn", "cn_hunan", "cn_hunan_chenzhou", "wb_hfps")


def facts_of(pack: Pack, case: PackCase) -> Facts:
    month = Month.last_complete(case.as_of)
    known = dict(case.household)
    if case.persons:
        known = {**attributes_of(pack=pack, members=case.persons, month=int(month)), **known}
    return facts_at(
        pack=pack,
        at=case.as_of,
        division=case.division or pack.header.root_division,
        known=known,
        months=values_of_case(case),
        covered=coverage_of_case(pack, case, month).months,
    )


def outcome(rule: Rule, facts: Facts) -> str:
    applies = truth_of(rule.applies_when, facts) if rule.applies_when else True
    hits = truth_of(rule.hit_when, facts)
    if applies is False:
        return "not_applicable"
    if hits is False:
        return "no_hit"
    if applies is None or hits is None:
        return "cannot_tell"
    if rule.suppressed_when and truth_of(rule.suppressed_when, facts):
        return "suppressed"
    return "hit"


def figure(pack: Pack, code: str, facts: Facts) -> Any:
    """A figure as rules show it: an item is its amount of the month, or its latest value."""
    item = pack.items.get(code)
    if item is None:
        return value_of(code, facts)
    latest = item.kind == "state" or item.period == "year"
    return value_of(f"last({code})" if latest else f"sum({code}, months=1)", facts)


def same(expected: Any, found: Any) -> bool:
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        digits = Decimal(1).scaleb(int(expected.as_tuple().exponent))
        return found.quantize(digits, rounding=ROUND_HALF_UP) == expected
    return bool(expected == found)


@pytest.mark.parametrize("name", PACKS)
def test_every_outcome_severity_and_figure_of_a_case_is_the_same(name: str) -> None:
    pack = pack_named(name)
    told, asked = [], Counter[str]()
    for place, case in pack.cases():
        facts = facts_of(pack, case)
        in_force = {rule.rule: rule for rule in pack.rules_in_force(case.as_of)}
        for code, expected in case.expect.rules.items():
            rule = in_force[code]
            found = outcome(rule, facts)
            asked[found] += 1
            if found != expected.outcome:
                told.append(f"{place} {code}: {found}, not {expected.outcome}")
            elif expected.severity is not None and expected.outcome == "hit":
                step = next(
                    one for one in rule.severity if not one.when or truth_of(one.when, facts)
                )
                if step.severity != expected.severity:
                    told.append(f"{place} {code}: {step.severity}, not {expected.severity}")
        figures = [case.expect.figures, *(one.figures for one in case.expect.rules.values())]
        for code, value in ((code, value) for one in figures for code, value in one.items()):
            found_value = figure(pack, code, facts)
            asked["figure"] += 1
            if not same(value, found_value):
                told.append(f"{place} {code}: {found_value}, not {value}")

    assert told == []
    assert asked["figure"] > 5 and asked["hit"] > 5 and asked["no_hit"] > 0
