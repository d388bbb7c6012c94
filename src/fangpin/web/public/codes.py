"""QR codes as inline SVG, and the addresses that they hold."""

from __future__ import annotations

import segno
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from fangpin.web.ground.keys import door_keys


def village_address(division: str, *, base: str) -> str:
    """The address behind the code of a village."""
    path = reverse("declare", args=[division, door_keys().village_check(division)])
    return base.rstrip("/") + path


def receipt_address(receipt_no: str, *, base: str) -> str:
    """The address at which a receipt is followed; the phone's last four are still asked for."""
    return base.rstrip("/") + reverse("declare-progress-of", args=[receipt_no])


def base_of(request: HttpRequest) -> str:
    """Where farmers reach this installation: as it is set, else as this request came."""
    return settings.FANGPIN.public_url or request.build_absolute_uri("/").rstrip("/")


def qr_svg(text: str, *, title: str) -> SafeString:
    """A QR code that scales with its box; without colours of its own it follows the style sheet."""
    code = segno.make(text, error="m", micro=False)
    return mark_safe(
        code.svg_inline(border=2, omitsize=True, svgclass="qr", lineclass="qr-dark", title=title)
    )
