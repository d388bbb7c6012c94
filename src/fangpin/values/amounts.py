"""Amounts of money and counts as departments write them; what cannot be read is never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

from fangpin.values.text import cell_problem, is_missing, normalise, without_text_mark
from fangpin.values.writing import EVERYWHERE, Writing

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 11
"""Exclusive, of a single cell: a figure of twelve digits is a code in the wrong column. Hundreds of
such cells of one household can be added, and the sum multiplied, before a decimal is too narrow, which
would stop the run of a whole county (`policy/expressions/sql.py`)."""

_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "﹣": "-", "，": ",", "。": "."})
_COMMA_FOR_POINT = str.maketrans(",.", ".,")
_BARE_FRACTION = re.compile(r"(?P<sign>[-+])?(?P<fraction>\.\d+)")
_SCIENTIFIC = re.compile(r"[-+]?\d(?:\.\d+)?E[-+]?\d{1,3}", re.IGNORECASE)
_FORMAL = re.compile(
    r"[零〇一二三四五六七八九壹贰叁肆伍陆柒捌玖两十拾百佰千仟万萬亿億元圆角分整正]+"
)
_DIGITS = {
    character: position
    for group in ("零一二三四五六七八九", "〇壹贰叁肆伍陆柒捌玖")
    for position, character in enumerate(group)
} | {"两": 2}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}


@dataclass(frozen=True, slots=True)
class AmountReading:
    """What a cell says: a value, nothing at all (both None), or a problem; never a guess.

    `repairs` are codes of lossless changes made; `proposal` is what a person may confirm.
    """

    value: Decimal | None = None
    repairs: tuple[str, ...] = ()
    problem_code: str | None = None
    proposal: Decimal | None = None


def read_amount(
    text: str | None, *, scale: Decimal = Decimal(1), writing: Writing = EVERYWHERE
) -> AmountReading:
    """An amount rounded to the hundredth; `scale` is the unit its column's title states.

    `writing` says what marks the fraction and which marks of money and multiples there are. Problems:
    AMOUNT_UNREADABLE, AMOUNT_IN_WORDS and AMOUNT_SCIENTIFIC (with a proposal), CELL_ERROR,
    FORMULA_NO_VALUE.
    """
    return _read(text, places=CENT, scale=scale, writing=writing)


def read_number(text: str | None, *, writing: Writing = EVERYWHERE) -> AmountReading:
    """A number with up to four decimals; the same shapes and problems as an amount."""
    return _read(text, places=Decimal("0.0001"), scale=Decimal(1), writing=writing)


def read_count(text: str | None, *, writing: Writing = EVERYWHERE) -> AmountReading:
    """A whole number, also written `3.0` or with what is counted behind it (`3人`).

    Problem: COUNT_UNREADABLE for anything else.
    """
    if text and (failure := cell_problem(text)):
        return AmountReading(problem_code=failure)
    plain = _without_what_is_counted(text, writing) if text else text
    reading = _read(plain, places=CENT, scale=Decimal(1), writing=writing)
    if reading.problem_code == "FORMULA_NO_VALUE":
        return reading
    if reading.problem_code or (
        reading.value is not None
        and (reading.value != reading.value.to_integral_value() or "ROUNDED" in reading.repairs)
    ):
        return AmountReading(problem_code="COUNT_UNREADABLE")
    if reading.value is None:
        return reading
    repairs = reading.repairs if plain == text else (*reading.repairs, "UNIT_DROPPED")
    return AmountReading(value=reading.value.to_integral_value(), repairs=repairs)


def _without_what_is_counted(text: str, writing: Writing) -> str:
    plain = normalise(text)
    unit = next((one for one in _longest_first(writing.counted) if plain.endswith(one)), "")
    return plain.removesuffix(unit)


def _longest_first(words: Iterable[str]) -> list[str]:
    return sorted(words, key=len, reverse=True)


@lru_cache(maxsize=16)
def _shape(writing: Writing) -> re.Pattern[str]:
    """A figure with what may stand around it, in which a point marks the fraction."""
    money, multiples = (
        "|".join(re.escape(_pointed(normalise(word), writing)) for word in _longest_first(words))
        or r"(?!)"
        for words in (writing.money, writing.multiples)
    )
    groups = r"(?:,\d{3})+|(?: \d{3})+" if writing.has_decimal_comma else r"(?:,\d{3})+"
    return re.compile(
        rf"(?P<open>\()?\s*(?P<sign>[-+])?\s*(?P<money>{money})?\s*(?P<sign2>[-+])?\s*"
        rf"(?P<digits>\d{{1,3}}(?:{groups})|\d+)(?P<fraction>\.\d*)?"
        rf"\s*(?P<multiple>{multiples})?\s*(?P<unit>{money})?\s*(?P<close>\))?",
        re.IGNORECASE,
    )


def _read(text: str | None, *, places: Decimal, scale: Decimal, writing: Writing) -> AmountReading:
    if text is None or is_missing(text, words=writing.missing_words):
        return AmountReading()
    problem = cell_problem(text)
    if problem:
        return AmountReading(problem_code=problem)
    plain = without_text_mark(normalise(text)).translate(_SIGNS)
    if plain.startswith("="):
        return AmountReading(problem_code="FORMULA_NO_VALUE")
    was_normalised = plain != text.strip()
    plain = _pointed(plain, writing)
    found = _shape(writing).fullmatch(plain)
    if found:
        multiple = _multiple(found["multiple"], writing)
        return _from_shape(
            found, was_normalised=was_normalised, multiple=multiple, places=places, scale=scale
        )
    bare = _BARE_FRACTION.fullmatch(plain)
    if bare:
        value = Decimal(f"{bare['sign'] or ''}0{bare['fraction']}") * scale
        return _settled(value, repairs=["ZERO_ADDED"], places=places)
    if _SCIENTIFIC.fullmatch(plain):
        value = Decimal(plain)
        if value.is_finite() and value.copy_abs() * scale < LARGEST:
            return AmountReading(
                problem_code="AMOUNT_SCIENTIFIC", proposal=(value * scale).quantize(places)
            )
    if _FORMAL.fullmatch(plain):
        proposal = amount_in_words(plain)
        if proposal is not None and proposal * scale < LARGEST:
            return AmountReading(problem_code="AMOUNT_IN_WORDS", proposal=proposal * scale)
    return AmountReading(problem_code="AMOUNT_UNREADABLE")


def _pointed(text: str, writing: Writing) -> str:
    """A text in which a point marks the fraction, and a comma parts thousands."""
    return text.translate(_COMMA_FOR_POINT) if writing.has_decimal_comma else text


def _multiple(word: str | None, writing: Writing) -> int:
    if not word:
        return 1
    return next(
        multiple
        for one, multiple in writing.multiples.items()
        if _pointed(normalise(one), writing).casefold() == word.casefold()
    )


def _from_shape(
    found: re.Match[str], *, was_normalised: bool, multiple: int, places: Decimal, scale: Decimal
) -> AmountReading:
    bracketed = bool(found["open"])
    if bracketed != bool(found["close"]) or (found["sign"] and found["sign2"]):
        return AmountReading(problem_code="AMOUNT_UNREADABLE")
    if bracketed and (found["sign"] or found["sign2"]):
        return AmountReading(problem_code="AMOUNT_UNREADABLE")
    if len(found["digits"]) > 30:
        return AmountReading(problem_code="AMOUNT_UNREADABLE")
    fraction = found["fraction"] or ""
    digits = found["digits"].replace(",", "").replace(" ", "")
    value = Decimal(digits + (fraction if len(fraction) > 1 else ""))
    repairs: list[str] = []
    if was_normalised or not found["digits"].isascii():
        repairs.append("NORMALISED")
    if found["money"] or found["unit"]:
        repairs.append("UNIT_DROPPED")
    if multiple != 1:
        repairs.append("MULTIPLIED")
    if bracketed:
        repairs.append("BRACKETS_ARE_MINUS")
    negative = bracketed or "-" in (found["sign"] or "") + (found["sign2"] or "")
    return _settled(
        (-value if negative else value) * multiple * scale, repairs=repairs, places=places
    )


def _settled(value: Decimal, *, repairs: list[str], places: Decimal) -> AmountReading:
    if value.copy_abs() >= LARGEST:
        return AmountReading(problem_code="AMOUNT_UNREADABLE")
    rounded = value.quantize(places, rounding=ROUND_HALF_UP)
    if rounded != value:
        repairs.append("ROUNDED")
    if rounded.is_zero():
        rounded = rounded.copy_abs()
    return AmountReading(value=rounded, repairs=tuple(repairs))


def amount_in_words(text: str) -> Decimal | None:
    """The amount written in Chinese numerals (`壹仟贰佰元整` is 1200.00); None when it is not one."""
    body = text.rstrip("整正")
    whole, fraction = body, ""
    for mark in ("元", "圆"):
        if mark in body:
            whole, _, fraction = body.partition(mark)
            break
    else:
        if re.search("[角分]", body):
            whole, fraction = "", body
    value = _whole_in_words(whole, is_spoken=whole == text) if whole else Decimal(0)
    cents = _fraction_in_words(fraction)
    if value is None or cents is None or not (whole or fraction):
        return None
    return (value + cents).quantize(CENT)


def _whole_in_words(text: str, *, is_spoken: bool) -> Decimal | None:
    if all(character in _DIGITS for character in text):
        return Decimal("".join(str(_DIGITS[character]) for character in text))
    high, middle, section, digit, unit = 0, 0, 0, None, 0
    for character in text:
        if character in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[character]
            # After a zero the next digit stands in its own place.
            unit = unit if digit else 0
        elif character in _SMALL:
            unit = _SMALL[character]
            section += (1 if digit is None else digit) * unit
            digit = None
        elif character in _LARGE:
            unit, section = _LARGE[character], section + (digit or 0)
            if unit == _LARGE["万"]:
                middle = section * unit
            else:
                high, middle = (high + middle + section) * unit, 0
            section, digit = 0, None
        else:
            return None
    last = digit or 0
    if last and unit > 10:
        # Spoken, 一千二 is 1,200 and 二百五 is 250; 壹仟贰元 may be that or lack its zero.
        if not is_spoken:
            return None
        last *= unit // 10
    return Decimal(high + middle + section + last)


def _fraction_in_words(text: str) -> Decimal | None:
    found = re.fullmatch(r"零?(?:(?P<tenth>.)角)?零?(?:(?P<cent>.)分)?", text)
    if not found:
        return None
    tenth, cent = (found[part] for part in ("tenth", "cent"))
    if any(mark and mark not in _DIGITS for mark in (tenth, cent)):
        return None
    return (
        Decimal(_DIGITS[tenth] if tenth else 0) / 10 + Decimal(_DIGITS[cent] if cent else 0) / 100
    )
