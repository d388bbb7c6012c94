"""What every page of the door knows: its village, the hotline, kind pages for what cannot be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext

from fangpin.casework.divisions import queries as divisions
from fangpin.casework.divisions.models import Division
from fangpin.web.ground.keys import door_keys
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import said

HOTLINE = "public.hotline"
KEPT_UNTIL = "public.kept_until"


@dataclass(frozen=True, slots=True)
class Door:
    """The door of one village: reached by a code that hangs there."""

    code: str
    check: str
    path: tuple[Division, ...]

    @property
    def village(self) -> Division:
        return self.path[-1]


def door(village: str, check: str) -> Door | None:
    """The door of a village's code; None for letters that were never hung up."""
    if not door_keys().is_village_check(village, check):
        return None
    path = divisions.path(village)
    return Door(village, check, path) if path else None


def page(
    request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """One page of the door."""
    told = {"hotline": word(HOTLINE), **context}
    return render(request, f"public/{template}.html", told, status=status)


def word(code: str) -> str:
    """A word of the pack in the reader's language; empty when the pack has none."""
    found = installation_pack().words.get(code)
    return said(found.title) if found else ""


def notice(request: HttpRequest, *, heading: str, words: str, status: int) -> HttpResponse:
    """A kind page: what is the matter, and whom to call."""
    return page(request, "notice", {"heading": heading, "words": words}, status=status)


def unknown_code(request: HttpRequest) -> HttpResponse:
    """404: the same page for every code that was never hung up."""
    return notice(
        request,
        heading=gettext("这个二维码不能用"),
        words=gettext("网址可能没有写全，或者二维码已经更换。请重新扫描村里张贴的二维码。"),
        status=404,
    )


def too_many(request: HttpRequest) -> HttpResponse:
    """429: over the limit of the pack; nothing that was written is lost."""
    return notice(
        request,
        heading=gettext("今天从这里提交的次数太多了"),
        words=gettext("您填的内容没有丢，请明天再试；着急的话，直接找村干部或打电话，一样算数。"),
        status=429,
    )


def form_expired(request: HttpRequest) -> HttpResponse:
    """403: the form's token is missing or old; a phone that keeps no cookies sees it at once."""
    return notice(
        request,
        heading=gettext("页面放得太久了"),
        words=gettext("请重新扫码再填一次。如果总是这样，请在浏览器里允许 Cookie。"),
        status=403,
    )


def not_found(request: HttpRequest) -> HttpResponse:
    """404: an address below the door that is none of its pages."""
    return unknown_code(request)
