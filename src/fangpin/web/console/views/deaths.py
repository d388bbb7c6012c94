"""People whom one office reports dead and another goes on paying or treating: someone looks."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from fangpin.casework.alerts import queries as alerts
from fangpin.runs.acts.deaths import answer_death
from fangpin.runs.acts.links import DECIDE_LINKS
from fangpin.runs.parts.deaths import conflicts_of_run
from fangpin.values.problem import ProblemError
from fangpin.web.console.deaths import conflict_lines
from fangpin.web.console.done import on_to
from fangpin.web.console.feeds import home
from fangpin.web.console.frame import chosen_division
from fangpin.web.console.views.errors import refused
from fangpin.web.ground.access import SEE_FEEDS, ConsoleRequest, opens

ANSWERS = ("alive", "dead", "undo")


@opens(DECIDE_LINKS)
@require_safe
def deaths(request: ConsoleRequest) -> HttpResponse:
    """The conflicts of the latest run in the scope: those that wait, then those answered."""
    division, scope = chosen_division(request)
    run = alerts.latest_run()
    folder = home().runs / run.folder if run else None
    lines = conflict_lines(scope, conflicts_of_run(folder), run_folder=folder) if folder else []
    context = {
        "division": division,
        "waiting": [line for line in lines if line.waits],
        "answered": [line for line in lines if not line.waits],
        "run": run,
        "may_see_feeds": scope.can(SEE_FEEDS),
    }
    return render(request, "console/deaths.html", context)


@opens(DECIDE_LINKS)
@require_POST
def answer(request: ConsoleRequest, person_ref: int) -> HttpResponse:
    """Answers one conflict. Raises Http404 outside the scope; a refusal is told as a page."""
    run = alerts.latest_run()
    said: Any = request.POST.get("answer", "")
    if run is None or said not in ANSWERS:
        raise Http404
    found = next(
        (
            one
            for one in conflicts_of_run(home().runs / run.folder)
            if one.person_ref == person_ref and one.division and request.scope.covers(one.division)
        ),
        None,
    )
    if found is None:
        raise Http404
    try:
        answer_death(
            home=home(),
            conflict=found,
            answer=said,
            by=request.scope,
            at=request.at,
            reason=request.POST.get("reason", "").strip(),
        )
    except ProblemError as error:
        return refused(request, error.problems[0])
    return on_to("deaths", done=f"death_{said}")
