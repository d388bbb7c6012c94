"""Administrative divisions: a tree of codes in which every code begins with its parent's.

`divisions.csv` has the columns code, level, name_zh, name_en, parent. A child's code beginning with
its parent's makes "everything below" a range of strings, which any database answers from an index.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from fangpin.policy.models.header import DivisionLevel
from fangpin.policy.models.nodes import Words
from fangpin.policy.reading.document import read_text
from fangpin.policy.reading.nearest import advice
from fangpin.values.problem import Problem, ProblemError

COLUMNS = ("code", "level", "name_zh", "name_en", "parent")


@dataclass(frozen=True, slots=True)
class Division:
    """One division; `parent` is None at the top; `place` is the file and line that states it."""

    code: str
    level: str
    name: Words
    parent: str | None
    place: str


class Divisions:
    """The divisions of a pack and its parents, by code."""

    def __init__(self, rows: Iterable[Division] = ()) -> None:
        self._by_code: Mapping[str, Division] = {row.code: row for row in rows}
        children: dict[str | None, list[Division]] = {}
        for row in sorted(self._by_code.values(), key=lambda row: row.code):
            children.setdefault(row.parent, []).append(row)
        self._children: Mapping[str | None, tuple[Division, ...]] = {
            parent: tuple(rows) for parent, rows in children.items()
        }

    def __len__(self) -> int:
        return len(self._by_code)

    def __iter__(self) -> Iterator[Division]:
        """Every division in the order of its code."""
        return iter(sorted(self._by_code.values(), key=lambda row: row.code))

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def get(self, code: str) -> Division:
        """The division of a code. Raises ProblemError DIVISION_UNKNOWN."""
        found = self._by_code.get(code)
        if found is None:
            fix_zh, fix_en = advice(written=code, valid=self._by_code)
            raise ProblemError(
                Problem(
                    code="DIVISION_UNKNOWN",
                    where="divisions.csv",
                    zh=f"政策包中没有代码为“{code}”的行政区划。",
                    en=f"The pack has no division with the code '{code}'.",
                    fix_zh=fix_zh,
                    fix_en=fix_en,
                    details={"division": code},
                )
            )
        return found

    def children(self, code: str | None) -> tuple[Division, ...]:
        """The divisions directly below, in the order of code; of None: the topmost ones."""
        return self._children.get(code, ())

    def level_of(self, code: str) -> str:
        """The level's code, such as `county` or `village`. Raises ProblemError DIVISION_UNKNOWN."""
        return self.get(code).level

    def chain(self, code: str) -> tuple[Division, ...]:
        """From the topmost division down to this one, itself included."""
        found = [self.get(code)]
        while found[-1].parent is not None:
            found.append(self.get(found[-1].parent))
        return tuple(reversed(found))

    def name(self, code: str) -> Words:
        """The division's name in both languages. Raises ProblemError DIVISION_UNKNOWN."""
        return self.get(code).name

    def range_of(self, code: str) -> tuple[str, str]:
        """Half-open range of codes (low, high): this division and all below it, listed or not."""
        return division_range(code)


def division_range(code: str) -> tuple[str, str]:
    """Half-open range (low, high) of the strings that begin with `code`."""
    if not code:
        raise ValueError("a division's code is never empty")
    return code, code[:-1] + chr(ord(code[-1]) + 1)


def read_divisions(*, file: Path, place: str, problems: list[Problem]) -> list[Division]:
    """The rows of one divisions.csv; rows that cannot be read become Problems."""
    text = read_text(file=file, place=place, problems=problems)
    if text is None:
        return []
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[Division] = []
    try:
        header = next(reader, [])
        if tuple(header) != COLUMNS:
            problems.append(_header(place, header))
            return []
        for cells in reader:
            if not cells:
                continue
            where = f"{place}:{reader.line_num}"
            if len(cells) != len(COLUMNS) or not all(cell.strip() for cell in cells[:4]):
                problems.append(_cells(where, cells))
                continue
            code, level, name_zh, name_en, parent = (cell.strip() for cell in cells)
            name = Words(zh=name_zh, en=name_en)
            rows.append(Division(code, level, name, parent or None, where))
    except csv.Error as error:
        problems.append(
            Problem(
                code="DIVISION_ROW",
                where=f"{place}:{reader.line_num}",
                zh=f"本行不是有效的 CSV（{error}）。",
                en=f"This line is no valid CSV: {error}.",
                fix_zh="检查引号是否成对。",
                fix_en="Check that quotes are paired.",
            )
        )
    return rows


