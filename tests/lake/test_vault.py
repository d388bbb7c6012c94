"""Identity numbers live in the vault, encrypted; everything else holds references."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.lake.vault import TABLE, Vault, installation_key, reference, write_installation_key
from fangpin.values.problem import ProblemError

CANARY = "430102199001011234"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


def remember(home: Home, *numbers: str) -> int:
    """Register these numbers as a command of its own does; how many were new."""
    with connect(threads=1) as engine:
        vault = Vault(home=home, engine=engine)
        listed = ", ".join(f"('{number}')" for number in numbers)
        engine.make_table("seen", f"SELECT * FROM (VALUES {listed}) AS seen(canonical)")
        return vault.register("seen")


def known(home: Home) -> dict[str, int]:
    with connect(threads=1) as engine:
        Vault(home=home, engine=engine)
        return dict(engine.rows(f"SELECT canonical, person_ref FROM {TABLE}"))


def test_the_same_number_has_the_same_reference_whenever_it_arrives(home: Home) -> None:
    remember(home, CANARY, "A1")
    first = known(home)

    assert remember(home, "A2", CANARY) == 1
    assert remember(home, CANARY) == 0

    assert known(home).items() >= first.items()
    assert set(known(home)) == {CANARY, "A1", "A2"}
    assert len(list(home.vault.glob("part-*.bin"))) == 2


def test_sql_and_python_give_the_same_reference(home: Home) -> None:
    with connect(threads=1) as engine:
        vault = Vault(home=home, engine=engine)
        engine.make_table("texts", "SELECT * FROM (VALUES ('A1'), ('户 7'), (NULL)) AS t(x)")
        found = [
            row[0] for row in engine.rows(f"SELECT {vault.reference_sql('person', 'x')} FROM texts")
        ]

        assert found == [vault.person_ref("A1"), vault.person_ref("户 7"), None]
        assert all(0 <= ref < 2**60 for ref in found if ref is not None)
        assert vault.household_ref("A1") != vault.person_ref("A1")


def test_another_installation_gives_other_references() -> None:
    assert reference(b"a" * 32, "person", CANARY) != reference(b"b" * 32, "person", CANARY)
    assert reference(b"a" * 32, "person", CANARY) == reference(b"a" * 32, "person", CANARY)


def test_no_file_of_the_home_holds_a_number_in_the_open(home: Home) -> None:
    remember(home, CANARY)

    for file in home.root.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert CANARY.encode() not in content, file
            assert b"PAR1" not in content, f"{file} is a plain table"
    assert known(home)[CANARY]


def test_the_same_number_is_sealed_differently_each_time(tmp_path: Path) -> None:
    parts = []
    for name in ("one", "two"):
        home = Home(tmp_path / name)
        home.prepare()
        write_installation_key(home, b"k" * 32)
        remember(home, CANARY)
        parts.append(next(home.vault.glob("part-*.bin")).read_bytes())

    assert parts[0] != parts[1]


@pytest.mark.parametrize("harm", ["key", "part", "cut"])
def test_a_wrong_key_or_a_damaged_part_is_told(home: Home, harm: str) -> None:
    remember(home, CANARY)
    part = next(home.vault.glob("part-*.bin"))
    if harm == "key":
        home.secret_key.write_text("ab" * 32)
    elif harm == "part":
        part.write_bytes(part.read_bytes()[:-1] + b"x")
    else:
        part.write_bytes(part.read_bytes()[:9])

    with pytest.raises(ProblemError) as raised:
        known(home)

    (problem,) = raised.value.problems
    assert problem.code == "VAULT_UNREADABLE"
    assert problem.fix_zh and problem.fix_en and CANARY not in str(problem)


@pytest.mark.parametrize("text", ["", "not a key", "abcd"])
def test_a_key_that_is_none_is_told(home: Home, text: str) -> None:
    home.secret_key.write_text(text)

    with pytest.raises(ProblemError) as raised:
        installation_key(home)

    assert [problem.code for problem in raised.value.problems] == ["VAULT_UNREADABLE"]


def test_the_key_is_made_once_and_its_owner_alone_may_read_it(home: Home) -> None:
    key = installation_key(home)

    assert len(key) == 32 and installation_key(home) == key
    assert stat.S_IMODE(home.secret_key.stat().st_mode) == 0o600
    write_installation_key(home, b"z" * 32)
    assert installation_key(home) == key, "an existing key is never replaced"


def test_two_numbers_of_one_reference_stop_the_receiving(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Vault, "reference_sql", lambda self, kind, column: "CAST(7 AS BIGINT)")

    with pytest.raises(ProblemError) as raised:
        remember(home, "A1", "A2")

    assert [problem.code for problem in raised.value.problems] == ["REFERENCE_SHARED"]
    assert not list(home.vault.glob("part-*.bin"))


def test_two_processes_that_meet_the_same_number_keep_it_once(home: Home) -> None:
    """Both opened the vault before either knew the number."""
    with connect() as first, connect() as second:
        one, two = Vault(home=home, engine=first), Vault(home=home, engine=second)
        for engine, numbers in ((first, "'A', 'B'"), (second, "'B', 'C'")):
            engine.make_table("met", f"SELECT unnest([{numbers}]) AS canonical")
        assert one.register("met") == 2
        assert two.register("met") == 1
        assert second.value("SELECT count(*) FROM identities") == 3
    with connect() as third:
        Vault(home=home, engine=third)
        assert third.rows("SELECT canonical FROM identities ORDER BY 1") == [
            ("A",),
            ("B",),
            ("C",),
        ]
