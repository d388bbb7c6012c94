"""The serving process seals the trail about once a second and goes on serving when it cannot."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from fangpin.casework.audit import rows
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.audit.seal_keys import SECRET
from fangpin.casework.audit.verify import verify
from fangpin.web import sealing
from tests.web.conftest import SignIn
from tests.web.seed import LI_ZHUXI, Seed


def test_what_officials_did_is_sealed_while_the_console_is_served(
    prefecture: Seed,
    signed_in: SignIn,
    installation: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setitem(rows._COMMITTED, "postgresql", "")
    monkeypatch.setattr(sealing, "close_old_connections", lambda: None)
    monkeypatch.setattr(sealing.connection, "close", lambda: None)
    signed_in("village").get(f"/households/{LI_ZHUXI}/")
    assert sealing.seal_once()
    found = verify(folder=installation / "audit")
    written = AuditEntry.objects.count()
    assert (found.is_whole, found.entries_verified, found.entries_unsealed) == (True, written, 0)

    signed_in("village").get(f"/households/{LI_ZHUXI}/")
    (installation / "audit" / SECRET).write_text("lost")
    with caplog.at_level(logging.ERROR, logger="fangpin.audit"):
        assert not sealing.seal_once()
    assert "SEAL_KEY_UNREADABLE" in caplog.text
    assert verify(folder=installation / "audit").entries_unsealed == 1
