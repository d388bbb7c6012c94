"""The receipt: a number in groups, a code, and what happens next with its days."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from fangpin.casework.declarations.models import Declaration
from fangpin.web.ground.access import ConsoleRequest, public
from fangpin.web.public.codes import base_of, qr_svg, receipt_address
from fangpin.web.public.draft import begin_again, receipt_of
from fangpin.web.public.lawful import steps_of_declaration, terms_of_declaration
from fangpin.web.public.pages import KEPT_UNTIL, door, page, unknown_code, word


@public
@require_safe
def receipt(request: ConsoleRequest, village: str, check: str) -> HttpResponse:
    """The receipt of this session; whoever has none begins at the first page."""
    found = door(village, check)
    if found is None:
        return unknown_code(request)
    number = receipt_of(request, village)
    row = Declaration.objects.filter(receipt_no=number).first() if number else None
    if row is None:
        return redirect("declare", village, check)
    address = receipt_address(row.receipt_no, base=base_of(request))
    context = {
        "door": found,
        "receipt_no": row.receipt_no,
        "received_at": row.received_at,
        "masked_phone": row.masked_phone,
        "code": qr_svg(address, title=gettext("查询进度的二维码")),
        "address": address,
        "terms": terms_of_declaration(
            division=village, received_at=row.received_at, on=request.today
        ),
        "steps": steps_of_declaration(received_at=row.received_at),
        "kept_until": word(KEPT_UNTIL),
    }
    return page(request, "receipt", context)


@public
@require_POST
def again(request: ConsoleRequest, village: str, check: str) -> HttpResponse:
    """Forget what this phone was told, for the next one who declares at it."""
    begin_again(request)
    return redirect("declare", village, check)
