"""Village meetings: one meeting for several households, and its record."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from fangpin.casework.cases import meetings as found_meetings
from fangpin.casework.cases.meetings import HOLD
from fangpin.casework.cases.models import Meeting
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.scope import narrow_to
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.forms.meeting import MeetingForm
from fangpin.web.console.done import on_to
from fangpin.web.console.frame import chosen_division
from fangpin.web.console.sheets.public import may_hang
from fangpin.web.ground.access import SEE_CASE, ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

MOST_ITEMS = 60


@opens(HOLD)
@require_http_methods(["GET", "HEAD", "POST"])
def new_meeting(request: ConsoleRequest) -> HttpResponse:
    """The form of a meeting; posted, it records all its items or none. 404 outside the scope."""
    pack = installation_pack()
    division, _ = chosen_division(request)
    scope = narrow_to(request.scope, division.code)
    waiting = list(found_meetings.waiting(scope, pack=pack)[:MOST_ITEMS])
    villages = list(dict.fromkeys(one.division for one in waiting))
    village = division.code if not villages or division.code in villages else villages[0]
    cases = [one for one in waiting if one.division == village]
    data = request.POST if request.method == "POST" else None
    if data is not None:
        again = found_meetings.recorded(scope, key=data.get("key", ""))
        if again is not None:
            return on_to("meeting", again.pk, done=HOLD)
    form = MeetingForm(
        pack=pack,
        division=village,
        cases=cases,
        chosen=request.GET.get("case", ""),
        today=request.today,
        data=data,
    )
    status = 200
    if data is not None:
        status = 422
        if form.is_valid():
            try:
                done = form.carry_out(by=request.scope, request=request)
            except ProblemError as error:
                form.refused(error.problems)
                status = 409
            else:
                return on_to("meeting", done[0].deliberation.meeting_id, done=HOLD)
    path = divisions.path(village)
    paths = divisions.paths(villages)
    context = {
        "form": form,
        "village": path[-1] if path else None,
        "path": path,
        "others": [(code, paths[code]) for code in villages if code != village],
        "latest": found_meetings.meetings(scope, limit=8),
    }
    return render(request, "console/meeting_form.html", context, status=status)


@opens(SEE_CASE)
@require_safe
def meeting(request: ConsoleRequest, meeting_id: int) -> HttpResponse:
    """The record of a meeting. Raises Http404 outside the scope."""
    try:
        found = found_meetings.meeting(request.scope, meeting_id)
    except Meeting.DoesNotExist:
        raise Http404 from None
    path = divisions.path(found.division)
    request.focus = path[-1] if path else None  # type: ignore[attr-defined]
    items = found_meetings.items(request.scope, found)
    word = installation_pack().words.get(f"deliberation_body.{found.body}")
    context = {
        "meeting": found,
        "items": items,
        "path": path,
        "body_words": said(word.title) if word else found.body,
        "has_notice": any(may_hang(one.act.case, "notice") for one in items),
        "has_result": any(may_hang(one.act.case, "announcement") for one in items),
    }
    return render(request, "console/meeting.html", context)
