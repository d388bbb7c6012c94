"""Days, months and years as departments write them; what can be read two ways is never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Literal

from fangpin.values.month import Month
from fangpin.values.text import cell_problem, is_missing, normalise, without_text_mark
from fangpin.values.writing import EVERYWHERE, Writing

EARLIEST_YEAR = 1900
LATEST_YEAR = 2100
FOREVER = date(9999, 12, 31)
"""Written for 'until further notice' where the field declares itself open-ended."""

_SERIAL_ZERO = date(1899, 12, 30)
_SERIALS = range(3654, 73416)
"""Excel's day numbers from 1910 to the end of 2100 that cannot be confused with a year."""

_TIME = re.compile(
    r"(?:(?:[T ]\s*|\s*[上下]午\s*)\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d+)?)?"
    r"\s*(?:Z|[+-]\d{2}(?::?\d{2})?|[AaPp][Mm])?"
    r"|(?<=[日号])\s*(?:[上下]午)?\d{1,2}[时点](?:\d{1,2}分)?(?:\d{1,2}秒)?)$"
)
_UTC = re.compile(r"[T ]\s*(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(?:Z|[+-]00(?::?00)?)$")
_SAME_DAY_EVERYWHERE = range(8, 12)
"""Hours of UTC in which it is the same day from eight hours west to twelve hours east."""
_STAMP = re.compile(r"(\d{8})(?:[01]\d|2[0-3])(?:[0-5]\d){1,2}(?:\.?\d{3}|\.\d)?")
"""Day and time in one run of digits, as databases export them."""
_JAVA = re.compile(
    r"[A-Za-z]{3} ([A-Za-z]{3}) (\d{1,2}) (\d{2}):(\d{2}):(\d{2}) ([A-Z+:0-9]{1,9}) (\d{4})"
)
"""`Sun Mar 01 00:00:00 CST 2020`."""
_NAMES_OF_UTC = re.compile("UTC|GMT|Z")
_BEYOND = re.compile(
    r"(?P<after>infinity|\+?\d{5,9}-\d{2}-\d{2})|-infinity|-?\d{4,9}-\d{2}-\d{2}(?: .*)? BC"
)
"""Days of PostgreSQL and of programs that no calendar of ours has; `after` it, or before."""
_YEAR_FIRST = re.compile(r"(\d{4})\s?([-./])\s?(\d{1,2})\s?\2\s?(\d{1,2})")
_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"))
_ENGLISH_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_NAME = r"[^\W\d_\u2e80-\u9fff]{3,12}"
_SHORT = r"[^\W\d_\u2e80-\u9fff]{2,3}"
"""As in `1 de marzo de 2020`."""
_NAMED = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:[-/.]|\.? (?:{_SHORT} )?)(?P<name>{_NAME})"
    rf"|(?P<name2>{_NAME})\.? (?P<day2>\d{{1,2}}),?)\.?(?:[-/ ,]\s?|[ ]{_SHORT} )(?P<year>\d{{4}})"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?")
_WORDS = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]?")
_BLANK_BESIDE_A_UNIT = re.compile(
    r"(?<=\d) (?=[年月日号])|(?<=[年月日号]) (?=\d{1,2}(?: ?[月日号]|$))"
)
"""As forms print it: `2020 年 3 月 1 日`."""
_YEAR_LAST = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2(\d{4})")
_MONTH = re.compile(r"(\d{4})(?:[-./](\d{1,2})|年(\d{1,2})月)")
_MONTH_COMPACT = re.compile(r"(\d{4})(\d{2})")
_MONTH_LAST = re.compile(r"(\d{1,2})[-./](\d{4})")
_MONTH_NAMED = re.compile(
    rf"(?:({_NAME})\.?(?:[-/ ,]\s?| {_SHORT} )(\d{{4}})|(\d{{4}})[-/ ]({_NAME}))"
)
_YEAR_AND_A_DIGIT = re.compile(r"(?:19|20)\d{2}[1-9]")
"""`20201`: a month whose zero was lost, or a spreadsheet's number of a day."""
_JANUARY_OR_OCTOBER = re.compile(r"\d{4}\.1")
"""`2020.1`: a spreadsheet makes it of 2020.10, too."""
_SERIAL = re.compile(r"(\d{4,5})(?:[.,]\d+)?")
_YEAR = re.compile(r"(\d{4})年?(?:\.0)?")
_HAN_DIGITS = {character: str(place) for place, character in enumerate("〇一二三四五六七八九")} | {
    "零": "0",
    "○": "0",
    "Ｏ": "0",
}
_HAN_YEAR = re.compile(r"[〇零○Ｏ一二三四五六七八九]{4}")
_HAN_DATE = re.compile(
    r"([〇零○Ｏ一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,3})月)?"
    r"(?:([一二三四五六七八九十]{1,3})[日号])?"
)


