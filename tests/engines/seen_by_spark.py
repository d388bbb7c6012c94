"""Everything that Spark is given while a test looks: texts of queries, rows of its names, files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from fangpin.lake.engines import spark
from fangpin.lake.engines.duckdb import kept_reader
from fangpin.values.files import files_in


class Seen:
    """What was seen, as text."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        """Queries, as Spark itself is asked them."""
        self.rows: dict[str, str] = {}
        """Name of a table or view -> all rows that it ever stood for."""
        self.files: dict[str, str] = {}
        """Every file that ever lay where Spark's machines look -> its rows."""

    def __contains__(self, text: str) -> bool:
        told = [*self.texts, *self.rows.values(), *self.files.values()]
        return any(text in one for one in told)


@contextmanager
def seen_by_spark(spill: Path, patched: pytest.MonkeyPatch) -> Iterator[Seen]:
    """What Spark is given within the block; `spill` is looked into whenever Spark is asked."""
    from splink import SparkAPI

    seen = Seen()

    def look_at_files() -> None:
        for file in files_in(spill):
            with suppress(FileNotFoundError):  # Spark tidies up at moments of its own
                if str(file) not in seen.files:
                    seen.files[str(file)] = _content(file)

    def look_at(name: str, frame: Any) -> None:
        seen.rows[name] = seen.rows.get(name, "") + repr([frame.columns, frame.collect()])

    become, planned = spark.Engine._become, spark.Engine._planned

    def _become(self: spark.Engine, name: str, frame: Any, **more: Any) -> None:
        become(self, name, frame, **more)
        look_at(name, self._frames[name])
        look_at_files()

    def _planned(self: spark.Engine, query: Any, parameters: Any = ()) -> Any:
        seen.texts.append(f"{getattr(query, 'text', query)} {list(parameters)}")
        look_at_files()
        return planned(self, query, parameters)

    ask = SparkAPI._execute_sql_against_backend

    def _ask(self: Any, final_sql: str) -> Any:
        seen.texts.append(final_sql)
        frame = ask(self, final_sql)
        look_at(final_sql, frame)
        return frame

    with patched.context() as within:
        within.setattr(spark.Engine, "_become", _become)
        within.setattr(spark.Engine, "_planned", _planned)
        within.setattr(SparkAPI, "_execute_sql_against_backend", _ask)
        yield seen


def _content(file: Path) -> str:
    if file.suffix == ".parquet":
        source = "read_parquet('" + str(file).replace("'", "''") + "')"
        return repr(kept_reader().rows(f"SELECT * FROM {source}"))
    return file.read_bytes().decode("utf-8", errors="replace")
