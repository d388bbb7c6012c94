"""Batch dispatch: several alerts become cases and go to the village; each refusal says why."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts.models import Alert
from fangpin.casework.cases import acts
from fangpin.casework.cases.models import Case
from fangpin.casework.officials.queries import names_of
from fangpin.web.console.cases.forms.base import told
from fangpin.web.ground.access import ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack

ASSIGN = "assign"
MOST = 200


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """An alert that was not dispatched, and why."""

    alert_no: str
    alert: Alert | None
    words: str


@opens(ASSIGN)
@require_POST
def dispatch(request: ConsoleRequest) -> HttpResponse:
    """Dispatch the alerts chosen in the queue; the answer says what was done and what was not."""
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
    cases: list[Case] = list(done.cases.values())
    refused = [
        RefusedLine(number, _alert(request, number), told(error.problems[0]))
        for number, error in done.refused.items()
    ]
    context = {
        "cases": cases,
        "refused": refused,
        "to": names_of([to]).get(to, ""),
        "count": len(chosen),
    }
    status = 200 if cases else 409
    return render(request, "console/dispatched.html", context, status=status)


def _alert(request: ConsoleRequest, number: str) -> Alert | None:
    try:
        return alerts.alert(request.scope, number)
    except Alert.DoesNotExist:
        return None
