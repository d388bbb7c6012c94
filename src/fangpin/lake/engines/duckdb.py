"""DuckDB, the embedded engine: runs Statements over Parquet files in bounded memory."""

from __future__ import annotations

import csv
import os
import re
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

import duckdb

from fangpin.lake.engine import EngineRefused
from fangpin.lake.statement import Statement
from fangpin.values.files import TEMPORARY, machine_problem
from fangpin.values.problem import Problem, ProblemError

USUAL_MEMORY_MB = 600
"""What an engine may hold in memory unless FANGPIN_ENGINE_MB says otherwise; the rest is spilled."""
LEAST_MEMORY_MB = 100
"""With less it could not read a file."""
_NAME = re.compile(r"^[a-z_][a-z0-9_]*$")
_KEY = re.compile(r"[0-9a-f]{64}")


class Engine:
    """One in-memory DuckDB connection; tables are temporary, whatever lasts is Parquet.

    Receiving stands on it by name; the other stages know it by `lake.engine.Engine` alone.
    """

    scores_claims = False

    def __init__(self, connection: duckdb.DuckDBPyConnection, spill: Path | None = None) -> None:
        self._connection = connection
        self._spill = spill
        self._kinds: dict[str, str] = {}
        """Temporary table or view -> TABLE or VIEW."""

    def rows(self, query: Statement | str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        return self._run(_text(query), parameters).fetchall()

    def value(self, query: Statement | str, parameters: Sequence[Any] = ()) -> Any:
        """The only column of the only row of a query."""
        rows = self.rows(query, parameters)
        return rows[0][0] if rows else None

    def columns(self, query: Statement | str) -> list[str]:
        """The names of a query's columns, in order."""
        return [row[0] for row in self._run(f"DESCRIBE {_text(query)}", ()).fetchall()]

    def make_table(self, name: str, query: Statement | str, parameters: Sequence[Any] = ()) -> None:
        """Replace the temporary table `name` by the rows of a query."""
        self._become(name, "TABLE", f"AS {_text(query)}", parameters)

    def make_view(self, name: str, query: Statement | str) -> None:
        """Let `name` stand for a query."""
        self._become(name, "VIEW", f"AS {_text(query)}")

    def make_empty_table(self, name: str, columns: Mapping[str, str]) -> None:
        """Replace the temporary table `name` by an empty one: column -> DuckDB type."""
        definition = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
        self._become(name, "TABLE", f"({definition})")

    def insert(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows to a temporary table: for small sets, such as a case's ledger."""
        batch = list(rows)
        if batch:
            marks = ", ".join("?" for _ in batch[0])
            self._connection.executemany(f"INSERT INTO {_checked(name)} VALUES ({marks})", batch)

    def append(self, name: str, query: Statement | str) -> None:
        """Append the rows of a query to a temporary table, column by column in its order."""
        self._run(f"INSERT INTO {_checked(name)} {_text(query)}", ())

    def load_rows(
        self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Replace the temporary table `name` by many rows: column -> DuckDB type.

        An empty text comes back as unknown.
        """
        self.make_empty_table(name, columns)
        # The engine takes rows far faster from a file than one by one.
        with NamedTemporaryFile(
            "w",
            dir=self._spill,
            prefix=f"{TEMPORARY}{os.getpid()}-",
            suffix=".csv",
            encoding="utf-8",
            newline="",
        ) as file:
            # One kind of line end: the engine refuses \r\n around a cell that holds \n.
            writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")
            is_any = False
            for row in rows:
                writer.writerow(row)
                is_any = True
            file.flush()
            if is_any:
                loaded = f"{name}_text"
                self.load_csv(loaded, Path(file.name), delimiter=",", has_line_breaks=True)
                given = self.columns(f"SELECT * FROM {loaded}")
                cells = ", ".join(
                    f'CAST("{cell}" AS {kind})'
                    for cell, kind in zip(given, columns.values(), strict=True)
                )
                self.append(name, f"SELECT {cells} FROM {loaded}")
                self.drop(loaded)

    def drop(self, *names: str) -> None:
        """Forget temporary tables and views; names that do not exist are left at that."""
        for name in names:
            kind = self._kinds.pop(name, None)
            if kind:
                self._run(f"DROP {kind} IF EXISTS {_checked(name)}", ())

    def view_files(
        self,
        name: str,
        files: Sequence[Path],
        *,
        with_file_name: bool = False,
        of_one_shape: bool = False,
    ) -> None:
        """Let `name` stand for the rows of Parquet files; columns are united by name.

        Files of one shape are not opened before they are read.
        """
        if not files:
            raise ValueError(f"the view {name} needs at least one file")
        paths = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
        options = "" if of_one_shape else ", union_by_name = true"
        options += ", filename = true" if with_file_name else ""
        self._become(name, "VIEW", f"AS SELECT * FROM read_parquet([{paths}]{options})")

    def load_csv(
        self,
        name: str,
        file: Path,
        *,
        delimiter: str,
        skip_lines: int = 0,
        has_line_breaks: bool = False,
    ) -> None:
        """Read a UTF-8 CSV as text columns c0, c1, ... into a temporary table, header excluded.

        Short lines are padded; `rowid` is the position of the line after the skipped ones. Cells
        with line breaks are read with `has_line_breaks`, in one thread, and refused without.
        """
        path = str(file).replace("'", "''")
        quoted = delimiter.replace("'", "''")
        self._become(
            name,
            "TABLE",
            f"AS SELECT * FROM read_csv('{path}', "
            f"delim = '{quoted}', header = false, skip = {int(skip_lines)}, all_varchar = true, "
            "null_padding = true, quote = '\"', escape = '\"', strict_mode = true"
            + (", parallel = false)" if has_line_breaks else ")"),
        )

    def write(
        self,
        query: Statement | str,
        file: Path,
        parameters: Sequence[Any] = (),
        *,
        rows_a_group: int = 65_536,
        is_looked_up: bool = False,
    ) -> int:
        """Write a query's rows as one Parquet file; returns the number of rows.

        A file that is looked up, a few rows of it at a time, is packed less tightly: half again the
        room and half the work to read.
        """
        path = str(file).replace("'", "''")
        written = self._run(
            f"COPY ({_text(query)}) TO '{path}' "
            f"(FORMAT parquet, COMPRESSION {'snappy' if is_looked_up else 'zstd'}, "
            f"ROW_GROUP_SIZE {int(rows_a_group)}, "
            "USE_TMP_FILE false)",
            parameters,
        ).fetchall()
        return int(written[0][0])

    def fetch_in_batches(
        self, query: Statement | str, parameters: Sequence[Any] = (), size: int = 10_000
    ) -> Iterator[list[tuple[Any, ...]]]:
        """The rows of a query over files, some thousand at a time.

        It runs beside the engine's other statements and so does not see temporary tables.
        """
        cursor = self._connection.cursor()
        cursor.execute(_text(query), list(parameters) or None)
        while batch := cursor.fetchmany(size):
            yield batch

    def lend(self) -> Any:
        """The connection itself, for a tool that writes its own SQL: lake hands it to no one else."""
        return self._connection

    def close(self) -> None:
        """Close the connection; its temporary tables are gone."""
        self._connection.close()

    def _become(
        self, name: str, kind: str, definition: str, parameters: Sequence[Any] = ()
    ) -> None:
        """Let a name stand for a new table or view, whatever it stood for before."""
        if self._kinds.get(name, kind) != kind:
            # Dropped before the new definition is bound: a view may not read what it replaces.
            self.drop(name)
        self._run(f"CREATE OR REPLACE TEMP {kind} {_checked(name)} {definition}", parameters)
        self._kinds[name] = kind

    def _memory_limit(self) -> str:
        """What this engine may hold, as it says itself, such as `572.2 MiB`."""
        (limit,) = self._connection.execute("SELECT current_setting('memory_limit')").fetchall()[0]
        return str(limit)

    def _run(self, text: str, parameters: Sequence[Any]) -> duckdb.DuckDBPyConnection:
        try:
            return self._connection.execute(text, list(parameters) or None)
        except duckdb.OutOfMemoryException:
            raise ProblemError(_memory_problem(self._memory_limit())) from None
        except duckdb.IOException as error:
            found = re.search(r"No space left|disk full|Disk quota", str(error))
            cause = OSError(28 if found else 5, str(error).splitlines()[0])
            if found:
                raise ProblemError(machine_problem(cause, Path())) from error
            raise EngineRefused(_without_keys(f"{error}\n{text}")) from None
        except duckdb.Error as error:
            raise EngineRefused(_without_keys(f"{error}\n{text}")) from None


_readers = threading.local()


def kept_reader() -> Engine:
    """An engine of this thread for small look-ups; it remembers where things lie in the files.

    Files never change once they are there, so that what is remembered stays true.
    """
    if not hasattr(_readers, "engine"):
        settings = {"memory_limit": "256MB", "threads": "1", "temp_directory": ""}
        connection = duckdb.connect(":memory:", config=settings)  # type: ignore[arg-type]
        connection.execute("SET parquet_metadata_cache = true")
        connection.execute("SET python_enable_replacements = false")
        _readers.engine = Engine(connection)
    engine: Engine = _readers.engine
    return engine


@contextmanager
def connect(
    *, memory_limit: str | None = None, threads: int = 2, spill: Path | None = None
) -> Iterator[Engine]:
    """A fresh in-memory engine; `spill` is where it may put what exceeds the memory limit.

    Without one it puts nothing anywhere: left to itself it would write people's rows into whatever
    folder the command was called from. Without a limit it is the installation's, FANGPIN_ENGINE_MB.
    """
    settings = {
        "memory_limit": memory_limit or f"{memory_mb()}MB",
        "threads": str(threads),
        "temp_directory": "" if spill is None else str(spill),
    }
    connection = duckdb.connect(":memory:", config=settings)  # type: ignore[arg-type]
    # DuckDB 2.0.0 pushes TRY_CAST into read_csv, where it throws instead of giving NULL.
    connection.execute("SET disabled_optimizers = 'type_pushdown'")
    connection.execute("SET TimeZone = 'UTC'")
    # Else a local variable of this process could stand for a table that does not exist.
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET preserve_insertion_order = true")
    try:
        yield Engine(connection, spill)
    finally:
        connection.close()


def memory_mb() -> int:
    """What an engine of this installation may hold in memory, in MB."""
    return int(os.environ.get("FANGPIN_ENGINE_MB") or USUAL_MEMORY_MB)


def _memory_problem(limit: str) -> Problem:
    """What does not fit, though whatever can be was spilled."""
    return Problem(
        code="ENGINE_MEMORY",
        where="FANGPIN_ENGINE_MB",
        zh=f"计算所需内存超过上限（{limit}），本次操作没有留下任何数据，原有数据不变。",
        en=f"The computation needs more memory than its limit of {limit}; nothing of it was "
        "kept and earlier data is whole.",
        fix_zh="请在机器内存允许时把 FANGPIN_ENGINE_MB 调大，例如加倍，然后重新执行。",
        fix_en="Set FANGPIN_ENGINE_MB higher, say to twice its value, if the machine has as much, and "
        "repeat the command.",
        details={"limit": limit},
    )


def _without_keys(text: str) -> str:
    """The text without the installation's key, which statements over identities hold."""
    return _KEY.sub("…", text)


def _text(query: Statement | str) -> str:
    return query.text if isinstance(query, Statement) else query


def _checked(name: str) -> str:
    if not _NAME.match(name):
        raise ValueError(f"not a table name: {name!r}")
    return name