def united(
    *, rows: Iterable[Division], levels: list[DivisionLevel], problems: list[Problem]
) -> Divisions:
    """The rows of all packs of a chain as one tree, parents' rows first; faults become Problems."""
    by_code: dict[str, Division] = {}
    for row in rows:
        first = by_code.get(row.code)
        if first is None:
            by_code[row.code] = row
        elif (first.level, first.name, first.parent) != (row.level, row.name, row.parent) or (
            first.place.rsplit(":", 1)[0] == row.place.rsplit(":", 1)[0]
        ):
            problems.append(_twice(row, first))
    order = {level.level: place for place, level in enumerate(levels)}
    for row in by_code.values():
        problems.extend(_row_problems(row, by_code, levels, order))
    return Divisions(by_code.values())


def _row_problems(
    row: Division,
    by_code: Mapping[str, Division],
    levels: list[DivisionLevel],
    order: Mapping[str, int],
) -> Iterator[Problem]:
    level = next((level for level in levels if level.level == row.level), None)
    if level is None:
        fix_zh, fix_en = advice(written=row.level, valid=order)
        yield Problem(
            code="DIVISION_LEVEL_UNKNOWN",
            where=row.place,
            zh=f"区划 {row.code} 的级别“{row.level}”不在 pack.yaml 的 division_levels 中。",
            en=f"Division {row.code} has the level '{row.level}', which division_levels of "
            "pack.yaml does not list.",
            fix_zh=fix_zh,
            fix_en=fix_en,
        )
        return
    if len(row.code) != level.width:
        yield Problem(
            code="DIVISION_WIDTH",
            where=row.place,
            zh=f"{row.level} 级代码应为 {level.width} 位，{row.code} 是 {len(row.code)} 位。",
            en=f"Codes of level {row.level} have {level.width} characters; {row.code} has "
            f"{len(row.code)}.",
            fix_zh="改正代码或级别（电子表格会吃掉开头的 0）。",
            fix_en="Correct the code or the level; spreadsheets drop leading zeros.",
        )
    if row.parent is None:
        return
    parent = by_code.get(row.parent)
    if parent is None:
        fix_zh, fix_en = advice(written=row.parent, valid=by_code)
        yield Problem(
            code="DIVISION_PARENT_MISSING",
            where=row.place,
            zh=f"区划 {row.code} 的上级 {row.parent} 没有登记在任何一层政策包的 divisions.csv 中。",
            en=f"The parent {row.parent} of division {row.code} stands in no divisions.csv of the "
            "chain of packs.",
            fix_zh=f"先加上 {row.parent} 这一行。{fix_zh}",
            fix_en=f"Add the row of {row.parent} first. {fix_en}",
        )
        return
    if not row.code.startswith(parent.code) or row.code == parent.code:
        yield Problem(
            code="DIVISION_OUTSIDE_PARENT",
            where=row.place,
            zh=f"区划代码 {row.code} 没有以上级代码 {parent.code} 开头。",
            en=f"The code {row.code} does not begin with its parent's code {parent.code}.",
            fix_zh="改正代码或上级；“下辖全部”是按代码前缀取的。",
            fix_en="Correct the code or the parent: all that lies below is found by prefix.",
        )


def _twice(row: Division, first: Division) -> Problem:
    return Problem(
        code="DIVISION_DUPLICATE",
        where=row.place,
        zh=f"区划 {row.code} 写了两次，第一次在 {first.place}。",
        en=f"Division {row.code} is written twice, first at {first.place}.",
        fix_zh="删去其中一行（下级包可以原样重复上级包的行，但不能改）。",
        fix_en="Delete one row; a child pack may repeat a parent's row unchanged, not alter it.",
    )


def _header(place: str, header: list[str]) -> Problem:
    wanted, found = ",".join(COLUMNS), ",".join(header)
    return Problem(
        code="DIVISION_COLUMNS",
        where=f"{place}:1",
        zh=f"第一行应为 {wanted}，写的是 {found}。",
        en=f"The first line must be {wanted}, but is {found}.",
        fix_zh="改正列名和顺序。",
        fix_en="Correct the names and the order of the columns.",
    )


def _cells(where: str, cells: list[str]) -> Problem:
    return Problem(
        code="DIVISION_ROW",
        where=where,
        zh=f"本行应有 5 列，代码、级别和两种语言的名称都要填；现有 {len(cells)} 列。",
        en="This line needs 5 columns with code, level and both names filled; it has "
        f"{len(cells)}.",
        fix_zh="补全本行；只有最高一级可以没有上级。",
        fix_en="Complete the line; only the topmost level may lack a parent.",
    )
