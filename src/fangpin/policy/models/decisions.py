"""The shape of what a pack decides about one household: statements, eligibility, elimination, checks.

The words of these models are the words of the YAML files; docs/packs.md explains each with an
example. Conditions are expressions over the facts of casework (docs/expressions.md).
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from fangpin.policy.models.nodes import Code, DottedCode, Node, Overlay, Sourced, Text, Words


class Dated(Node):
    """In force from a date (inclusive) to a date (exclusive)."""

    from_date: date = Field(alias="from")
    to_date: date | None = Field(default=None, alias="to")


# ── statements.yaml ─────────────────────────────────────────────────────────────────────────────


class Found(Node):
    """What a visit found for the whole window stands above all else while it is recent.

    It is of the months before the visit, so a statement with a fixed `period` never uses it.
    """

    found: Code | None = None
    found_months: DottedCode | None = None
    """The parameter of how many months, up to the last of the window, count as recent."""


class StatementPart(Found):
    """Monthly items added month by month, or one annual item used whole."""

    items: list[Code] = []
    yearly: Code | None = None
    """Used whole where months of the items are not known; never spread over months."""
    as_reported: bool = False
    """Reports count as they come: once there is one, a delivered month without one holds nothing,
    and one known item is enough."""


class StatementLine(Found):
    """One line that is added to or taken from the total."""

    line: Code
    title: Words
    sign: Literal["plus", "minus"]
    parts: list[StatementPart] = Field(min_length=1)
    yearly: Code | None = None
    """An annual item for the whole line, where its parts are not all known."""


class StatementAside(Node):
    """A line that is shown and never counted, with the reason."""

    line: Code
    title: Words
    items: list[Code] = []
    yearly: Code | None = None
    is_balance: bool = False
    """The latest month stands for all: a balance does not add up."""
    why: Words


class StatementPeriod(Node):
    """A year that begins with a month, such as 10-01; the last one that had ended counts."""

    start: Text


class Statement(Overlay, Sourced):
    """statements.yaml: how the income of a household is added up, line by line.

    Either `window`, the parameter of how many complete months before the month of opening count, or
    `period`, a fixed year; the two are never mixed.
    """

    statement: Code
    title: Words
    window: DottedCode | None = None
    period: StatementPeriod | None = None
    lines_as: Code | None = None
    """Another statement whose lines, asides and divisor are these: one accounting, two periods."""
    lines: list[StatementLine] = []
    yearly_total: Code | None = None
    """The annual item that stands for the whole where lines are not known."""
    beside: list[StatementAside] = []
    excluded: list[StatementAside] = []
    members: Code | None = None
    """The household attribute that the total is divided by."""
    line_parameter: DottedCode | None = Field(default=None, alias="line")
    """The parameter that the figure per head is held against, for rolling months."""
    decimals: int = Field(default=2, ge=0, le=4)


# ── eligibilities.yaml ──────────────────────────────────────────────────────────────────────────


class Condition(Node):
    """One line of a test: what must hold, and the figures and lines that show why."""

    condition: Code
    title: Words
    when: Text
    figures: list[Code] = []
    thresholds: list[DottedCode] = []


class Eligibility(Overlay, Sourced, Dated):
    """eligibilities.yaml: whether a household may have a status, condition by condition."""

    eligibility: Code
    title: Words
    valid_months: int | None = Field(default=None, gt=0)
    """How long the status holds once granted; None: until it is ended."""
    conditions: list[Condition] = Field(min_length=1)


# ── elimination.yaml ────────────────────────────────────────────────────────────────────────────


class EliminationCondition(Overlay, Sourced, Dated):
    """elimination.yaml: what must hold before a risk is marked as eliminated.

    stable: every one must hold; natural: one of them must.
    """

    condition: Code
    kind: Literal["stable", "natural"]
    title: Words
    when: Text
    order: int
    figures: list[Code] = []
    thresholds: list[DottedCode] = []


# ── checks/*.yaml ───────────────────────────────────────────────────────────────────────────────


class CaseCheck(Overlay, Sourced):
    """checks/*.yaml: a contradiction in what is on file of a household, with what to do about it.

    level: 1 hard, 2 missing or impossible, 3 help is missing, 4 contradicts itself, 5 suspicious.
    """

    check: Code
    level: int = Field(ge=1, le=5)
    object: Literal["monitored", "eliminated", "any"]
    """monitored: identified and not eliminated; eliminated: its risk was; any: every household."""
    of: Literal["household", "person"] = "household"
    """person: asked of every member of such a household."""
    title: Words
    why: Words
    """What it means and what to do."""
    when: Text
    """True: the contradiction is there."""
    exempt_when: str | None = None
    published: list[Text] = []
    """Numbers of published checks that it restates."""
    measures: list[Code] = []
    """Measures one of which would answer it."""
    figures: list[Code] = []
    thresholds: list[DottedCode] = []
