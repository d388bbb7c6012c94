"""The shape of case files: one household, its facts, what officials did, and what policy says of it.

The words of these models are the words of the YAML files; docs/cases.md explains each with an
example.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from fangpin.policy.history_models import ExpectedCasework, HistoryEntry
from fangpin.policy.models import Code, DottedCode, Node, Text

_OF_CASEWORK = ExpectedCasework.model_fields.keys()


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


class Expectation(ExpectedCasework):
    """What a case must give; `alert: none` states that no alert is raised."""

    rules: dict[Code, ExpectedRule] = {}
    figures: dict[Code, Decimal | bool | str | None] = {}
    alert: ExpectedAlert | Literal["none"] | None = None
    category: Code | Literal["none"] | None = None
    sentence_zh: list[str] = []
    """Words that the explanation must contain."""

    @property
    def asks_of_rules(self) -> bool:
        """Whether anything is expected that the rules answer; so does a case without any `expect`."""
        asked = self.model_fields_set & (Expectation.model_fields.keys() - _OF_CASEWORK)
        return bool(asked) or not self.model_fields_set


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
    history: list[HistoryEntry] = []
    """What officials did, in order: played through the acts of casework before looking at `as_of`."""
    expect: Expectation


class CaseFile(Node):
    """cases/*.yaml, or any file given to `fangpin pack test --cases`."""

    cases: list[PackCase] = Field(min_length=1)
