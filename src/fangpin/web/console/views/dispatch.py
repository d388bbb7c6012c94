"""Batch dispatch: several alerts become cases and go to the village; each refusal says why.

What was done is kept in the session and shown by an address of its own, so that Back and Reload
never ask to send the form again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts.models import Alert
from fangpin.casework.cases import acts
from fangpin.casework.cases.models import Case
from fangpin.casework.officials.queries import names_of
from fangpin.casework.officials.scope import within
from fangpin.web.console.cases.forms.base import told
from fangpin.web.ground.access import ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack

ASSIGN = "assign"
DISPATCHED = "dispatched"
"""What the session keeps of the latest dispatch: numbers of cases and alerts, words, an account."""
MOST = 200


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """An alert that was not dispatched, and why."""

    alert_no: str
    alert: Alert | None
    words: str


@opens(ASSIGN)
@require_http_methods(["GET", "HEAD", "POST"])
def dispatch(request: ConsoleRequest) -> HttpResponse:
    """Dispatch the alerts chosen in the queue; the answer says what was done and what was not."""
    if request.method != "POST":
        kept = request.session.get(DISPATCHED)
        return _told(request, kept) if kept else redirect("queue")
    chosen = request.POST.getlist("alert")[:MOST]
    if not chosen:
        return redirect("queue")
    to = request.POST.get("to", "")
    done = acts.dispatch_alerts(
        pack=installation_pack(),
        alert_nos=chosen,
        by=request.scope,
        at=request.at,
        to=to,
        key=request.POST.get("key", "")[:40],
    )
    kept = {
        "cases": [case.case_no for case in done.cases.values()],
        "refused": {number: told(error.problems[0]) for number, error in done.refused.items()},
        "to": to,
    }
    if not done.cases:
        return _told(request, kept, status=409)
    request.session[DISPATCHED] = kept
    return redirect("dispatch")


def _told(request: ConsoleRequest, kept: Mapping[str, Any], status: int = 200) -> HttpResponse:
    place = {number: at for at, number in enumerate(kept["cases"])}
    cases = within(Case.objects.select_related("household"), request.scope).filter(
        case_no__in=list(place)
    )
    context = {
        "cases": sorted(cases, key=lambda case: place[case.case_no]),
        "refused": [
            RefusedLine(number, _alert(request, number), words)
            for number, words in kept["refused"].items()
        ],
        "to": names_of([kept["to"]]).get(kept["to"], ""),
    }
    return render(request, "console/dispatched.html", context, status=status)


def _alert(request: ConsoleRequest, number: str) -> Alert | None:
    try:
        return alerts.alert(request.scope, number)
    except Alert.DoesNotExist:
        return None
