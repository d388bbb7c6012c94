"""`fangpin audit`: seal, export, verify, with exit code 5 for a trail that was changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run, commands

pytestmark = pytest.mark.django_db  # `empty_tables` are copied from the tests' own database


@pytest.fixture
def run(home_folder: Path, repository: Path, empty_tables: Path) -> Iterator[Run]:
    """Commands on the hillside."""
    pack = repository / "tests" / "rules" / "hillside"
    clock = "2020-06-15"
    with commands(home=home_folder, pack=pack, clock=clock, tables=empty_tables) as found:
        yield found


@pytest.fixture
def home(home_folder: Path, run: Run) -> Path:
    """A home with one entry in its trail."""
    assert run("audit", "verify", "--json")[1]["outcome"] == "whole"
    write(home_folder, "view_household")
    return home_folder


def write(home: Path, act: str) -> None:
    with sqlite3.connect(home / "casework.sqlite3") as database:
        database.execute(
            "INSERT INTO audit_auditentry "
            "(at, official, act, subject_kind, subject, division, detail) "
            "VALUES ('2020-06-15 04:00:00', 'cadre', ?, 'household', '1', '', '{}')",
            [act],
        )


def test_seal_export_verify_and_a_change_that_is_found(
    home: Path, run: Run, tmp_path: Path
) -> None:
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


def test_a_file_of_seals_that_is_not_there_is_told(home: Path, run: Run, tmp_path: Path) -> None:
    code, refused = run("audit", "verify", "--seals", str(tmp_path / "none"), "--json")
    assert (code, refused["findings"][0]["code"]) == (3, "SEALS_FILE_UNREADABLE")
