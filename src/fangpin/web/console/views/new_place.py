"""Recording places of help: what a plan may then take."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from fangpin.casework.divisions import queries as divisions
from fangpin.casework.measures.models import Resource
from fangpin.casework.measures.places import MANAGE
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.forms.offer import OfferPlaces
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
