"""What is known of one household on one day: what expressions are evaluated over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from fangpin.values.month import Month

if TYPE_CHECKING:
    from fangpin.policy.pack import Pack

Value = Decimal | int | bool | str | date | frozenset[str]
"""A figure, a truth, a text, a date, or a set of codes such as the causes of a case."""

MonthValues = Mapping[str, Mapping[int, Decimal | str | None]]
"""Base ledger item -> month (year * 12 + month - 1) -> its total, or latest state; None: unknown."""


@dataclass(frozen=True, slots=True)
class Facts:
    """One household as its files, its ledger and its visits tell of it.

    A name that is nowhere is unknown. Grain of `months`: base item and month; an annual item stands
    at the January of its year. A month without a value is zero only where `covered` says that the
    feed delivered it and the feed's contract says that absence means zero.
    """

    pack: Pack
    month: int
    """The judged month: the last complete one."""
    parameter: Callable[[str], Decimal | list[str]]
    """The value of a parameter on the day and in the division that decide."""
    known: Mapping[str, Value | None] = field(default_factory=dict)
    """Verified facts, household attributes and casework facts; they win over indicators."""
    months: MonthValues = field(default_factory=dict)
    covered: Mapping[str, frozenset[int]] = field(default_factory=dict)
    """Feed -> the months that it had delivered."""
    figures: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Indicators computed once; `dataclasses.replace` begins anew."""


def facts_at(
    *,
    pack: Pack,
    at: date,
    division: str | None,
    known: Mapping[str, Value | None] | None = None,
    months: MonthValues | None = None,
    covered: Mapping[str, frozenset[int]] | None = None,
    month: int | None = None,
) -> Facts:
    """Facts whose parameters are those in force on a day in a division.

    `month` is the judged month, by default the last complete one before the day. A parameter
    without a value raises ProblemError (NO_VALUE_FOR_DATE) when an expression asks for it.
    """
    return Facts(
        pack=pack,
        month=int(Month.last_complete(at)) if month is None else month,
        parameter=lambda code: pack.parameter(code, at=at, division=division).value,
        known=known or {},
        months=months or {},
        covered=covered or {},
    )
