"""The shapes of a cell that SQL may read by itself; all others are left to one_cell.py.

Each expression gives NULL for what it does not read, and for what it reads exactly what the slow
truth gives: tests/feeds/test_fast_path.py holds both against each other.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from fangpin.feeds.cells.headers import Column
from fangpin.feeds.cells.one_cell import (
    LONGEST_TEXT,
    PLAIN_DIVISION,
    PLAIN_NUMBER_OF_A_HOUSEHOLD,
    words_of,
)
from fangpin.policy.models.feeds import ContractField
from fangpin.values.amounts import LARGEST
from fangpin.values.text import MISSING_WORDS
from fangpin.values.writing import Writing

TYPES = {
    "amount": "DECIMAL(18, 2)",
    "number": "DECIMAL(18, 4)",
    "count": "BIGINT",
    "date": "DATE",
    "month": "INTEGER",
    "year": "INTEGER",
    "flag": "BOOLEAN",
    "identifier": "BIGINT",
}
"""What a field is in the lake, by its type in the contract; all others are VARCHAR."""


def quoted(name: str) -> str:
    """A column's name as SQL."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def type_of(field: ContractField) -> str:
    """The SQL type of a field in the lake."""
    return TYPES.get(field.type, "VARCHAR")


def fast_expression(column: Column, cell: str) -> str:
    """SQL that reads the clean shapes of a cell as one_cell.py does, NULL for all others.

    Limits, the contract's and those of any figure, are not part of it: see `beyond_limits`.
    """
    field, writing = column.field, column.writing
    text = cell
    match field.type:
        case "amount" if column.scale == 1:
            return _bounded_number(field, text, "{1,15}", 2, writing)
        case "number":
            return _bounded_number(field, text, "{1,13}", 4, writing)
        case "count":
            return _bounded_number(field, text, "{1,15}", 0, writing)
        case "date":
            return _fast_date(field, text)
        case "month":
            digits = f"CAST(replace({text}, '-', '') AS INTEGER)"
            return (
                f"CASE WHEN regexp_full_match({text}, '(?:19|20)[0-9][0-9]-?(?:0[1-9]|1[0-2])') "
                f"THEN {digits} // 100 * 12 + {digits} % 100 - 1 END"
            )
        case "year":
            return (
                f"CASE WHEN regexp_full_match({text}, '(?:19|20)[0-9][0-9]') "
                f"THEN CAST({text} AS INTEGER) END"
            )
        case "code" | "flag":
            return _fast_word(field, text, writing)
        case "household_no":
            return _plain_text(text, PLAIN_NUMBER_OF_A_HOUSEHOLD, writing)
        case "division":
            return _plain_text(text, PLAIN_DIVISION, writing)
        case "text" | "name" | "phone":
            return _fast_text(cell, writing)
        case _:
            return f"CAST(NULL AS {type_of(field)})"


@dataclass(frozen=True, slots=True)
class QuietRepair:
    """A repair that `fast_expression` makes without a word: its code and SQL for its cells.

    `may` is cheap and holds of every cell that was repaired, `was` of these alone.
    """

    code: str
    may: str
    was: str


def quiet_repair(column: Column, cell: str) -> QuietRepair | None:
    """What the fast pass repairs in a column's cells; None where it repairs nothing."""
    match column.field.type:
        case "amount" | "number" | "count":
            separator = "." if column.writing.has_decimal_comma else ","
            code, otherwise = "SEPARATORS_DROPPED", f"contains({cell}, '{separator}')"
        case "date":
            code = "DATE_REWRITTEN"
            otherwise = f"NOT (strlen({cell}) = 10 AND substr({cell}, 5, 1) = '-')"
        case "month":
            code, otherwise = "DATE_REWRITTEN", f"strlen({cell}) = 6"
        case _:
            return None
    read = f"({fast_expression(column, cell)}) IS NOT NULL"
    return QuietRepair(code, otherwise, f"CASE WHEN {otherwise} THEN {read} ELSE FALSE END")


