"""What the figures say of a case's household: income, line, suggested category. Advice for people.

The edition and the line are those of the day of the first clue; income is that of the twelve
complete months before it. What a visit established stands above department data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from fangpin.casework.alerts.models import Run
from fangpin.casework.cases.case_facts import known_facts
from fangpin.casework.cases.models import Case, Visit
from fangpin.casework.registry.models import Household, HouseholdMonth, Member
from fangpin.decisions.case_facts import with_derived
from fangpin.decisions.elimination import EliminationAnswer, elimination_of
from fangpin.decisions.rolling import months_above_line, rolling_income
from fangpin.decisions.statement import Correction, IncomeStatement, income_statement
from fangpin.policy import Pack
from fangpin.policy.expressions.evaluate import value_of
from fangpin.policy.expressions.facts import Facts, Value, facts_at
from fangpin.policy.models.procedures import FormField
from fangpin.values.problem import ProblemError

INCOME_PER_HEAD = "income_per_head"
INCOME = "income_base"
SELF_PAID = "self_paid_12_months"
LINE = "income.monitoring_line"
SEVERE = "in_severe_difficulty"
MEMBERS = "members"
RISK_GONE = "risk_gone"
MONTHS_SHOWN = 24
"""Months of a household's ledger that the case database holds."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Figures of a case in the pack's currency; None is unknown, never zero."""

    suggested_category: str
    income_total: Decimal | None
    income_per_head: Decimal | None
    self_paid: Decimal | None
    line: Decimal | None
    statement: IncomeStatement | None
    """The income line by line; None where the pack has no statement."""
    facts: Facts

    def elimination(
        self, pack: Pack, *, kind: str, at: date, natural_reason: str = ""
    ) -> EliminationAnswer:
        """The pack's conditions of an elimination of this kind, each met, not met or unknown."""
        known = {**self.facts.known, "natural_reason": natural_reason or None}
        return elimination_of(
            pack=pack,
            facts=replace(self.facts, known=known),
            kind="natural" if kind == "natural" else "stable",
            at=at,
        )


def assess(pack: Pack, case: Case, *, on: date) -> Assessment:
    """The figures of a case: of its first clue's day for an identification, of `on` otherwise.

    Raises ProblemError CALENDAR_YEAR_MISSING, NO_VALUE_FOR_DATE.
    """
    is_new = case.kind == "identification"
    day = case.first_clue_date if is_new else on
    visit = latest_visit(case)
    statement = statement_of(pack, case.household, at=day, visit=visit)
    known = income_facts(statement) if is_new else {}
    if not is_new:
        known = with_derived(
            pack=pack,
            known={
                **known_facts(pack, case.household, at=day),
                **rolling_facts(pack, case.household, at=day),
                **labour_facts(pack, case.household),
            },
            at=day,
        )
    facts = facts_of(pack, case.household, at=day, visit=visit, known=known)
    if not is_new and visit is not None and visit.is_at_risk:
        # The verifiers' own finding stands above what they ticked.
        facts = replace(facts, known={**facts.known, RISK_GONE: False})
    return Assessment(
        suggested_category=category_of(pack, facts, at=day) if is_new else "",
        income_total=statement.total if statement else _figure(pack, INCOME, facts),
        income_per_head=statement.per_head if statement else _figure(pack, INCOME_PER_HEAD, facts),
        self_paid=_figure(pack, SELF_PAID, facts),
        line=line_of(pack, at=day, division=case.division),
        statement=statement,
        facts=facts,
    )


def statement_of(
    pack: Pack, household: Household, *, at: date, visit: Visit | None = None
) -> IncomeStatement | None:
    """The income of the complete months before a day, corrected by a visit; None without one.

    The pack's statement with a window is that of cases; one with a period is the yearly collection
    and never mixed with it.
    """
    code = next((one.statement for one in pack.statements.values() if one.window), None)
    if code is None:
        return None
    members = established(pack, visit).get(MEMBERS) or household.count_of_members
    corrections = visit.corrections.all() if visit is not None else ()
    return income_statement(
        pack=pack,
        statement=code,
        members=int(members) if isinstance(members, Decimal | int) else None,
        opened=at,
        **_ledger_of(household, at=at),
        corrections=[Correction(one.line, one.amount, one.reason) for one in corrections],
        division=household.division,
    )


def income_facts(statement: IncomeStatement | None) -> dict[str, Value | None]:
    """A statement's totals by the names under which conditions know them."""
    if statement is None or statement.per_head is None:
        return {}
    return {INCOME_PER_HEAD: statement.per_head, INCOME: statement.total}


def rolling_facts(pack: Pack, household: Household, *, at: date) -> dict[str, Value | None]:
    """Income per head now, and for how many months on end it has been above the line."""
    code = next((one.statement for one in pack.statements.values() if one.window), None)
    if code is None:
        return {}
    rolling = rolling_income(
        pack=pack,
        statement=code,
        members=household.count_of_members,
        at=at,
        count=MONTHS_SHOWN // 2,
        **_ledger_of(household, at=at),
        division=household.division,
    )
    return {"per_head_now": rolling[-1].per_head, "months_above_line": months_above_line(rolling)}


def labour_facts(pack: Pack, household: Household) -> dict[str, Value | None]:
    """Whether nobody in the household is able to work, where its attributes tell."""
    attributes = attributes_of(pack, household)
    if "all_without_labour" in attributes or "labour_count" not in attributes:
        return {}
    return {"all_without_labour": attributes["labour_count"] == 0}


