"""Runs what a pack's cases expect of decisions: income, eligibility, guards, elimination, checks.

The same pure functions that acts and pages call answer, over the facts that a case gives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

from fangpin.decisions.case_facts import with_derived
from fangpin.decisions.eligibility import eligibility_of
from fangpin.decisions.elimination import elimination_of
from fangpin.decisions.findings import findings_of
from fangpin.decisions.measures import fitting_measures, guards_of
from fangpin.decisions.rolling import income_facts, statement_of_identification
from fangpin.decisions.statement import Correction, IncomeStatement, income_statement
from fangpin.policy.expressions.evaluate import truth_of
from fangpin.policy.expressions.facts import Facts, MonthValues, Value, facts_at
from fangpin.policy.expressions.members import attributes_of
from fangpin.policy.expressions.vocabulary import case_vocabulary
from fangpin.policy.models.cases import (
    ExpectedEligibility,
    ExpectedGuards,
    ExpectedStatement,
    PackCase,
    Told,
)
from fangpin.policy.pack import Pack
from fangpin.policy.reading.nearest import advice
from fangpin.runs.cases.case_ledger import coverage_of_case, values_of_case
from fangpin.runs.cases.pack_cases import CaseResult, unlike
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError

_TOLD: dict[bool | None, Told] = {True: "met", False: "not_met", None: "cannot_tell"}
_OPEN = {True: "open", False: "closed", None: "cannot_tell"}


def run_decision_cases(pack: Pack, cases: Iterable[tuple[str, PackCase]]) -> list[CaseResult]:
    """Answer the expectations of decisions of every case, each at its own place (`file:line`)."""
    return [
        CaseResult(place, case.case, tuple(_problems(pack, place, case))) for place, case in cases
    ]


def _problems(pack: Pack, place: str, case: PackCase) -> Iterator[Problem]:
    household = _Household(pack, place, case)
    for part in _PARTS:
        try:
            yield from part(household)
        except ProblemError as error:
            yield from error.problems


@dataclass(frozen=True)
class _Household:
    """The household of one case, as decisions see it."""

    pack: Pack
    place: str
    case: PackCase

    @cached_property
    def division(self) -> str | None:
        return self.case.division or self.pack.header.root_division

    @cached_property
    def months(self) -> MonthValues:
        return values_of_case(self.case)

    @cached_property
    def covered(self) -> dict[str, frozenset[int]]:
        month = Month.last_complete(self.case.as_of)
        return dict(coverage_of_case(self.pack, self.case, month).months)

    @cached_property
    def known(self) -> dict[str, Value | None]:
        """Attributes from persons, then those stated, then facts and what follows from them."""
        found: dict[str, Value | None] = {}
        if self.case.persons:
            month = int(Month.last_complete(self.case.as_of))
            found |= attributes_of(pack=self.pack, members=self.case.persons, month=month)
        found |= self.case.household
        if self.case.expect.elimination:
            found |= self._income(found.get(self._members))
        given = {
            code: frozenset(value) if isinstance(value, list) else value
            for code, value in self.case.facts.items()
        }
        return with_derived(pack=self.pack, known=found | given, at=self.case.as_of)

    @property
    def _members(self) -> str:
        statement = statement_of_identification(self.pack)
        return (statement.members if statement else None) or ""

    def _income(self, members: Value | None) -> dict[str, Value | None]:
        """Income per head now, and its months above the line, where the case does not give them."""
        return income_facts(
            pack=self.pack,
            months=self.months,
            members=_whole(members),
            at=self.case.as_of,
            covered=self.covered,
            division=self.division,
        )

    @cached_property
    def facts(self) -> Facts:
        return facts_at(
            pack=self.pack,
            at=self.case.as_of,
            division=self.division,
            known=self.known,
            months=self.months,
            covered=self.covered,
        )

    def differs(self, what: str, expected: object, found: object) -> Problem:
        return unlike(self.place, self.case, what, str(expected), str(found))


def _facts(household: _Household) -> Iterator[Problem]:
    """CASE_FACT_UNKNOWN: a fact that nothing asks for would silently decide nothing."""
    valid = case_vocabulary(household.pack).names
    for code in household.case.facts:
        if code not in valid:
            fix_zh, fix_en = advice(written=code, valid=valid)
            yield Problem(
                code="CASE_FACT_UNKNOWN",
                where=household.place,
                zh=f"不认识事实“{code}”。",
                en=f"There is no fact '{code}'.",
                fix_zh=fix_zh,
                fix_en=fix_en,
            )


def _statements(household: _Household) -> Iterator[Problem]:
    case = household.case
    for code, expected in case.expect.statement.items():
        definition = household.pack.statement(code)
        members = household.known.get(definition.members or "")
        found = income_statement(
            pack=household.pack,
            statement=code,
            months=household.months,
            members=_whole(members),
            opened=case.opened or case.as_of,
            covered=household.covered,
            corrections=[Correction(one.code, one.amount, one.reason) for one in case.corrections],
            division=household.division,
        )
        for what, wanted, got in _of_statement(expected, found):
            if not _same(wanted, got):
                yield household.differs(f"{code} {what}", wanted, got)


def _whole(value: Value | None) -> int | None:
    return int(value) if isinstance(value, Decimal | int) else None


def _of_statement(
    expected: ExpectedStatement, found: IncomeStatement
) -> Iterator[tuple[str, Any, Any]]:
    """(what, expected, found) of everything that a case states, an expected null included."""
    given = expected.model_fields_set
    got = {
        "first": str(found.first),
        "last": str(found.last),
        "basis": found.basis,
        "total": found.total,
        "per_head": found.per_head,
        "missing": list(found.missing),
    }
    yield from ((name, getattr(expected, name), got[name]) for name in got if name in given)
    lines = {one.line: one.amount for one in (*found.lines, *found.beside, *found.excluded)}
    for line, amount in expected.lines.items():
        yield f"line {line}", amount, lines.get(line, "no such line")


def _same(expected: Any, found: Any) -> bool:
    """Figures are compared to the digits that are written."""
    if isinstance(expected, Decimal) and isinstance(found, Decimal):
        digits = Decimal(1).scaleb(int(expected.as_tuple().exponent))
        return found.quantize(digits, rounding=ROUND_HALF_UP) == expected
    return bool(expected == found)


def _eligibility(household: _Household) -> Iterator[Problem]:
    case = household.case
    for code, expected in case.expect.eligibility.items():
        found = eligibility_of(
            pack=household.pack, eligibility=code, facts=household.facts, at=case.as_of
        )
        whole = expected.answer if isinstance(expected, ExpectedEligibility) else expected
        told = {one.condition: _TOLD[one.is_met] for one in found.conditions}
        if _TOLD[found.is_met] != whole:
            yield household.differs(code, whole, f"{_TOLD[found.is_met]} {told}")
        if not isinstance(expected, ExpectedEligibility):
            continue
        for condition, answer in expected.conditions.items():
            if told.get(condition) != answer:
                yield household.differs(f"{code} {condition}", answer, told.get(condition))
        if expected.valid_until not in (None, found.valid_until):
            yield household.differs(f"{code} until", expected.valid_until, found.valid_until)


def _guards(household: _Household) -> Iterator[Problem]:
    case = household.case
    for measure, expected in case.expect.guards.items():
        found = guards_of(
            pack=household.pack,
            measure=measure,
            facts=household.facts,
            at=case.as_of,
            member=_person(case, expected),
            members=case.persons,
        )
        answers = [_TOLD[one.is_met] for one in found]
        if expected.answers is not None and answers != expected.answers:
            yield household.differs(f"{measure} guards", expected.answers, answers)
        is_open = all(one.is_met is not False for one in found)
        if expected.open is not None and is_open != expected.open:
            yield household.differs(f"{measure} open", expected.open, f"{is_open} {answers}")


def _person(case: PackCase, expected: ExpectedGuards) -> dict[str, Any] | None:
    """The person who receives the measure; nobody where the case names a position it lacks."""
    if expected.person is None:
        return None
    return case.persons[expected.person] if expected.person in range(len(case.persons)) else {}


def _elimination(household: _Household) -> Iterator[Problem]:
    for kind, expected in household.case.expect.elimination.items():
        found = elimination_of(
            pack=household.pack, facts=household.facts, kind=kind, at=household.case.as_of
        )
        lacking = [one.condition for one in found.lacking]
        if _OPEN[found.is_open] != expected.answer:
            yield household.differs(
                f"elimination {kind}", expected.answer, f"{_OPEN[found.is_open]} {lacking}"
            )
        if expected.lacking is not None and lacking != expected.lacking:
            yield household.differs(f"elimination {kind} lacking", expected.lacking, lacking)


def _findings(household: _Household) -> Iterator[Problem]:
    case = household.case
    if not (case.expect.findings or case.expect.no_findings):
        return
    found = list(
        dict.fromkeys(
            one.check.check
            for one in findings_of(
                pack=household.pack,
                facts=household.facts,
                at=case.as_of,
                members=case.persons,
            )
        )
    )
    for check in case.expect.findings:
        if check not in found:
            yield household.differs("findings", check, found)
    unwanted = case.expect.no_findings
    if unwanted == "any":
        unwanted = [check for check in found if check not in case.expect.findings]
    for check in unwanted:
        if check in found:
            yield household.differs("findings", f"no {check}", found)


def _proposals(household: _Household) -> Iterator[Problem]:
    case = household.case
    if not case.expect.proposals:
        return
    causes = household.known.get("causes")
    found = fitting_measures(
        pack=household.pack,
        causes=causes if isinstance(causes, frozenset) else (),
        gaps=case.gaps,
        facts=household.facts,
        at=case.as_of,
        members=case.persons,
    )
    proposed = [one.measure.measure for one in found if one.is_open]
    for measure in case.expect.proposals:
        if measure not in proposed:
            yield household.differs("proposals", measure, proposed)


def _parameters(household: _Household) -> Iterator[Problem]:
    for code, expected in household.case.expect.parameters.items():
        found = _value(household.pack, code, household.case.as_of, household.division)
        if found != expected:
            yield household.differs(code, expected, found)


def _value(pack: Pack, code: str, at: date, division: str | None) -> Decimal | list[str] | None:
    """A parameter's value; None where it has none on the day in the division."""
    try:
        return pack.parameter(code, at=at, division=division).value
    except ProblemError as error:
        if error.problems[0].code == "NO_VALUE_FOR_DATE":
            return None
        raise


def _item_kinds(household: _Household) -> Iterator[Problem]:
    for code, expected in household.case.expect.item_kind.items():
        item = household.pack.items.get(code)
        group = (item.group if item else None) or "none"
        if expected not in (group, group.split(".")[-1]):
            yield household.differs(f"{code} kind", expected, group)


def _categories_in_force(household: _Household) -> Iterator[Problem]:
    expected = household.case.expect.categories_in_force
    found = [one.category for one in household.pack.categories_in_force(household.case.as_of)]
    if expected is not None and found != expected:
        yield household.differs("categories in force", expected, found)


def _category(household: _Household) -> Iterator[Problem]:
    """The category by the verified facts; without any the compiled rules answer it."""
    case = household.case
    if case.expect.category is None or not case.facts:
        return
    in_force = household.pack.categories_in_force(case.as_of)
    found = next((one.category for one in in_force if truth_of(one.when, household.facts)), "none")
    if found != case.expect.category:
        yield household.differs("category", case.expect.category, found)


_PARTS = (
    _facts,
    _statements,
    _eligibility,
    _guards,
    _elimination,
    _findings,
    _proposals,
    _parameters,
    _item_kinds,
    _categories_in_force,
    _category,
)
