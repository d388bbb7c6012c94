"""After an act: on to the page that follows, which says above itself what was saved.

The address carries the act's code, so that a second click of the same form is told the same.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from fangpin.web.console.trail_words import act_words
from fangpin.web.ground.figures import DONE


def on_to(page: str, *args: object, done: str) -> HttpResponse:
    """To a page by the name of its address; `done` is the code of the act."""
    return redirect(f"{reverse(page, args=args)}?{urlencode({DONE: done})}")


def done_words(request: HttpRequest) -> str:
    """The words of the act that led here; empty where none did."""
    act = request.GET.get(DONE, "")
    words = act_words(act) if act else ""
    return words if words != act else ""
