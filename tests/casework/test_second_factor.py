"""Codes of an authenticator: those of the standard, each once, and no secret in the open."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta

import pytest

from fangpin.casework.appointments import second_factor
from fangpin.casework.appointments.second_factor import STEP_SECONDS, code_at
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.officials.models import Official, SecondFactor
from tests.cast import build_person

NOW = datetime(2020, 12, 14, 4, tzinfo=UTC)
RFC_SECRET = b"12345678901234567890"


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_codes_are_those_of_the_standards_appendix(seconds: int, code: str) -> None:
    assert code_at(RFC_SECRET, seconds // STEP_SECONDS, digits=8) == code


def phone(secret: str, at: datetime) -> str:
    """What the official's phone shows."""
    return code_at(base64.b32decode(secret), int(at.timestamp()) // STEP_SECONDS)


@pytest.mark.django_db
class TestOfAnOfficial:
    def begun(self) -> tuple[Official, str]:
        official = build_person("li").user.official
        return official, second_factor.begin(official)

    def test_it_is_in_force_once_a_first_code_was_right(self) -> None:
        official, secret = self.begun()
        assert not second_factor.has_second_factor(official)
        assert not second_factor.confirm(official, code="000000", at=NOW)
        assert second_factor.confirm(official, code=phone(secret, NOW), at=NOW)
        assert second_factor.has_second_factor(official)
        assert AuditEntry.objects.get().act == "confirm_second_factor"

    def test_a_code_counts_once_and_for_a_minute_and_a_half(self) -> None:
        official, secret = self.begun()
        second_factor.confirm(official, code=phone(secret, NOW), at=NOW)
        assert not second_factor.accepts(official, code=phone(secret, NOW), at=NOW), "it was used"
        later = NOW + timedelta(minutes=10)
        code = phone(secret, later)
        for wrong in (timedelta(seconds=90), timedelta(seconds=-90)):
            assert not second_factor.accepts(official, code=code, at=later + wrong)
        assert not second_factor.accepts(official, code="", at=later)
        assert not second_factor.accepts(official, code="一二三四五六", at=later)
        spaced = f" {code[:3]} {code[3:]} "
        assert second_factor.accepts(official, code=spaced, at=later + timedelta(seconds=30))
        assert not second_factor.accepts(official, code=code, at=later)

    def test_the_secret_is_not_in_the_database(self) -> None:
        official, secret = self.begun()
        sealed = SecondFactor.objects.get(official=official).sealed_secret
        assert secret not in sealed
        assert base64.b32decode(secret) not in base64.urlsafe_b64decode(sealed)

    def test_another_session_secret_opens_nothing(self, settings: object) -> None:
        official, secret = self.begun()
        settings.SECRET_KEY = "another one"  # type: ignore[attr-defined]
        assert not second_factor.confirm(official, code=phone(secret, NOW), at=NOW)
