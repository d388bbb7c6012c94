"""Language and text size: kept in cookies, and with the official for the next computer."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from fangpin.casework.officials.models import Official
from fangpin.web.ground.access import ConsoleRequest, public
from fangpin.web.ground.language import COOKIE_AGE, LANGUAGE_COOKIE, SIZE_COOKIE, SIZES


@public
@require_POST
def preferences(request: ConsoleRequest) -> HttpResponse:
    """Keep the choice and go back to the page it was made on."""
    asked = request.POST.get("next", "")
    back = asked if url_has_allowed_host_and_scheme(asked, {request.get_host()}) else "/"
    response = redirect(back)
    chosen: dict[str, str | int] = {}
    language = request.POST.get("language", "")
    if language in {code for code, _ in settings.LANGUAGES}:
        chosen["language"] = language
        response.set_cookie(LANGUAGE_COOKIE, language, COOKIE_AGE, samesite="Lax")
    size = request.POST.get("size", "")
    if size in SIZES:
        chosen["text_size"] = int(size)
        response.set_cookie(SIZE_COOKIE, size, COOKIE_AGE, samesite="Lax")
    if chosen and request.user.is_authenticated:
        Official.objects.filter(user=request.user).update(**chosen)
    return response
