"""Deliveries from real survey archives, as a pack's recipe says; nothing here knows a country.

A recipe (`packs/<pack>/demo/<name>.yaml`) names tables inside zip archives and which of their
columns become which fields of a feed. Each of its deliveries is written once a round as a CSV
file, as a statistics office would hand it over.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from fangpin.policy.models.demos import DemoDelivery, DemoRecipe, DemoRound
from fangpin.synthetic.deliveries import PlannedDelivery
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError

_PLACE = re.compile(r"\{([A-Za-z_][A-Za-z0-9_]*)(?::0(\d+))?\}")
"""One place of a template: a column, and the width to which its digits are filled with zeros."""

_FORMATS = (".dta", ".csv", ".parquet")

Row = Mapping[str, str]


def write_recipe_deliveries(
    *, recipe: DemoRecipe, real_data: Path, folder: Path
) -> list[PlannedDelivery]:
    """Every delivery of the recipe as a CSV file below `folder`, in the order of handing over.

    Raises ProblemError when an archive, a table, a column or the reader of the format is absent;
    nothing was written then.
    """
    rounds = {a_round.round: a_round for a_round in recipe.rounds}
    tables = _Tables(recipe=recipe, real_data=real_data)
    planned: list[tuple[DemoDelivery, DemoRound]] = []
    problems: list[Problem] = []
    for delivery in recipe.deliveries:
        for number in delivery.rounds:
            if number in rounds:
                in_round = _in_round(delivery=delivery, a_round=rounds[number])
                planned.append((in_round, rounds[number]))
                problems += tables.missing_columns(delivery=in_round, a_round=rounds[number])
            else:
                problems.append(_unknown_round(recipe=recipe, delivery=delivery, number=number))
    if problems:
        raise ProblemError(problems)
    planned.sort(key=lambda pair: pair[1].received)
    folder.mkdir(parents=True, exist_ok=True)
    return [
        _write(recipe=recipe, delivery=delivery, a_round=a_round, tables=tables, folder=folder)
        for delivery, a_round in planned
    ]


def _write(
    *,
    recipe: DemoRecipe,
    delivery: DemoDelivery,
    a_round: DemoRound,
    tables: _Tables,
    folder: Path,
) -> PlannedDelivery:
    """One delivery of one round as UTF-8 CSV with the contract's field codes as its header."""
    name = f"{recipe.name}_{delivery.feed}_{a_round.month}.csv"
    path = folder / name
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(delivery.columns)
        for row in tables.rows(delivery=delivery):
            if _is_kept(row=row, delivery=delivery):
                writer.writerow(_fields(row=row, delivery=delivery))
    return PlannedDelivery(
        feed=delivery.feed,
        file=path,
        received=a_round.received,
        month=Month.parse(a_round.month),
        original_name=name,
    )


def _in_round(*, delivery: DemoDelivery, a_round: DemoRound) -> DemoDelivery:
    """The delivery with its `{round}` and `{month}` replaced by those of the round."""

    def filled(text: str) -> str:
        return text.replace("{round}", str(a_round.round)).replace("{month}", a_round.month)

    return delivery.model_copy(
        update={
            "columns": {field: filled(column) for field, column in delivery.columns.items()},
            "keep": {filled(column): values for column, values in delivery.keep.items()},
        }
    )


def _fields(*, row: Row, delivery: DemoDelivery) -> Iterator[str]:
    for field, column in delivery.columns.items():
        value = _value(row=row, column=column)
        yield delivery.recode.get(field, {}).get(value, value)


def _is_kept(*, row: Row, delivery: DemoDelivery) -> bool:
    """Whether each column of `keep` holds one of its values, or anything where it lists none."""
    return all(
        row[column] in values if values else bool(row[column])
        for column, values in delivery.keep.items()
    )


def _value(*, row: Row, column: str) -> str:
    """The text of one field; empty when a column that the template needs is empty."""
    if column.startswith("="):
        return column[1:]
    if column in row:
        return row[column]
    if any(not row[name] for name, _width in _PLACE.findall(column)):
        return ""
    return _PLACE.sub(lambda place: row[place[1]].zfill(int(place[2] or 0)), column)


def _columns_named(delivery: DemoDelivery) -> set[str]:
    """The columns of the archive that a delivery needs."""
    named = set(delivery.keep)
    for column in delivery.columns.values():
        if not column.startswith("="):
            places = _PLACE.findall(column)
            named |= {name for name, _width in places} if places else {column}
    return named


