"""Reads Parquet, as warehouses export it. Row numbers count from the second, as under a header."""

from __future__ import annotations

from pathlib import Path

from fangpin.feeds.cells.headers import map_columns
from fangpin.feeds.cells.shapes import quoted
from fangpin.feeds.cells.table import RAW, RawTable
from fangpin.feeds.findings import FileRefused, finding
from fangpin.feeds.readers.limits import Limits
from fangpin.lake.engine import EngineRefused
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models.feeds import Contract
from fangpin.values.writing import Writing

_NESTED = ("STRUCT", "MAP", "UNION", "VARIANT")
_FRACTIONS = ("DECIMAL", "DOUBLE", "FLOAT")


def read_parquet(
    file: Path, *, contract: Contract, writing: Writing, engine: Engine, limits: Limits
) -> RawTable:
    """Load a Parquet file; a value that is itself a list or a record sets its row aside.

    Bytes are texts, as older warehouses write them; a row of bytes that are none is set aside. Raises
    FileRefused: FILE_CORRUPT, FILE_TOO_DEMANDING, and what `map_columns` raises.
    """
    try:
        count = engine.value("SELECT num_rows FROM parquet_file_metadata(?)", [str(file)])
        columns = engine.rows(
            "SELECT name, kind FROM (DESCRIBE SELECT * FROM read_parquet(?)) AS d(name, kind)",
            [str(file)],
        )
    except EngineRefused as error:
        raise FileRefused(finding("FILE_CORRUPT")) from error
    if count > limits.rows:
        raise FileRefused(finding("FILE_TOO_DEMANDING", detail=f"> {limits.rows} rows"))
    mapping = map_columns([name for name, _ in columns], contract=contract, writing=writing)
    cells, misshapen = [], []
    for place in sorted({column.position for column in mapping.columns}):
        name, kind = quoted(columns[place][0]), str(columns[place][1])
        text = f"CAST({name} AS VARCHAR)"
        if kind == "BLOB":
            text = f"TRY(decode({name}))"
            misshapen.append(f"({name} IS NOT NULL AND {text} IS NULL)")
        elif kind.endswith("]") or kind.startswith(_NESTED):
            text = "CAST(NULL AS VARCHAR)"
            misshapen.append(f"{name} IS NOT NULL")
        elif kind == "VARCHAR":
            text = f"replace({name}, chr(0), '')"
        elif writing.has_decimal_comma and kind.startswith(_FRACTIONS):
            text = f"replace(regexp_replace({text}, '[.]0+$', ''), '.', ',')"
        cells.append(f"{text} AS c{place}")
    if misshapen:
        cells.append(f"({' OR '.join(misshapen)}) AS misshapen")
        cells.append("CAST(file_row_number + 2 AS INTEGER) AS row_no")
    source = f"read_parquet(?, file_row_number = {'true' if misshapen else 'false'})"
    try:
        engine.make_table(RAW, f"SELECT {', '.join(cells)} FROM {source}", [str(file)])
    except EngineRefused as error:
        raise FileRefused(finding("FILE_CORRUPT")) from error
    if misshapen:
        return RawTable(mapping, "raw.row_no", "raw.misshapen", ())
    return RawTable(mapping, "CAST(raw.rowid + 2 AS INTEGER)", None, ())
