"""Rows of a department's database as one NDJSON file, from the high-water mark on.

NDJSON, for a cell of a database may hold line breaks, quotes and delimiters of its own: nothing is to be
guessed about what was never a text file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from pathlib import Path
from typing import Any

from fangpin.feeds.sources import marks, problems
from fangpin.feeds.sources.patience import Silent, patiently
from fangpin.feeds.sources.settings import DatabaseSource
from fangpin.values.problem import ProblemError
from fangpin.values.writing import Writing

_EXACT = 10**15
"""Below it a float holds every whole number: what is larger is shown as the float that it is."""
_BYTES_SHOWN = 16
_written_out = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was written: rows, and the mark with which the next pull begins."""

    rows: int
    mark: dict[str, str] | None


def fetch_rows(
    source: DatabaseSource,
    *,
    mark: dict[str, str] | None,
    to: Path,
    largest: int,
    at: datetime,
    writing: Writing,
) -> Fetched:
    """Write the rows at or above the mark, one object a line, under the database's column names.

    Rows that bear the mark itself come again, so that none that was added beside them is missed, and
    so do rows of a table that bear no mark, or one that is not yet; a pull that brings only those gives 0
    rows. A table in which nothing stands at or above the mark any more was emptied or put back: all of
    it is read. Moments that bear a zone are written in that of `at`: whatever the server's own is, the
    day is ours; fractions are written as the country does.
    Raises ProblemError SOURCES_NOT_INSTALLED, SOURCE_UNREACHABLE, SOURCE_SILENT, SOURCE_MARK_MISSING,
    SOURCE_MARK_UNUSABLE, SOURCE_COLUMN_TWICE, SOURCE_TOO_LARGE.
    """
    written = _write(source, mark, to, largest, at, writing)
    if source.table is not None and mark is not None and written.highest is None:
        written = _write(source, None, to, largest, at, writing)
    if written.highest is None:
        return Fetched(written.rows, mark)
    now = {**marks.named(written.highest), "rows": f"{written.digest:064x}"}
    is_known = now == mark and written.rows == written.bearing
    return Fetched(0 if is_known else written.rows, now)


@dataclass(slots=True)
class _Written:
    rows: int = 0
    highest: Any = None
    bearing: int = 0
    """Rows that bear the highest mark, or none."""
    digest: int = 0
    """Of those rows, whatever their order."""
    unmarked: int = 0
    digest_of_unmarked: int = 0


def _write(
    source: DatabaseSource,
    mark: dict[str, str] | None,
    to: Path,
    largest: int,
    at: datetime,
    writing: Writing,
) -> _Written:
    rows = _rows(source, mark)
    names = next(rows)
    place = _place_of_mark(source, names)
    zone = at.tzinfo or UTC
    written = _Written()
    size = 0
    with to.open("wb") as file:
        for row in rows:
            cells = {
                name: _cell(value, zone, writing) for name, value in zip(names, row, strict=True)
            }
            # Half of a pair of surrogates stays an escape, and the reader sets its row aside.
            line = _written_out(cells).encode("utf-8", "backslashreplace")
            size += file.write(line + b"\n")
            if size > largest:
                raise ProblemError(problems.too_large(source.source, largest))
            written.rows += 1
            if place is not None:
                _look_at_mark(source, written, row[place], line, at)
    written.bearing += written.unmarked
    written.digest = (written.digest + written.digest_of_unmarked) % (1 << 256)
    return written


def _look_at_mark(
    source: DatabaseSource, written: _Written, value: Any, line: bytes, at: datetime
) -> None:
    # A sum of digests: the rows need no order, and a million of one mark no memory.
    digest = int.from_bytes(hashlib.sha256(line).digest(), "big")
    if value is None or marks.is_beyond(value, at=at):
        written.unmarked += 1
        written.digest_of_unmarked += digest
        return
    if not marks.go_together(value, written.highest):
        raise ProblemError(problems.mark_unusable(source.source, source.high_water_mark or ""))
    if written.highest is not None and value == written.highest:
        written.bearing += 1
        written.digest += digest
    # A table comes in the order of its mark, which is the database's own: it knows its texts.
    elif written.highest is None or source.table is not None or value > written.highest:
        written.highest, written.bearing, written.digest = value, 1, digest


