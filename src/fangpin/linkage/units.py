"""Other households than the economic one: what each office's grouping says of a household's people.

The registry's household is the economic unit: who shares one purse. It alone makes ledgers and the
count of members. A unit that the pack declares, such as a registration booklet, is kept beside it:
who lives here and is registered elsewhere counts here, who is only registered here does not, and
both are listed for someone to look at; so is whoever should be in some household and is in none.
Nothing is moved by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fangpin.feeds.arrivals import Arrival
from fangpin.lake.engine import Engine
from fangpin.linkage.moved.linked import Linked
from fangpin.linkage.moved.placed import view_placed_rows
from fangpin.linkage.registry.states import RegistryState
from fangpin.policy.expressions.sql import column, quoted
from fangpin.policy.models.header import HouseholdUnit
from fangpin.policy.pack import Pack
from fangpin.values.month import Month

Presence = Literal["lives_here_only", "listed_here_only", "in_no_household"]
MEMBERS = "unit_members"
"""unit, person_ref, number, division, feed, delivery, row_no, must_be_listed: as the unit's latest
delivered month says."""

PLACED = "unit_members_placed"
"""MEMBERS, each with the economic household that the person counts in and its division, if any."""

DIFFERENCES = "unit_differences"
"""unit, household_ref, person_ref, presence, division, counted_in, feed, delivery, row_no."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A person on whom an economic household and another unit differ."""

    unit: str
    household_ref: int | None
    """None where the person is in no household, nor is anyone of the same number."""
    person_ref: int
    presence: Presence
    division: str | None
    """Where the unit places the person."""
    counted_in: int | None
    """The economic household whose ledger and members the person counts in; None: in none."""
    row: tuple[str, str, int] = ("", "", 0)
    """Feed, delivery and row number that say so."""


def make_members(
    *,
    engine: Engine,
    pack: Pack,
    state: RegistryState,
    arrivals: Sequence[Arrival],
    linked: Linked,
) -> None:
    """Make MEMBERS of every unit that the pack declares and whose feed has arrived."""
    engine.make_empty_table(
        MEMBERS,
        {
            "unit": "VARCHAR",
            "person_ref": "BIGINT",
            "number": "VARCHAR",
            "division": "VARCHAR",
            "feed": "VARCHAR",
            "delivery": "VARCHAR",
            "row_no": "INTEGER",
            "must_be_listed": "BOOLEAN",
        },
    )
    for unit in pack.header.household_units:
        latest = _latest(unit, arrivals)
        if not latest:
            continue
        of_feed = [one for one in arrivals if one.feed == unit.feed]
        if not view_placed_rows(
            engine=engine,
            name="unit_rows",
            arrivals=latest,
            beside=of_feed,
            linked=linked,
            state=state,
        ):
            continue
        of_month = ", ".join(quoted(one.delivery) for one in latest)
        engine.make_view("unit_facts", f"SELECT * FROM unit_rows WHERE delivery IN ({of_month})")
        listed = (
            f"SELECT {quoted(unit.unit)}, person_ref, "
            f"CAST({column(unit.number)} AS VARCHAR), {column(unit.division)}, {quoted(unit.feed)}, "
            f"delivery, row_no, {_must_be_listed(unit)} FROM unit_facts AS facts "
            f"{{join}} WHERE {column(unit.number)} IS NOT NULL"
        )
        # Few persons are listed twice: to put all rows in order for their sake is dear.
        engine.make_table(
            "listed_twice",
            f"SELECT person_ref FROM unit_facts WHERE {column(unit.number)} IS NOT NULL "
            "GROUP BY person_ref HAVING count(*) > 1",
        )
        engine.append(MEMBERS, listed.format(join="ANTI JOIN listed_twice USING (person_ref)"))
        engine.append(
            MEMBERS,
            listed.format(join="SEMI JOIN listed_twice USING (person_ref)")
            + " QUALIFY row_number() OVER "
            "(PARTITION BY person_ref ORDER BY delivery DESC, row_no DESC) = 1",
        )
        engine.drop("listed_twice")


