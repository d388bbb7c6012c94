"""What one cell says under its contract: the truth that the fast statements of shapes.py must equal.

A reading carries the stored value as text (a date in ISO, a month as year*12+month-1), the repairs
made, or the problem for which its row is set aside.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fangpin.feeds.cells.headers import Column
from fangpin.policy.models.feeds import ContractField
from fangpin.values.amounts import AmountReading, read_amount, read_count, read_number
from fangpin.values.dates import read_date, read_month, read_year
from fangpin.values.text import (
    cell_problem,
    is_missing,
    normalise,
    read_word,
    without_text_mark,
)
from fangpin.values.writing import Writing

TRIMMED = " \t\r\n\u3000\ufeff"
"""What is cut from both ends of a text; all else of it is kept as it was sent."""

FLAG_WORDS: Mapping[str, list[str]] = {
    "true": ["yes", "y", "1", "√", "✓"],
    "false": ["no", "n", "0", "×"],
}
"""For flags whose contract lists no words of its own, beside the country's."""

NUL = "\x00"
"""The one character that no database of casework keeps."""

GARBLED = ("\ufffd", "锟斤拷")
"""What conversions leave of characters that they could not read."""

SCIENTIFIC = re.compile(r"[0-9](?:\.[0-9]+)?[Ee]\+?[0-9]{1,2}")
PLAIN_NUMBER_OF_A_HOUSEHOLD = "[0-9A-Za-z_/\\-]{1,64}"
PLAIN_DIVISION = "[0-9A-Za-z]{1,20}"
LONGEST_TEXT = 4_000


@dataclass(frozen=True, slots=True)
class CellReading:
    """The stored value as text, nothing (all None), or a problem; `proposal` awaits a person."""

    value: str | None = None
    repairs: tuple[str, ...] = ()
    problem: str | None = None
    proposal: str | None = None


NOTHING = CellReading()


def read_cell(column: Column, text: str | None) -> CellReading:
    """Read one cell of any type but an identifier; limits of the contract included."""
    reading = _read(column, text)
    if reading.value is not None and column.latest is not None:
        ahead = reading.value > column.latest.last_day.isoformat()
        match column.field.type:
            case "month":
                ahead = int(reading.value) > column.latest
            case "year":
                ahead = int(reading.value) > column.latest.year
        if ahead:
            return CellReading(problem="DATE_AHEAD")
    if reading.value is None or column.earliest is None:
        return reading
    return (
        reading if int(reading.value) >= column.earliest else CellReading(problem="DATE_LONG_AGO")
    )


def _read(column: Column, text: str | None) -> CellReading:
    field = column.field
    if text is None or not text.strip(TRIMMED):
        return NOTHING
    writing, zone, order = column.writing, column.zone, column.order
    match field.type:
        case "amount":
            return _number(field, read_amount(text, scale=column.scale, writing=writing))
        case "number":
            return _number(field, read_number(text, writing=writing))
        case "count":
            return _number(field, read_count(text, writing=writing))
        case "date":
            return _date(column, text)
        case "month":
            month = read_month(text, zone=zone, writing=writing, order=order)
            value = None if month.value is None else str(int(month.value))
            return CellReading(value, month.repairs, month.problem_code)
        case "year":
            year = read_year(text, zone=zone, writing=writing, order=order)
            return _bounded(field, year.value, year.repairs, year.problem_code)
        case "code" | "flag":
            return _word(field, text, writing)
        case "household_no":
            return _number_of_a_household(text, writing)
        case "division":
            return _division(text, writing)
        case _:
            return _text(text, writing)


def words_of(field: ContractField, writing: Writing) -> Mapping[str, Sequence[str]]:
    """Stored value -> the words that departments write for it."""
    if field.values:
        return field.values
    if field.type != "flag":
        return {}
    own = {"true": writing.yes, "false": writing.no}
    return {value: (*own[value], *words) for value, words in FLAG_WORDS.items()}


