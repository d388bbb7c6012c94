"""`fangpin official`: an account, a post, a delegation and their ends, each on the record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Run, commands

pytestmark = pytest.mark.django_db  # `empty_tables` are copied from the tests' own database


@pytest.fixture
def run(home_folder: Path, empty_tables: Path) -> Iterator[Run]:
    """Commands in a county with real divisions."""
    pack, clock = "cn_hunan_chenzhou", "2020-12-14"
    with commands(home=home_folder, pack=pack, clock=clock, tables=empty_tables) as found:
        yield found


def test_from_an_account_to_the_end_of_a_post(run: Run) -> None:
    village, township = "431022202204", "431022202"
    for username in ("li.ming", "wang.fang"):
        code, told = run("official", "add", username, "某人", "--json")
        assert (code, told["outcome"]) == (0, "ready") and len(told["password"]) >= 12
    run("official", "appoint", "wang.fang", "village_cadre", village, "--json")
    code, told = run("official", "appoint", "li.ming", "township_reviewer", township, "--json")
    assert code == 0
    post = str(told["post"])
    code, told = run("official", "appoint", "li.ming", "audit_administrator", "4310", "--json")
    assert (code, told["findings"][0]["code"]) == (3, "POSTS_EXCLUDE")

    code, told = run("official", "delegate", post, "wang.fang", "--until", "2020-12-20", "--json")
    assert (code, told["outcome"]) == (0, "delegated")
    delegation = str(told["delegation"])
    code, told = run("official", "list", "--scope", "431022", "--json")
    lent = [row["delegations"] for row in told["posts"] if row["username"] == "li.ming"]
    assert lent[0][0]["to"] == "wang.fang"
    assert run("official", "revoke", delegation, "--json")[0] == 0
    assert run("official", "end", post, "--on", "2020-12-15", "--json")[0] == 0
    code, told = run("official", "end", "999", "--json")
    assert (code, told["findings"][0]["code"]) == (3, "POST_UNKNOWN")

    code, told = run("audit", "list", "--json")
    acts = [entry["act"] for entry in reversed(told["entries"])]
    assert acts == [
        *("open_account", "open_account", "appoint", "appoint"),
        *("delegate", "revoke_delegation", "end_post"),
    ]
    assert {entry["official"] for entry in told["entries"]} == {"operator"}
