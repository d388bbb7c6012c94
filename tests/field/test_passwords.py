"""Passwords tried at the phone's door, and by clients that sign each request, are counted."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from fangpin.casework.appointments import second_factor
from fangpin.casework.audit.models import AuditEntry
from fangpin.web.field.entrance import HEADER
from fangpin.web.ground import access
from tests.casework.test_second_factor import phone as authenticator
from tests.field.test_odk import basic
from tests.field.world import PASSWORD, Field

NOW = datetime(2020, 5, 10, 4, tzinfo=UTC)


@pytest.fixture
def now(field: Field, settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """No demonstration: the moment is the one item of this list."""
    settings.FANGPIN = dataclasses.replace(settings.FANGPIN, clock=None, demo=False)
    present = [NOW]
    monkeypatch.setattr(access, "moment", lambda: present[0])
    return present


def sign_in(username: str, password: str, **more: str) -> Any:
    return Client().post(
        "/field/session",
        data={"username": username, "password": password, **more},
        content_type="application/json",
        headers={HEADER: "1"},
    )


def test_after_five_wrong_passwords_the_phone_is_told_how_long_to_wait(
    field: Field, now: list[datetime]
) -> None:
    for _ in range(5):
        wrong = sign_in("cadre", "wrong")
        assert (wrong.status_code, wrong.json()["code"]) == (401, "PASSWORD_WRONG")
    now[0] += timedelta(minutes=4)
    told = sign_in("cadre", PASSWORD)
    assert (told.status_code, told.json()["code"]) == (429, "TOO_MANY_TRIES")
    assert told.headers["Retry-After"] == "660"
    assert told.json()["zh"] == "输错次数太多，请等 11 分钟再试。"
    assert AuditEntry.objects.filter(act="lock_account").count() == 1
    now[0] += timedelta(minutes=12)
    assert sign_in("cadre", PASSWORD).status_code == 200


def test_a_name_that_nobody_has_gets_the_same_answers(field: Field, now: list[datetime]) -> None:
    def answers(name: str) -> list[tuple[int, bytes]]:
        return [(one.status_code, one.content) for one in (sign_in(name, "x") for _ in range(7))]

    assert answers("cadre") == answers("nobody")


def test_the_three_doors_count_together(field: Field, now: list[datetime]) -> None:
    for _ in range(2):
        assert sign_in("cadre", "wrong").status_code == 401
        client = Client(**basic("cadre", "wrong"))
        assert client.get("/field/odk/formList").status_code == 401
    Client().post("/sign-in/", {"username": "cadre", "password": "wrong"})
    waits = Client(**basic("cadre", PASSWORD)).get("/field/odk/formList")
    assert waits.status_code == 429 and int(waits.headers["Retry-After"]) == 900
    assert Client().post("/sign-in/", {"username": "cadre"}).status_code == 429
    now[0] += timedelta(minutes=16)
    assert Client(**basic("cadre", PASSWORD)).get("/field/odk/formList").status_code == 200


def test_a_second_factor_stands_before_the_phones_door_too(
    field: Field, now: list[datetime]
) -> None:
    official = field.cast.cadre.user.official
    secret = second_factor.begin(official)
    assert second_factor.confirm(official, code=authenticator(secret, now[0]), at=now[0])
    now[0] += timedelta(minutes=1)

    assert sign_in("cadre", PASSWORD).status_code == 401, "the password alone opens nothing"
    assert Client(**basic("cadre", PASSWORD)).get("/field/odk/formList").status_code == 401
    signed = sign_in("cadre", PASSWORD, code=authenticator(secret, now[0]))
    assert signed.status_code == 200


def test_a_password_that_others_know_is_changed_first(field: Field, now: list[datetime]) -> None:
    official = field.cast.cadre.user.official
    official.must_change_password = True
    official.save()
    told = sign_in("cadre", PASSWORD)
    assert (told.status_code, told.json()["code"]) == (403, "PASSWORD_MUST_CHANGE")
    assert "fangpin_session" not in told.cookies
