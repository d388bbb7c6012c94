"""People whom an office registers here and no household lists: someone may live there unwatched."""

from __future__ import annotations

from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.divisions import queries as divisions
from fangpin.runs.acts.links import DECIDE_LINKS
from fangpin.runs.parts.registrations import count_in_no_household, in_no_household
from fangpin.web.console.feeds import home
from fangpin.web.console.frame import chosen_division
from fangpin.web.console.pairs import feed_title
from fangpin.web.ground.access import SEE_FEEDS, ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

SHOWN_ROWS = 20


@opens(DECIDE_LINKS)
@require_safe
def unlisted(request: ConsoleRequest) -> HttpResponse:
    """Place by place, how many there are, and in which rows of the office's table they stand."""
    division, scope = chosen_division(request)
    run = alerts.latest_run()
    folder = home().runs / run.folder if run else None
    counts = count_in_no_household(folder, scope.divisions) if folder else {}
    found = in_no_household(folder, scope.divisions) if folder else []
    paths = divisions.paths(counts)
    rows = {
        code: [(feed_title(one.row[0]), *one.row) for one in of_place]
        for code, of_place in groupby(found, key=lambda one: one.division or "")
    }
    units = installation_pack().header.household_units
    context = {
        "division": division,
        "total": sum(counts.values()),
        "places": [
            (
                paths.get(code, ())[-2:],
                count,
                rows.get(code, [])[:SHOWN_ROWS],
                max(count - SHOWN_ROWS, 0),
            )
            for code, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        ],
        "titles": [said(unit.in_no_household) for unit in units if unit.in_no_household],
        "run": run,
        "may_see_feeds": scope.can(SEE_FEEDS),
    }
    return render(request, "console/unlisted.html", context)
