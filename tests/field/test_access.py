"""Every address of the phone says whom it is for, and knows nobody before a sign-in."""

from __future__ import annotations

from django.test import Client
from django.urls import get_resolver

from fangpin.web.field.entrance import RECORD_VISIT
from tests.field.world import Field

PUBLIC = {"field", "field-worker", "field-manifest", "field-asset", "field-session"}
"""The pages themselves, which are the same for everybody, and the way in."""


def test_every_view_of_the_phone_says_whom_it_is_for() -> None:
    for pattern in get_resolver("fangpin.web.field.urls").url_patterns:
        view = pattern.callback
        if pattern.name in PUBLIC:
            assert view.is_public, pattern.name
        else:
            assert view.permission == RECORD_VISIT, pattern.name
            assert not getattr(view, "is_public", False), pattern.name


def test_the_pages_that_a_phone_keeps_know_nobody(field: Field) -> None:
    client = field.phone().client
    for path in ("/field/", "/field/sw.js", "/field/manifest.webmanifest"):
        response = client.get(path)
        assert response.status_code == 200
        assert "李某" not in response.content.decode()
        assert "fangpin_session" not in response.cookies


def test_without_a_sign_in_every_other_address_is_401_and_no_page(field: Field) -> None:
    client = Client()
    for path in ("tasks", "forms", "session", "blobs/" + "0" * 64, "odk/formList"):
        response = client.get(f"/field/{path}")
        assert response.status_code == 401, path
    asked = client.get("/field/odk/formList")
    assert asked.headers["WWW-Authenticate"].startswith("Basic ")
