"""The upload desk: a department's data owner sends a file and sees what became of it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from fangpin.casework.uploads import queries
from fangpin.casework.uploads.actions import DELIVER, Sent, submit
from fangpin.casework.uploads.models import Channel, Outcome, Upload
from fangpin.lake.spool import Spool
from fangpin.policy.models.feeds import Contract, Department
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError
from fangpin.web.console.cases.forms.base import told
from fangpin.web.console.feeds import home, known_arrivals
from fangpin.web.console.refused import error_groups, in_words
from fangpin.web.console.spooling import SpooledFile, SpoolHandler
from fangpin.web.console.uploads import (
    UploadForm,
    lines_of,
    month_due,
    outcome_words,
    steps_of,
    title_of,
    too_large,
    waiting_for,
)
from fangpin.web.ground.access import ConsoleRequest, opens
from fangpin.web.ground.pack import installation_pack

LATEST = 20
_GRAVE = ("file", "hold")
"""Severities of what decided about the file as a whole."""


@csrf_exempt
@opens(DELIVER)
@require_http_methods(["GET", "HEAD", "POST"])
def uploads(request: ConsoleRequest) -> HttpResponse:
    """The desk: a form, what waits for someone, the latest uploads. Posted, a file is taken in.

    The form's token is checked inside, for the file must have its place on the disk before anything
    reads the body.
    """
    if request.method != "POST":
        return _protected(request, None)
    handler = SpoolHandler(Spool(home()), field="file", limit=_most_bytes())
    request.upload_handlers = [handler]
    try:
        return _protected(request, handler)
    finally:
        handler.drop()


@csrf_protect
def _protected(request: ConsoleRequest, handler: SpoolHandler | None) -> HttpResponse:
    if handler is None:
        return _desk(request, _form(request, initial=_asked(request)))
    form = _form(request, data=request.POST, files=request.FILES)
    status = 409
    if handler.is_too_large:
        form.errors.pop("file", None)
        form.add_error("file", too_large(_most_bytes()))
        status = 413
    elif handler.problem is not None:
        form.errors.pop("file", None)
        form.add_error("file", told(handler.problem))
        status = 507
    elif form.is_valid():
        file = form.cleaned_data["file"]
        if not isinstance(file, SpooledFile):
            raise BadRequest
        try:
            received = submit(
                pack=installation_pack(),
                sent=_sent(form, file),
                key=form.cleaned_data["key"],
                by=request.scope,
                at=request.at,
                on=request.today,
                keep=file.incoming.keep,
            )
        except ProblemError as error:
            form.refused(error.problems)
        else:
            return redirect("upload", received.answer["upload"])
    return _desk(request, form, status=status)


def _sent(form: UploadForm, file: SpooledFile) -> Sent:
    month = form.cleaned_data["month"]
    return Sent(
        channel=Channel.DESK,
        feed=form.cleaned_data["feed"],
        month=int(Month.parse(month)) if month else None,
        sheet=form.cleaned_data["sheet"].strip(),
        original_name=file.name or "",
        size_bytes=file.incoming.size,
        sha256=file.incoming.sha256,
    )


def _form(request: ConsoleRequest, **given: Any) -> UploadForm:
    return UploadForm(scope=request.scope, today=request.today, most_bytes=_most_bytes(), **given)


def _asked(request: ConsoleRequest) -> dict[str, str]:
    """The feed that the address names, and the month that it owes."""
    contract = installation_pack().contracts.get(request.GET.get("feed", ""))
    if contract is None:
        return {}
    month = request.GET.get("month", "") or month_due(contract, request.today)
    return {"feed": contract.feed, "month": month}


def _desk(request: ConsoleRequest, form: UploadForm, *, status: int = 200) -> HttpResponse:
    context = {
        "form": form,
        "lines": lines_of(
            queries.latest(request.scope, limit=LATEST), known_arrivals(request.today)
        ),
        "waiting": waiting_for(
            request.scope, today=request.today, declined=queries.declined(request.scope)
        ),
    }
    return render(request, "console/uploads.html", context, status=status)


def _most_bytes() -> int:
    return int(settings.FANGPIN.limits.file_bytes)


@opens(DELIVER)
@require_safe
def upload(request: ConsoleRequest, upload_no: str) -> HttpResponse:
    """One upload: how far its check has come, then what became of it.

    The page asks again by itself until the check has ended. Raises Http404 for another department's.
    """
    try:
        found = queries.upload(request.scope, upload_no)
    except Upload.DoesNotExist:
        raise Http404 from None
    contract, department = _whose(found)
    arrival = None
    if found.outcome in (Outcome.ACCEPTED, Outcome.HELD, Outcome.ALREADY_RECEIVED):
        arrival = next(
            (
                one
                for one in known_arrivals(request.today)
                if (one.feed, one.delivery) == (found.feed, found.delivery)
            ),
            None,
        )
    is_new = arrival is not None and found.outcome != Outcome.ALREADY_RECEIVED
    context = {
        "upload": found,
        "contract": contract,
        "department": department,
        "title": title_of(found),
        "words": outcome_words(found),
        "steps": [] if found.outcome else steps_of(found),
        "rests_until": None if found.outcome or found.job is None else found.job.not_before,
        "grave": in_words(one for one in found.findings if one["severity"] in _GRAVE),
        "is_of_another_feed": any(one["code"] == "COLUMN_MISSING" for one in found.findings),
        "notes": in_words(one for one in found.findings if one["severity"] not in _GRAVE),
        "arrival": arrival,
        "standing": arrival.standing_on(None) if arrival else "",
        "groups": error_groups(arrival) if arrival and is_new else [],
    }
    template = "console/parts/upload_state.html" if request.htmx else "console/upload.html"
    return render(request, template, context)


def _whose(found: Upload) -> tuple[Contract | None, Department | None]:
    """Feed and department; None when the pack knows them no more."""
    pack = installation_pack()
    return pack.contracts.get(found.feed), pack.departments.get(found.department)
