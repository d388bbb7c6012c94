"""A sealed trail, and whoever tampers with it by raw SQL, past the program and its triggers."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from fangpin.casework.audit import triggers
from fangpin.casework.audit.actions import record
from fangpin.casework.audit.sealing import seal_all
from tests.casework.run_folders import AT
from tests.cast import NEXT_VILLAGE, VILLAGE

ENTRIES = "audit_auditentry"
SEALS = "audit_seal"
TEXTS = ("official", "act", "subject_kind", "subject", "division")
DETAILS: tuple[dict[str, Any], ...] = (
    {},
    {"reason": "alert_end.resolved"},
    {"days": 12, "share": 0.25, "codes": ["a", "b"], "on_behalf_of": "reviewer"},
    {"words": "入户", "is_late": True, "nothing": None, "inside": {"n": 1}},
)


def write_entries(count: int, *, after: int = 0) -> None:
    """Entries of many shapes, as acts write them."""
    for number in range(after, after + count):
        record(
            act=("view_household", "end_alert", "sign_in")[number % 3],
            official=("cadre", "approver", "")[number % 3],
            subject_kind="household" if number % 2 else "alert",
            subject=f"A2020-{number:04d}",
            division=(VILLAGE, NEXT_VILLAGE, "")[number % 3],
            at=AT + timedelta(seconds=number, microseconds=number % 5),
            detail=DETAILS[number % len(DETAILS)],
        )


def sealed_trail(folder: Path, *, batches: int = 6, size: int = 10, unsealed: int = 3) -> None:
    """Some batches, each sealed, and a few entries that no seal holds yet."""
    for batch in range(batches):
        write_entries(size, after=batch * size)
        assert seal_all(folder=folder, at=AT) == size
    write_entries(unsealed, after=batches * size)


class _Undone(Exception):
    pass


@contextmanager
def undone() -> Iterator[None]:
    """Whatever the block does to the database did not happen."""
    try:
        with transaction.atomic():
            yield
            raise _Undone
    except _Undone:
        pass


@dataclass(frozen=True, slots=True)
class Mutation:
    """One act of tampering: what was done, and the seal or entry that the verification must name."""

    what: str
    seal: int | None = None
    entry: int | None = None


class Tamperer:
    """Knows SQL and chance; the triggers are off."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        triggers.remove(connection)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA ignore_check_constraints = ON")
        self.entries = [row[0] for row in self._rows(f"SELECT id FROM {ENTRIES} ORDER BY id")]
        self.seals = [row[0] for row in self._rows(f"SELECT number FROM {SEALS} ORDER BY number")]
        self.sealed = self.entries[: len(self.seals) * 10]

    def mutate(self) -> Mutation:
        """One mutation of any kind."""
        kinds: list[Callable[[], Mutation]] = [
            self.entry_column,
            self.entry_column,
            self.entry_column,
            self.entry_moment,
            self.entry_detail,
            self.entry_id,
            self.entry_removed,
            self.entries_swapped,
            self.entries_cut,
            self.seal_body,
            self.seal_signature,
            self.seal_leaves,
            self.seal_number,
            self.seal_removed,
            self.seals_swapped,
            self.seals_cut,
            self.everything_cut,
        ]
        return self.chance.choice(kinds)()

    def entry_column(self) -> Mutation:
        """One byte of a text column."""
        id_, column = self.chance.choice(self.sealed), self.chance.choice(TEXTS)
        self._change_text(ENTRIES, column, "id", id_)
        return Mutation(f"{column} of entry {id_}", entry=id_)

    def entry_moment(self) -> Mutation:
        """One byte of the moment, or the shortest step that a column of moments can take."""
        id_ = self.chance.choice(self.sealed)
        if connection.vendor == "sqlite":
            self._change_text(ENTRIES, "at", "id", id_)
        else:
            self._do(
                f"UPDATE {ENTRIES} SET at = at + interval '1 microsecond' * %s WHERE id = %s",
                [self.chance.choice([-1, 1]) * 10 ** self.chance.randrange(12), id_],
            )
        return Mutation(f"moment of entry {id_}", entry=id_)

    def entry_detail(self) -> Mutation:
        """One byte of the detail; on PostgreSQL, which keeps values, one value."""
        id_ = self.chance.choice(self.sealed)
        if connection.vendor == "sqlite":
            self._change_text(ENTRIES, "detail", "id", id_)
        else:
            self._do(
                f"UPDATE {ENTRIES} SET detail = detail || jsonb_build_object(%s::text, %s::int) "
                "WHERE id = %s",
                [
                    self.chance.choice(["days", "reason", "x", "share"]),
                    self.chance.randrange(100, 999),
                    id_,
                ],
            )
        return Mutation(f"detail of entry {id_}", entry=id_)

    def entry_id(self) -> Mutation:
        """An entry is moved to another number: a free one, or below the first."""
        id_ = self.chance.choice(self.sealed)
        self._do(
            f"UPDATE {ENTRIES} SET id = %s WHERE id = %s",
            [self.chance.choice([-7, 0, self.entries[-1] + 50]), id_],
        )
        return Mutation(f"number of entry {id_}", entry=id_)

    def entry_removed(self) -> Mutation:
        id_ = self.chance.choice(self.sealed)
        self._do(f"DELETE FROM {ENTRIES} WHERE id = %s", [id_])
        return Mutation(f"entry {id_} removed", entry=id_)

    def entries_swapped(self) -> Mutation:
        """Two entries change places."""
        one, two = self.chance.sample(self.sealed, 2)
        self._swap(ENTRIES, "id", one, two)
        return Mutation(f"entries {one} and {two} swapped", entry=one)

    def entries_cut(self) -> Mutation:
        """The newest sealed entries and all behind them."""
        first = self.chance.choice(self.sealed)
        self._do(f"DELETE FROM {ENTRIES} WHERE id >= %s", [first])
        return Mutation(f"entries cut from {first}", entry=first)

    def seal_body(self) -> Mutation:
        number = self.chance.choice(self.seals)
        self._change_text(SEALS, "body", "number", number)
        return Mutation(f"body of seal {number}", seal=number)

    def seal_signature(self) -> Mutation:
        number = self.chance.choice(self.seals)
        self._change_text(SEALS, "signature", "number", number)
        return Mutation(f"signature of seal {number}", seal=number)

    def seal_leaves(self) -> Mutation:
        """One bit of the list of hashes."""
        number = self.chance.choice(self.seals)
        leaves = bytearray(
            bytes(self._rows(f"SELECT leaves FROM {SEALS} WHERE number = %s", [number])[0][0])
        )
        leaves[self.chance.randrange(len(leaves))] ^= 1 << self.chance.randrange(8)
        self._do(f"UPDATE {SEALS} SET leaves = %s WHERE number = %s", [bytes(leaves), number])
        return Mutation(f"leaves of seal {number}", seal=number)

    def seal_number(self) -> Mutation:
        number = self.chance.choice(self.seals)
        self._do(f"UPDATE {SEALS} SET number = %s WHERE number = %s", [number + 100, number])
        return Mutation(f"number of seal {number}", seal=number)

    def seal_removed(self) -> Mutation:
        number = self.chance.choice(self.seals)
        self._do(f"DELETE FROM {SEALS} WHERE number = %s", [number])
        return Mutation(f"seal {number} removed", seal=number)

    def seals_swapped(self) -> Mutation:
        one, two = self.chance.sample(self.seals, 2)
        self._swap(SEALS, "number", one, two)
        return Mutation(f"seals {one} and {two} swapped", seal=one)

    def seals_cut(self) -> Mutation:
        first = self.chance.choice(self.seals)
        self._do(f"DELETE FROM {SEALS} WHERE number >= %s", [first])
        return Mutation(f"seals cut from {first}", seal=first)

    def everything_cut(self) -> Mutation:
        """Seals and the entries under them, so that what is left agrees with itself."""
        first = self.chance.choice(self.seals)
        self._do(f"DELETE FROM {SEALS} WHERE number >= %s", [first])
        self._do(f"DELETE FROM {ENTRIES} WHERE id >= %s", [self.sealed[(first - 1) * 10]])
        return Mutation(f"seals and entries cut from seal {first}", seal=first)

    def _swap(self, table: str, key: str, one: int, two: int) -> None:
        for old, new in ((one, -99), (two, one), (-99, two)):
            self._do(f"UPDATE {table} SET {key} = %s WHERE {key} = %s", [new, old])

    def _change_text(self, table: str, column: str, key: str, value: int) -> None:
        [(text,)] = self._rows(
            f"SELECT CAST({column} AS {'BLOB' if connection.vendor == 'sqlite' else 'text'}) "
            f"FROM {table} WHERE {key} = %s",
            [value],
        )
        if connection.vendor == "sqlite":
            changed = self._another(bytes(text), [bytes([code]) for code in range(1, 256)])
            written = f"CAST(x'{changed.hex()}' AS TEXT)"
            self._do(f"UPDATE {table} SET {column} = {written} WHERE {key} = %s", [value])
        else:
            others = [chr(code) for code in (*range(1, 127), 0x3007, 0x2003B)]
            changed = self._another(text, others)
            self._do(f"UPDATE {table} SET {column} = %s WHERE {key} = %s", [changed, value])

    def _another(self, text: Any, alphabet: list[Any]) -> Any:
        """The text with one of its elements replaced, or one put into an empty text."""
        if not text:
            return self.chance.choice(alphabet)
        at = self.chance.randrange(len(text))
        new = self.chance.choice([one for one in alphabet if one != text[at : at + 1]])
        return text[:at] + new + text[at + 1 :]

    def _do(self, statement: str, values: list[Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            assert cursor.rowcount >= 1, statement

    def _rows(self, statement: str, values: list[Any] | None = None) -> list[Any]:
        with connection.cursor() as cursor:
            cursor.execute(statement, values or [])
            return list(cursor.fetchall())
