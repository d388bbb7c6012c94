"""Which column of a file is which field of its contract: by title, code or alias, never by place."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from decimal import Decimal
from functools import lru_cache
from typing import Any

from fangpin.feeds.findings import FileRefused, Finding, finding
from fangpin.policy.models.feeds import Contract, ContractField
from fangpin.policy.reading.nearest import nearest
from fangpin.values.month import Month
from fangpin.values.text import header_key, normalise
from fangpin.values.writing import EVERYWHERE, Writing

_ORDINAL = re.compile(
    r"^(?:\(\d{1,3}\)|\d{1,3}(?:[.、)]|(?=\s))|[一二三四五六七八九十]{1,3}、)\s*(?=\D)"
)
_LOOKS_LIKE_DATA = re.compile(r"\d{5}|\d[-./]\d")
_LONG_NUMBER = re.compile(r"[0-9０-９]{6}[0-9０-９Xx]*")
_BRACKETED = re.compile(r"\s*[(（【\[]\s*(?P<within>[^（(【\[)）】\]]{1,40})\s*[)）】\]]\s*$")
_SHORT_BRACKET = 6
"""Letters in brackets behind a contract's own title, without which it is known, too."""
_STROKE = re.compile(r"[/:,_-]")
"""Before a unit without brackets."""
_FORMAT = re.compile(
    r"[yaj]{4}.{0,12}|(?:dd?[-/. ]?mm?|mm?[-/. ]?dd?)[-/. ]?[yaj]{2,4}.{0,8}|mm?[-/. ]?[yaj]{4}"
)
"""`yyyy-mm`, `dd/mm/aaaa`: how a form asks for a day."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the file that is a field of the contract; `scale` is stated in its title."""

    field: ContractField
    position: int
    header: str
    scale: Decimal = Decimal(1)
    writing: Writing = EVERYWHERE
    zone: tzinfo | None = None
    """In which a moment in UTC is a day; None: it is not known."""
    order: str | None = None
    """`dmy` or `mdy` of its days with the year last; None: a person is asked."""
    latest: Month | None = None
    """The last month that a row may be of; None: any, or the column does not tell what a row is of."""
    earliest: Month | None = None
    """The first, likewise; of a column of months alone, for a day may be that of an old event."""


@dataclass(frozen=True, slots=True)
class HeaderRow:
    """Where the column names stand among the first rows, and where the data begin."""

    position: int
    cells: tuple[str, ...]
    first_data: int
    matches: int
    above: tuple[str, ...] = ()
    """What stands above them: the title of the page, its unit, its date."""


@dataclass(frozen=True, slots=True)
class Mapping:
    """The columns that are read, and what there is to say of the others."""

    columns: tuple[Column, ...]
    findings: tuple[Finding, ...]
    titles: tuple[str, ...] = ()
    """Of all columns of the file, in its order."""

    def column(self, field: str) -> Column | None:
        """The column of a field, None when the file has none."""
        return next((column for column in self.columns if column.field.field == field), None)

    def name_of_subject(self, contract: Contract) -> Column | None:
        """The first column of names: departments call it by many codes, and it is the row's subject's."""
        names = (field.field for field in contract.fields if field.type == "name")
        return next(filter(None, map(self.column, names)), None)


def find_header(
    rows: Sequence[Sequence[str]], *, contract: Contract, writing: Writing
) -> HeaderRow:
    """The row that names most fields; titles may stand above it and a row of units below.

    A unit below a title by which its figures are multiplied joins it. A cell left blank by a merge takes
    the text above it, however many rows the merge is high.
    """
    names = _names(contract)
    most = max(map(len, names.values()))
    best: HeaderRow | None = None
    cells: tuple[str, ...] = ()
    for position, row in enumerate(rows):
        above = cells
        cells = tuple(
            cell if cell.strip() else (above[place] if place < len(above) else "")
            for place, cell in enumerate(row)
        )
        if best is not None and most * sum(map(bool, cells)) <= best.matches:
            # It has too few cells to name more: so all rows of data below a header known whole.
            continue
        own = _matched(row, names, writing)
        matches = _matched(cells, names, writing) if own else 0
        if best is None or matches > best.matches:
            best = HeaderRow(position, cells if own else tuple(row), position + 1, matches)
    if best is None:
        raise FileRefused(finding("FILE_EMPTY"))
    texts = (cell for row in rows[: best.position] for cell in row if cell.strip())
    best = replace(best, above=tuple(dict.fromkeys(texts)) if best.matches else ())
    after = best.first_data
    if best.matches and after < len(rows) and _are_units(rows[after], writing):
        titles = _with_scales(best.cells, rows[after], writing)
        best = replace(best, cells=titles, first_data=after + 1)
    return best