@dataclass(frozen=True, slots=True)
class DateReading:
    """What a cell says: a day, nothing at all (both None), or a problem.

    `precision` is 'month' where the cell named no day and the first was taken. `orders` are the
    ways in which a year-last date can be read: 'dmy', 'mdy' or both, for the column to decide.
    """

    value: date | None = None
    precision: Literal["day", "month"] = "day"
    repairs: tuple[str, ...] = ()
    problem_code: str | None = None
    orders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MonthReading:
    """A month, nothing at all (both None), or a problem."""

    value: Month | None = None
    repairs: tuple[str, ...] = ()
    problem_code: str | None = None


@dataclass(frozen=True, slots=True)
class YearReading:
    """A year, nothing at all (both None), or a problem."""

    value: int | None = None
    repairs: tuple[str, ...] = ()
    problem_code: str | None = None


def read_date(
    text: str | None,
    *,
    open_ended: bool = False,
    zone: tzinfo | None = None,
    writing: Writing = EVERYWHERE,
    order: str | None = None,
) -> DateReading:
    """A day in every shape that has one meaning.

    `order`, `dmy` or `mdy`, is that of the column's days with the year last, where it is known.

    A moment in UTC is the day that it falls on in `zone`: `2020-02-29T16:00:00Z` is the first of March
    in China. Midnight stands for its day, and a time with another offset for the day that was written.
    Problems: DATE_INVALID (no such day, or outside 1900-2100), DATE_ORDER_UNKNOWN (`3/1/2020`: the
    column, not the cell, must decide), DATE_AMBIGUOUS (`200301`), DATE_ZONE_UNKNOWN (a moment in UTC
    that is another day in places, and no zone), DATE_UNREADABLE, CELL_ERROR, FORMULA_NO_VALUE.
    """
    if text is None or is_missing(text, words=writing.missing_words):
        return DateReading()
    problem = cell_problem(text)
    if problem:
        return DateReading(problem_code=problem)
    plain = without_text_mark(_BLANK_BESIDE_A_UNIT.sub("", normalise(text)))
    if plain.startswith("="):
        return DateReading(problem_code="FORMULA_NO_VALUE")
    if open_ended and plain.casefold() in writing.endless_words:
        return DateReading(value=FOREVER, repairs=("DATE_REWRITTEN",))
    hour = _time_of_another_day(plain)
    if hour is not None:
        there = read_date(_without_time(plain), open_ended=open_ended, writing=writing, order=order)
        return _day_in(zone, there, hour)
    body = _without_time(plain)
    beyond = _BEYOND.fullmatch(body)
    if beyond and beyond["after"] and open_ended:
        return DateReading(value=FOREVER)
    if beyond:
        return DateReading(problem_code="DATE_INVALID")
    repairs: tuple[str, ...] = ("TIME_DROPPED",) if body != plain else ()
    if plain != text.strip(" ") or not body.isascii() and body.translate(_DASHES).isascii():
        repairs = (*repairs, "NORMALISED")
    body = _han_as_digits(body.translate(_DASHES))
    for shape in (_YEAR_FIRST, _COMPACT, _WORDS):
        found = shape.fullmatch(body)
        if found:
            groups = found.groups()
            numbers = int(groups[0]), int(groups[-2]), int(groups[-1])
            if shape is _WORDS or (shape is _YEAR_FIRST and _is_unusual(body)):
                repairs = (*repairs, "DATE_REWRITTEN")
            return _day(*numbers, open_ended, repairs)
    return _rarer_date(body, repairs, writing, order)


def _time_of_another_day(plain: str) -> time | None:
    """The time of a moment in UTC that is another day in some inhabited zone; None: of no other text."""
    found, java = _UTC.search(plain), _JAVA.fullmatch(plain)
    if found:
        numbers = (int(found[1]), int(found[2]), int(found[3] or 0))
    elif java and _NAMES_OF_UTC.fullmatch(java[6]):
        numbers = (int(java[3]), int(java[4]), int(java[5]))
    else:
        return None
    if numbers == (0, 0, 0) or numbers[0] in _SAME_DAY_EVERYWHERE:
        return None
    try:
        return time(*numbers)
    except ValueError:
        return None


def _day_in(zone: tzinfo | None, there: DateReading, hour: time) -> DateReading:
    """The day in a zone of a moment in UTC, of which `there` is the day in UTC."""
    if zone is None:
        return DateReading(problem_code="DATE_ZONE_UNKNOWN")
    if there.value is None or there.value == FOREVER or there.precision == "month":
        return there
    here = datetime.combine(there.value, hour, tzinfo=UTC).astimezone(zone).date()
    return DateReading(value=here, repairs=(*there.repairs, "DATE_FROM_UTC"))


