"""Other households than the economic one: what each office's grouping says of a household's people.

The registry's household is the economic unit: who shares one purse. It alone makes ledgers and the
count of members. A unit that the pack declares, such as a registration booklet, is kept beside it:
who lives here and is registered elsewhere counts here, who is only registered here does not, and
both are listed for someone to look at. Nothing is moved by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.live_facts import view_live_facts
from fangpin.lake.engine import Engine
from fangpin.linkage.registry import RegistryState
from fangpin.policy.expressions.sql import column, quoted
from fangpin.policy.models import HouseholdUnit
from fangpin.policy.pack import Pack
from fangpin.values.month import Month

Presence = Literal["lives_here_only", "listed_here_only"]
MEMBERS = "unit_members"
"""unit, person_ref, number, division: as the unit's latest delivered month says."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A person on whom an economic household and another unit differ."""

    unit: str
    household_ref: int
    person_ref: int
    presence: Presence
    division: str | None
    """Where the unit places the person."""
    counted_in: int | None
    """The economic household whose ledger and members the person counts in; None: in none."""


def make_members(*, engine: Engine, pack: Pack, arrivals: Sequence[Arrival]) -> None:
    """Make MEMBERS of every unit that the pack declares and whose feed has arrived."""
    engine.make_empty_table(
        MEMBERS,
        {"unit": "VARCHAR", "person_ref": "BIGINT", "number": "VARCHAR", "division": "VARCHAR"},
    )
    for unit in pack.header.household_units:
        latest = _latest(unit, arrivals)
        if not latest:
            continue
        view_live_facts(engine=engine, name="unit_facts", arrivals=latest)
        engine.append(
            MEMBERS,
            f"SELECT {quoted(unit.unit)}, person_ref, "
            f"CAST({column(unit.number)} AS VARCHAR), {column(unit.division)} FROM unit_facts "
            f"WHERE {column(unit.number)} IS NOT NULL "
            "QUALIFY row_number() OVER (PARTITION BY person_ref ORDER BY delivery DESC, row_no DESC) "
            "= 1",
        )


def differences(
    *, engine: Engine, pack: Pack, state: RegistryState, arrivals: Sequence[Arrival]
) -> list[Difference]:
    """Where the economic households and the other units differ, in order of household.

    `lives_here_only`: a member of the household whom the unit places in another division.
    `listed_here_only`: shares a unit's number with a member whom the unit places in the household's
    division, is placed there too, and is no member. Whoever a unit does not know is no difference.
    """
    registry = pack.header.registry
    assert registry is not None, "checked when the registry was read"
    make_members(engine=engine, pack=pack, arrivals=arrivals)
    engine.view_files("unit_people", [state.people])
    place = column(registry.division)
    rows = engine.rows(
        f"""
        WITH homes AS (
            SELECT person_ref, household_ref, {place} AS division FROM unit_people
        ), joined AS (
            SELECT homes.person_ref, homes.household_ref, homes.division, listed.unit,
                listed.number, listed.division AS unit_division
            FROM homes JOIN {MEMBERS} AS listed USING (person_ref)
        ), units_of_homes AS (
            SELECT DISTINCT household_ref, unit, number, unit_division FROM joined
            WHERE unit_division = division
        )
        SELECT unit, household_ref, person_ref, 'lives_here_only' AS presence, unit_division,
            household_ref AS counted_in
        FROM joined WHERE unit_division <> division
        UNION ALL
        SELECT listed.unit, here.household_ref, listed.person_ref, 'listed_here_only',
            listed.division, homes.household_ref
        FROM units_of_homes AS here JOIN {MEMBERS} AS listed
            ON listed.unit = here.unit AND listed.number = here.number
            AND listed.division = here.unit_division
        LEFT JOIN homes ON homes.person_ref = listed.person_ref
        WHERE homes.household_ref IS DISTINCT FROM here.household_ref
        ORDER BY 1, 2, 3, 4
        """
    )
    return [Difference(*row) for row in rows]


def latest_month(unit: HouseholdUnit, arrivals: Sequence[Arrival]) -> Month | None:
    """The month as of which a unit is known; None before its feed has arrived."""
    months = [one.month for one in arrivals if one.feed == unit.feed and one.accepted]
    return Month(max(months)) if months else None


def _latest(unit: HouseholdUnit, arrivals: Sequence[Arrival]) -> list[Arrival]:
    month = latest_month(unit, arrivals)
    return [
        one for one in arrivals if one.feed == unit.feed and one.accepted and one.month == month
    ]