def map_columns(header: Sequence[str], *, contract: Contract, writing: Writing) -> Mapping:
    """Which column is which field.

    Raises FileRefused with every COLUMN_MISSING (nearest names told) and COLUMN_AMBIGUOUS.
    """
    names = _names(contract)
    candidates: dict[str, list[Column]] = {field.field: [] for field in contract.fields}
    extra: list[str] = []
    for position, title in enumerate(header):
        if not title.strip():
            continue
        found = _fields_of(title, names, writing)
        for field, scale in found:
            column = Column(field, position, normalise(title), Decimal(scale), writing)
            candidates[field.field].append(column)
        if not found:
            extra.append(_shown(title))
    # A file without titles begins with somebody's data: nothing of it is told.
    is_data = not any(candidates.values()) and any(map(_LOOKS_LIKE_DATA.search, header))
    refused: list[Finding] = []
    columns: list[Column] = []
    absent: list[ContractField] = []
    taken: dict[int, str] = {}
    for field in contract.fields:
        found_here = candidates[field.field]
        if len(found_here) > 1:
            refused.append(_ambiguous(field, found_here))
        elif not found_here and (field.required or field.field in _needed(contract)):
            refused.append(_missing(field, [] if is_data else header, [] if is_data else extra))
        elif not found_here:
            absent.append(field)
        elif found_here[0].position in taken:
            refused.append(
                _ambiguous(field, [found_here[0], *_at(columns, found_here[0].position)])
            )
        else:
            columns.append(found_here[0])
            taken[found_here[0].position] = field.field
    if refused:
        if not any(candidates.values()) and _is_garbled(header, names):
            raise FileRefused(finding("ENCODING_GARBLED"))
        raise FileRefused(refused)
    said: list[Finding] = []
    if absent:
        titles = "、".join(field.title.zh for field in absent)
        titles_en = ", ".join(field.title.en for field in absent)
        said.append(
            finding("COLUMN_ABSENT", columns=titles, columns_en=titles_en, count=len(absent))
        )
    for column in columns:
        if column.scale != 1:
            unit = _parted(column.header, writing)[1]
            said.append(_told("COLUMN_SCALED", column.field, unit=unit))
    if extra:
        said.append(finding("COLUMN_EXTRA", columns="、".join(extra[:50]), count=len(extra)))
    return Mapping(tuple(columns), tuple(said), tuple(map(normalise, header)))


def read_columns(
    columns: Sequence[Column],
    *,
    keeps_names: bool,
    zone: tzinfo | None = None,
    dated_by: str | None = None,
    latest: Month | None = None,
    earliest: Month | None = None,
) -> tuple[Column, ...]:
    """The columns whose cells are read, in `zone`: names and phones stay unread where they are not kept.

    `dated_by` is the field that tells what month a row is of, `latest` and `earliest` the last and the
    first that it may tell.
    """
    return tuple(
        replace(column, zone=zone)
        if column.field.field != dated_by
        else replace(
            column,
            zone=zone,
            latest=latest,
            earliest=earliest if column.field.type == "month" else None,
        )
        for column in columns
        if keeps_names or column.field.required or column.field.type not in ("name", "phone")
    )


_MISREAD = (("gb18030", "utf-8"), ("latin-1", "utf-8"), ("latin-1", "gb18030"), ("cp1252", "utf-8"))
"""(the encoding in which a text was read by mistake, its own)."""


def _is_garbled(header: Sequence[str], names: dict[str, list[ContractField]]) -> bool:
    """Whether titles are those of the contract, once read in another encoding and saved so.

    A character here and there was lost by that: a title is known by its beginning.
    """
    for wrong, own in _MISREAD:
        for title in header:
            text = title.encode(wrong, "ignore").decode(own, "ignore")
            if text != title and any(map(names.get, map(header_key, (text, text[:-1], text[:2])))):
                return True
    return False


def _needed(contract: Contract) -> set[str]:
    return {contract.subject_field, contract.dated_by, *contract.key}


def _names(contract: Contract) -> dict[str, list[ContractField]]:
    names: dict[str, list[ContractField]] = {}
    for field in contract.fields:
        own = {field.field, field.title.zh, field.title.en, *field.aliases}
        for key in frozenset[str]().union(*map(_keys_of, own)):
            if key and field not in names.setdefault(key, []):
                names[key].append(field)
    return names


@lru_cache(maxsize=4096)
def _keys_of(name: str) -> frozenset[str]:
    """The keys of a name of a contract: as it stands, and without a unit."""
    plain = normalise(name)
    told = _BRACKETED.search(plain)
    is_short = told is not None and len(told["within"].strip()) <= _SHORT_BRACKET
    bare = plain[: told.start()] if told and is_short else plain
    return frozenset((header_key(name), header_key(bare)))


def _fields_of(
    title: str, names: dict[str, list[ContractField]], writing: Writing
) -> list[tuple[ContractField, int]]:
    """The fields that this title may name (usually one), each with the scale of its unit."""
    for plain in dict.fromkeys((normalise(title), _without_note(normalise(title), writing))):
        exact = names.get(header_key(plain), [])
        if exact:
            return [(field, 1) for field in _titled(exact, plain)]
    bare, unit = _parted(plain, writing)
    if unit is None:
        return []
    scale = writing.unit_scales[unit]
    found = names.get(header_key(bare), [])
    return [(field, scale if field.type == "amount" else 1) for field in found]