def _rows(source: DatabaseSource, mark: dict[str, str] | None) -> Iterator[Sequence[Any]]:
    """The names of the columns, then every row; whatever the database raises becomes a Problem."""
    try:
        import sqlalchemy  # noqa: F401
    except ImportError:
        raise ProblemError(problems.not_installed(source.source)) from None
    try:
        for part in patiently(lambda: _parts(source, mark), seconds=source.patience_seconds):
            yield from part
    except Silent:
        silent = problems.silent(source.source, source.patience_seconds)
        raise ProblemError(silent) from None
    except Exception as error:
        # Drivers raise what they like, and any of it may quote the address or a row.
        raise ProblemError(problems.unreachable(source.source, type(error).__name__)) from None


def _parts(
    source: DatabaseSource, mark: dict[str, str] | None
) -> Generator[Sequence[Sequence[Any]]]:
    """The names of the columns, alone in the first part, then the rows, some in each."""
    import sqlalchemy

    engine = sqlalchemy.create_engine(source.url)
    if engine.driver == "psycopg":
        sqlalchemy.event.listen(engine, "connect", _take_any_day)
    try:
        with engine.connect() as connection:
            result = connection.execution_options(
                stream_results=True, yield_per=source.chunk
            ).execute(_statement(source, mark))
            yield [list(result.keys())]
            yield from result.partitions()
    finally:
        engine.dispose()


def _take_any_day(connection: Any, _record: Any) -> None:
    """Let what PostgreSQL has and Python has not come as it is written: `infinity`, years B.C., 24:00.

    By itself its driver raises there, and no row of the table could be read.
    """
    from psycopg import DataError
    from psycopg.types import datetime as days

    def taken(loader: Any) -> Any:
        def load(self: Any, data: Any) -> Any:
            try:
                return loader.load(self, data)
            except DataError:
                return bytes(data).decode()

        return type(loader.__name__, (loader,), {"load": load})

    for name, loader in (
        ("date", days.DateLoader),
        ("timestamp", days.TimestampLoader),
        ("timestamptz", days.TimestamptzLoader),
        ("time", days.TimeLoader),
        ("timetz", days.TimetzLoader),
        ("interval", days.IntervalLoader),
    ):
        connection.adapters.register_loader(name, taken(loader))


def _statement(source: DatabaseSource, mark: dict[str, str] | None) -> Any:
    import sqlalchemy

    value = None if mark is None else marks.value(mark)
    if source.query is not None:
        query = sqlalchemy.text(source.query)
        if not source.asks_for_mark:
            return query
        # At first NULL is written out: PostgreSQL asks for the type of a parameter without a value.
        return query.bindparams(
            sqlalchemy.bindparam("high_water_mark", value, literal_execute=value is None)
        )
    assert source.table is not None
    table = sqlalchemy.table(source.table, schema=source.schema_name)
    statement = sqlalchemy.select(sqlalchemy.text("*")).select_from(table)
    if source.high_water_mark:
        column: Any = sqlalchemy.column(source.high_water_mark)
        statement = statement.order_by(column)
        if value is not None:
            statement = statement.where(sqlalchemy.or_(column >= value, column.is_(None)))
    return statement


def _place_of_mark(source: DatabaseSource, names: Sequence[str]) -> int | None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ProblemError(problems.column_twice(source.source, twice))
    if source.high_water_mark is None:
        return None
    if source.high_water_mark in names:
        return names.index(source.high_water_mark)
    raise ProblemError(problems.mark_missing(source.source, source.high_water_mark, names))


def _cell(value: Any, zone: tzinfo, writing: Writing) -> str | bool | None:
    """A value as a file would have it; every digit that is there and none that is not."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Decimal):
        return writing.figure(f"{value:f}")
    if isinstance(value, float):
        return writing.figure(f"{Decimal(repr(value)):f}") if abs(value) < _EXACT else repr(value)
    if isinstance(value, datetime):
        return _wall_time(value, zone).isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        return _text_of(bytes(value))
    return str(value)


def _wall_time(value: datetime, zone: tzinfo) -> datetime:
    try:
        return value if value.tzinfo is None else value.astimezone(zone).replace(tzinfo=None)
    except OverflowError:  # the last day of all, or the first: it stands for no day in particular
        return value.replace(tzinfo=None)


def _text_of(value: bytes) -> str:
    """Bytes that are a text, or the beginning of others: no field of a contract holds pictures."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return f"0x{value[:_BYTES_SHOWN].hex()}…"