def fast_identifier(scheme: str, *, today: date, shape: str | None = None) -> str | None:
    """A query of `{source}` (text VARCHAR): text, is_clean (it is its own canonical form).

    `shape` is as of `read_identifier`. None: the scheme has no such query.
    """
    if scheme == "opaque" and shape:
        braced = literal(shape).replace("{", "{{").replace("}", "}}")
        return (
            "SELECT text, regexp_full_match(text, '[0-9A-Z]+') "
            f"AND regexp_full_match(text, {braced}) "
            "AND replace(text, left(text, 1), '') <> '' AS is_clean FROM {source}"
        )
    if scheme == "opaque":
        return (
            "SELECT text, regexp_full_match(text, '[A-Za-z]{{0,20}}[0-9][A-Za-z0-9_]{{0,40}}') "
            "AS is_clean FROM {source}"
        )
    if scheme != "gb11643":
        return None
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = " + ".join(
        f"digits // {10 ** (16 - place)} % 10 * {weight}" for place, weight in enumerate(weights)
    )
    return (
        "SELECT text, coalesce(digits IS NOT NULL AND NOT ends_with(text, '000') "
        f"AND born BETWEEN TIMESTAMP '{today.year - 130}-01-01' "
        f"AND TIMESTAMP '{today.isoformat()}' "
        f"AND substr('10X98765432', CAST(({total}) % 11 + 1 AS BIGINT), 1) = right(text, 1), "
        "FALSE) AS is_clean FROM ("
        "SELECT text, CASE WHEN regexp_full_match(text, '[1-9][0-9]{{16}}[0-9X]') "
        "AND NOT starts_with(text, '999999') THEN CAST(substr(text, 1, 17) AS BIGINT) END "
        "AS digits, try_strptime(substr(text, 7, 8), '%Y%m%d') AS born FROM {source})"
    )


def _bounded_number(
    field: ContractField, text: str, whole: str, decimals: int, writing: Writing
) -> str:
    kind = type_of(field)
    point, comma = (",", ".") if writing.has_decimal_comma else (".", ",")
    fraction = f"(?:[{point}][0-9]{{1,{decimals}}})?" if decimals else ""
    # A canonical text is told by its round trip, cheaper than by a pattern.
    canonical = (
        f"WHEN CAST(TRY_CAST({text} AS {kind}) AS VARCHAR) = {text} THEN TRY_CAST({text} AS {kind}) "
        if decimals == 2 and not writing.has_decimal_comma
        else ""
    )
    plain = literal(f"-?[0-9]{whole}{fraction}")
    commas = literal(f"-?[0-9]{{1,3}}(?:[{comma}][0-9]{{3}}){{1,4}}{fraction}")
    pointed = text if not writing.has_decimal_comma else f"replace({text}, ',', '.')"
    bare = f"replace({text}, '{comma}', '')"
    bare = bare if not writing.has_decimal_comma else f"replace({bare}, ',', '.')"
    return (
        f"CASE {canonical}WHEN regexp_full_match({text}, {plain}) "
        f"THEN TRY_CAST({pointed} AS {kind}) "
        f"WHEN regexp_full_match({text}, {commas}) THEN TRY_CAST({bare} AS {kind}) END"
    )


def beyond_limits(column: Column, value: str) -> str:
    """SQL that adds, with OR, whether a value lies outside limits: the contract's, any cell's, or time's."""
    field, latest = column.field, column.latest
    is_figure = field.type in ("amount", "number", "count")
    tests = f" OR abs({value}) >= {LARGEST:f}" if is_figure else ""
    if latest is not None:
        last = {"month": f"{latest:d}", "year": f"{latest.year}"}
        tests += f" OR {value} > {last.get(field.type, f'DATE {literal(str(latest.last_day))}')}"
    if column.earliest is not None:
        tests += f" OR {value} < {column.earliest:d}"
    if field.minimum is not None:
        tests += f" OR {value} < {field.minimum:f}"
    if field.maximum is not None:
        tests += f" OR {value} > {field.maximum:f}"
    return tests


