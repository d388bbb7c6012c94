"""How the offices of a country write cells, beside what is written everywhere. The words are a pack's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from fangpin.values.text import normalise

_NO_FRACTION = re.compile(r"\.0+$")


@dataclass(frozen=True, eq=False)
class Writing:
    """Words, marks and orders of one country's tables; equal only to itself."""

    missing: tuple[str, ...] = ()
    """For 'nothing known here', beside MISSING_WORDS; never zero."""
    no_number: tuple[str, ...] = ()
    """Parts of a text without a digit that says: this person has no identity number."""
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()
    until_further_notice: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    """Marks of the currency, before or behind a figure."""
    multiples: Mapping[str, int] = field(default_factory=dict)
    """What a figure or a unit of money is multiplied by: 万, miles de."""
    counted: tuple[str, ...] = ()
    """What stands behind a count: 人, persons."""
    units: tuple[str, ...] = ()
    """What a title or a row of units says of figures that need no reckoning, besides."""
    before_unit: tuple[str, ...] = ()
    """Words between a title and its unit: 单位, in."""
    title_notes: tuple[str, ...] = ()
    """What forms print in brackets behind a title, alone or behind a number."""
    title_examples: tuple[str, ...] = ()
    """How an example or a format in brackets begins."""
    months: tuple[tuple[str, ...], ...] = ()
    """The names of the twelve, each with its abbreviations."""
    decimal: Literal["point", "comma"] = "point"
    date_order: Literal["dmy", "mdy"] | None = None
    """Of days with the year last; None: nobody knows, and people are asked."""
    encoding: str | None = None
    """Of text files that are not in Unicode."""

    @cached_property
    def missing_words(self) -> frozenset[str]:
        """`missing` in the form in which cells are compared."""
        return frozenset(normalise(word).lower() for word in self.missing)

    @cached_property
    def endless_words(self) -> frozenset[str]:
        """`until_further_notice` in the form in which cells are compared."""
        return frozenset(normalise(word).casefold() for word in self.until_further_notice)

    @cached_property
    def month_of(self) -> dict[str, int]:
        """1 to 12 by each name of a month."""
        return {
            normalise(name).casefold().removesuffix("."): place
            for place, names in enumerate(self.months, 1)
            for name in names
        }

    @cached_property
    def unit_scales(self) -> dict[str, int]:
        """What a title's figures are multiplied by, by the unit that it may state."""
        plain = dict.fromkeys((*self.units, *self.counted, *self.money), 1)
        scaled = {
            f"{word}{between}{money}": multiple
            for word, multiple in self.multiples.items()
            for money in self.money
            for between in ("", " ")
        }
        return {normalise(unit).casefold(): scale for unit, scale in {**plain, **scaled}.items()}

    @property
    def has_decimal_comma(self) -> bool:
        """Whether `1.200,50` is twelve hundred and a half."""
        return self.decimal == "comma"

    def figure(self, text: str) -> str:
        """A machine's number as this country writes it: 1200.5 is 1200,5 where the comma is the mark.

        A whole number loses the fraction that it has not: 3.0 in a column of identity numbers is 3.
        """
        return _NO_FRACTION.sub("", text).replace(".", ",") if self.has_decimal_comma else text


EVERYWHERE = Writing()
"""What is written alike in every country, and nothing else."""
