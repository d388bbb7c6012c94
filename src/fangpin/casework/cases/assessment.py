"""What the figures say of a case's household: income, line, suggested category. Advice for people.

The edition and the line are those of the day of the first clue; income is that of the twelve
complete months before it. What a visit established stands above department data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from fangpin.casework.alerts.models import Run
from fangpin.casework.cases.models import Case, Visit
from fangpin.casework.registry.models import Household, HouseholdMonth
from fangpin.policy import Pack
from fangpin.policy.expressions.evaluate import value_of
from fangpin.policy.expressions.facts import Facts, Value, facts_at
from fangpin.policy.models import Words
from fangpin.policy.procedure_models import FormField
from fangpin.values.problem import ProblemError

INCOME_PER_HEAD = "income_per_head"
INCOME = "income_base"
SELF_PAID = "self_paid_12_months"
LINE = "income.monitoring_line"
SEVERE = "in_severe_difficulty"


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition of an elimination that does not hold, or of which nothing is known."""

    code: str
    title: Words
    told_zh: str
    told_en: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """Figures of a case in the pack's currency; None is unknown, never zero."""

    suggested_category: str
    income_total: Decimal | None
    income_per_head: Decimal | None
    self_paid: Decimal | None
    line: Decimal | None
    unmet: tuple[Condition, ...] = ()
    """Conditions of an elimination that do not hold, or of which nothing is known."""


def assess(pack: Pack, case: Case, *, on: date) -> Assessment:
    """The figures of a case: of its first clue's day for an identification, of `on` otherwise."""
    day = case.first_clue_date if case.kind == "identification" else on
    facts = facts_of(pack, case.household, at=day, visit=latest_visit(case))
    return Assessment(
        suggested_category=category_of(pack, facts, at=day),
        income_total=_figure(pack, INCOME, facts),
        income_per_head=_figure(pack, INCOME_PER_HEAD, facts),
        self_paid=_figure(pack, SELF_PAID, facts),
        line=line_of(pack, at=day, division=case.division),
    )


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
        months=_months(household),
        covered=covered(at=at),
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
    return {feed: frozenset(months) for feed, months in run.coverage.items()} if run else {}


def _months(household: Household) -> dict[str, dict[int, Decimal | str | None]]:
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
