"""Values as text cells: a contract's fields in the words, dates and amounts of one layout."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from fangpin.policy.models.feeds import Contract, ContractField
from fangpin.synthetic.layouts import Layout
from fangpin.synthetic.tables import Repeated, Row, Table
from fangpin.values.month import Month

Cell = Callable[[Row, Month], str]
Write = Callable[[object], str]


class ContractGap(Exception):
    """The pack asks for something that the generator does not know: a field or a code word."""


class Columns:
    """The columns of one delivery: headers, and for each row its cells."""

    def __init__(self, *, contract: Contract, table: Table, layout: Layout, month: Month) -> None:
        self._month = month
        self.headers: list[str] = []
        self.types: list[str] = []
        self._values: list[tuple[int, str, Write]] = []
        self._subjects: list[tuple[int, Cell]] = []
        self._repeated: dict[int, tuple[Repeated, list[str]]] = {}
        filled = frozenset(table.fields.split())
        for field in contract.fields:
            place = len(self.headers)
            if field.field in filled:
                self._values.append((place, field.field, _writer(contract.feed, field, layout)))
            elif field.type == "identifier" and table.identifier_is_certificate:
                self._subjects.append((place, _certificate))
            elif field.type in _SUBJECT_CELLS:
                self._subjects.append((place, _SUBJECT_CELLS[field.type]))
            elif field.required:
                raise ContractGap(f"{contract.feed}.{field.field} is required and unknown")
            else:
                continue
            words = [field.title.zh, *field.aliases]
            self.headers.append(words[layout.wording % len(words)])
            self.types.append(field.type)

    def cells(self, row: Row) -> list[str]:
        """The row's cells in the order of the headers."""
        values = row.values
        if isinstance(values, Repeated):
            known = self._repeated.get(id(values))
            if known is None or known[0] is not values:
                known = self._repeated[id(values)] = (values, self._written(values))
            cells = known[1].copy()
        else:
            cells = self._written(values)
        for place, cell in self._subjects:
            cells[place] = cell(row, self._month)
        return cells

    def _written(self, values: dict[str, object]) -> list[str]:
        cells = [""] * len(self.headers)
        for place, code, write in self._values:
            value = values.get(code)
            if value is not None:
                cells[place] = write(value)
        return cells


def _identifier(row: Row, month: Month) -> str:
    return row.person.number_in(month) if row.person else ""


def _name(row: Row, _month: Month) -> str:
    return row.person.name if row.person else ""


def _household_no(row: Row, _month: Month) -> str:
    return row.household.household_no if row.household else ""


def _village(row: Row, _month: Month) -> str:
    return row.household.village if row.household else ""


_SUBJECT_CELLS: dict[str, Cell] = {
    "identifier": _identifier,
    "name": _name,
    "household_no": _household_no,
    "division": _village,
}


def _certificate(row: Row, _month: Month) -> str:
    disability = row.person.disability if row.person else None
    return disability.certificate_no if disability else ""


def _writer(feed: str, field: ContractField, layout: Layout) -> Write:
    if field.values is not None:
        return _code_writer(feed, field, layout)
    if field.type == "amount":
        return _amount_writer(layout.thousands)
    if field.type == "date":
        return _date_writer(layout.date_style)
    if field.type == "month":
        return _month_writer(layout.date_style)
    return str


def _code_writer(feed: str, field: ContractField, layout: Layout) -> Write:
    spoken: dict[str, str] = {}
    for stored, words in (field.values or {}).items():
        written = words[layout.code_wording % len(words)] if words else stored
        for word in (stored, *words):
            spoken.setdefault(word, word if layout.own_words else written)

    def write(value: object) -> str:
        if value == "":
            return ""
        try:
            return spoken[str(value)]
        except KeyError:
            raise ContractGap(f"{feed}.{field.field} has no code for {value!r}") from None

    return write


def _amount_writer(thousands: bool) -> Write:
    def write(value: object) -> str:
        assert isinstance(value, int)
        yuan, fen = divmod(abs(value), 100)
        text = f"{yuan:,}" if thousands else str(yuan)
        return f"{'-' if value < 0 else ''}{text}.{fen:02d}"

    return write


def _date_writer(style: str) -> Write:
    pattern = {
        "dashes": "{0:04d}-{1:02d}-{2:02d}",
        "slashes": "{0}/{1}/{2}",
        "dots": "{0}.{1}.{2}",
        "plain": "{0:04d}{1:02d}{2:02d}",
        "chinese": "{0}年{1}月{2}日",
    }[style]

    def write(value: object) -> str:
        assert isinstance(value, date)
        if style == "dashes":
            return value.isoformat()
        return pattern.format(value.year, value.month, value.day)

    return write


def _month_writer(style: str) -> Write:
    pattern = {
        "dashes": "{0:04d}-{1:02d}",
        "slashes": "{0:04d}-{1:02d}",
        "dots": "{0:04d}-{1:02d}",
        "plain": "{0:04d}{1:02d}",
        "chinese": "{0}年{1}月",
    }[style]

    def write(value: object) -> str:
        assert isinstance(value, int)
        month = Month(value)
        return pattern.format(month.year, month.number)

    return write
