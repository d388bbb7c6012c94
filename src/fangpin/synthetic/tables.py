"""A department's table: which fields it fills and which rows of the truth it reports in a month."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from fangpin.synthetic.world import Household, Person, World
from fangpin.values.month import Month


class Repeated(dict[str, object]):
    """Values that many rows of one delivery share; they are turned into text once."""


class Row(NamedTuple):
    """One row before it is written: whom it is about and what it says.

    Values are plain: fen for amounts, whole numbers for counts, dates, months, and for codes the
    word that departments use. Identifier, name, household and division are filled from the subject.
    """

    person: Person | None
    household: Household | None
    values: dict[str, object]


@dataclass(frozen=True, slots=True)
class Table:
    """How one feed's rows of one month come from the truth; `fields` are codes and spaces."""

    feed: str
    fields: str
    rows: Callable[[World, Month], Iterator[Row]]
    identifier_is_certificate: bool = False


def event_table(feed: str, fields: str) -> Table:
    """A table whose rows are the world's records of this feed."""

    def rows(world: World, month: Month) -> Iterator[Row]:
        for record in world.records:
            if record.feed == feed and record.month == month:
                person = record.person
                household = world.household(person.household_no) if person else None
                yield Row(person, household, record.values)

    return Table(feed=feed, fields=fields, rows=rows)
