"""The page that the phone keeps, its files, its worker and its manifest: the same for everybody."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from fangpin.web.field.assets import WORKER, Asset, assets, precached
from fangpin.web.field.assets import version as present_version
from fangpin.web.ground.access import public
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack

FOR_GOOD = "public, max-age=31536000, immutable"
ASK_FIRST = "no-cache"
BOOT, EARLY = "boot.js", "early.js"


@public
@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The one page: the look of the first screen and the door to its scripts. Knows nobody."""
    context = {
        "version": present_version(),
        "modules": " ".join(_modules()),
        "language": short_language(),
        "html_language": "en" if short_language() == "en" else "zh-Hans",
    }
    response = render(request, "field/shell.html", context)
    response.headers["Cache-Control"] = ASK_FIRST
    return response


@public
@require_safe
def asset(request: HttpRequest, version: str, name: str) -> HttpResponse:
    """A file of the phone's pages. An old version's address gives the present file, not kept."""
    found = assets().get(name)
    if found is None:
        raise Http404
    return _sent(request, found, FOR_GOOD if version == present_version() else ASK_FIRST)


@public
@require_safe
def worker(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The service worker, told which version it is and what belongs to it."""
    base = reverse("field-asset", args=[present_version(), "x"])[:-1]
    told = {
        "version": present_version(),
        "shell": reverse("field"),
        "files": [base + name for name in precached()] + [reverse("field-manifest")],
    }
    script = assets()[WORKER].plain.decode()
    response = HttpResponse(
        f"const KEPT = {json.dumps(told)};\n{script}", content_type="text/javascript; charset=utf-8"
    )
    response.headers["Cache-Control"] = ASK_FIRST
    return response


@public
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """What a phone needs to put these pages on its home screen."""
    word = installation_pack().words.get("system.name")
    name = word.title.zh if word else "fangpin"
    icon = reverse("field-asset", args=[present_version(), "icon.svg"])
    body = {
        "id": reverse("field"),
        "name": name,
        "short_name": "入户",
        "lang": "zh-Hans",
        "start_url": reverse("field"),
        "scope": reverse("field"),
        "display": "standalone",
        "orientation": "portrait",
        "background_color": "#f6f4ee",
        "theme_color": "#0e5a4a",
        "icons": [
            {"src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            {"src": icon, "sizes": "any", "type": "image/svg+xml", "purpose": "maskable"},
        ],
    }
    response = HttpResponse(
        json.dumps(body, ensure_ascii=False), content_type="application/manifest+json"
    )
    response.headers["Cache-Control"] = ASK_FIRST
    return response


def _modules() -> list[str]:
    """The scripts in the order in which they are asked for after the first paint."""
    scripts = [name for name in precached() if name.endswith(".js") and name not in (BOOT, EARLY)]
    return [reverse("field-asset", args=[present_version(), name]) for name in (BOOT, *scripts)]


def _sent(request: HttpRequest, found: Asset, keep: str) -> HttpResponse:
    is_packed = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(
        found.packed if is_packed else found.plain, content_type=found.media_type
    )
    if is_packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = keep
    return response
