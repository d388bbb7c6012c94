"""Acts on a household: a clue recorded, an elimination proposed or undone."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from fangpin.casework.divisions import queries as divisions
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.forms.after import AFTER_FORMS
from fangpin.web.console.cases.forms.household import HOUSEHOLD_FORMS
from fangpin.web.console.done import on_to
from fangpin.web.ground.access import SEE_CASE, ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack

FORMS = HOUSEHOLD_FORMS | AFTER_FORMS


@opens(SEE_CASE)
@require_http_methods(["GET", "HEAD", "POST"])
def household_act(request: ConsoleRequest, household_ref: int, act: str) -> HttpResponse:
    """The form of an act; posted, it is done. Raises Http404 outside the scope or the role."""
    if act not in FORMS or not request.scope.can(act):
        raise Http404
    try:
        household = registry.household(request.scope, household_ref)
    except Household.DoesNotExist:
        raise Http404 from None
    data = request.POST if request.method == "POST" else None
    form = FORMS[act](pack=installation_pack(), household=household, request=request, data=data)
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                case_no = form.done_once()
            except ProblemError as error:
                form.refused(error.problems)
                status = 409
            else:
                if case_no:
                    return on_to("case", case_no, done=act)
                return on_to("household", household.household_ref, done=act)
    path = divisions.path(household.division)
    request.focus = path[-1] if path else None  # type: ignore[attr-defined]
    context = {"form": form, "household": household, "path": path}
    return render(request, "console/household_act.html", context, status=status)