def _fast_date(field: ContractField, text: str) -> str:
    iso = f"TRY_CAST({text} AS DATE)"
    known = f"{iso} BETWEEN DATE '1900-01-01' AND DATE '2099-12-31'"
    compact = f"strlen({text}) = 8 AND TRY_CAST({text} AS INTEGER) BETWEEN 19000101 AND 20991231"
    dotted = "(?:19|20)[0-9][0-9][.][0-9]{1,2}[.][0-9]{1,2}"
    slashed = "(?:19|20)[0-9][0-9]/[0-9]{1,2}/[0-9]{1,2}"
    forever = f"WHEN {text} = '9999-12-31' THEN DATE '9999-12-31' " if field.open_ended else ""
    # The short form first: a text that is no ISO date is dear to try as one.
    return (
        f"CASE WHEN {compact} "
        f"THEN CAST(try_strptime({text}, '%Y%m%d') AS DATE) "
        f"WHEN {known} AND CAST({iso} AS VARCHAR) = {text} THEN {iso} {forever}"
        f"WHEN regexp_full_match({text}, '{dotted}') "
        f"THEN TRY_CAST(replace({text}, '.', '-') AS DATE) "
        f"WHEN regexp_full_match({text}, '{slashed}') "
        f"THEN TRY_CAST(replace({text}, '/', '-') AS DATE) END"
    )


def _fast_word(field: ContractField, text: str, writing: Writing) -> str:
    kind = type_of(field)
    chosen: dict[str, str] = {}
    for value, spellings in words_of(field, writing).items():
        for word in (*spellings, value):
            chosen.setdefault(word, value)
    if not chosen:
        return f"CAST(NULL AS {kind})"
    cases = " ".join(
        f"WHEN {literal(word)} THEN {value if kind == 'BOOLEAN' else literal(value)}"
        for word, value in chosen.items()
    )
    return f"CASE {text} {cases} END"


def _plain_text(text: str, shape: str, writing: Writing) -> str:
    return (
        f"CASE WHEN regexp_full_match({text}, {literal(shape)}) "
        f"AND {is_not_missing(text, writing)} "
        f"THEN {text} END"
    )


_INVISIBLE = "\\p{Cf}\\p{Cc}\\p{Mn}\\x{115f}\\x{1160}\\x{17b4}\\x{17b5}\\x{ffa0}"
_PLAIN_TEXT = (
    "[\\x{3400}-\\x{4dbf}\\x{4e00}-\\x{951e}\\x{9520}-\\x{9fff}A-Za-z0-9"
    "\\x{c0}-\\x{d6}\\x{d8}-\\x{f6}\\x{f8}-\\x{ff}·,、()/_:*.\\-]"
)
"""Characters that NFKC leaves alone: a text of these alone is what it looks like. Not 锟: names seldom
have it, and what conversions destroy is full of it."""
_LONGER_THAN_A_WORD = 24
"""Bytes that none of the words for 'missing' has that are written everywhere, however they are spelled."""


def _fast_text(cell: str, writing: Writing) -> str:
    """Plain texts, and longer ones without invisible marks, cut nowhere."""
    plain = literal(f"{_PLAIN_TEXT}(?: ?{_PLAIN_TEXT})*")
    # However it is written: a letter of full width has three bytes.
    longer = max(_LONGER_THAN_A_WORD, *(4 * len(word) + 1 for word in writing.missing_words), 0)
    # The marks are named once: each naming is a thousand ranges to compile.
    blank = "[\\s\\x{a0}\\x{3000}]"
    unclean = literal(f"^(?:#|{blank})|{blank}(?:{blank}|$)|[{_INVISIBLE}\\x{{fffd}}\\x{{951f}}]")
    return (
        f"CASE WHEN strlen({cell}) > {LONGEST_TEXT} THEN NULL "
        f"WHEN regexp_full_match({cell}, {plain}) THEN "
        f"CASE WHEN {is_not_missing(cell, writing)} THEN {cell} END "
        f"WHEN strlen({cell}) >= {longer} "
        f"AND NOT regexp_matches({cell}, {unclean}) THEN {cell} END"
    )


def is_not_missing(text: str, writing: Writing) -> str:
    """SQL that is true for a text which is none of the words for 'missing', in capitals or not."""
    every = MISSING_WORDS | writing.missing_words
    # The letter of a capital may have another length.
    longest = max(2 * len(word.encode()) for word in every)
    # A pattern, for the planner makes IN with many words a join over all rows, needed or not.
    words = literal("|".join(re.escape(word) for word in sorted(every)))
    return (
        f"CASE WHEN strlen({text}) > {longest} THEN TRUE "
        f"ELSE NOT regexp_full_match(lower({text}), {words}) END"
    )
