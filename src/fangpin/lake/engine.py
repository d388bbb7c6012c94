"""The seam between the stages and whatever runs their SQL: DuckDB on one machine, Spark on many.

SQL is written once, in DuckDB's dialect; `lake/engines/` holds one module an engine. A stage is
given an engine and asks for nothing beyond this; entry points choose which one it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from fangpin.lake.statement import Statement
from fangpin.values.problem import ProblemError


class EngineRefused(Exception):
    """The engine could not run a statement: a bug of the writer, with the statement's text."""


class EngineLost(ProblemError):
    """The engine is not there any more: nothing that is asked of it later will be answered."""


class Engine(Protocol):
    """Runs queries over Parquet files; its tables are temporary, whatever lasts is written.

    Every method raises EngineRefused for a statement that the engine does not accept.
    """

    scores_claims: bool
    """Whether linkage may show it the names of a run's claims, never a number, to be scored there.
    False: an engine of their own scores them."""

    def rows(self, query: Statement | str, parameters: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """All rows of a query."""
        ...

    def value(self, query: Statement | str, parameters: Sequence[Any] = ()) -> Any:
        """The first column of the first row of a query; None where it has no row."""
        ...

    def columns(self, query: Statement | str) -> list[str]:
        """The names of a query's columns, in order."""
        ...

    def make_table(self, name: str, query: Statement | str, parameters: Sequence[Any] = ()) -> None:
        """Replace the temporary table `name` by the rows of a query."""
        ...

    def make_view(self, name: str, query: Statement | str) -> None:
        """Let `name` stand for a query."""
        ...

    def make_empty_table(self, name: str, columns: Mapping[str, str]) -> None:
        """Replace the temporary table `name` by an empty one: column -> DuckDB type."""
        ...

    def insert(self, name: str, rows: Iterable[Sequence[Any]]) -> None:
        """Append rows to a temporary table: for small sets, such as a case's ledger."""
        ...

    def append(self, name: str, query: Statement | str) -> None:
        """Append the rows of a query to a temporary table, column by column in its order."""
        ...

    def load_rows(
        self, name: str, columns: Mapping[str, str], rows: Iterable[Sequence[Any]]
    ) -> None:
        """Replace the temporary table `name` by many rows: column -> DuckDB type.

        An empty text comes back as unknown.
        """
        ...

    def drop(self, *names: str) -> None:
        """Forget temporary tables and views; names that do not exist are left at that."""
        ...

    def view_files(
        self,
        name: str,
        files: Sequence[Path],
        *,
        with_file_name: bool = False,
        of_one_shape: bool = False,
    ) -> None:
        """Let `name` stand for the rows of Parquet files; columns are united by name.

        `with_file_name` adds a column `filename`. Files of one shape are not opened before they
        are read.
        """
        ...

    def write(
        self,
        query: Statement | str,
        file: Path,
        parameters: Sequence[Any] = (),
        *,
        rows_a_group: int = 65_536,
        is_looked_up: bool = False,
    ) -> int:
        """Write a query's rows in their order as one Parquet file; how many there are.

        `is_looked_up`: compressed for quick reading of a few rows, else for size.
        """
        ...