def facts_of(
    pack: Pack,
    household: Household,
    *,
    at: date,
    visit: Visit | None = None,
    known: dict[str, Value | None] | None = None,
) -> Facts:
    """What is known of a household on a day: ledger months, attributes, and above them the visit."""
    return facts_at(
        pack=pack,
        at=at,
        division=household.division,
        known={**attributes_of(pack, household), **(known or {}), **established(pack, visit)},
        **_ledger_of(household, at=at),
    )


def category_of(pack: Pack, facts: Facts, *, at: date) -> str:
    """The first category in force on a day whose condition holds; empty: none, or cannot tell."""
    for category in pack.categories_in_force(at):
        try:
            if value_of(category.when, facts) is True:
                return category.category
        except ProblemError:
            return ""
    return ""


def line_of(pack: Pack, *, at: date, division: str) -> Decimal | None:
    """The monitoring line in force on a day; None where the pack has none."""
    if LINE not in pack.parameters:
        return None
    try:
        return pack.parameter(LINE, at=at, division=division).number
    except ProblemError:
        return None


def latest_visit(case: Case) -> Visit | None:
    """The visit that stands; None before one."""
    return Visit.objects.filter(act__case=case, act__is_undone=False).order_by("-act__seq").first()


def latest_visit_of(household: Household) -> Visit | None:
    """The household's latest visit that stands, of whichever case."""
    return (
        Visit.objects.filter(household=household, act__is_undone=False)
        .order_by("-visited_at", "-id")
        .first()
    )


def member_of(member: Member) -> dict[str, Value | None]:
    """A member's registry fields as conditions about a person know them."""
    found = {code: plain(value) for code, value in member.attributes.items()}
    return {**found, "birth_date": member.birth_date, "is_head": member.is_head}


def attributes_of(pack: Pack, household: Household) -> dict[str, Value | None]:
    """The household's attributes as expressions know them."""
    return {
        code: plain(value)
        for code, value in household.attributes.items()
        if code in pack.attributes
    }


def established(pack: Pack, visit: Visit | None) -> dict[str, Value | None]:
    """What a visit established, by the names that its form gives to answers."""
    if visit is None:
        return {}
    known: dict[str, Value | None] = {SEVERE: visit.is_in_severe_difficulty}
    form = pack.forms.get(visit.form)
    fields = {field.field: field for field in form.fields} if form else {}
    for answer in visit.answers.all():
        field = fields.get(answer.field)
        if field is not None and field.fact and answer.found_value != "":
            known[field.fact] = typed(field, answer.found_value)
    return known


def gaps_of(pack: Pack, visit: Visit | None) -> frozenset[str]:
    """The guarantees that a visit found lacking."""
    form = pack.forms.get(visit.form) if visit is not None else None
    if visit is None or form is None:
        return frozenset()
    fields = {field.field: field.gap for field in form.fields if field.gap}
    return frozenset(
        gap
        for answer in visit.answers.all()
        if (gap := fields.get(answer.field)) and answer.found_value == "true"
    )


def typed(field: FormField, text: str) -> Value | None:
    """An answer as the value it stands for; None for what cannot be read as such."""
    if field.type == "truth":
        return {"true": True, "false": False}.get(text)
    if field.type in ("amount", "count"):
        try:
            return Decimal(text)
        except InvalidOperation:
            return None
    if field.type == "date":
        try:
            return date.fromisoformat(text)
        except ValueError:
            return None
    return text


def plain(value: Any) -> Value | None:
    """A stored JSON value as expressions know it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value if isinstance(value, bool | str) else None


def covered(*, at: date) -> dict[str, frozenset[int]]:
    """Feed -> months that it had delivered, as the latest run by a day knew; {} before one."""
    run = Run.objects.filter(as_of__lte=at).order_by("-as_of").first()
    if run is None:
        run = Run.objects.order_by("as_of").first()
    return delivered_of(run)


def delivered_of(run: Run | None) -> dict[str, frozenset[int]]:
    """Feed -> months that it had delivered when a run was made, whatever has come since; {} without one."""
    return {feed: frozenset(months) for feed, months in run.coverage.items()} if run else {}


def _ledger_of(household: Household, *, at: date) -> dict[str, Any]:
    """A household's months, and the months that feeds had delivered.

    Of a household without a month no run knew anything when its case opened, whatever was delivered:
    nothing is known of it then, and nothing is zero.
    """
    months = months_of(household)
    return {"months": months, "covered": covered(at=at) if months else {}}


def months_of(household: Household) -> dict[str, dict[int, Decimal | str | None]]:
    """The household's ledger as copied into the case database: item -> month -> amount."""
    by_item: dict[str, dict[int, Decimal | str | None]] = {}
    for row in HouseholdMonth.objects.filter(household=household):
        for item, value in row.amounts.items():
            try:
                by_item.setdefault(item, {})[row.month] = Decimal(str(value))
            except InvalidOperation:
                by_item.setdefault(item, {})[row.month] = str(value)
    return by_item


def _figure(pack: Pack, code: str, facts: Facts) -> Decimal | None:
    if code not in pack.indicators and code not in facts.known:
        return None
    try:
        value = value_of(code, facts)
    except ProblemError:
        return None
    return Decimal(value) if isinstance(value, Decimal | int) else None
