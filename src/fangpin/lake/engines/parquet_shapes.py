"""Columns and types of Parquet files, read from their footers; files never change, so once each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fangpin.lake.engines import duckdb

Shape = tuple[tuple[str, str], ...]
"""Column and DuckDB type, in the order of the file."""


class ParquetShapes:
    """Remembers the shape of every file that was looked at."""

    def __init__(self) -> None:
        self._known: dict[Path, Shape] = {}

    def groups(self, files: Sequence[Path]) -> dict[Shape, list[Path]]:
        """Files by their shape, each in the order given."""
        found: dict[Shape, list[Path]] = {}
        for file in files:
            if file not in self._known:
                self._known[file] = self._described([file])
            found.setdefault(self._known[file], []).append(file)
        return found

    def united(self, shapes: Sequence[Shape]) -> Shape:
        """The columns of all shapes by name, each of a type that holds all of its values."""
        if len(shapes) == 1:
            return shapes[0]
        one_of_each = {shape: file for file, shape in reversed(self._known.items())}
        return self._described([one_of_each[shape] for shape in shapes])

    def _described(self, files: Sequence[Path]) -> Shape:
        paths = ", ".join("'" + str(file).replace("'", "''") + "'" for file in files)
        rows = duckdb.kept_reader().rows(
            f"DESCRIBE SELECT * FROM read_parquet([{paths}], union_by_name = true)"
        )
        return tuple((str(row[0]), str(row[1])) for row in rows)
