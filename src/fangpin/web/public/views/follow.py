"""Progress by receipt and the last four digits of the phone; an appeal from the same page."""

from __future__ import annotations

import re
import uuid

from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from fangpin.casework.cases.acts import appeal
from fangpin.casework.declarations import queries
from fangpin.casework.declarations.models import Declaration
from fangpin.casework.officials.scope import Scope
from fangpin.web.ground.access import ConsoleRequest, public
from fangpin.web.ground.keys import door_keys
from fangpin.web.ground.pack import installation_pack
from fangpin.web.public.draft import begin_again, follow, followed
from fangpin.web.public.limits import may_appeal, may_look_up
from fangpin.web.public.pages import KEPT_UNTIL, page, too_many, word
from fangpin.web.public.questions import MOST_LETTERS
from fangpin.web.public.told import told_of

DECLARANT = "declarant"
"""The role in the audit trail of whoever holds the receipt."""
_MISREAD = str.maketrans("OILU", "011V")
_KEY = re.compile(r"[0-9a-f]{32}")


@public
@require_http_methods(["GET", "HEAD", "POST"])
def look_up(request: ConsoleRequest, receipt_no: str = "") -> HttpResponse:
    """Ask for receipt and last four; whoever gave them sees the matter."""
    if request.method == "POST":
        return _try(request)
    row = _followed(request)
    asked = written(receipt_no)
    if row is None or (asked and asked != row.receipt_no):
        return _form(request, asked)
    return _matter(request, row)


@public
@require_POST
def close(request: ConsoleRequest) -> HttpResponse:
    """Forget at this phone what was opened."""
    begin_again(request)
    return redirect("declare-progress")


@public
@require_POST
def file_appeal(request: ConsoleRequest) -> HttpResponse:
    """Record the appeal of whoever holds the receipt; the same form sent twice is one appeal."""
    row = _followed(request)
    if row is None or row.case is None or not queries.has_been_met(row):
        return redirect("declare-progress")
    text = request.POST.get("text", "").strip()
    key = request.POST.get("key", "")
    if not text or len(text) > MOST_LETTERS:
        error = (
            gettext("写得太长了，请不要超过 %(most)d 个字。") % {"most": MOST_LETTERS}
            if text
            else gettext("请写明您对什么不同意、为什么。")
        )
        return _matter(request, row, error=error, text=text)
    if not may_appeal(row.receipt_no, at=request.at):
        return too_many(request)
    appeal(
        pack=installation_pack(),
        case_no=row.case.case_no,
        by=Scope(role=DECLARANT, divisions=(row.case.division,), may=frozenset({"appeal"})),
        at=request.at,
        text=text,
        # Bound to the receipt: a key that someone else used cannot be met by chance or intent.
        key=door_keys().digest(
            "appeal", f"{row.receipt_no}:{key if _KEY.fullmatch(key) else text}"
        ),
    )
    return redirect(reverse("declare-progress") + "#appeals")


def written(receipt_no: str) -> str:
    """A receipt as it is kept, however it was typed; what cannot be one is looked up all the same."""
    signs = re.sub(r"[^0-9A-Z]", "", receipt_no.upper().translate(_MISREAD))[:12]
    return "-".join(signs[at : at + 4] for at in range(0, len(signs), 4))


def _try(request: ConsoleRequest) -> HttpResponse:
    number = written(request.POST.get("receipt", ""))
    last_four = re.sub(r"[^0-9]", "", request.POST.get("phone", ""))
    if not may_look_up(request, number, at=request.at):
        return too_many(request)
    digest = door_keys().phone_digest(number, last_four)
    row = queries.by_receipt(number, digest)
    if row is None:
        error = gettext("回执号和电话尾号对不上，请再看一遍。")
        return _form(request, number, error=error)
    follow(request, row.receipt_no, digest)
    return redirect("declare-progress")


def _followed(request: ConsoleRequest) -> Declaration | None:
    opened = followed(request)
    return queries.by_receipt(*opened) if opened else None


def _form(request: ConsoleRequest, receipt_no: str, *, error: str = "") -> HttpResponse:
    context = {"receipt_no": receipt_no, "error": error}
    return page(request, "look_up", context, status=422 if error else 200)


def _matter(
    request: ConsoleRequest, row: Declaration, *, error: str = "", text: str = ""
) -> HttpResponse:
    context = {
        "declaration": row,
        "told": told_of(row, on=request.today),
        "key": uuid.uuid4().hex,
        "most_letters": MOST_LETTERS,
        "error": error,
        "text": text,
        "kept_until": word(KEPT_UNTIL),
    }
    return page(request, "progress", context, status=422 if error else 200)
