"""The language of a request: what the reader chose, else the installation's own."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

LANGUAGE_COOKIE = "fangpin_language"
SIZE_COOKIE = "fangpin_size"
COOKIE_AGE = 365 * 24 * 3600
SIZES = ("0", "1", "2")


class LanguageMiddleware:
    """Like Django's, but a browser's own language does not decide: officials share computers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = chosen_language(request)
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response


def chosen_language(request: HttpRequest) -> str:
    """The code in the cookie when the installation offers it, else the default."""
    code = request.COOKIES.get(LANGUAGE_COOKIE, "")
    offered = {language for language, _ in settings.LANGUAGES}
    return code if code in offered else settings.LANGUAGE_CODE


def chosen_size(request: HttpRequest) -> int:
    """0, 1 or 2: how much larger the text is than usual."""
    size = request.COOKIES.get(SIZE_COOKIE, "0")
    return int(size) if size in SIZES else 0


def short_language() -> str:
    """`zh` or `en`: which half of a pack's words the present request reads."""
    return "en" if (translation.get_language() or "").startswith("en") else "zh"
