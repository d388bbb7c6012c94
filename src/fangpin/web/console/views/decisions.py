"""What a data owner decides about a delivery: release or refuse it, confirm or decline readings."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from fangpin.casework.uploads.actions import DECIDE, Sent, decline_readings, submit
from fangpin.casework.uploads.models import Channel
from fangpin.feeds.confirm import proposals_of
from fangpin.runs.acts.deliveries import decide_delivery
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.forms.base import told
from fangpin.web.console.done import on_to
from fangpin.web.console.feeds import home
from fangpin.web.console.views.feeds import arrival_of, contract_of, delivery_page
from fangpin.web.ground.access import ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack


@opens(DECIDE)
@require_POST
def decide(request: ConsoleRequest, feed: str, delivery: str) -> HttpResponse:
    """Release or refuse a delivery with a reason. Raises Http404 for another department's."""
    contract_of(request, feed)
    found = arrival_of(request, feed, delivery)
    act = request.POST.get("act", "")
    if act not in ("release", "refuse"):
        raise Http404
    reason = request.POST.get("reason", "")
    try:
        decide_delivery(
            home=home(),
            pack=installation_pack(),
            act="release" if act == "release" else "refuse",
            feed=feed,
            delivery=found.delivery,
            by=request.scope,
            at=request.at,
            reason=reason,
        )
    except ProblemError as error:
        return delivery_page(
            request, feed, delivery, refused=told(error.problems[0]), reason=reason
        )
    return on_to("delivery", feed, delivery, done=f"{act}_delivery")


@opens(DECIDE)
@require_POST
def readings(request: ConsoleRequest, feed: str, delivery: str) -> HttpResponse:
    """Confirm the chosen readings, or decline them all. Raises Http404 for another department's."""
    contract_of(request, feed)
    found = arrival_of(request, feed, delivery)
    pack = installation_pack()
    try:
        if request.POST.get("act") == "decline":
            decline_readings(
                pack=pack,
                feed=feed,
                delivery=found.delivery,
                by=request.scope,
                at=request.at,
                on=request.today,
            )
            return on_to("delivery", feed, delivery, done="decline_readings")
        known = {one.field for one in proposals_of(home(), pack=pack, delivery=delivery, feed=feed)}
        choices = {
            field: value
            for field in sorted(known)
            if (value := request.POST.get(f"choice-{field}", ""))
        }
        received = submit(
            pack=pack,
            sent=Sent(channel=Channel.READINGS, feed=feed, confirms=delivery, choices=choices),
            key=request.POST.get("key", "")[:64],
            by=request.scope,
            at=request.at,
            on=request.today,
            keep=lambda _upload_no: None,
        )
    except ProblemError as error:
        return delivery_page(request, feed, delivery, refused=told(error.problems[0]))
    return redirect("upload", received.answer["upload"])
