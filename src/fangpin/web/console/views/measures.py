"""Help in a place: places that can be given, measures in force, and duties that stay."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from fangpin.casework.followup import queries as followup
from fangpin.casework.measures.models import Measure
from fangpin.casework.measures.places import MANAGE, resources
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import Household
from fangpin.web.console.frame import chosen_division
from fangpin.web.console.help import MEASURE_STATES, DutyLine, duty_line
from fangpin.web.ground.access import SEE_CASE, ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

SHOWN = 200


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
    pack = installation_pack()
    places = [
        {
            "number": one.resource.resource_no,
            "title": one.resource.title,
            "kind": said(pack.measures[one.resource.measure].title)
            if one.resource.measure in pack.measures
            else one.resource.measure,
            "provider": one.resource.provider,
            "division": one.resource.division,
            "amount": one.resource.monthly_amount,
            "quota": one.resource.quota,
            "held": one.held,
            "left": one.left,
        }
        for one in resources(scope, on=request.today)
    ]
    context = {"division": division, "places": places, "lines": _lines(scope)}
    context["may_offer"] = request.scope.can(MANAGE)
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
