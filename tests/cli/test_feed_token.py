"""`fangpin feed token` and `fangpin worker` on the machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.test_audit import run


@pytest.fixture
def home(home_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of a prefecture with real departments."""
    monkeypatch.setenv("FANGPIN_PACK", "cn_hunan_chenzhou")
    monkeypatch.setenv("FANGPIN_CLOCK", "2020-12-14")
    return home_folder


def test_a_token_is_made_listed_and_revoked_on_the_record(home: Path) -> None:
    code, made = run("feed", "token", "create", "yibao", "--name", "HIS", "--json")
    assert (code, made["outcome"]) == (0, "created")
    assert made["token"].startswith(f"fp_{made['token_no']}_")
    code, told = run("feed", "token", "list", "--json")
    [row] = told["tokens"]
    assert (row["department"], row["division"], row["revoked_at"]) == ("yibao", "4310", "")
    assert made["token"] not in str(told)
    assert run("feed", "token", "revoke", made["token_no"], "--json")[0] == 0
    assert run("feed", "token", "list", "--json")[1]["tokens"][0]["revoked_at"]
    code, told = run("audit", "list", "--json")
    assert [entry["act"] for entry in reversed(told["entries"])] == ["create_token", "revoke_token"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("create", "hospital", "--name", "x"), "DEPARTMENT_UNKNOWN"),
        (("revoke", "000000000000"), "TOKEN_UNKNOWN"),
    ],
)
def test_what_is_not_there_is_told(home: Path, command: tuple[str, ...], code: str) -> None:
    ended, told = run("feed", "token", *command, "--json")
    assert (ended, told["findings"][0]["code"]) == (3, code)


def test_a_worker_without_work_ends_when_it_is_told_to(home: Path) -> None:
    program = "from fangpin.cli.entry import main; main()"
    done = subprocess.run([sys.executable, "-c", program, "worker", "--until-idle"], timeout=120)
    assert done.returncode == 0
