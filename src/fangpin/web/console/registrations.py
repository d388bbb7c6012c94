"""Who lives here and is registered elsewhere, and the other way round, as pages show it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import Household, Member
from fangpin.linkage.units import Difference
from fangpin.policy.models.header import HouseholdUnit
from fangpin.policy.models.nodes import Words
from fangpin.web.console.pairs import feed_title
from fangpin.web.ground.figures import place
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said


@dataclass(frozen=True, slots=True)
class RegistrationLine:
    """One person on whom a household and another office's grouping differ."""

    name: str
    title: str
    unit: str
    place: str
    counted: str
    counted_in: Household | None
    feed_title: str
    delivery: str
    row_no: int


def registration_lines(
    scope: Scope, household: Household, found: Sequence[Difference]
) -> list[RegistrationLine]:
    """The differences of a household; people and households outside the scope stay unnamed."""
    units = {one.unit: one for one in installation_pack().header.household_units}
    members = within(Member.objects.all(), scope, "household__division").in_bulk(
        {one.person_ref for one in found}
    )
    homes = within(Household.objects.all(), scope).in_bulk(
        {one.counted_in for one in found if one.counted_in is not None}
    )
    lines = []
    for one in found:
        unit = units.get(one.unit)
        if unit is None:
            continue
        member = members.get(one.person_ref)
        if one.counted_in == household.household_ref:
            counted = gettext("人口和收支算在这一户")
        elif one.counted_in is not None:
            counted = gettext("人口和收支算在另一户")
        else:
            counted = gettext("人口和收支没有算在任何一户，请核实")
        feed, delivery, row_no = one.row
        lines.append(
            RegistrationLine(
                name=member.name if member else gettext("名册上没有的人"),
                title=said(_words(unit, one.presence)),
                unit=said(unit.title),
                place=place(divisions.path(one.division or "")[-3:]),
                counted=counted,
                counted_in=homes.get(one.counted_in)
                if one.counted_in not in (None, household.household_ref)
                else None,
                feed_title=feed_title(feed),
                delivery=delivery,
                row_no=row_no,
            )
        )
    return lines


def _words(unit: HouseholdUnit, presence: str) -> Words | None:
    return {
        "lives_here_only": unit.lives_here_only,
        "listed_here_only": unit.listed_here_only,
        "in_no_household": unit.in_no_household,
    }[presence]
