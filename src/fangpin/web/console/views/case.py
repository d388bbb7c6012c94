"""One case: how far it has come, what it holds, and the form of what is the official's to do."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from fangpin.casework.alerts import queries as alerts
from fangpin.casework.alerts.states import AlertState
from fangpin.casework.audit import actions as audit
from fangpin.casework.cases import queries
from fangpin.casework.cases.models import Case, CaseAct
from fangpin.casework.cases.states import ACTS, CaseState
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.officials.queries import names_of
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.desk import Desk, waiting_words
from fangpin.web.console.cases.forms import FORMS, ActForm
from fangpin.web.console.cases.forms.base import told
from fangpin.web.console.cases.papers import attachment_of, papers
from fangpin.web.console.cases.progress import step_lines
from fangpin.web.console.cases.records import (
    comparison_lines,
    condition_lines,
    consent_of,
    decision_views,
    deliberation_of,
    figure_lines,
    income_view,
    log_lines,
    notice_of,
    returned_of,
    visit_view,
)
from fangpin.web.console.cases.why import why_of
from fangpin.web.console.done import on_to
from fangpin.web.console.sheets.public import Kind, may_hang
from fangpin.web.console.story import measure_lines
from fangpin.web.console.views.errors import refused
from fangpin.web.ground.access import SEE_AUDIT, SEE_CASE, SEE_HOUSEHOLD, ConsoleRequest, opens
from fangpin.web.ground.due import due_of
from fangpin.web.ground.pack import installation_pack, severity_of
from fangpin.web.ground.words import cause_words, said

CHANGED = {"CASE_CHANGED", "STEP_DONE", "STEP_NOT_OPEN", "CASE_ENDED", "APPEAL_ANSWERED"}
"""Refusals that come of someone else having acted in the meantime."""
MEETING = "hold_deliberation"


@opens(SEE_CASE)
@require_safe
def case(request: ConsoleRequest, case_no: str) -> HttpResponse:
    """The case's page. Raises Http404 outside the scope; records who looked."""
    desk = _desk(request, case_no)
    audit.record(
        act="view_case",
        official=request.scope,
        subject_kind="case",
        subject=desk.case.case_no,
        division=desk.case.division,
        at=request.at,
        detail={"role": request.scope.role},
    )
    asked = request.GET.get("act", "")
    task = desk.task(asked) if asked else desk.first
    form = FORMS[task.act](desk=desk) if task and task.act in FORMS else None
    return _page(request, desk, form=form, act=task.act if task else "")


@opens(SEE_CASE)
@require_POST
def act(request: ConsoleRequest, case_no: str, act: str) -> HttpResponse:
    """Do one act; a refusal shows the form again as it was filled in, and changes nothing.

    Raises Http404 for a case outside the scope, or an act that the role may not do.
    """
    desk = _desk(request, case_no)
    if act not in FORMS or not request.scope.can(act):
        raise Http404
    replayed = _replayed(desk, act, request.POST.get("key", ""))
    if replayed:
        return on_to("case", case_no, done=act)
    if not _is_offered(desk, act):
        return _page(request, desk, form=None, act="", conflict=_too_late(desk), status=409)
    form = FORMS[act](desk=desk, data=request.POST, files=request.FILES)
    if not form.is_valid():
        return _page(request, desk, form=form, act=act, status=422)
    try:
        form.carry_out()
    except (Case.DoesNotExist, ValueError):
        raise Http404 from None
    except ProblemError as error:
        return _refused(request, case_no, act, error)
    return on_to("case", case_no, done=act)


@opens(SEE_CASE)
@require_safe
def paper(request: ConsoleRequest, case_no: str, sha256: str) -> HttpResponse:
    """A photo, signature or paper of a case; opening it is on the record. 404 outside the scope."""
    desk = _desk(request, case_no)
    known = [one for entry in desk.log for one in entry.attachments.all()]
    found = attachment_of(known, sha256)
    if found is None or not papers().has(sha256):
        raise Http404
    audit.record(
        act="view_paper",
        official=request.scope,
        subject_kind="case",
        subject=desk.case.case_no,
        division=desk.case.division,
        at=request.at,
        detail={"role": request.scope.role, "kind": found.kind, "paper": sha256[:12]},
    )
    try:
        content = papers().read(sha256)
    except ProblemError as error:
        return refused(request, error.problems[0])
    return HttpResponse(content, content_type=found.media_type)


def _refused(request: ConsoleRequest, case_no: str, act: str, error: ProblemError) -> HttpResponse:
    """The form as it was filled in, beside the case as it stands now."""
    desk = _desk(request, case_no)
    is_changed = any(one.code in CHANGED for one in error.problems)
    data = request.POST.copy()
    data["version"] = str(desk.case.version)
    form = FORMS[act](desk=desk, data=data, files=request.FILES) if desk.task(act) else None
    if form is not None:
        form.is_valid()
        form.refused(error.problems)
    conflict = _too_late(desk, error) if is_changed or form is None else None
    return _page(request, desk, form=form, act=act, conflict=conflict, status=409)


