"""Help in a place: places that can be given, measures in force, and duties that stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from fangpin.casework.followup import queries as followup
from fangpin.casework.measures.models import Measure, Resource
from fangpin.casework.measures.places import MANAGE, PlacesLeft, all_resources
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import Household
from fangpin.web.console.frame import chosen_division
from fangpin.web.console.help import MEASURE_STATES, DutyLine, duty_line
from fangpin.web.ground.access import SEE_CASE, ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

SHOWN = 200


@dataclass(frozen=True, slots=True)
class PlaceLine:
    """Places of one resource as they stand on a day."""

    resource: Resource
    kind: str
    held: int
    left: int
    is_closed: bool
    begins_later: bool


def place_line(places: PlacesLeft, *, on: date) -> PlaceLine:
    """Places with the words of their kind."""
    kind = installation_pack().measures.get(places.resource.measure)
    return PlaceLine(
        resource=places.resource,
        kind=said(kind.title) if kind else places.resource.measure,
        held=places.held,
        left=places.left,
        is_closed=places.is_closed(on),
        begins_later=places.resource.from_date > on,
    )


@dataclass(frozen=True, slots=True)
class MeasureLine:
    """One kind of help over the scope; `counts` are (state, its word, how many measures)."""

    measure: str
    title: str
    group: str
    counts: list[tuple[str, str, int]]


@dataclass(frozen=True, slots=True)
class LapsedLine:
    """A duty that has lapsed, and the household it is owed to."""

    household: Household | None
    duty: DutyLine


@opens(SEE_CASE)
@require_safe
def measures(request: ConsoleRequest) -> HttpResponse:
    """Places with what is left, and how much help of each kind there is."""
    division, scope = chosen_division(request)
    places = [place_line(one, on=request.today) for one in all_resources(scope)]
    context = {
        "division": division,
        "places": [one for one in places if not one.is_closed],
        "closed": [one for one in places if one.is_closed],
        "lines": _lines(scope),
        "may_offer": request.scope.can(MANAGE),
    }
    return render(request, "console/help.html", context)


@opens(SEE_CASE)
@require_safe
def duties(request: ConsoleRequest) -> HttpResponse:
    """The duties that stay after help began: those that have lapsed first, then the counts."""
    division, scope = chosen_division(request)
    pack, today = installation_pack(), request.today
    states = followup.household_duties(scope, pack=pack, on=today)
    lapsed = sorted(
        (one for one in states if not one.holds), key=lambda one: -one.days_lapsed(today)
    )
    shown = lapsed[:SHOWN]
    households = within(Household.objects.all(), scope).in_bulk([int(one.subject) for one in shown])
    counts: dict[str, list[int]] = {}
    for one in states:
        tally = counts.setdefault(one.duty.duty, [0, 0])
        tally[0 if one.holds else 1] += 1
    of_counties = followup.county_duties(scope, pack=pack, on=today)
    context = {
        "division": division,
        "counties": [
            (pack.divisions.name(one.subject), duty_line(one, today)) for one in of_counties
        ],
        "count_of_lapsed_counties": sum(not one.holds for one in of_counties),
        "kinds": [
            (said(duty.title), said(pack.words[duty.group].title), *counts.get(code, [0, 0]))
            for code, duty in pack.duties.items()
            if duty.level == "household"
        ],
        "lapsed": [
            LapsedLine(households.get(int(one.subject)), duty_line(one, today)) for one in shown
        ],
        "count_of_lapsed": len(lapsed),
        "count_of_households": len({one.subject for one in states}),
    }
    return render(request, "console/duties.html", context)


def _lines(scope: Scope) -> list[MeasureLine]:
    pack = installation_pack()
    counted: dict[str, dict[str, int]] = {}
    rows = within(Measure.objects.all(), scope).values_list("measure", "state")
    for code, state, count in rows.annotate(n=Count("id")).order_by("measure"):
        counted.setdefault(code, {})[state] = count
    lines = []
    for code, states in counted.items():
        kind = pack.measures.get(code)
        group = pack.words.get(f"measure_group.{kind.group}") if kind else None
        lines.append(
            MeasureLine(
                measure=code,
                title=said(kind.title) if kind else code,
                group=said(group.title) if group else "",
                counts=[
                    (state.value, gettext(word), states.get(state.value, 0))
                    for state, word in MEASURE_STATES.items()
                ],
            )
        )
    return lines
