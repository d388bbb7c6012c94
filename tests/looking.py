"""Looking into Parquet files: one engine for all tests of a process, since opening one takes longer."""

from __future__ import annotations

from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

from fangpin.lake.engines.duckdb import Engine, connect

_open = ExitStack()


@cache
def looker() -> Engine:
    """It makes no tables; what is asked of it is read from files."""
    return _open.enter_context(connect(threads=1))


def rows_of(file: Path) -> list[dict[str, Any]]:
    """All rows of a Parquet file."""
    query = f"SELECT * FROM read_parquet('{file}')"
    columns = looker().columns(query)
    return [dict(zip(columns, row, strict=True)) for row in looker().rows(query)]
