"""What two homes hold that was computed: which files are not the same."""

from __future__ import annotations

from pathlib import Path

from fangpin.lake.engines.duckdb import kept_reader
from fangpin.values.files import TEMPORARY

COMPUTED = ("registry", "links", "ledger", "timeline", "runs")


def computed(home: Path) -> list[str]:
    """Every computed file that a reader may see."""
    return sorted(
        file.relative_to(home).as_posix()
        for part in COMPUTED
        for file in (home / part).rglob("*")
        if file.is_file() and TEMPORARY not in file.as_posix()
    )


def differing(one: Path, other: Path) -> list[str]:
    """Files that only one home has, or whose bytes or rows (in order), names or types differ."""
    names = computed(one)
    assert names, "a run leaves something"
    found = [f"only in one: {name}" for name in set(names) ^ set(computed(other))]
    for name in set(names) & set(computed(other)):
        files = one / name, other / name
        if files[0].read_bytes() == files[1].read_bytes():
            continue
        if not name.endswith(".parquet"):
            found.append(f"bytes differ: {name}")
            continue
        tables = [_table(file) for file in files]
        if tables[0] != tables[1]:
            found.append(f"rows differ: {name}")
    return sorted(found)


def _table(file: Path) -> list[list[tuple[object, ...]]]:
    source = "read_parquet('" + str(file).replace("'", "''") + "')"
    reader = kept_reader()
    return [
        [row[:2] for row in reader.rows(f"DESCRIBE SELECT * FROM {source}")],
        reader.rows(f"SELECT * FROM {source}"),
    ]