def _without_time(plain: str) -> str:
    """The day alone of a day with a time."""
    stamp = _STAMP.fullmatch(plain)
    if stamp:
        return stamp[1]
    java = _JAVA.fullmatch(plain)
    return f"{java[2]} {java[1]} {java[7]}" if java else _TIME.sub("", plain)


def _rarer_date(
    body: str, repairs: tuple[str, ...], writing: Writing, order: str | None
) -> DateReading:
    found = _YEAR_LAST.fullmatch(body)
    if found:
        reading = _year_last(int(found[1]), int(found[3]), int(found[4]))
        told = day_of_order(body, order) if order else None
        return DateReading(value=told, repairs=(*repairs, "DATE_REWRITTEN")) if told else reading
    found = _NAMED.fullmatch(body)
    if found:
        month = _month_named(found["name"] or found["name2"], writing)
        day, year = int(found["day"] or found["day2"]), int(found["year"])
        return _day(year, month, day, False, (*repairs, "DATE_REWRITTEN"))
    found = _MONTH.fullmatch(body)
    if found and not _JANUARY_OR_OCTOBER.fullmatch(body):
        return _first_of_month(int(found[1]), int(found[2] or found[3]), repairs)
    found = _SERIAL.fullmatch(body)
    if found and len(found[1]) == 5:
        if int(found[1]) in _SERIALS:
            counted = _SERIAL_ZERO + timedelta(days=int(found[1]))
            return DateReading(value=counted, repairs=(*repairs, "DATE_FROM_SERIAL"))
        return DateReading(problem_code="DATE_INVALID")
    found = _MONTH_COMPACT.fullmatch(body)
    if found:
        as_short_day = _exists(2000 + int(body[:2]), int(body[2:4]), int(body[4:]))
        as_month = 1 <= int(found[2]) <= 12 and _known_year(int(found[1]))
        if as_month and not as_short_day:
            return _first_of_month(int(found[1]), int(found[2]), repairs)
        return DateReading(problem_code="DATE_AMBIGUOUS" if as_month else "DATE_UNREADABLE")
    return DateReading(problem_code="DATE_UNREADABLE")


def day_of_order(text: str, order: str) -> date | None:
    """The day of a year-last date read in one order, `dmy` or `mdy`; None when it is none."""
    found = _YEAR_LAST.fullmatch(_TIME.sub("", without_text_mark(normalise(text))))
    if not found:
        return None
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    month, day = (second, first) if order == "dmy" else (first, second)
    return date(year, month, day) if _known_year(year) and _exists(year, month, day) else None


def readings_of_short_date(text: str) -> tuple[date | None, date | None]:
    """`200301` as the first of a month (2003-01-01) and as a day (2020-03-01)."""
    body = _TIME.sub("", normalise(text))
    if not re.fullmatch(r"\d{6}", body):
        return None, None
    year, month = int(body[:4]), int(body[4:])
    short = (2000 + int(body[:2]), int(body[2:4]), int(body[4:]))
    return (
        date(year, month, 1) if _known_year(year) and 1 <= month <= 12 else None,
        date(*short) if _exists(*short) else None,
    )


def read_month(
    text: str | None,
    *,
    zone: tzinfo | None = None,
    writing: Writing = EVERYWHERE,
    order: str | None = None,
) -> MonthReading:
    """A month: `2020-04`, `202004`, `2020年4月份`, `4/2020`, `Apr 2020`, or that of a whole date.

    `zone` and `order` are as of `read_date`. Problems: MONTH_UNREADABLE, DATE_INVALID, DATE_ZONE_UNKNOWN,
    CELL_ERROR, FORMULA_NO_VALUE.
    """
    if text is None or is_missing(text, words=writing.missing_words):
        return MonthReading()
    plain = without_text_mark(_BLANK_BESIDE_A_UNIT.sub("", normalise(text)))
    repairs: tuple[str, ...] = ("NORMALISED",) if plain != text.strip() else ()
    body = _han_as_digits(plain.replace("月份", "月"))
    found = _MONTH.fullmatch(body) or _MONTH_COMPACT.fullmatch(body.removesuffix(".0"))
    if found and not _JANUARY_OR_OCTOBER.fullmatch(body):
        year, month = (int(group) for group in found.groups() if group)
        return _month(year, month, (*repairs, *(("DATE_REWRITTEN",) if "年" in body else ())))
    found = _MONTH_LAST.fullmatch(body)
    if found:
        return _month(int(found[2]), int(found[1]), (*repairs, "DATE_REWRITTEN"))
    found = _MONTH_NAMED.fullmatch(body)
    if found:
        month = _month_named(found[1] or found[4], writing)
        return _month(int(found[2] or found[3]), month, (*repairs, "DATE_REWRITTEN"))
    if _YEAR_AND_A_DIGIT.fullmatch(body):
        return MonthReading(problem_code="MONTH_UNREADABLE")
    day = read_date(text, zone=zone, writing=writing, order=order)
    if day.value is not None:
        return MonthReading(
            value=Month.containing(day.value), repairs=(*day.repairs, "DAY_DROPPED")
        )
    unreadable = day.problem_code in ("DATE_UNREADABLE", "DATE_AMBIGUOUS", "DATE_ORDER_UNKNOWN")
    return MonthReading(problem_code="MONTH_UNREADABLE" if unreadable else day.problem_code)


