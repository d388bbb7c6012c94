"""The shape of pack.yaml and sources.yaml: for whom a pack is, how it knows people, what it rests on."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from functools import cached_property
from typing import Literal

from pydantic import Field

from fangpin.policy.models.nodes import Code, DottedCode, Node, Sourced, Text, Words
from fangpin.values.writing import EVERYWHERE, Writing


class DivisionLevel(Node):
    """One level of administrative divisions, highest first; `width` is the length of its codes."""

    level: Code
    title: Words
    width: int = Field(gt=0)


class NoNames(Node):
    """What stands where a name belongs and tells nobody: whole words, and how such names end."""

    words: list[Text] = []
    endings: list[Text] = []


class Registry(Node):
    """Which feed lists the persons of each household, and which of its fields mean what."""

    feed: DottedCode
    household_no: Code
    person_no: Code
    name: Code
    identifier: Code | None = None
    relation: Code
    head: Text
    division: Code
    birth: Code | None = None
    sex: Code | None = None
    phone: Code | None = None
    address: Code | None = None
    no_names: NoNames | None = None
    """In every feed; linkage does not compare them."""


class FieldIs(Node):
    """Rows whose field has one of some values."""

    field: Code
    is_one_of: list[Text] = Field(min_length=1)


class HouseholdUnit(Node):
    """Another way in which an office groups people, kept apart from the registry's households.

    The registry's households are the economic units: they alone make ledgers and denominators.
    """

    unit: Code
    title: Words
    feed: DottedCode
    number: Code
    """The field that names the unit, such as a booklet's number."""
    division: Code
    """The field that says where the person belongs by it."""
    lives_here_only: Words
    """What is said of a member of the economic unit whom this unit places elsewhere."""
    listed_here_only: Words
    """What is said of one whom this unit lists with the household and the economic unit does not."""
    must_be_listed: FieldIs | None = None
    """Of the feed's rows, those of people whom some household should list; None: of nobody is that said."""
    in_no_household: Words | None = None
    """What is said of one of them whom no household lists."""


class DeathTold(Node):
    """A feed that reports deaths: which of its rows do, and on which day."""

    feed: DottedCode
    where: FieldIs | None = None
    on: Code
    """Its date of the death."""


class SignOfLife(Node):
    """A feed whose rows a dead person cannot cause: benefits, visits, bills."""

    feed: DottedCode
    where: FieldIs | None = None
    on: Code | None = None
    """The date on which the thing happened; None: the row's month, and the whole of it."""


class Deaths(Sourced):
    """How a death that one feed tells is held against what others go on telling."""

    told_by: list[DeathTold] = Field(min_length=1)
    contradicted_by: list[SignOfLife] = Field(min_length=1)
    months: int = Field(ge=1)
    """How far back from the judged month rows are looked at."""


class TableWords(Sourced):
    """How a country's departments write tables: what is `Writing`, and which rows are no records."""

    totals: list[Text] = Field(min_length=1)
    """Words of a row that sums others: 合计, total."""
    notes: list[Text] = Field(min_length=1)
    """Words before a colon where somebody signs, dates or explains the table: 制表, prepared by."""
    encoding: Text | None = None
    decimal: Literal["point", "comma"] = "point"
    date_order: Literal["dmy", "mdy"] | None = None
    missing: list[Text] = []
    no_number: list[Text] = []
    yes: list[Text] = []
    no: list[Text] = []
    until_further_notice: list[Text] = []
    money: list[Text] = []
    multiples: dict[str, int] = {}
    counted: list[Text] = []
    units: list[Text] = []
    before_unit: list[Text] = []
    title_notes: list[Text] = []
    title_examples: list[Text] = []
    months: list[list[Text]] = []

    @cached_property
    def writing(self) -> Writing:
        """These words as those who read cells know them."""
        told = {name: getattr(self, name) for name in (one.name for one in fields(Writing))}
        lists = {name: tuple(value) for name, value in told.items() if isinstance(value, list)}
        return Writing(**{**told, **lists, "months": tuple(map(tuple, self.months))})


class PackHeader(Node):
    """pack.yaml: who the pack is for and what the pack extends."""

    pack: Code
    title: Words
    extends: Code | None = None
    currency: Words | None = None
    division_levels: list[DivisionLevel] = []
    root_division: str | None = None
    registry: Registry | None = None
    household_units: list[HouseholdUnit] = []
    deaths: Deaths | None = None
    tables: TableWords | None = None
    calendar: Code | None = None
    school_year_start_month: int | None = Field(default=None, ge=1, le=12)
    monitoring_feed: DottedCode | None = None
    """The feed by which a run knows which households this platform has in monitoring."""

    @property
    def writing(self) -> Writing:
        """How this country's departments write; EVERYWHERE where the pack does not say."""
        return self.tables.writing if self.tables else EVERYWHERE


class Source(Node):
    """sources.yaml: a document that a value rests on."""

    source: Code
    title: Words
    place: str = ""
    published_date: date | None = None
