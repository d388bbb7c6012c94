"""Papers as pages and as PDF: the poster of a village, the letter to a household that declared.

A farmer opens the own letter with the receipt; officials print it for whoever has no phone at hand.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fangpin.casework.audit import actions as audit
from fangpin.casework.declarations import queries
from fangpin.casework.declarations.acts import ATTACH
from fangpin.casework.declarations.models import Declaration
from fangpin.values.problem import ProblemError
from fangpin.web.ground.access import ConsoleRequest, opens, public
from fangpin.web.ground.language import short_language
from fangpin.web.ground.posters import villages_to_print
from fangpin.web.public.codes import base_of
from fangpin.web.public.draft import followed
from fangpin.web.public.pages import door, notice, unknown_code
from fangpin.web.public.papers import LETTER, POSTER, as_pdf, letter, posters


@public
@require_safe
def poster(request: ConsoleRequest, village: str, check: str) -> HttpResponse:
    """The sheet to print and hang up."""
    if door(village, check) is None:
        return unknown_code(request)
    return render(request, POSTER, posters([village], base=base_of(request)))


@public
@require_safe
def household_letter(request: ConsoleRequest, form: str = "page") -> HttpResponse:
    """The letter in large print, as a page or as PDF; only for the receipt that is open here."""
    opened = followed(request)
    row = queries.by_receipt(*opened) if opened else None
    if row is None:
        return redirect("declare-progress")
    context = {
        **letter(row, on=request.today, base=base_of(request)),
        "back": reverse("declare-progress"),
        "pdf": reverse("declare-letter-pdf"),
    }
    return _sent(request, LETTER, context, form=form, name="letter")


@opens(ATTACH)
@require_safe
def printed_letter(request: ConsoleRequest, receipt_no: str, form: str = "page") -> HttpResponse:
    """The same letter, printed by an official. Raises Http404 outside the scope. On the record."""
    try:
        row = queries.declaration(request.scope, receipt_no)
    except Declaration.DoesNotExist:
        raise Http404 from None
    audit.record(
        act=queries.VIEW_DECLARATION,
        official=request.scope,
        subject_kind="declaration",
        subject=row.receipt_no,
        division=row.division,
        at=request.at,
        detail={"role": request.scope.role},
    )
    context = {
        **letter(row, on=request.today, base=base_of(request)),
        "back": reverse("declaration", args=[row.receipt_no]),
        "pdf": reverse("declaration-letter-pdf", args=[row.receipt_no]),
    }
    return _sent(request, LETTER, context, form=form, name="letter")


@opens(ATTACH)
@require_safe
def printed_posters(request: ConsoleRequest, division: str, form: str = "page") -> HttpResponse:
    """Posters of the villages of a division, one a sheet. Raises Http404 outside the scope, and for
    more villages than are printed at once."""
    codes = villages_to_print(request.scope, division)
    if not codes:
        raise Http404
    context = {
        **posters(codes, base=base_of(request)),
        "back": reverse("declarations"),
        "pdf": reverse("declaration-posters-pdf", args=[division]),
    }
    return _sent(request, POSTER, context, form=form, name="posters")


def _sent(
    request: ConsoleRequest, template: str, context: dict[str, Any], *, form: str, name: str
) -> HttpResponse:
    """A page, or the PDF where this machine can make one."""
    if form != "pdf":
        return render(request, template, context)
    try:
        made = as_pdf(template, context)
    except ProblemError as error:
        told = error.problems[0]
        is_english = short_language() == "en"
        return notice(
            request,
            heading=told.en if is_english else told.zh,
            words=told.fix_en if is_english else told.fix_zh,
            status=409,
        )
    response = HttpResponse(made, content_type="application/pdf")
    response.headers["Content-Disposition"] = f"inline; filename={name}.pdf"
    return response
