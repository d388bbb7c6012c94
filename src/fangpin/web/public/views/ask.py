"""From the village's code to the answers, one question a page, and a look at all of them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from fangpin.lake.papers import MOST_BYTES
from fangpin.values.masks import mask_identifier, mask_phone
from fangpin.web.ground.access import ConsoleRequest, public
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import cause_words, listed, said
from fangpin.web.public.draft import Draft, draft_of, keep_draft, keep_receipt, receipt_of
from fangpin.web.public.limits import may_declare, may_send_photo, note_declaration, source_of
from fangpin.web.public.pages import KEPT_UNTIL, Door, door, page, too_many, unknown_code, word
from fangpin.web.public.photos import InMemory, store_photo, too_large
from fangpin.web.public.questions import (
    MOST_LETTERS,
    NAMES,
    PHOTO,
    QUESTIONS,
    first_unanswered,
)
from fangpin.web.public.receiving import receive, received_before

_ROOM_FOR_A_FORM = 64 * 1024
_CHANGING = "change"


@public
@require_safe
def start(request: ConsoleRequest, village: str, check: str) -> HttpResponse:
    """What this is, what is asked, what is kept."""
    found = door(village, check)
    if found is None:
        return unknown_code(request)
    causes = listed(said(one.title) for one in installation_pack().causes.values())
    if short_language() == "en":  # within a sentence
        causes = causes[:1] + causes[1:].lower()
    context = {"door": found, "causes": causes, "kept_until": word(KEPT_UNTIL)}
    return page(request, "start", context)


@public
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: ConsoleRequest, village: str, check: str, question: str) -> HttpResponse:
    """One question. A photo must stay in memory, so where it goes is settled before the form's
    token is read; then the token is checked as everywhere."""
    if request.method == "POST":
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        if size > MOST_BYTES + _ROOM_FOR_A_FORM:
            return _too_large(request, village, check)
        request.upload_handlers = [InMemory(request)]
    return _ask(request, village, check, question)


@csrf_protect
def _ask(request: ConsoleRequest, village: str, check: str, question: str) -> HttpResponse:
    found = door(village, check)
    if found is None or question not in NAMES:
        return unknown_code(request)
    draft = draft_of(request, village)
    if request.method != "POST":
        return _question(request, found, draft, question, error="")
    asked = QUESTIONS[NAMES.index(question)]
    error = asked.read(draft, request.POST, request.today)
    if question == PHOTO and not error:
        error = _receive_photo(request, draft)
    if error:
        return _question(request, found, draft, question, error=error)
    keep_draft(request, draft)
    is_last_look = request.GET.get("from") == _CHANGING
    next_one = first_unanswered(draft) if is_last_look else _after(question)
    if next_one is None:
        return redirect("declare-check", village, check)
    return redirect("declare-question", village, check, next_one)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def check_answers(request: ConsoleRequest, village: str, check: str) -> HttpResponse:
    """All answers to be looked at, then sent; sent twice, there is one declaration."""
    found = door(village, check)
    if found is None:
        return unknown_code(request)
    draft = draft_of(request, village)
    missing = first_unanswered(draft)
    if missing is not None:
        # A second click, or the back button after sending: the answers have become a receipt.
        if receipt_of(request, village):
            return redirect("declare-receipt", village, check)
        return redirect("declare-question", village, check, missing)
    if request.method != "POST":
        context = {"door": found, "answers": _answers(draft)}
        return page(request, "check", context)
    row = received_before(draft)
    if row is None:
        if not may_declare(request, village, at=request.at):
            return too_many(request)
        row, is_new = receive(draft, at=request.at, today=request.today)
        if is_new:
            note_declaration(request, village, at=request.at)
    keep_receipt(request, village, row.receipt_no)
    return redirect("declare-receipt", village, check)


def _after(question: str) -> str | None:
    place = NAMES.index(question) + 1
    return NAMES[place] if place < len(NAMES) else None


def _question(
    request: ConsoleRequest, found: Door, draft: Draft, question: str, *, error: str
) -> HttpResponse:
    place = NAMES.index(question)
    pack = installation_pack()
    context: dict[str, Any] = {
        "door": found,
        "draft": draft,
        "question": question,
        "template": f"public/questions/{question}.html",
        "step": place + 1,
        "steps": len(NAMES),
        "back": NAMES[place - 1] if place else "",
        "is_change": request.GET.get("from") == _CHANGING,
        "error": error,
        "masked_identity": mask_identifier(draft.identity) if draft.identity else "",
        "masked_phone": mask_phone(draft.phone) if draft.phone else "",
        "causes": [(code, said(one.title)) for code, one in pack.causes.items()],
        "most_letters": MOST_LETTERS,
    }
    return page(request, "question", context, status=422 if error else 200)


def _receive_photo(request: ConsoleRequest, draft: Draft) -> str:
    """Store the photo that was sent; none leaves the earlier one. The words of an error, or none."""
    if request.POST.get("remove"):
        draft.photo = ""
    sent = request.FILES.get("photo")
    if sent is None or not sent.size:
        return ""
    if not may_send_photo(request, draft.village, at=request.at):
        return gettext("今天从这里传的照片太多了。请跳过这一步，入户时再给工作人员看。")
    sha256, error = store_photo(sent.read(), sender=source_of(request, draft.village))
    if not error:
        draft.photo = sha256
    return error


def _too_large(request: ConsoleRequest, village: str, check: str) -> HttpResponse:
    """The body was not read at all: nothing of it is kept, the earlier answers are."""
    found = door(village, check)
    if found is None:
        return unknown_code(request)
    draft = draft_of(request, village)
    return _question(request, found, draft, PHOTO, error=too_large())


def _answers(draft: Draft) -> list[tuple[str, str, str]]:
    """(question, title, answer) as they are shown: numbers masked."""
    return [
        ("name", gettext("户主姓名"), draft.name),
        (
            "identity",
            gettext("证件号码"),
            mask_identifier(draft.identity) if draft.identity else gettext("没有证件"),
        ),
        ("phone", gettext("联系电话"), mask_phone(draft.phone)),
        ("cause", gettext("困难类型"), cause_words(draft.cause)),
        ("text", gettext("发生了什么"), draft.text),
        (PHOTO, gettext("照片"), gettext("已添加 1 张") if draft.photo else gettext("没有照片")),
    ]
