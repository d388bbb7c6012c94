"""The vault's ciphers and keys: chosen by setting, rotated without losing a number."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from fangpin.lake.ciphers import AES_256_GCM, CIPHERS, SM4_GCM, GcmCipher, NotOpened
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.lake.vault import TABLE, Vault, identity_number, installation_key
from fangpin.lake.vault_parts import VaultKeys, drop_old, rotate, sealed_with, vault_lock
from fangpin.values.problem import ProblemError

CANARY = "430102199001011234"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    home.prepare()
    return home


def remember(home: Home, *numbers: str, cipher: GcmCipher = AES_256_GCM) -> None:
    with connect(threads=1) as engine:
        vault = Vault(home=home, engine=engine, cipher=cipher)
        listed = ", ".join(f"('{number}')" for number in numbers)
        engine.make_table("seen", f"SELECT * FROM (VALUES {listed}) AS seen(canonical)")
        vault.register("seen")


def known(home: Home) -> dict[str, int]:
    with connect(threads=1) as engine:
        Vault(home=home, engine=engine)
        return dict(engine.rows(f"SELECT canonical, person_ref FROM {TABLE}"))


@pytest.mark.parametrize("cipher", CIPHERS.values(), ids=list(CIPHERS))
@given(plain=st.binary(max_size=200), bound=st.binary(max_size=20), bit=st.integers(min_value=0))
def test_what_is_sealed_opens_with_its_key_and_header_alone(
    cipher: GcmCipher, plain: bytes, bound: bytes, bit: int
) -> None:
    key = cipher.derived_key(secret=b"s" * 32, salt=b"i" * 32)
    sealed = bytearray(cipher.seal(plain, key=key, bound=bound))
    assert cipher.open(bytes(sealed), key=key, bound=bound) == plain
    other = cipher.derived_key(secret=b"t" * 32, salt=b"i" * 32)
    for changed_key, changed_bound in ((other, bound), (key, bound + b"x")):
        with pytest.raises(NotOpened):
            cipher.open(bytes(sealed), key=changed_key, bound=changed_bound)
    sealed[bit // 8 % len(sealed)] ^= 1 << bit % 8
    with pytest.raises(NotOpened):
        cipher.open(bytes(sealed), key=key, bound=bound)


def test_sm4_is_chosen_by_setting_and_both_are_read_side_by_side(home: Home) -> None:
    remember(home, CANARY)
    remember(home, "A2", cipher=SM4_GCM)
    assert sealed_with(home) == [("aes-256-gcm", 1), ("sm4-gcm", 1)]
    assert set(known(home)) == {CANARY, "A2"}
    assert CANARY.encode() not in b"".join(part.read_bytes() for part in home.vault.iterdir())


def test_a_part_of_the_first_form_is_still_opened(home: Home) -> None:
    remember(home, CANARY)
    [part] = home.vault.glob("part-*.bin")
    key = installation_key(home)
    plain = VaultKeys(home=home, installation_key=key).open(part.read_bytes(), place=part)
    part.write_bytes(b"n" * 12 + AESGCM(key).encrypt(b"n" * 12, plain, None))
    home.vault_keys.unlink()
    assert sealed_with(home) == [("aes-256-gcm", 0)]
    assert set(known(home)) == {CANARY}
    remember(home, "A2")
    rotate(home=home, installation_key=key, cipher=AES_256_GCM)
    assert sealed_with(home) == [("aes-256-gcm", 2)] * 2
    assert set(known(home)) == {CANARY, "A2"}


def test_rotation_seals_all_anew_and_old_keys_open_nothing_afterwards(home: Home) -> None:
    remember(home, CANARY)
    remember(home, "A2")
    before, old_keys = known(home), home.vault_keys.read_text()
    old_parts = {part.name: part.read_bytes() for part in home.vault.glob("part-*.bin")}
    key = installation_key(home)

    assert rotate(home=home, installation_key=key, cipher=SM4_GCM) == 2
    assert known(home) == before
    assert sealed_with(home) == [("sm4-gcm", 2)] * 2
    assert drop_old(home=home, installation_key=key) == [1]
    assert known(home) == before
    assert old_keys not in home.vault_keys.read_text()
    assert stat.S_IMODE(home.vault_keys.stat().st_mode) == 0o600

    name, content = next(iter(old_parts.items()))
    (home.vault / name).write_bytes(content)
    with pytest.raises(ProblemError) as told:
        known(home)
    assert told.value.problems[0].code == "VAULT_UNREADABLE"


def test_a_rotation_that_was_stopped_goes_on(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in ("A1", "A2", "A3"):
        remember(home, number)
    before, key = known(home), installation_key(home)
    seal = VaultKeys.seal
    calls = []

    def stopped(self: VaultKeys, plain: bytes, *, cipher: GcmCipher) -> bytes:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return seal(self, plain, cipher=cipher)

    monkeypatch.setattr(VaultKeys, "seal", stopped)
    with pytest.raises(KeyboardInterrupt):
        rotate(home=home, installation_key=key, cipher=AES_256_GCM)
    assert known(home) == before
    assert sorted(version for _, version in sealed_with(home)) == [1, 1, 2]
    assert drop_old(home=home, installation_key=key) == [], "the first one is still needed"
    rotate(home=home, installation_key=key, cipher=AES_256_GCM)
    assert known(home) == before


def test_what_is_received_just_before_a_rotation_is_sealed_anew_as_well(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    remember(home, CANARY)

    def after_another(home: Home, *, alone: bool = False) -> vault_lock:
        remember(home, "430102199001011235")
        return vault_lock(home, alone=alone)

    monkeypatch.setattr("fangpin.lake.vault_parts.vault_lock", after_another)
    assert rotate(home=home, installation_key=installation_key(home), cipher=AES_256_GCM) == 2
    assert [version for _, version in sealed_with(home)] == [2, 2]


def test_a_key_is_not_rotated_while_files_are_received(home: Home) -> None:
    remember(home, CANARY)
    with connect(threads=1) as engine:
        receiving = Vault(home=home, engine=engine)
        for act in (
            lambda: rotate(home=home, installation_key=installation_key(home), cipher=AES_256_GCM),
            lambda: drop_old(home=home, installation_key=installation_key(home)),
        ):
            with pytest.raises(ProblemError) as told:
                act()
            assert told.value.problems[0].code == "VAULT_IN_USE"
        del receiving
    assert rotate(home=home, installation_key=installation_key(home), cipher=AES_256_GCM) == 1


@pytest.mark.parametrize("text", ["", "1 short\n", "x " + "a" * 64 + "\n"])
def test_a_damaged_file_of_keys_is_told(home: Home, text: str) -> None:
    remember(home, CANARY)
    home.vault_keys.write_text(text)
    with pytest.raises(ProblemError) as told:
        known(home)
    assert told.value.problems[0].code == "VAULT_UNREADABLE"
    assert "a" * 64 not in str(told.value)


def test_a_number_is_found_by_its_reference_alone(home: Home) -> None:
    remember(home, CANARY, "A2")
    remember(home, "A3")
    references = known(home)
    for number, reference in references.items():
        assert identity_number(home=home, person_ref=reference) == number
    assert identity_number(home=home, person_ref=7) is None