def _number(field: ContractField, reading: AmountReading) -> CellReading:
    if reading.problem_code:
        proposal = None if reading.proposal is None else f"{reading.proposal:f}"
        return CellReading(problem=reading.problem_code, proposal=proposal)
    if reading.value is None:
        return NOTHING
    if not within_limits(field, reading.value):
        return CellReading(problem="OUT_OF_LIMITS")
    return CellReading(f"{reading.value:f}", reading.repairs)


def _bounded(
    field: ContractField, value: int | None, repairs: tuple[str, ...], problem: str | None
) -> CellReading:
    if value is not None and not within_limits(field, Decimal(value)):
        return CellReading(problem="OUT_OF_LIMITS")
    return CellReading(None if value is None else str(value), repairs, problem)


def within_limits(field: ContractField, value: Decimal) -> bool:
    """Whether the contract allows this figure."""
    return not (
        (field.minimum is not None and value < field.minimum)
        or (field.maximum is not None and value > field.maximum)
    )


def _date(column: Column, text: str) -> CellReading:
    reading = read_date(
        text,
        open_ended=column.field.open_ended,
        zone=column.zone,
        writing=column.writing,
        order=column.order,
    )
    value: date | None = reading.value
    return CellReading(
        None if value is None else value.isoformat(), reading.repairs, reading.problem_code
    )


def _word(field: ContractField, text: str, writing: Writing) -> CellReading:
    words = words_of(field, writing)
    plain = text
    for value, spellings in words.items():
        if plain in spellings or plain == value:
            return CellReading(value)
    problem = cell_problem(text)
    if problem:
        return CellReading(problem=problem)
    plain = without_text_mark(normalise(text))
    found = read_word(plain, words)
    if found is None and plain.endswith(".0"):
        found = read_word(plain.removesuffix(".0"), words)
    if found is not None:
        return CellReading(found, ("WORD_NORMALISED",))
    if is_missing(text, words=writing.missing_words):
        return NOTHING
    if normalise(text).startswith("="):
        return CellReading(problem="FORMULA_NO_VALUE")
    return CellReading(problem="CODE_UNKNOWN")


def _number_of_a_household(text: str, writing: Writing) -> CellReading:
    problem = cell_problem(text)
    if problem:
        return CellReading(problem=problem)
    if is_missing(text, words=writing.missing_words):
        return NOTHING
    plain = without_text_mark(normalise(text).replace(" ", ""))
    if SCIENTIFIC.fullmatch(plain) and ("." in plain or "+" in plain):
        return CellReading(problem="NUMBER_PRECISION_LOST")
    if re.fullmatch(r"[0-9]+\.0", plain):
        plain = plain[:-2]
    return CellReading(plain[:64], () if plain == text.strip(" ") else ("NORMALISED",))


def _division(text: str, writing: Writing) -> CellReading:
    problem = cell_problem(text)
    if problem:
        return CellReading(problem=problem)
    if is_missing(text, words=writing.missing_words):
        return NOTHING
    plain = re.sub(r"[\s'`]", "", normalise(text))
    if SCIENTIFIC.fullmatch(plain) and ("." in plain or "+" in plain):
        return CellReading(problem="NUMBER_PRECISION_LOST")
    if re.fullmatch(r"[0-9]+\.0", plain):
        plain = plain[:-2]
    if not re.fullmatch(PLAIN_DIVISION, plain):
        return CellReading(problem="DIVISION_UNREADABLE")
    return CellReading(plain, () if plain == text.strip(" ") else ("NORMALISED",))


def _text(text: str, writing: Writing) -> CellReading:
    problem = cell_problem(text)
    if problem:
        return CellReading(problem=problem)
    if is_missing(text, words=writing.missing_words):
        return NOTHING
    told = ("TEXT_GARBLED",) if any(mark in text for mark in GARBLED) else ()
    if NUL in text:
        text, told = text.replace(NUL, ""), (*told, "NORMALISED")
    return CellReading(text.strip(TRIMMED)[:LONGEST_TEXT], told)
