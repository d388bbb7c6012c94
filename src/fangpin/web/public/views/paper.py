"""Papers as pages: the poster of a village, the letter of whoever opened a receipt."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from fangpin.casework.declarations import queries
from fangpin.values.problem import ProblemError
from fangpin.web.ground.access import ConsoleRequest, public
from fangpin.web.ground.language import short_language
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
    context = letter(row, on=request.today, base=base_of(request))
    if form != "pdf":
        return render(request, LETTER, context)
    try:
        made = as_pdf(LETTER, context)
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
    response.headers["Content-Disposition"] = "inline; filename=letter.pdf"
    return response
