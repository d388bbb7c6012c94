"""The shape of a pack's values, ledger, rules and lists: what the strict loader accepts, nothing else.

A pack is data: every figure has a date, a source and a status. The words of these models are the
words of the YAML files under `packs/`; docs/packs.md explains each with an example. The header, the
feeds, casework and the demonstration have models of their own beside these.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from fangpin.policy.models.nodes import (
    Code,
    DottedCode,
    Node,
    Overlay,
    Sourced,
    Status,
    Text,
    Words,
)

# ── parameters/*.yaml ───────────────────────────────────────────────────────────────────────────


class ParameterValue(Sourced):
    """A value in force from a date (inclusive) to a date (exclusive) in one division (or all)."""

    from_date: date = Field(alias="from")
    to_date: date | None = Field(default=None, alias="to")
    division: str | None = None
    value: Decimal | list[str]

    @property
    def number(self) -> Decimal:
        """The value of a parameter that is a figure. Raises TypeError for a list of words."""
        if isinstance(self.value, list):
            raise TypeError("this parameter is a list of words, not a figure")
        return self.value


class Parameter(Overlay):
    """A dated, sourced policy value; asked for a date without a value it refuses."""

    parameter: DottedCode
    title: Words
    unit: Text
    values: list[ParameterValue] = Field(min_length=1)


# ── ledger/*.yaml ───────────────────────────────────────────────────────────────────────────────


class LedgerGroup(Node):
    """A branch of the income or expense tree; `order` places it in charts."""

    group: DottedCode
    title: Words
    order: int


class LedgerItem(Overlay):
    """What is known of a household per month, from one feed, or a total of such items.

    kind: `amount` sums `value` (an expression over the feed's fields); `count` counts rows;
    `count_persons` counts distinct persons; `state` keeps the latest `value`; `total` adds `of`.
    """

    item: Code
    title: Words
    kind: Literal["amount", "count", "count_persons", "state", "total"]
    feed: DottedCode | None = None
    value: str | None = None
    where: str | None = None
    of: list[Code] = []
    unit: str = ""
    group: DottedCode | None = None
    sign: Literal["income", "expense", "neither"] = "neither"
    period: Literal["month", "year"] = "month"
    never_negative: bool = False
    """A partial sum is then a lower bound: reaching a threshold is certain though months lack."""
    detail: list[Code] = []
    """Fields of the feed shown beside each source row in evidence."""
    show: list[Code] = []


class HouseholdAttribute(Overlay):
    """A fact of the household as a unit, from the registry: an expression over its members.

    Functions: count(), count(where), any(condition), head(field), first(field), min/max(field).
    Fields of the registry feed and `age` (complete years at the end of the judged month).
    """

    attribute: Code
    title: Words
    value: str
    unit: str = ""


# ── indicators/*.yaml, rules/*.yaml, categories.yaml ────────────────────────────────────────────


class Indicator(Overlay):
    """A figure over the ledger: an expression of the language in docs/expressions.md."""

    indicator: Code
    title: Words
    unit: str
    expression: Text
    decimals: int = 2
    source: Code | None = None


class SeverityStep(Node):
    """The first step whose condition holds gives the severity; without `when` it always holds."""

    severity: Code
    when: str | None = None


class Rule(Overlay, Sourced):
    """An early-warning rule: who it looks at, when it hits, how severe, and how it is told."""

    rule: Code
    code: Text
    title: Words
    kind: Literal["alert", "clue", "screening", "supervision", "counter_evidence"]
    """alert: raises one; clue: a report that starts the clock; screening: a low-key lead; others
    never raise an alert by themselves."""
    edition: int = Field(ge=1)
    from_date: date = Field(alias="from")
    to_date: date | None = Field(default=None, alias="to")
    applies_when: str | None = None
    hit_when: Text
    suppressed_when: str | None = None
    severity: list[SeverityStep] = Field(min_length=1)
    cause: Code | None = None
    figures: list[Code] = []
    """Indicators, items or attributes shown with the alert, the most telling first."""
    thresholds: list[DottedCode] = []
    chart: Code | None = None
    """The ledger item drawn month by month in 'why this alert'."""
    chart_threshold: DottedCode | None = None
    evidence: list[Code] = []
    """Ledger items whose source rows prove the hit."""
    evidence_months: int = Field(default=12, ge=1, le=36)
    explain: Words
    """A sentence with {placeholders}: figures, thresholds, {start}, {end}, {month}."""
    window: Words | None = None


class Severity(Node):
    """severities.yaml: a step of urgency; rank 1 is the most urgent."""

    severity: Code
    rank: int
    title: Words
    numeral: str
    shape: Literal["diamond", "triangle", "square", "circle"]
    due_days: int
    working_days: bool
    source: Code
    status: Status


class Category(Overlay, Sourced):
    """A monitoring category and the condition under which a verified household would be in it."""

    category: Code
    title: Words
    from_date: date = Field(alias="from")
    to_date: date | None = Field(default=None, alias="to")
    order: int
    when: Text


class RiskCause(Overlay):
    """risk_causes.yaml."""

    cause: Code
    title: Words
    order: int
    note_required: bool = False


class Guard(Words):
    """What a measure asks of a household, or `of: person` of whoever receives it.

    Without `when` it is for people to judge.
    """

    when: str | None = None
    of: Literal["household", "person"] = "household"
    thresholds: list[DottedCode] = []


class MeasureKind(Overlay, Sourced):
    """measures/*.yaml: one class of assistance measure, or one kind of help within a class."""

    measure: Code
    title: Words
    group: Code
    developmental: bool
    part_of: Code | None = None
    """The class that this kind of help belongs to."""
    suits: list[Code] = []
    """Risk causes that it answers."""
    fills: list[Code] = []
    """Gaps that it closes: `guarantees.<gap>` is a word of the pack."""
    department: Code | None = None
    guards: list[Guard] = []
    until_date: date | None = None
    must_name: list[Literal["person", "place"]] = []
    """What a plan has to say of it: the member it is for, the resource it takes a place of."""
    paid_monthly: bool = False
    """Whether it pays an amount each month: a plan, or the place that it takes, may state it."""
    items: list[Code] = []
    """Ledger items in which its payments are seen: what feeds report of it."""


class Role(Node):
    """roles.yaml: an official's role, the level of its divisions, and what it may open."""

    role: Code
    title: Words
    level: Code
    may: list[Code]
    administers: Literal["system", "security", "audit"] | None = None
    """One of the three administrations, which no person may join; None: works on households."""


class CalendarYear(Sourced):
    """calendar/<year>.yaml: days off on weekdays, and weekend days that are worked."""

    year: int
    weekend: list[int] = [5, 6]
    holidays: list[date]
    make_up_days: list[date]


class Word(Overlay):
    """words.yaml: a word of policy used in the interface."""

    word: DottedCode
    title: Words
