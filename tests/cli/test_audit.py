"""`fangpin audit`: seal, export, verify, with exit code 5 for a trail that was changed."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def home(home_folder: Path, monkeypatch: pytest.MonkeyPatch, repository: Path) -> Path:
    """A home on the hillside with one entry in its trail."""
    monkeypatch.setenv("FANGPIN_PACK", str(repository / "tests" / "rules" / "hillside"))
    monkeypatch.setenv("FANGPIN_CLOCK", "2020-06-15")
    assert run("audit", "verify", "--json")[1]["outcome"] == "whole"
    write(home_folder, "view_household")
    return home_folder


def run(*arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit code and answer of a command in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", "from fangpin.cli.entry import main; main()", *arguments],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "fangpin.web.settings"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def write(home: Path, act: str) -> None:
    with sqlite3.connect(home / "casework.sqlite3") as database:
        database.execute(
            "INSERT INTO audit_auditentry "
            "(at, official, act, subject_kind, subject, division, detail) "
            "VALUES ('2020-06-15 04:00:00', 'cadre', ?, 'household', '1', '', '{}')",
            [act],
        )


def test_seal_export_verify_and_a_change_that_is_found(home: Path, tmp_path: Path) -> None:
    above = tmp_path / "seals.jsonl"
    assert run("audit", "verify", "--json")[1]["entries_unsealed"] == 1
    assert run("audit", "seal", "--json") == (0, {"outcome": "sealed", "entries": 1})
    code, exported = run("audit", "export", "--to", str(above), "--json")
    assert (code, exported["seals"]) == (0, 1)
    code, whole = run("audit", "verify", "--seals", str(above), "--json")
    assert (code, whole["entries_verified"], whole["entries_unsealed"]) == (0, 1, 0)

    with sqlite3.connect(home / "casework.sqlite3") as database:
        database.execute("DROP TRIGGER audit_no_update")
        database.execute("UPDATE audit_auditentry SET official = 'Cadre'")
    code, changed = run("audit", "verify", "--seals", str(above), "--json")
    assert (code, changed["outcome"], changed["entries_verified"]) == (5, "changed", 0)
    [finding] = changed["findings"]
    assert (finding["code"], finding["seal"], finding["entry"]) == ("AUDIT_ENTRY_CHANGED", 1, 1)
    assert finding["message_zh"] and finding["message_en"]


def test_a_file_of_seals_that_is_not_there_is_told(home: Path, tmp_path: Path) -> None:
    code, refused = run("audit", "verify", "--seals", str(tmp_path / "none"), "--json")
    assert (code, refused["findings"][0]["code"]) == (3, "SEALS_FILE_UNREADABLE")
