"""What each kind of expression in a pack may name, and the check of all of them at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from fangpin.policy.expressions.case_facts import CASE_FACTS, PERSON_FACTS, case_choices
from fangpin.policy.expressions.check import MEMBERS, SETS, WINDOWS, Kind, Vocabulary, check
from fangpin.policy.expressions.parse import parse
from fangpin.policy.models.decisions import CaseCheck, Eligibility, EliminationCondition
from fangpin.policy.models.feeds import Contract, FieldType
from fangpin.policy.models.lists import MeasureKind
from fangpin.values.problem import Problem, ProblemError

if TYPE_CHECKING:
    from fangpin.policy.pack import Pack

_FIELD_KINDS: dict[FieldType, Kind] = {
    "amount": "number",
    "number": "number",
    "count": "number",
    "year": "number",
    "month": "number",
    "date": "date",
    "flag": "truth",
    "text": "text",
    "code": "text",
    "division": "text",
}
"""Fields of other types (identifiers, names, phones) are not for expressions."""


def field_kinds(contract: Contract) -> dict[str, Kind]:
    """The fields of a feed that expressions may use, with their kinds."""
    return {
        field.field: _FIELD_KINDS[field.type]
        for field in contract.fields
        if field.type in _FIELD_KINDS
    }


def row_vocabulary(pack: Pack, contract: Contract) -> Vocabulary:
    """For LedgerItem.value and .where: the feed's fields, and the person's in the registry."""
    found = field_kinds(contract)
    registry = pack.header.registry
    if contract.subject == "person" and registry is not None:
        people = pack.contracts.get(registry.feed)
        if people is not None:
            found |= {f"person.{code}": kind for code, kind in field_kinds(people).items()}
            found["person.age"] = "number"
            found["person.is_head"] = "truth"
    return Vocabulary(found)


def member_vocabulary(pack: Pack) -> Vocabulary:
    """For HouseholdAttribute.value: the registry feed's fields, age and is_head."""
    registry = pack.header.registry
    contract = pack.contracts.get(registry.feed) if registry else None
    found = field_kinds(contract) if contract else {}
    found["age"] = "number"
    found["is_head"] = "truth"
    return Vocabulary(found, MEMBERS)


def household_vocabulary(pack: Pack) -> Vocabulary:
    """For indicators, rules and categories: attributes, items, indicators and parameters."""
    found: dict[str, Kind] = dict.fromkeys(pack.items, "item")
    found |= attribute_kinds(pack)
    found |= dict.fromkeys(pack.indicators, "unknown")
    parameters: dict[str, Kind] = {
        code: "text" if isinstance(parameter.values[0].value, list) else "number"
        for code, parameter in pack.parameters.items()
    }
    states = frozenset(code for code, item in pack.items.items() if item.kind == "state")
    return Vocabulary(found, WINDOWS, parameters, states)


def case_vocabulary(pack: Pack) -> Vocabulary:
    """For conditions of casework: what indicators may name, and the facts of cases and visits."""
    household = household_vocabulary(pack)
    return replace(
        household,
        names={**household.names, **CASE_FACTS},
        functions={**household.functions, **SETS},
        choices=case_choices(pack),
    )


def person_vocabulary(pack: Pack) -> Vocabulary:
    """For conditions about one member: the registry's fields, age, is_head, and what it holds."""
    members = member_vocabulary(pack)
    return Vocabulary(
        {**members.names, **PERSON_FACTS}, parameters=household_vocabulary(pack).parameters
    )


def attribute_kinds(pack: Pack) -> dict[str, Kind]:
    """Household attribute -> the kind of its value; unreadable ones are of unknown kind."""
    vocabulary = member_vocabulary(pack)
    found: dict[str, Kind] = {}
    for code, attribute in pack.attributes.items():
        try:
            node = parse(attribute.value)
        except ProblemError:
            found[code] = "unknown"
        else:
            found[code] = check(node, vocabulary, expected="unknown", where=code)[1]
    return found


def check_pack(pack: Pack) -> list[Problem]:
    """Every problem of every expression of the pack, each with its file and line."""
    problems: list[Problem] = []
    for text, where, vocabulary, expected in _expressions(pack):
        try:
            node = parse(text, where)
        except ProblemError as error:
            problems.extend(error.problems)
        else:
            problems.extend(check(node, vocabulary, expected=expected, where=where)[0])
    return problems


def _expressions(pack: Pack) -> Iterator[tuple[str, str, Vocabulary, Kind]]:
    for code, item in pack.items.items():
        contract = pack.contracts.get(item.feed or "")
        if contract is not None:
            where, words = pack.place_of("item", code), row_vocabulary(pack, contract)
            if item.value:
                yield item.value, where, words, "unknown" if item.kind == "state" else "number"
            if item.where:
                yield item.where, where, words, "truth"
    members = member_vocabulary(pack)
    for code, attribute in pack.attributes.items():
        yield attribute.value, pack.place_of("attribute", code), members, "unknown"
    words = household_vocabulary(pack)
    for code, indicator in pack.indicators.items():
        yield indicator.expression, pack.place_of("indicator", code), words, "unknown"
    for rule in pack.rules:
        where = pack.place_of("rule", rule.rule)
        conditions = [rule.applies_when, rule.hit_when, rule.suppressed_when]
        conditions += [step.when for step in rule.severity]
        for text in conditions:
            if text:
                yield text, where, words, "truth"
    for category in pack.categories:
        yield category.when, pack.place_of("category", category.category), words, "truth"
    yield from _conditions_of_casework(pack)


def _conditions_of_casework(pack: Pack) -> Iterator[tuple[str, str, Vocabulary, Kind]]:
    """Conditions over the facts of casework, each at its own line."""
    of_case, of_person = case_vocabulary(pack), person_vocabulary(pack)
    for entry in pack.entries.values():
        node = entry.node
        if isinstance(node, MeasureKind):
            for index, guard in enumerate(node.guards):
                if guard.when:
                    words = of_person if guard.of == "person" else of_case
                    yield guard.when, entry.where("guards", index, "when"), words, "truth"
        elif isinstance(node, Eligibility):
            for index, condition in enumerate(node.conditions):
                where = entry.where("conditions", index, "when")
                yield condition.when, where, of_case, "truth"
        elif isinstance(node, EliminationCondition):
            yield node.when, entry.where("when"), of_case, "truth"
        elif isinstance(node, CaseCheck):
            words = of_person if node.of == "person" else of_case
            yield node.when, entry.where("when"), words, "truth"
            if node.exempt_when:
                yield node.exempt_when, entry.where("exempt_when"), words, "truth"
