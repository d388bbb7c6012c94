"""The measures behind a count of the page of measures and places: household by household."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from fangpin.casework.divisions import queries as divisions
from fangpin.casework.divisions.models import Division
from fangpin.casework.measures import queries
from fangpin.casework.measures.models import Measure, Resource
from fangpin.casework.measures.places import MANAGE, PlacesLeft, all_resources
from fangpin.casework.measures.queries import MeasureFilters
from fangpin.casework.measures.states import MeasureState
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry import queries as registry
from fangpin.web.console.cases.forms.offer import acts_on
from fangpin.web.console.frame import chosen_division
from fangpin.web.console.help import MEASURE_STATES
from fangpin.web.console.trail_words import act_words
from fangpin.web.ground.access import SEE_CASE, SEE_HOUSEHOLD, ConsoleRequest, opens
from fangpin.web.ground.figures import number, paid
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

PAGE = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One measure of one household, with the number of the case that planned it."""

    measure: Measure
    title: str
    path: tuple[Division, ...]
    case_no: str
    state: str
    member: str
    """The member it is for; empty: the household."""


@opens(SEE_CASE)
@require_safe
def measures_given(request: ConsoleRequest, measure: str, state: str) -> HttpResponse:
    """Measures of one kind and state. Raises Http404 for a state that is none and outside the
    scope; a kind that the pack no longer holds keeps its rows."""
    if state not in MeasureState.values:
        raise Http404
    kind = installation_pack().measures.get(measure)
    title = said(kind.title) if kind else measure
    filters = MeasureFilters(measure=measure, state=state)
    return _page(request, filters, title=title, about=gettext(MEASURE_STATES[MeasureState(state)]))


@opens(SEE_CASE)
@require_safe
def places_held(request: ConsoleRequest, resource_no: str) -> HttpResponse:
    """The measures that hold a place of a resource, and how many places others hold elsewhere.

    Raises Http404 for places that no household of the scope may have.
    """
    try:
        found = queries.resource(request.scope, resource_no)
    except Resource.DoesNotExist:
        raise Http404 from None
    filters = MeasureFilters(resource=found.pk)
    return _page(request, filters, title=found.title, about=gettext("已用名额"), resource=found)


def _page(
    request: ConsoleRequest,
    filters: MeasureFilters,
    *,
    title: str,
    about: str,
    resource: Resource | None = None,
) -> HttpResponse:
    division, scope = chosen_division(request)
    after = request.GET.get("after", "")
    if after and not after.isdecimal():
        raise Http404
    page = queries.measure_page(
        scope, filters=filters, after=int(after) if after else None, limit=PAGE
    )
    here = [one for one in all_resources(scope) if one.resource == resource]
    elsewhere = here[0].held - page.count_capped if here else 0
    context = {
        "division": division,
        "title": title,
        "about": about,
        "page": page,
        "rows": _rows(page.measures, division, scope),
        "elsewhere": max(elsewhere, 0),
        "is_of_places": resource is not None,
        "places": resource,
        "facts": _facts(here[0]) if here else "",
        "place_acts": _acts(request, resource) if resource is not None else [],
        "is_ended": filters.state == MeasureState.ENDED,
        "may_open": request.scope.can(SEE_HOUSEHOLD),
    }
    return render(request, "console/measure_rows.html", context)


def _facts(places: PlacesLeft) -> str:
    """What is recorded of places, in one line."""
    of = places.resource
    kind = installation_pack().measures.get(of.measure)
    parts = [said(kind.title) if kind else of.measure, of.provider]
    if of.monthly_amount is not None:
        parts.append(gettext("每月 %(amount)s") % {"amount": paid(of.monthly_amount)})
    counts = {"quota": number(of.quota), "left": number(places.left)}
    parts.append(gettext("共 %(quota)s 个名额，剩 %(left)s 个") % counts)
    return " · ".join(part for part in parts if part)


def _acts(request: ConsoleRequest, resource: Resource) -> list[tuple[str, str]]:
    """The acts on places that are open to this official: code and words."""
    if not request.scope.can(MANAGE) or not request.scope.covers(resource.division):
        return []
    return [(act, act_words(act)) for act in acts_on(resource)]


def _rows(found: tuple[Measure, ...], division: Division, scope: Scope) -> list[Row]:
    pack = installation_pack()
    names = registry.names_of_members(scope, (one.person_ref for one in found if one.person_ref))
    paths = divisions.paths(one.division for one in found)
    rows = []
    for one in found:
        kind = pack.measures.get(one.measure)
        path = paths.get(one.division, ())
        below = tuple(step for step in path if len(step.code) > len(division.code))
        rows.append(
            Row(
                measure=one,
                title=said(kind.title) if kind else one.measure,
                path=below or path[-1:],
                case_no=one.planned_by_act.case.case_no if one.planned_by_act else "",
                state=gettext(MEASURE_STATES[MeasureState(one.state)]),
                member=names.get(one.person_ref or 0, ""),
            )
        )
    return rows
