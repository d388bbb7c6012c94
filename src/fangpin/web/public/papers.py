"""Papers of the door: the poster that a village hangs up, the letter to a household that declared.

Each is one template: a page of the door, a file that stands alone (its rules inside), or a PDF.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from fangpin.casework.declarations.models import Declaration
from fangpin.casework.divisions import queries as divisions
from fangpin.casework.divisions.models import Division
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.pdf import pdf_of
from fangpin.web.ground.words import said
from fangpin.web.public.codes import qr_svg, receipt_address, village_address
from fangpin.web.public.pages import HOTLINE, word
from fangpin.web.public.told import told_of

RULES = Path(__file__).parent / "static" / "public" / "paper.css"
POSTER = "public/papers/poster.html"
LETTER = "public/papers/letter.html"


@dataclass(frozen=True, slots=True)
class Poster:
    """One village's poster."""

    path: tuple[Division, ...]
    address: str
    code: SafeString


def posters(codes: Sequence[str], *, base: str) -> dict[str, Any]:
    """The context of the posters of villages, one a sheet."""
    found = divisions.paths(codes)
    made = []
    for code in codes:
        address = village_address(code, base=base)
        made.append(Poster(found[code], address, qr_svg(address, title=gettext("申报二维码"))))
    causes = [said(one.title) for one in installation_pack().causes.values()]
    return _with_frame({"posters": made, "causes": causes})


def letter(declaration: Declaration, *, on: date, base: str) -> dict[str, Any]:
    """The context of a letter: what the household may know on a day, in large print.

    No phone, no identity number: a letter is read by whoever opens it.
    """
    address = receipt_address(declaration.receipt_no, base=base)
    return _with_frame(
        {
            "declaration": declaration,
            "received_on": timezone.localdate(declaration.received_at),
            "path": divisions.path(declaration.division),
            "told": told_of(declaration, on=on),
            "code": qr_svg(address, title=gettext("查询进度的二维码")),
            "today": on,
        }
    )


def standing_alone(template: str, context: dict[str, Any], *, language: str) -> str:
    """A file of its own that needs nothing else to be looked at or printed."""
    rules = mark_safe(RULES.read_text(encoding="utf-8"))
    with translation.override(language):
        return render_to_string(template, {**context, "rules": rules})


def as_pdf(template: str, context: dict[str, Any]) -> bytes:
    """The PDF. Raises ProblemError PDF_NOT_INSTALLED, PDF_FONT_MISSING."""
    html = render_to_string(template, {**context, "is_pdf": True})
    return pdf_of(html=html, sheets=(RULES,))


def _with_frame(context: dict[str, Any]) -> dict[str, Any]:
    language = "en" if short_language() == "en" else "zh-Hans"
    return {"html_language": language, "hotline": word(HOTLINE), **context}
