"""`fangpin feed token` and `fangpin worker` on the machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run, commands

pytestmark = pytest.mark.django_db  # `empty_tables` are copied from the tests' own database


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, empty_tables: Path) -> Iterator[Run]:
    """Commands in a prefecture with real departments; one home for all tests of this file."""
    home = tmp_path_factory.mktemp("token") / "home"
    home.mkdir()
    pack, clock = "cn_hunan_chenzhou", "2020-12-14"
    with commands(home=home, pack=pack, clock=clock, tables=empty_tables) as found:
        yield found


def test_a_token_is_made_listed_and_revoked_on_the_record(run: Run) -> None:
    code, made = run("feed", "token", "create", "yibao", "--name", "HIS", "--json")
    assert (code, made["outcome"]) == (0, "created")
    assert made["token"].startswith(f"fp_{made['token_no']}_")
    code, told = run("feed", "token", "list", "--json")
    [row] = told["tokens"]
    assert (row["department"], row["division"], row["revoked_at"]) == ("yibao", "4310", "")
    assert made["token"] not in str(told)
    assert run("feed", "token", "revoke", made["token_no"], "--json")[0] == 0
    [row] = run("feed", "token", "list", "--json")[1]["tokens"]
    assert row["revoked_at"]
    code, told = run("audit", "list", "--json")
    assert [entry["act"] for entry in reversed(told["entries"])] == ["create_token", "revoke_token"]


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (("create", "hospital", "--name", "x"), "DEPARTMENT_UNKNOWN"),
        (("revoke", "000000000000"), "TOKEN_UNKNOWN"),
    ],
)
def test_what_is_not_there_is_told(run: Run, command: tuple[str, ...], code: str) -> None:
    ended, told = run("feed", "token", *command, "--json")
    assert (ended, told["findings"][0]["code"]) == (3, code)


def test_a_worker_without_work_ends_when_it_is_told_to(run: Run) -> None:
    assert run("worker", "--until-idle") == (0, {})
