"""Values as text cells: a contract's fields in the words, dates and amounts of one layout."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from fangpin.policy.models import Contract, ContractField
from fangpin.synthetic.layouts import Layout
from fangpin.synthetic.tables import Row, Table
from fangpin.values.month import Month

Cell = Callable[[Row], str]


class ContractGap(Exception):
    """The pack asks for something that the generator does not know: a field or a code word."""


class Columns:
    """The columns of one delivery: headers, and for each row its cells."""

    def __init__(self, *, contract: Contract, table: Table, layout: Layout) -> None:
        self.headers: list[str] = []
        self.types: list[str] = []
        self._cells: list[Cell] = []
        for field in contract.fields:
            cell = _cell(contract, table, field, layout)
            if cell is None:
                if field.required:
                    raise ContractGap(f"{contract.feed}.{field.field} is required and unknown")
                continue
            words = [field.title.zh, *field.aliases]
            self.headers.append(words[layout.wording % len(words)])
            self.types.append(field.type)
            self._cells.append(cell)

    def cells(self, row: Row) -> list[str]:
        """The row's cells in the order of the headers."""
        return [cell(row) for cell in self._cells]


def _cell(
    contract: Contract, table: Table, field: ContractField, layout: Layout
) -> Cell | None:
    code = field.field
    if code in table.fields:
        write = _writer(contract.feed, field, layout)
        return lambda row: write(row.values.get(code))
    if field.type == "identifier":
        if table.identifier_is_certificate:
            return _certificate
        return lambda row: row.person.identifier if row.person else ""
    if field.type == "name":
        return lambda row: row.person.name if row.person else ""
    if field.type == "household_no":
        return lambda row: row.household.household_no if row.household else ""
    if field.type == "division":
        return lambda row: row.household.village if row.household else ""
    return None


def _certificate(row: Row) -> str:
    disability = row.person.disability if row.person else None
    return disability.certificate_no if disability else ""


def _writer(feed: str, field: ContractField, layout: Layout) -> Callable[[object], str]:
    if field.values is not None:
        return _code_writer(feed, field, layout)
    if field.type == "amount":
        return _amount_writer(layout.thousands)
    if field.type == "date":
        return _date_writer(layout.date_style)
    if field.type == "month":
        return _month_writer(layout.date_style)
    return _text


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _code_writer(feed: str, field: ContractField, layout: Layout) -> Callable[[object], str]:
    spoken: dict[str, str] = {}
    for stored, words in (field.values or {}).items():
        written = words[layout.wording % len(words)] if words else stored
        for word in (stored, *words):
            spoken.setdefault(word, written)

    def write(value: object) -> str:
        if value is None or value == "":
            return ""
        try:
            return spoken[str(value)]
        except KeyError:
            raise ContractGap(f"{feed}.{field.field} has no code for {value!r}") from None

    return write


def _amount_writer(thousands: bool) -> Callable[[object], str]:
    def write(value: object) -> str:
        if value is None:
            return ""
        assert isinstance(value, int)
        yuan, fen = divmod(abs(value), 100)
        text = f"{yuan:,}" if thousands else str(yuan)
        sign = "-" if value < 0 else ""
        return f"{sign}{text}.{fen:02d}"

    return write


def _date_writer(style: str) -> Callable[[object], str]:
    pattern = {
        "dashes": "{0:04d}-{1:02d}-{2:02d}",
        "slashes": "{0}/{1}/{2}",
        "dots": "{0}.{1}.{2}",
        "plain": "{0:04d}{1:02d}{2:02d}",
        "chinese": "{0}年{1}月{2}日",
    }[style]

    def write(value: object) -> str:
        if value is None:
            return ""
        assert isinstance(value, date)
        return pattern.format(value.year, value.month, value.day)

    return write


def _month_writer(style: str) -> Callable[[object], str]:
    pattern = {
        "dashes": "{0:04d}-{1:02d}",
        "slashes": "{0:04d}-{1:02d}",
        "dots": "{0:04d}-{1:02d}",
        "plain": "{0:04d}{1:02d}",
        "chinese": "{0}年{1}月",
    }[style]

    def write(value: object) -> str:
        if value is None:
            return ""
        assert isinstance(value, int)
        month = Month(value)
        return pattern.format(month.year, month.number)

    return write
