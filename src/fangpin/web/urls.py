"""Which face answers which address."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("field/", include("fangpin.web.field.urls")),
    path("api/", include("fangpin.web.api.urls")),
    path("declare/", include("fangpin.web.public.urls")),
    path("", include("fangpin.web.console.urls")),
]

handler404 = "fangpin.web.refusing.not_found"
handler403 = "fangpin.web.console.views.errors.not_found"
handler400 = "fangpin.web.console.views.errors.not_understood"
handler500 = "fangpin.web.refusing.broken"