class _Tables:
    """The tables of a recipe, each read once and held as columns of text."""

    def __init__(self, *, recipe: DemoRecipe, real_data: Path) -> None:
        self._recipe = recipe
        self._real_data = real_data
        self._read: dict[tuple[str, str], dict[str, list[str]]] = {}

    def missing_columns(self, *, delivery: DemoDelivery, a_round: DemoRound) -> list[Problem]:
        """A problem for each column that the recipe names and the archive does not hold."""
        member = self._table(delivery=delivery, member=delivery.member)
        missing = {(delivery.member, by) for by in delivery.by if by not in member}
        if delivery.beside is not None:
            beside = self._table(delivery=delivery, member=delivery.beside)
            missing |= {(delivery.beside, by) for by in delivery.by if by not in beside}
        if not missing:
            columns = self._columns(delivery=delivery)
            named = _columns_named(delivery)
            missing = {(delivery.member, name) for name in named if name not in columns}
        where = f"demo/{self._recipe.name}.yaml, {delivery.feed}, round {a_round.round}"
        return [_no_column(where=where, table=table, name=name) for table, name in sorted(missing)]

    def rows(self, *, delivery: DemoDelivery) -> Iterator[Row]:
        """Each row of the delivery's table: the columns that the delivery needs."""
        columns = self._columns(delivery=delivery)
        names = sorted(_columns_named(delivery))
        for values in zip(*(columns[name] for name in names), strict=True):
            yield dict(zip(names, values, strict=True))

    def _columns(self, *, delivery: DemoDelivery) -> dict[str, list[str]]:
        """The table's columns; those of the table beside it follow, empty where no row agrees."""
        columns = self._table(delivery=delivery, member=delivery.member)
        if delivery.beside is None:
            return columns
        joined = (delivery.archive, f"{delivery.member} beside {delivery.beside}")
        if joined not in self._read:
            other = self._table(delivery=delivery, member=delivery.beside)
            place = {key: index for index, key in enumerate(_keys(other, delivery.by))}
            found = [place.get(key) for key in _keys(columns, delivery.by)]
            self._read[joined] = {
                name: ["" if index is None else values[index] for index in found]
                for name, values in other.items()
            } | columns
        return self._read[joined]

    def _table(self, *, delivery: DemoDelivery, member: str) -> dict[str, list[str]]:
        if (delivery.archive, member) not in self._read:
            self._read[delivery.archive, member] = self._read_table(
                archive=delivery.archive, member=member
            )
        return self._read[delivery.archive, member]

    def _read_table(self, *, archive: str, member: str) -> dict[str, list[str]]:
        found = sorted(self._real_data.glob(archive)) if self._real_data.is_dir() else []
        if not found:
            raise ProblemError(_no_archive(recipe=self._recipe, archive=archive))
        with zipfile.ZipFile(found[-1]) as opened:
            names = [name for name in opened.namelist() if fnmatch(name, member)]
            if not names or not names[0].lower().endswith(_FORMATS):
                raise ProblemError(
                    _no_table(archive=found[-1].name, member=member, holds=opened.namelist())
                )
            return _as_text(_frame(name=names[0], content=opened.read(names[0])))


def _keys(columns: dict[str, list[str]], by: list[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(columns[name] for name in by), strict=True)


def _frame(*, name: str, content: bytes) -> Any:
    """A table as a pandas frame with the survey's own codes, or a problem naming the extra."""
    try:
        import pandas
    except ImportError:
        raise ProblemError(
            Problem(
                code="RECIPE_READER_MISSING",
                where=name,
                zh="读取调查数据需要附加组件 stata（pandas），本机没有安装",
                en="reading survey archives needs the extra `stata` (pandas), which is absent",
                fix_zh="请执行 pip install 'fangpin[stata]'",
                fix_en="run: pip install 'fangpin[stata]'",
            )
        ) from None
    source = io.BytesIO(content)
    if name.lower().endswith(".dta"):
        return pandas.read_stata(source, convert_categoricals=False)
    if name.lower().endswith(".parquet"):
        return pandas.read_parquet(source)
    return pandas.read_csv(source, dtype=str, keep_default_na=False)


def _as_text(frame: Any) -> dict[str, list[str]]:
    """Each column as text: missing is empty, whole numbers have no point, others two decimals."""
    return {str(name): [_text(value) for value in frame[name].tolist()] for name in frame.columns}


def _text(value: object) -> str:
    if value is None or value != value:  # NaN is the only value that differs from itself
        return ""
    if isinstance(value, float):
        return f"{value:.0f}" if value.is_integer() else f"{value:.2f}"
    return str(value).strip()


def _no_column(*, where: str, table: str, name: str) -> Problem:
    return Problem(
        code="RECIPE_COLUMN_MISSING",
        where=where,
        zh=f"表 {table} 没有列 {name}",
        en=f"table {table} has no column {name}",
        fix_zh="请按该调查的数据字典改正列名",
        fix_en="name the column as the survey's data dictionary does",
    )


def _unknown_round(*, recipe: DemoRecipe, delivery: DemoDelivery, number: int) -> Problem:
    known = ", ".join(str(a_round.round) for a_round in recipe.rounds)
    return Problem(
        code="RECIPE_ROUND_UNKNOWN",
        where=f"demo/{recipe.name}.yaml, {delivery.feed}",
        zh=f"轮次 {number} 没有列在 rounds 中；已有：{known}",
        en=f"round {number} is not listed under rounds; known: {known}",
        fix_zh="请在 rounds 中补充该轮次的月份和交付日期",
        fix_en="add the round's month and day of handing over to rounds",
    )


def _no_archive(*, recipe: DemoRecipe, archive: str) -> Problem:
    return Problem(
        code="RECIPE_ARCHIVE_MISSING",
        where=f"demo/{recipe.name}.yaml",
        zh=f"实测数据目录中没有文件 {archive}",
        en=f"the folder of real data holds no file {archive}",
        fix_zh="请下载该调查的数据，并用 FANGPIN_REAL_DATA 指明目录",
        fix_en="download the survey and name its folder by FANGPIN_REAL_DATA",
    )


def _no_table(*, archive: str, member: str, holds: list[str]) -> Problem:
    return Problem(
        code="RECIPE_TABLE_MISSING",
        where=archive,
        zh=f"压缩包中没有可读的表 {member}；其中有：{'、'.join(holds)}",
        en=f"the archive holds no readable table {member}; it holds: {', '.join(holds)}",
        fix_zh="表须为 .dta、.csv 或 .parquet，请按压缩包内的文件名填写",
        fix_en="a table is .dta, .csv or .parquet and is named as inside the archive",
    )