def _parted(title: str, writing: Writing) -> tuple[str, str | None]:
    """A title and the unit behind it, None where it states none that is known.

    What is counted in cells alone (日, 月, 年) is no unit behind a stroke: 年/月 is a month.
    """
    told = _BRACKETED.search(title)
    if told:
        unit = _unit(told["within"], writing)
        return title[: told.start()], unit if unit in writing.unit_scales else None
    in_cells_alone = _keys(writing.counted) - _keys(writing.units)
    for stroke in _STROKE.finditer(title):
        unit = _unit(title[stroke.end() :], writing)
        if unit in writing.unit_scales and unit not in in_cells_alone:
            return title[: stroke.start()], unit
    return title, None


def _unit(text: str, writing: Writing) -> str:
    """A unit in the form in which it is known, without the words before it (单位：, in)."""
    plain = _key(text)
    for word in _keyed(writing.before_unit):
        if plain.startswith(word):
            rest = plain.removeprefix(word).lstrip(":： ").strip()
            plain = rest if rest in writing.unit_scales else plain
    return plain


def _key(unit: str) -> str:
    return normalise(unit).casefold()


@lru_cache(maxsize=256)
def _keyed(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words of a country, made ready once: every cell of the first rows is held against them."""
    return tuple(map(_key, words))


@lru_cache(maxsize=256)
def _keys(words: tuple[str, ...]) -> frozenset[str]:
    return frozenset(_keyed(words))


def _without_note(title: str, writing: Writing) -> str:
    """A title without its number in a form and without a note on how to fill it in.

    Other words in brackets may name another person or another currency and stay.
    """
    plain = _ORDINAL.sub("", title)
    told = _BRACKETED.search(plain)
    return plain[: told.start()] if told and _is_note(told["within"], writing) else plain


def _is_note(text: str, writing: Writing) -> bool:
    plain = _key(text)
    return (
        _FORMAT.fullmatch(plain) is not None
        or re.sub(r"^\d{1,2} ?", "", plain) in _keys(writing.title_notes)
        or any(plain.startswith(word) and plain != word for word in _keyed(writing.title_examples))
    )


def _titled(fields: list[ContractField], title: str) -> list[ContractField]:
    """Of several fields that share a name, those whose very title it is, if any."""
    if len(fields) == 1:
        return fields
    key = header_key(title)
    own = [
        field
        for field in fields
        if key in (header_key(field.title.zh), header_key(field.title.en), header_key(field.field))
    ]
    return own or fields


def _matched(cells: Sequence[str], names: dict[str, list[ContractField]], writing: Writing) -> int:
    found = {
        field.field
        for cell in cells
        if cell.strip()
        for field, _ in _fields_of(cell, names, writing)
    }
    return len(found)


def _are_units(row: Sequence[str], writing: Writing) -> bool:
    filled = [_unit(normalise(cell).strip("()[]【】"), writing) for cell in row if cell.strip()]
    return bool(filled) and all(cell in writing.unit_scales for cell in filled)


def _with_scales(titles: Sequence[str], units: Sequence[str], writing: Writing) -> tuple[str, ...]:
    """The titles, each with the unit below it where its figures must be multiplied."""
    told = list(titles)
    for place, cell in enumerate(units[: len(titles)]):
        unit = normalise(cell).strip("()[]【】")
        if titles[place].strip() and writing.unit_scales.get(_unit(unit, writing), 1) != 1:
            told[place] = f"{titles[place]}({unit})"
    return tuple(told)


def _at(columns: list[Column], position: int) -> list[Column]:
    return [column for column in columns if column.position == position]


def _ambiguous(field: ContractField, found: list[Column]) -> Finding:
    listed = "、".join(
        f"{column_letter(column.position)} {_shown(column.header)}" for column in found
    )
    return _told("COLUMN_AMBIGUOUS", field, candidates=listed, count=len(found))


def _missing(field: ContractField, header: Sequence[str], extra: list[str]) -> Finding:
    names = [field.title.zh, *field.aliases, field.field]
    present = "、".join(_shown(title) for title in header if title.strip())[:400]
    near = "、".join(nearest(written=extra, valid=names))
    return _told(
        "COLUMN_MISSING",
        field,
        names="、".join(names),
        present=present or "（首行像数据，没有列名）",
        present_en=present or "none, the first row looks like data",
        near_zh=f"文件中最像它的列：{near}；如果就是，请改成上面的列名。" if near else "",
        near_en=f"The nearest column of the file: {near}; if it is this one, rename it."
        if near
        else "",
    )


def _shown(title: str) -> str:
    """A column's title as it may be told: it may be somebody's number."""
    return _LONG_NUMBER.sub("…", normalise(title))[:40]


def _told(code: str, field: ContractField, *, count: int | None = None, **words: object) -> Finding:
    told: dict[str, Any] = {"title": field.title.zh, "title_en": field.title.en, **words}
    return finding(code, column=field.field, count=count, **told)


def column_letter(position: int) -> str:
    """The letter under which a spreadsheet shows a column."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
