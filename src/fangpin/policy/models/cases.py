"""The shape of case files: one household, its facts, what officials did, and what policy says of it.

The words of these models are the words of the YAML files; docs/cases.md explains each with an
example.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from fangpin.policy.models.histories import ExpectedCasework, HistoryEntry
from fangpin.policy.models.nodes import Code, DottedCode, Node, Text


class Series(Node):
    """The same value in every month from `from` to `to`, both inclusive."""

    item: Code
    from_month: str = Field(alias="from")
    to_month: str = Field(alias="to")
    value: Decimal | str | None


class ExpectedRule(Node):
    """What one rule must answer; figures are compared after rounding to the digits written."""

    outcome: Literal["hit", "no_hit", "cannot_tell", "suppressed", "not_applicable"]
    severity: Code | None = None
    figures: dict[Code, Decimal | bool | str | None] = {}


class ExpectedAlert(Node):
    """The one alert that the household's hits become."""

    severity: Code
    cause: Code | None = None
    rules: list[Code] | None = None
    due: date | None = None
    """The day by which this severity asks for a visit, counted from `as_of`."""


Told = Literal["met", "not_met", "cannot_tell"]
"""A condition's answer for one household."""


class ExpectedStatement(Node):
    """What a statement of income must give; `null` states that a figure cannot be told."""

    first: str | None = None
    last: str | None = None
    """The first and last month that it adds up."""
    basis: Literal["lines", "yearly_total", "unknown"] | None = None
    total: Decimal | None = None
    per_head: Decimal | None = None
    lines: dict[Code, Decimal | None] = {}
    missing: list[Code] | None = None


class ExpectedEligibility(Node):
    """What a test of a status must answer, as a whole and condition by condition."""

    answer: Told
    conditions: dict[Code, Told] = {}
    valid_until: date | None = None


class ExpectedGuards(Node):
    """What the guards of a measure must answer, in the order of the pack."""

    person: int | None = None
    """Position among `persons` of who receives it; without it any of them may."""
    answers: list[Told] | None = None
    open: bool | None = None
    """Whether nothing is known against it."""


class ExpectedElimination(Node):
    """Whether a risk may be marked as eliminated, and which conditions are lacking."""

    answer: Literal["open", "closed", "cannot_tell"]
    lacking: list[Code] | None = None


class CaseCorrection(Node):
    """What a visit established in place of a computed amount of income, and why."""

    code: Code
    amount: Decimal
    reason: Text


class Expectation(ExpectedCasework):
    """What a case must give; `alert: none` states that no alert is raised."""

    rules: dict[Code, ExpectedRule] = {}
    figures: dict[Code, Decimal | bool | str | None] = {}
    alert: ExpectedAlert | Literal["none"] | None = None
    category: Code | Literal["none"] | None = None
    sentence_zh: list[str] = []
    """Words that the explanation must contain."""
    categories_in_force: list[Code] | None = None
    """The monitoring categories that there are on the day, in their order."""
    statement: dict[Code, ExpectedStatement] = {}
    eligibility: dict[Code, ExpectedEligibility | Told] = {}
    guards: dict[Code, ExpectedGuards] = {}
    elimination: dict[Literal["stable", "natural"], ExpectedElimination] = {}
    findings: list[Code] = []
    """Checks that hit."""
    no_findings: list[Code] | Literal["any"] = []
    """Checks that do not hit; `any`: none but those of `findings`."""
    proposals: list[Code] = []
    """Measures that are proposed and open for the causes among `facts` and for `gaps`."""
    parameters: dict[DottedCode, Decimal | list[str] | None] = {}
    """Values on the day in the division; `null`: there is none, and it is refused."""
    item_kind: dict[Code, DottedCode] = {}
    """Ledger item -> its group, whole (`income.transfer`) or the last part of it (`transfer`)."""


class PackCase(Node):
    """One household, one date and what policy says of it: a sentence, the facts, the expectation.

    Every feed counts as delivered for the 36 months up to the judged month, save for `unknown`:
    feed -> "all" or the months that were not delivered. The judged month is the last complete one
    before `as_of`. Annual items are keyed by year ("2019"), all others by month ("2020-02").
    """

    case: Text
    note: str = ""
    as_of: date
    division: str | None = None
    household: dict[Code, Decimal | bool | str | None] = {}
    persons: list[dict[str, Decimal | bool | str | date | None]] = []
    """Registry rows by field code; the household's attributes are then computed from them."""
    ledger: dict[Code, dict[str, Decimal | str | None]] = {}
    series: list[Series] = []
    unknown: dict[DottedCode, Literal["all"] | list[str]] = {}
    facts: dict[Code, Decimal | bool | str | date | list[str] | None] = {}
    """Facts of casework and what a visit established; they win over the ledger. Sets are lists;
    what follows from dates and measures need not be given."""
    opened: date | None = None
    """The day on which the case opened, for statements of income; by default `as_of`."""
    corrections: list[CaseCorrection] = []
    gaps: list[Code] = []
    """What the household lacks among the guarantees, for proposals."""
    history: list[HistoryEntry] = []
    """What officials did, in order: played through the acts of casework before looking at `as_of`."""
    expect: Expectation


class CaseFile(Node):
    """cases/*.yaml, or any file given to `fangpin pack test --cases`."""

    cases: list[PackCase] = Field(min_length=1)