def read_year(
    text: str | None,
    *,
    zone: tzinfo | None = None,
    writing: Writing = EVERYWHERE,
    order: str | None = None,
) -> YearReading:
    """A year: `2020`, `2020年度`, `二〇二〇年`, or the year of a whole date or month.

    `zone` and `order` are as of `read_date`. Problems: YEAR_UNREADABLE, DATE_INVALID, DATE_ZONE_UNKNOWN,
    CELL_ERROR, FORMULA_NO_VALUE.
    """
    if text is None or is_missing(text, words=writing.missing_words):
        return YearReading()
    plain = without_text_mark(normalise(text))
    if _HAN_YEAR.fullmatch(plain):
        plain = f"{plain}年"
    found = _YEAR.fullmatch(_han_as_digits(plain.replace("年度", "年")))
    if found:
        if not _known_year(int(found[1])):
            return YearReading(problem_code="DATE_INVALID")
        return YearReading(
            value=int(found[1]), repairs=() if found[1] == text else ("DATE_REWRITTEN",)
        )
    month = read_month(text, zone=zone, writing=writing, order=order)
    if month.value is not None:
        return YearReading(value=month.value.year, repairs=(*month.repairs, "MONTH_DROPPED"))
    unreadable = month.problem_code == "MONTH_UNREADABLE"
    return YearReading(problem_code="YEAR_UNREADABLE" if unreadable else month.problem_code)


def _month(year: int, month: int, repairs: tuple[str, ...]) -> MonthReading:
    if not (1 <= month <= 12 and _known_year(year)):
        return MonthReading(problem_code="DATE_INVALID")
    return MonthReading(value=Month.of(year, month), repairs=repairs)


def _month_named(name: str, writing: Writing) -> int:
    """1 to 12 of a country's own name, or of `Mar` or `March`; 0, which no date has, of any other word."""
    if (own := writing.month_of.get(name.casefold())) is not None:
        return own
    places = (
        place for place, whole in enumerate(_ENGLISH_MONTHS, 1) if whole.startswith(name.lower())
    )
    return next(places, 0)


def _day(
    year: int, month: int, day: int, open_ended: bool, repairs: tuple[str, ...]
) -> DateReading:
    if open_ended and year == FOREVER.year:
        return DateReading(value=FOREVER, repairs=repairs)
    if not (_known_year(year) and _exists(year, month, day)):
        return DateReading(problem_code="DATE_INVALID")
    return DateReading(value=date(year, month, day), repairs=repairs)


def _first_of_month(year: int, month: int, repairs: tuple[str, ...]) -> DateReading:
    if not (_known_year(year) and 1 <= month <= 12):
        return DateReading(problem_code="DATE_INVALID")
    return DateReading(
        value=date(year, month, 1), precision="month", repairs=(*repairs, "DAY_TAKEN_AS_FIRST")
    )


def _year_last(first: int, second: int, year: int) -> DateReading:
    orders = tuple(
        order
        for order, month, day in (("dmy", second, first), ("mdy", first, second))
        if _known_year(year) and _exists(year, month, day)
    )
    if not orders:
        return DateReading(problem_code="DATE_INVALID")
    return DateReading(problem_code="DATE_ORDER_UNKNOWN", orders=orders)


def _is_unusual(body: str) -> bool:
    """Whether a year-first date is neither ISO nor one of the common dotted and slashed ones."""
    return " " in body or ("-" in body and len(body) != 10)


def _known_year(year: int) -> bool:
    return EARLIEST_YEAR <= year <= LATEST_YEAR


def _exists(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _han_as_digits(text: str) -> str:
    found = _HAN_DATE.fullmatch(text)
    if not found:
        return text
    year = "".join(_HAN_DIGITS[character] for character in found[1])
    month = f"{_small_han_number(found[2])}月" if found[2] else ""
    day = f"{_small_han_number(found[3])}日" if found[3] else ""
    return f"{year}年{month}{day}"


def _small_han_number(text: str) -> int:
    if "十" not in text:
        return int("".join(_HAN_DIGITS[character] for character in text))
    tens, _, ones = text.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return 99
    return (int(_HAN_DIGITS[tens]) if tens else 1) * 10 + (int(_HAN_DIGITS[ones]) if ones else 0)