def _desk(request: ConsoleRequest, case_no: str) -> Desk:
    try:
        found = queries.case(request.scope, case_no)
    except Case.DoesNotExist:
        raise Http404 from None
    return Desk(installation_pack(), found, request.scope, request.at, request.today)


def _is_offered(desk: Desk, act: str) -> bool:
    """Steps not yet due are still let through to the act: it says best what is missing."""
    if desk.case.state == CaseState.ENDED:
        return desk.task(act) is not None
    if ACTS.get(act) is not None and ACTS[act].opens == "exit":
        return desk.task(act) is not None
    if act == "return_for_correction":
        return bool(desk.returns)
    return True


def _replayed(desk: Desk, act: str, key: str) -> bool:
    """Whether this very form was sent before and its act was done: the second click of two."""
    return bool(key) and any(one.key == key and one.act == act for one in desk.log)


def _too_late(desk: Desk, error: ProblemError | None = None) -> dict[str, Any]:
    """What happened in the meantime, for whoever comes second."""
    last: CaseAct | None = desk.log[-1] if desk.log else None
    names = names_of([last.by]) if last else {}
    return {
        "problems": [told(one) for one in error.problems]
        if error
        else [gettext("此件已有新的进展，这一步现在不能办。")],
        "last": last,
        "title": desk.title_of(last.act) if last else "",
        "by": names.get(last.by, last.by) if last else "",
    }


def _page(
    request: ConsoleRequest,
    desk: Desk,
    *,
    form: ActForm | None,
    act: str,
    conflict: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    found = desk.case
    path = divisions.path(found.division)
    request.focus = path[-1] if path else None  # type: ignore[attr-defined]
    outcome = desk.pack.words.get(f"outcome.{found.outcome}")
    channel = desk.pack.words.get(f"channel.{found.channel}")
    visit = visit_view(desk)
    of_household = alerts.alerts_of_household(request.scope, found.household_id)
    alert = of_household[0] if of_household else None
    running = [clock for clock in desk.clocks if clock.is_running]
    context = {
        "case": found,
        "household": found.household,
        "path": path,
        "desk": desk,
        "severity": severity_of(found.severity),
        "procedure": desk.procedure,
        "channel": said(channel.title) if channel else found.channel,
        "outcome": said(outcome.title) if outcome else "",
        "why": why_of(request.scope, found),
        "form": form,
        "act": act,
        "is_meeting": act == MEETING and form is None,
        "now": [task for task in desk.tasks if task.group != "aside"],
        "aside": [task for task in desk.tasks if task.group == "aside"],
        "waiting": waiting_words(desk),
        "conflict": conflict,
        "steps": step_lines(desk),
        "clocks": desk.clocks,
        "nearest": min(running, key=lambda one: (one.deadline is None, one.deadline), default=None),
        "clues": [
            (
                clue,
                said(desk.pack.words[f"channel.{clue.channel}"].title)
                if f"channel.{clue.channel}" in desk.pack.words
                else clue.channel,
                cause_words(clue.cause) if clue.cause else "",
            )
            for clue in queries.clues(request.scope, found)
        ],
        "visit": visit,
        "consent": consent_of(desk),
        "comparisons": comparison_lines(desk),
        "measures": measure_lines(request.scope, found.household_id, case=found),
        "deliberation": deliberation_of(desk),
        "notice": notice_of(desk),
        "sheets": [(name, title) for kind, name, title in _sheets() if may_hang(found, kind)],
        "decisions": decision_views(desk),
        "figures": figure_lines(desk),
        "income": income_view(desk),
        "conditions": condition_lines(desk),
        "suggested": next(
            (
                said(one.title)
                for one in desk.pack.categories
                if desk.figures and one.category == desk.figures.suggested_category
            ),
            "",
        ),
        "log": log_lines(desk),
        "returned": returned_of(desk) if found.state != CaseState.ENDED else None,
        "appeals": desk.appeals,
        "may_see_household": request.scope.can(SEE_HOUSEHOLD),
        "may_see_audit": request.scope.can(SEE_AUDIT),
        "alert": alert,
        "alert_due": due_of(due_date=alert.due_date, severity=alert.severity, today=request.today)
        if alert is not None and alert.state == AlertState.OPEN and visit is None
        else None,
    }
    return render(request, "console/case.html", context, status=status)


def _sheets() -> tuple[tuple[Kind, str, str], ...]:
    """The sheets that hang in the village: kind, name of the address, title."""
    return (
        ("notice", "notice-sheet", gettext("公示单")),
        ("announcement", "announcement-sheet", gettext("公告")),
    )
