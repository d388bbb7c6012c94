"""OpenRosa: ODK Collect takes the pack's form and the cases of its official, and sends visits back."""

from __future__ import annotations

import csv
import hashlib
import io
from typing import Any
from xml.sax.saxutils import escape

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.http import http_date
from django.views.decorators.http import require_http_methods, require_safe

from fangpin.policy.models.procedures import Form
from fangpin.web.field.changes import changes
from fangpin.web.field.entrance import for_a_client
from fangpin.web.field.openrosa import MOST_POSTED, Submission, read_submission
from fangpin.web.field.receiving import papers, receive_visit
from fangpin.web.field.tasks import visit_forms
from fangpin.web.field.xform import xform
from fangpin.web.field.xlsform import CASES, case_columns
from fangpin.web.ground.access import ConsoleRequest
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack


@for_a_client
@require_safe
def form_list(request: ConsoleRequest) -> HttpResponse:
    """Which forms there are: the visit's, one a kind of case."""
    told = ""
    for form in visit_forms().values():
        told += (
            f"<xform><formID>{escape(form.form)}</formID>"
            f"<name>{escape(f'{form.title.zh} {form.title.en}')}</name>"
            f"<version>{form.version}</version><hash>md5:{_md5(_xml(form))}</hash>"
            f"<downloadUrl>{_address(request, 'odk-form', form)}</downloadUrl>"
            f"<manifestUrl>{_address(request, 'odk-manifest', form)}</manifestUrl></xform>"
        )
    namespace = "http://openrosa.org/xforms/xformsList"
    return _xml_answer(request, f'<xforms xmlns="{namespace}">{told}</xforms>')


@for_a_client
@require_safe
def form_xml(request: ConsoleRequest, form: str) -> HttpResponse:
    """The form itself."""
    return _open_rosa(request, HttpResponse(_xml(_form(form)), content_type="text/xml"))


@for_a_client
@require_safe
def form_manifest(request: ConsoleRequest, form: str) -> HttpResponse:
    """What belongs to the form: the list of this official's cases."""
    found = _form(form)
    body = (
        f"<mediaFile><filename>{CASES}</filename><hash>md5:{_md5(_cases(request, found))}</hash>"
        f"<downloadUrl>{_address(request, 'odk-cases', found)}</downloadUrl></mediaFile>"
    )
    namespace = "http://openrosa.org/xforms/xformsManifest"
    return _xml_answer(request, f'<manifest xmlns="{namespace}">{body}</manifest>')


@for_a_client
@require_safe
def cases_csv(request: ConsoleRequest, form: str) -> HttpResponse:
    """The cases to visit, with the system's values."""
    text = _cases(request, _form(form))
    return _open_rosa(request, HttpResponse(text, content_type="text/csv; charset=utf-8"))


@for_a_client
@require_http_methods(["HEAD", "POST"])
def submission(request: ConsoleRequest) -> HttpResponse:
    """A filled form with its pictures: the same act as a visit from our own pages."""
    if request.method == "HEAD":
        return _open_rosa(request, HttpResponse(status=204))
    sent: Submission = read_submission(request, forms=visit_forms())
    store = papers()
    for one in sent.contents:
        store.put(
            one.sha256,
            one.content,
            offset=0,
            total=len(one.content),
            sender=request.scope.official,
        )
    body = sent.body(official=request.scope.official)
    request.asked_for = body.case_no  # type: ignore[attr-defined]
    received = receive_visit(body, by=request.scope, at=request.at)
    words = "已收到。Received." if received.is_new else "已收到过。Received before."
    namespace = "http://openrosa.org/http/response"
    told = f'<OpenRosaResponse xmlns="{namespace}"><message>{words}</message></OpenRosaResponse>'
    return _xml_answer(request, told, status=201)


def _form(code: str) -> Form:
    form = visit_forms().get(code)
    if form is None:
        raise Http404
    return form


def _xml(form: Form) -> str:
    return xform(installation_pack(), form)


def _cases(request: ConsoleRequest, form: Form) -> str:
    """One row a case of the official's list."""
    language = short_language()
    lines = io.StringIO()
    writer = csv.DictWriter(lines, case_columns(form), extrasaction="ignore", restval="")
    writer.writeheader()
    for one in changes(request.scope, since="", at=request.at).tasks:
        if one["kind"] != "visit" or one["form"] != form.form:
            continue
        label = " ".join((one["head"], one["village"][language], one["group"])).strip()
        row: dict[str, Any] = {
            "name": one["id"],
            "label": label,
            "version": one["version"],
            "why": one["why"][language],
        }
        row |= {f"v_{field}": value for field, value in one["values"].items()}
        row |= {f"a_{field.field}": int(field.field in one["ask"]) for field in form.fields}
        writer.writerow(row)
    return lines.getvalue()


def _address(request: ConsoleRequest, name: str, form: Form) -> str:
    return escape(request.build_absolute_uri(reverse(name, args=[form.form])))


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _xml_answer(request: ConsoleRequest, body: str, *, status: int = 200) -> HttpResponse:
    declared = f'<?xml version="1.0" encoding="UTF-8"?>\n{body}\n'
    return _open_rosa(request, HttpResponse(declared, content_type="text/xml", status=status))


def _open_rosa(request: ConsoleRequest, response: HttpResponse) -> HttpResponse:
    response.headers["X-OpenRosa-Version"] = "1.0"
    response.headers["X-OpenRosa-Accept-Content-Length"] = str(MOST_POSTED)
    response.headers["Date"] = http_date(request.at.timestamp())
    if request.method == "HEAD":
        response.headers["Location"] = request.build_absolute_uri(reverse("odk-submission"))
    return response
