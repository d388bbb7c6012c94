"""Engines for tests that receive and judge many small files.

Opening a database takes as long as ten statements. Here a process opens one, and each engine is a
connection of its own to it: fresh, since tables are temporary and nobody else sees them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

from fangpin.lake.engines.duckdb import Engine, connect

_open = ExitStack()


@cache
def _opened(threads: int) -> Engine:
    return _open.enter_context(connect(threads=threads))


@contextmanager
def fresh_engine(*, threads: int = 1, spill: Path | None = None) -> Iterator[Engine]:
    """Like `fangpin.lake.engines.duckdb.connect`; what exceeds the memory is nowhere put."""
    connection = _opened(threads).lend().cursor()
    # What `connect` says to a connection; the rest it says to the database.
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET python_enable_replacements = false")
    try:
        yield Engine(connection, spill)
    finally:
        connection.close()
