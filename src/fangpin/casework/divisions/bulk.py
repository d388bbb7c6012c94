"""Many rows into one table by plain SQL that SQLite and PostgreSQL both read.

Django's bulk_create makes an object a row; a month's load has a million rows and no use for them.
Table and column names come from the code alone; values are always bound.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from django.db import connection

ROWS_AT_ONCE = 250
_CODES_AT_ONCE = 500
_CACHE_KIBIBYTES = 131_072


@dataclass(frozen=True, slots=True)
class Target:
    """A table and its columns, in the order of the rows' values.

    With `key`, a row whose key is there already replaces the other columns.
    """

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()

    def insert(self, values: str) -> str:
        """The statement that puts `values`, the text behind VALUES, into the table."""
        return f"INSERT INTO {self.table} ({', '.join(self.columns)}) VALUES {values}{self._or()}"

    def _or(self) -> str:
        if not self.key:
            return ""
        others = [column for column in self.columns if column not in self.key]
        renewed = ", ".join(f"{column} = excluded.{column}" for column in others)
        return f" ON CONFLICT ({', '.join(self.key)}) DO UPDATE SET {renewed}"


@contextmanager
def room_for_many_rows() -> Iterator[None]:
    """Lets SQLite keep more of its indexes in memory than the 2 MB of a page view.

    Rows arrive in no order of the indexes: without room every one of them moves pages twice.
    """
    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA cache_size")
        usual = int(cursor.fetchone()[0])
        cursor.execute(f"PRAGMA cache_size = -{_CACHE_KIBIBYTES}")
        try:
            yield
        finally:
            cursor.execute(f"PRAGMA cache_size = {usual}")


def hold_table(table: str) -> None:
    """Let the transactions that ask this for a table go on one after the other, in the caller's.

    What is asked afterwards, they see of each other. SQLite has one writer anyway.
    """
    if connection.vendor == "postgresql":
        run_statement(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")


def put_rows(target: Target, rows: Iterable[Sequence[Any]]) -> int:
    """Insert the rows, or renew them by the target's key; how many were given."""
    count = 0
    with connection.cursor() as cursor:
        # SQLite's own marks: Django would search and rewrite thousands in every statement.
        mark, execute = "%s", cursor.execute
        if connection.vendor == "sqlite":
            mark, execute = "?", partial(sqlite3.Cursor.execute, cursor.cursor)
        marks = f"({', '.join([mark] * len(target.columns))})"
        whole = target.insert(", ".join([marks] * ROWS_AT_ONCE))
        for batch in batches(rows, ROWS_AT_ONCE):
            count += len(batch)
            # Many rows a statement: executemany would cost SQLite twice the time, and PostgreSQL a
            # round trip a row.
            is_whole = len(batch) == ROWS_AT_ONCE
            statement = whole if is_whole else target.insert(", ".join([marks] * len(batch)))
            execute(statement, [value for row in batch for value in row])
    return count


def run_for_keys(statement: str, keys: Iterable[Any], *, before: Sequence[Any] = ()) -> int:
    """Run a statement for many keys at a time; `{keys}` in it is their list. Rows touched."""
    touched = 0
    with connection.cursor() as cursor:
        for batch in batches(keys, _CODES_AT_ONCE):
            marks = ", ".join(["%s"] * len(batch))
            cursor.execute(statement.replace("{keys}", marks), [*before, *batch])
            touched += cursor.rowcount
    return touched


def run_statement(statement: str, values: Sequence[Any] = ()) -> int:
    """Run one statement; rows touched."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values))
        return int(cursor.rowcount)


def batches(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The rows in lists of at most `size`."""
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch
