"""Recording places of help, what a plan may then take: offering, correcting, closing, reopening."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from fangpin.casework.divisions import queries as divisions
from fangpin.casework.measures import queries
from fangpin.casework.measures.models import Resource
from fangpin.casework.measures.places import MANAGE
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.forms.offer import PLACES_FORMS, OfferPlaces, acts_on
from fangpin.web.console.done import on_to
from fangpin.web.console.frame import chosen_division
from fangpin.web.ground.access import ConsoleRequest, opens
from fangpin.web.ground.figures import named
from fangpin.web.ground.pack import installation_pack


@opens(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def new_place(request: ConsoleRequest) -> HttpResponse:
    """The form of one kind of places; posted, they are offered. Raises Http404 outside the scope."""
    division, _ = chosen_division(request)
    places = [(one.code, named(one)) for one in (division, *divisions.children(division.code))]
    data = request.POST if request.method == "POST" else None
    form = OfferPlaces(pack=installation_pack(), places=places, request=request, data=data)
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                form.carry_out(by=request.scope)
            except Resource.DoesNotExist:
                raise Http404 from None
            except ProblemError as error:
                form.refused(error.problems)
                status = 409
            else:
                return on_to("measures", done=MANAGE)
    context = {"form": form, "division": division}
    return render(request, "console/place_form.html", context, status=status)


@opens(MANAGE)
@require_http_methods(["GET", "HEAD", "POST"])
def places_act(request: ConsoleRequest, resource_no: str, act: str) -> HttpResponse:
    """The form of one act on recorded places. Raises Http404 for an act that is none, or that these
    places are past, and for places outside the scope."""
    try:
        resource = queries.resource(request.scope, resource_no)
    except Resource.DoesNotExist:
        raise Http404 from None
    if act not in PLACES_FORMS or not request.scope.covers(resource.division):
        raise Http404
    if request.method != "POST" and act not in acts_on(resource):
        return redirect("places-held", resource_no)
    data = request.POST if request.method == "POST" else None
    form = PLACES_FORMS[act](
        pack=installation_pack(), resource=resource, request=request, data=data
    )
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                form.carry_out()
            except ProblemError as error:
                form.refused(error.problems)
                status = 409
            else:
                return on_to("places-held", resource_no, done=act)
    context = {"form": form, "resource": resource}
    return render(request, "console/places_act.html", context, status=status)
