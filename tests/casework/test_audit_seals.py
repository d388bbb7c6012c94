"""Seals: what was written is chained and signed, and whoever tampers with it is found."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from fangpin.casework.audit import copies, rows, triggers
from fangpin.casework.audit.actions import record
from fangpin.casework.audit.merkle import leaf, root
from fangpin.casework.audit.models import AuditEntry, Seal
from fangpin.casework.audit.seal_keys import SECRET, seal_key, seal_reader
from fangpin.casework.audit.sealing import seal_all
from fangpin.casework.audit.seals import ids_of, ranges_of, read_body
from fangpin.casework.audit.verify import Verification, verify
from fangpin.values.problem import ProblemError
from tests.casework.run_folders import AT
from tests.casework.trail import (
    ENTRIES,
    SEALS,
    Tamperer,
    sealed_trail,
    undone,
    write_entries,
)

pytestmark = pytest.mark.django_db
COUNT_OF_MUTATIONS = 1000


@pytest.fixture(autouse=True)
def _one_transaction(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test is one transaction that never commits: PostgreSQL would seal nothing of it."""
    monkeypatch.setitem(rows._COMMITTED, "postgresql", "")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The installation's folder of the audit trail."""
    return tmp_path / "audit"


def codes(found: Verification) -> set[str]:
    return {problem.code for problem in found.findings}


def test_what_is_sealed_is_verified_and_what_is_not_is_said_to_be_unsealed(folder: Path) -> None:
    sealed_trail(folder, batches=2, size=10, unsealed=3)
    found = verify(folder=folder)
    assert found.is_whole
    assert (found.seals, found.entries_verified, found.entries_unsealed) == (2, 20, 3)


def test_an_empty_trail_is_whole_and_verifies_nothing(folder: Path) -> None:
    assert seal_all(folder=folder, at=AT) == 0
    found = verify(folder=folder)
    assert (found.is_whole, found.entries_verified, found.seals) == (True, 0, 0)


@pytest.fixture(autouse=True)
def constraints_hold_again(db: None) -> Iterator[None]:
    """Tampering switches SQLite's checks off for its connection, which outlives the test."""
    yield
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


