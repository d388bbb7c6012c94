"""Settings come from the environment alone, and a wrong one is named."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from fangpin.values.problem import ProblemError
from fangpin.web.settings.environment import Environment, database_settings, installation_secret


def test_an_installation_needs_no_setting_at_all() -> None:
    environment = Environment.read({})
    assert environment.home == Path("var").absolute()
    assert environment.clock is None
    assert not environment.demo
    assert environment.database["NAME"].endswith("casework.sqlite3")
    options = environment.database["OPTIONS"]
    assert options["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in options["init_command"]
    assert "synchronous=FULL" in options["init_command"]


def test_a_misspelt_variable_is_an_error_that_names_the_nearest() -> None:
    with pytest.raises(ProblemError) as raised:
        Environment.read({"FANGPIN_CLOK": "2020-12-14"})
    [problem] = raised.value.problems
    assert problem.where == "FANGPIN_CLOK"
    assert "FANGPIN_CLOCK" in problem.zh
    assert "FANGPIN_CLOCK" in problem.fix_en


def test_all_wrong_settings_are_told_at_once() -> None:
    wrong = {
        "FANGPIN_CLOCK": "14.12.2020",
        "FANGPIN_DATABASE_URL": "mysql://db/fangpin",
        "FANGPIN_HTTPS": "perhaps",
    }
    with pytest.raises(ProblemError) as raised:
        Environment.read(wrong)
    assert {problem.where for problem in raised.value.problems} == set(wrong)


def test_a_variable_of_another_program_is_none_of_ours() -> None:
    assert Environment.read({"FANG": "1", "PATH": "/bin"}).pack


def test_a_postgres_address_is_taken_apart() -> None:
    found = database_settings(
        url="postgres://clerk:p%40ss@db.example:5433/fangpin?sslmode=require", home=Path("x")
    )
    assert found["ENGINE"].endswith("postgresql")
    assert (found["USER"], found["PASSWORD"]) == ("clerk", "p@ss")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "5433", "fangpin")
    assert found["OPTIONS"] == {"sslmode": "require"}


def test_a_sqlite_address_names_its_file() -> None:
    found = database_settings(url="sqlite:////data/casework.sqlite3", home=Path("x"))
    assert found["NAME"] == "/data/casework.sqlite3"


def test_the_signing_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first = installation_secret(home=tmp_path / "home")
    assert len(first) >= 50
    assert installation_secret(home=tmp_path / "home") == first
    mode = (tmp_path / "home" / "web.key").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_pack_is_a_name_or_a_path(tmp_path: Path) -> None:
    assert (
        Environment.read({"FANGPIN_PACK": f"{tmp_path}/mine"}).pack_directory == tmp_path / "mine"
    )
    named = Environment.read({"FANGPIN_PACK": "mine", "FANGPIN_PACKS": str(tmp_path)})
    assert named.pack_directory == tmp_path / "mine"