def make_differences(
    *,
    engine: Engine,
    pack: Pack,
    state: RegistryState,
    arrivals: Sequence[Arrival],
    linked: Linked,
) -> None:
    """Make DIFFERENCES: where the economic households and the other units differ.

    `lives_here_only`: a member of the household whom the unit places in another division.
    `listed_here_only`: shares a unit's number with a member whom the unit places in the household's
    division, is placed there too, and is no member. `in_no_household`: must be listed by what the pack
    says, is placed in a division that has households, and neither the person nor anyone of the same
    number is in one. Whoever a unit does not know is no difference.
    """
    registry = pack.header.registry
    assert registry is not None, "checked when the registry was read"
    make_members(engine=engine, pack=pack, state=state, arrivals=arrivals, linked=linked)
    engine.view_files("unit_people", [state.people])
    place = column(registry.division)
    engine.make_table(
        PLACED,
        f"SELECT listed.*, homes.household_ref, homes.{place} AS home_division "
        f"FROM {MEMBERS} AS listed LEFT JOIN unit_people AS homes USING (person_ref)",
    )
    # Nearly every number is one household's: only those of several, or of nobody's too, are looked at.
    engine.make_table(
        "mixed_numbers",
        f"SELECT unit, number FROM {PLACED} GROUP BY unit, number "
        "HAVING min(coalesce(household_ref, -1)) <> max(coalesce(household_ref, -1))",
    )
    columns = "feed, delivery, row_no"
    engine.make_table(
        DIFFERENCES,
        f"""
        WITH mixed AS (
            SELECT placed.* FROM {PLACED} AS placed SEMI JOIN mixed_numbers USING (unit, number)
        ), units_of_homes AS (
            SELECT DISTINCT household_ref, unit, number, division FROM mixed
            WHERE division = home_division
        )
        SELECT unit, household_ref, person_ref, 'lives_here_only' AS presence, division,
            household_ref AS counted_in, {columns}
        FROM {PLACED} WHERE division <> home_division
        UNION ALL
        SELECT listed.unit, here.household_ref, listed.person_ref, 'listed_here_only',
            listed.division, listed.household_ref, listed.feed, listed.delivery, listed.row_no
        FROM units_of_homes AS here JOIN mixed AS listed
            ON listed.unit = here.unit AND listed.number = here.number
            AND listed.division = here.division
        WHERE listed.household_ref IS DISTINCT FROM here.household_ref
        UNION ALL
        SELECT unit, NULL, person_ref, 'in_no_household', division, NULL, {columns}
        FROM {PLACED} AS listed ANTI JOIN mixed_numbers USING (unit, number)
        WHERE household_ref IS NULL AND must_be_listed
            AND division IN (SELECT {place} FROM unit_people)
        """,
    )
    engine.drop(PLACED, "mixed_numbers")


def differences(
    *,
    engine: Engine,
    pack: Pack,
    state: RegistryState,
    arrivals: Sequence[Arrival],
    linked: Linked,
) -> list[Difference]:
    """The rows of DIFFERENCES, in order of unit, household and person."""
    make_differences(engine=engine, pack=pack, state=state, arrivals=arrivals, linked=linked)
    return read_differences(
        engine, f"SELECT * FROM {DIFFERENCES} ORDER BY unit, household_ref, person_ref, presence"
    )


def read_differences(engine: Engine, query: str) -> list[Difference]:
    """The differences of a query over the columns of DIFFERENCES."""
    return [
        Difference(
            unit=unit,
            household_ref=household_ref,
            person_ref=person_ref,
            presence=presence,
            division=division,
            counted_in=counted_in,
            row=(feed, delivery, row_no),
        )
        for (
            unit,
            household_ref,
            person_ref,
            presence,
            division,
            counted_in,
            feed,
            delivery,
            row_no,
        ) in engine.rows(query)
    ]


def _must_be_listed(unit: HouseholdUnit) -> str:
    """Whether a row is of someone whom some household should list."""
    which = unit.must_be_listed
    if which is None:
        return "FALSE"
    values = ", ".join(quoted(value) for value in which.is_one_of)
    return f"coalesce({column(which.field)} IN ({values}), FALSE)"


def latest_month(unit: HouseholdUnit, arrivals: Sequence[Arrival]) -> Month | None:
    """The month as of which a unit is known; None before its feed has arrived."""
    months = [one.month for one in arrivals if one.feed == unit.feed and one.accepted]
    return Month(max(months)) if months else None


def _latest(unit: HouseholdUnit, arrivals: Sequence[Arrival]) -> list[Arrival]:
    month = latest_month(unit, arrivals)
    return [
        one for one in arrivals if one.feed == unit.feed and one.accepted and one.month == month
    ]