@pytest.mark.parametrize("seed", range(4))
def test_every_one_of_1000_random_mutations_is_found_at_its_place(folder: Path, seed: int) -> None:
    sealed_trail(folder)
    untouched = verify(folder=folder)
    assert (untouched.is_whole, untouched.entries_verified) == (True, 60)
    with undone():
        tamperer = Tamperer(random.Random(20201214 + seed))
        for _ in range(COUNT_OF_MUTATIONS // 4):
            with undone():
                mutation = tamperer.mutate()
                found = verify(folder=folder)
            assert found.findings, f"not found: {mutation.what}"
            named = [problem.details for problem in found.findings]
            if mutation.entry is not None:
                assert any(one.get("entry") == mutation.entry for one in named), mutation.what
            if mutation.seal is not None:
                assert any(one.get("seal") == mutation.seal for one in named), mutation.what
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
        assert verify(folder=folder).is_whole, "and the trail itself is as it was"
    assert verify(folder=folder).is_whole


def test_a_cut_of_seals_entries_and_own_copy_is_found_with_the_file_of_the_level_above(
    folder: Path, tmp_path: Path
) -> None:
    sealed_trail(folder, batches=3, size=10, unsealed=0)
    above = tmp_path / "above.jsonl"
    above.write_bytes(b"".join(copies.lines(public=seal_key(folder).reader.public)))
    assert verify(folder=folder, kept=above).is_whole

    own = folder / copies.NAME
    own.write_bytes(b"".join(own.read_bytes().splitlines(keepends=True)[:-1]))
    with undone():
        Tamperer(random.Random(1))._do(f"DELETE FROM {SEALS} WHERE number = %s", [3])
        with connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {ENTRIES} WHERE id IN (SELECT id FROM {ENTRIES} "
                "ORDER BY id DESC LIMIT 10)"
            )
        assert verify(folder=folder).is_whole, "nothing here can tell"
        assert codes(verify(folder=folder, kept=above)) == {"AUDIT_SEAL_CUT_OFF"}


def test_a_file_that_tells_of_other_seals_is_found(folder: Path, tmp_path: Path) -> None:
    sealed_trail(folder, batches=2, size=3, unsealed=0)
    other = tmp_path / "other.jsonl"
    other.write_bytes(
        (folder / copies.NAME).read_bytes().replace(b"1-3", b"1-2", 1) + b"nonsense\n"
    )
    found = verify(folder=folder, kept=other)
    assert codes(found) == {"AUDIT_COPY_LINE"}
    assert len(found.findings) == 2


def test_a_trail_that_was_written_anew_with_another_key_is_found(
    folder: Path, tmp_path: Path
) -> None:
    sealed_trail(folder, batches=1, size=3, unsealed=0)
    kept = tmp_path / "kept.jsonl"
    kept.write_bytes((folder / copies.NAME).read_bytes())
    forged = tmp_path / "forged"
    with undone():
        triggers.remove(connection)
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {SEALS}")
            cursor.execute(f"UPDATE {ENTRIES} SET official = 'nobody'")
        assert seal_all(folder=forged, at=AT) == 3
        assert verify(folder=forged).is_whole
        assert codes(verify(folder=forged, kept=kept)) == {
            "AUDIT_KEY_DIFFERS",
            "AUDIT_SEAL_DIFFERS",
        }


def test_nothing_is_sealed_over_a_trail_that_was_cut(folder: Path) -> None:
    sealed_trail(folder, batches=2, size=3, unsealed=1)
    with undone():
        Tamperer(random.Random(1))._do(f"DELETE FROM {SEALS} WHERE number = %s", [2])
        with pytest.raises(ProblemError) as refused:
            seal_all(folder=folder, at=AT)
        assert refused.value.problems[0].code == "AUDIT_SEALS_CUT"
    (folder / SECRET).write_text("ab" * 32)
    with pytest.raises(ProblemError) as refused:
        seal_all(folder=folder, at=AT)
    assert refused.value.problems[0].code == "AUDIT_KEY_CHANGED"


def test_seals_are_made_in_batches_and_chained(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fangpin.casework.audit.sealing.ENTRIES_A_SEAL", 4)
    write_entries(10)
    assert seal_all(folder=folder, at=AT) == 10
    bodies = [read_body(seal.body) for seal in Seal.objects.order_by("number")]
    assert [body.count for body in bodies] == [4, 4, 2]
    assert len({body.previous for body in bodies}) == 3
    assert verify(folder=folder).entries_verified == 10


def test_a_late_entry_is_sealed_and_one_that_is_slipped_in_is_told(folder: Path) -> None:
    write_entries(3)
    first = AuditEntry.objects.order_by("id").first()
    assert first is not None
    hole, deep = first.pk + 10, -5
    _insert(first.pk + 11)
    assert seal_all(folder=folder, at=AT) == 4
    assert hole in ids_of(read_body(Seal.objects.get(number=1).body).open)

    _insert(hole)
    assert verify(folder=folder).entries_unsealed == 1
    assert seal_all(folder=folder, at=AT) == 1
    assert verify(folder=folder).entries_verified == 5

    _insert(deep)
    found = verify(folder=folder)
    assert codes(found) == {"AUDIT_ENTRY_SLIPPED_IN"}
    assert found.findings[0].details["entry"] == deep


def test_a_row_that_the_program_never_wrote_is_never_verified(folder: Path) -> None:
    write_entries(2)
    if connection.vendor == "sqlite":
        triggers.remove(connection)
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE {ENTRIES} SET detail = '{{ }}' WHERE id = 1")
    seal_all(folder=folder, at=AT)
    expected = {"AUDIT_ENTRY_CHANGED"} if connection.vendor == "sqlite" else set()
    assert codes(verify(folder=folder)) == expected


def test_the_copy_catches_up_after_a_power_failure(folder: Path) -> None:
    sealed_trail(folder, batches=3, size=2, unsealed=0)
    own = folder / copies.NAME
    whole = own.read_bytes()
    own.write_bytes(whole[: len(whole) // 2])
    write_entries(1, after=20)
    seal_all(folder=folder, at=AT)
    assert [kept.number for kept in copies.kept_seals(own) if kept.is_readable] == [1, 2, 3, 4]


def test_sealing_goes_on_while_the_trail_is_verified(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sealed_trail(folder, batches=2, size=3, unsealed=1)
    stored_seals = rows.stored_seals

    def and_another() -> Any:
        yield from stored_seals()
        monkeypatch.setattr(rows, "stored_seals", stored_seals)
        assert seal_all(folder=folder, at=AT) == 1

    monkeypatch.setattr(rows, "stored_seals", and_another)
    found = verify(folder=folder)
    assert (found.is_whole, found.seals, found.entries_verified) == (True, 2, 6)


def test_the_copy_of_the_installation_is_missed(folder: Path) -> None:
    sealed_trail(folder, batches=1, size=2, unsealed=0)
    (folder / copies.NAME).unlink()
    assert codes(verify(folder=folder)) == {"AUDIT_COPY_MISSING"}
    reader = seal_reader(folder)
    assert reader is not None
    (folder / "seal.pub").unlink()
    assert "AUDIT_KEY_MISSING" in codes(verify(folder=folder))


def test_the_secret_key_is_its_owners_alone_and_stays(folder: Path) -> None:
    key = seal_key(folder)
    assert (folder / SECRET).stat().st_mode & 0o777 == 0o600
    assert seal_key(folder).reader == key.reader
    (folder / SECRET).write_text("short")
    with pytest.raises(ProblemError):
        seal_key(folder)


def test_the_root_depends_on_every_leaf_and_their_order() -> None:
    leaves = [leaf(bytes([n])) for n in range(7)]
    seen = {root(leaves[:count]) for count in range(1, 8)}
    seen |= {root([*leaves[:n], leaf(b"x"), *leaves[n + 1 :]]) for n in range(7)}
    seen |= {root([leaves[1], leaves[0], *leaves[2:]]), root([*leaves, leaves[-1]])}
    assert len(seen) == 7 + 7 + 2
    with pytest.raises(ValueError, match="at least one"):
        root([])


def test_ranges_of_ids_are_read_as_they_were_written() -> None:
    ids = [1, 2, 3, 7, 9, 10]
    assert ranges_of(ids) == "1-3,7,9-10"
    assert ids_of("1-3,7,9-10") == ids
    assert ids_of(ranges_of([])) == []


def test_a_seal_in_another_spelling_is_no_seal(folder: Path) -> None:
    sealed_trail(folder, batches=1, size=1, unsealed=0)
    text = Seal.objects.get().body
    for other in (
        json.dumps(json.loads(text), indent=1),
        text.replace('"count":1', '"count":true'),
    ):
        with pytest.raises(ValueError):
            read_body(other)


def _insert(id_: int) -> Any:
    written = record(act="late", official="", subject_kind="x", subject="x", division="", at=AT)
    with connection.cursor() as cursor, _no_triggers():
        cursor.execute(f"UPDATE {ENTRIES} SET id = %s WHERE id = %s", [id_, written.pk])
    return written


class _no_triggers:
    def __enter__(self) -> None:
        triggers.remove(connection, ENTRIES)

    def __exit__(self, *_: object) -> None:
        triggers.install(connection, ENTRIES)
