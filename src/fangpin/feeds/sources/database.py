"""Rows of a department's database as one CSV file, from the high-water mark on."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from fangpin.feeds.sources.settings import DatabaseSource
from fangpin.values.problem import Problem, ProblemError


@dataclass(frozen=True, slots=True)
class Fetched:
    """What was written: rows, and the mark with which the next pull begins."""

    rows: int
    mark: dict[str, str] | None


def fetch_rows(
    source: DatabaseSource, *, mark: dict[str, str] | None, to: Path, largest: int
) -> Fetched:
    """Write the rows at or above the mark as CSV under the database's own column names.

    Rows that bear the mark itself come again, so that none that was added beside them is missed; a
    pull that brings only those gives 0 rows. Raises ProblemError SOURCES_NOT_INSTALLED,
    SOURCE_UNREACHABLE, SOURCE_MARK_MISSING, SOURCE_TOO_LARGE.
    """
    try:
        import sqlalchemy
    except ImportError:
        raise ProblemError(not_installed(source.source)) from None
    try:
        engine = sqlalchemy.create_engine(source.url)
    except (sqlalchemy.exc.ArgumentError, ImportError) as error:
        raise ProblemError(unreachable(source.source, type(error).__name__)) from None
    try:
        with engine.connect() as connection:
            result = connection.execution_options(
                stream_results=True, yield_per=source.chunk
            ).execute(*_statement(source, mark))
            return _write(source, result, mark, to, largest)
    except sqlalchemy.exc.SQLAlchemyError as error:
        # The error may quote the address or a row: neither goes on.
        raise ProblemError(unreachable(source.source, type(error).__name__)) from None
    finally:
        engine.dispose()


def _statement(source: DatabaseSource, mark: dict[str, str] | None) -> tuple[Any, dict[str, Any]]:
    import sqlalchemy

    value = None if mark is None else _value(mark)
    if source.query is not None:
        parameters = {"high_water_mark": value} if source.high_water_mark else {}
        return sqlalchemy.text(source.query), parameters
    assert source.table is not None
    table = sqlalchemy.table(source.table, schema=source.schema_name)
    statement = sqlalchemy.select(sqlalchemy.text("*")).select_from(table)
    if source.high_water_mark:
        column: Any = sqlalchemy.column(source.high_water_mark)
        statement = statement.order_by(column)
        if value is not None:
            statement = statement.where(column >= value)
    return statement, {}


def _write(
    source: DatabaseSource, result: Any, mark: dict[str, str] | None, to: Path, largest: int
) -> Fetched:
    names = list(result.keys())
    at = _place_of_mark(source, names)
    highest: Any = None
    bearing: list[str] = []
    count = 0
    with to.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n", quoting=csv.QUOTE_ALL)
        writer.writerow(names)
        for row in result:
            cells = [_text(value) for value in row]
            writer.writerow(cells)
            count += 1
            if at is not None and row[at] is not None:
                if highest is None or row[at] > highest:
                    highest, bearing = row[at], []
                if row[at] == highest:
                    bearing.append("\x1f".join(cells))
            if count % 1_000 == 0 and file.tell() > largest:
                raise ProblemError(_too_large(source.source, largest))
    if at is None or highest is None:
        return Fetched(count, mark)
    digest = hashlib.sha256("\n".join(sorted(bearing)).encode()).hexdigest()
    now = {**_named(highest), "rows": digest}
    return Fetched(0 if now == mark else count, now)


def _place_of_mark(source: DatabaseSource, names: Sequence[str]) -> int | None:
    if source.high_water_mark is None:
        return None
    if source.high_water_mark in names:
        return names.index(source.high_water_mark)
    raise ProblemError(
        Problem(
            code="SOURCE_MARK_MISSING",
            where=f"source {source.source}",
            zh=f"查询结果里没有水位列 {source.high_water_mark}；有：{', '.join(names)[:300]}。",
            en=f"The result has no column {source.high_water_mark}; it has: "
            f"{', '.join(names)[:300]}.",
            fix_zh="在 sources.yaml 中改正 high_water_mark 或查询。",
            fix_en="Correct high_water_mark or the query in sources.yaml.",
        )
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _named(value: Any) -> dict[str, str]:
    """A mark as text, with its type."""
    if isinstance(value, datetime):
        return {"type": "datetime", "value": value.isoformat()}
    if isinstance(value, date):
        return {"type": "date", "value": value.isoformat()}
    if isinstance(value, int):
        return {"type": "int", "value": str(value)}
    if isinstance(value, Decimal | float):
        return {"type": "decimal", "value": str(value)}
    return {"type": "text", "value": str(value)}


def _value(mark: dict[str, str]) -> Any:
    text = mark["value"]
    match mark["type"]:
        case "datetime":
            return datetime.fromisoformat(text)
        case "date":
            return date.fromisoformat(text)
        case "int":
            return int(text)
        case "decimal":
            return Decimal(text)
        case _:
            return text


def not_installed(source: str) -> Problem:
    """The Problem of an installation without the libraries of sources."""
    return Problem(
        code="SOURCES_NOT_INSTALLED",
        where=f"source {source}",
        zh="没有安装读取数据库和远程目录的组件。",
        en="The libraries that read databases and remote folders are not installed.",
        fix_zh="安装 fangpin[sources] 和对应的驱动后重试。",
        fix_en="Install fangpin[sources] and the driver it needs.",
    )


def unreachable(source: str, kind: str) -> Problem:
    """The Problem of a source that could not be read; never with its address."""
    return Problem(
        code="SOURCE_UNREACHABLE",
        where=f"source {source}",
        zh=f"无法读取该来源（{kind}）。",
        en=f"The source could not be read ({kind}).",
        fix_zh="请检查 sources.yaml 中的地址、驱动、权限和网络。",
        fix_en="Check its address, driver, permissions and the network.",
    )


def _too_large(source: str, largest: int) -> Problem:
    return Problem(
        code="SOURCE_TOO_LARGE",
        where=f"source {source}",
        zh=f"一次取回的数据超过 {largest} 字节。",
        en=f"One pull would exceed {largest} bytes.",
        fix_zh="设置 high_water_mark 分次读取，或调高 FANGPIN_FILE_MB。",
        fix_en="Set a high_water_mark, or raise FANGPIN_FILE_MB.",
    )
