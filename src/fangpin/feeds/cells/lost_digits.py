"""Columns of identity numbers that a spreadsheet cut or rounded, judged by the column as a whole.

A cut number passes its check digit by chance nine times in a hundred, so no single number can tell.
What cutting leaves has a mark (an ending, a value that a double holds exactly): where most numbers
of one mark fail their check digit, all numbers of that mark are lost, those that pass included.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from fangpin.values.identifiers import read_identifier
from fangpin.values.text import normalise

_MANY = 3
"""So many numbers of one mark must fail: a slip of the pen or two is no cut column."""
_NOT_OF_NUMBERS = re.compile(r"[\s'`\"‘’“”=,;\-]|\.0$")
_EIGHTEEN = re.compile(r"[0-9]{17}[0-9X]")
_FIFTEEN = re.compile(r"[0-9]{15}")
_FAILS = ("ID_CHECKSUM", "ID_PRECISION_LOST")
_SCHEMES = ("gb11643", "gb_disability_certificate")


def _ends(tail: str) -> Callable[[str], bool]:
    return lambda number: len(number) == 18 and number.endswith(tail)


def _is_double(number: str) -> bool:
    return len(number) == 18 and number.isdigit() and int(float(number)) == int(number)


def _is_cut_eighteen(number: str) -> bool:
    """Fifteen digits that read as the beginning of eighteen: region, year of four digits, month."""
    return bool(re.fullmatch(r"[0-9]{6}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])[0-9]{3}", number))


_MARKS: Mapping[str, Callable[[str], bool]] = {
    "000": _ends("000"),
    "00": _ends("00"),
    "double": _is_double,
    "fifteen": _is_cut_eighteen,
    **{digit: _ends(digit) for digit in "0123456789X"},
}
"""The narrower ones first: what they explain is not counted against the wider ones."""
_SQL = {
    "double": "coalesce(CAST(TRY_CAST(TRY_CAST({cell} AS BIGINT) AS DOUBLE) AS BIGINT) = "
    "TRY_CAST({cell} AS BIGINT), FALSE)",
    "fifteen": "length({cell}) = 15",
}


@dataclass(frozen=True, slots=True)
class LostDigits:
    """The marks of one column's lost numbers; false when nothing was lost."""

    marks: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.marks)

    def took(self, text: str) -> bool:
        """Whether this number lost digits."""
        number = _number_of(text)
        return any(_MARKS[mark](number) for mark in self.marks)

    def sql(self, cell: str) -> str:
        """SQL that is true for every cell that `took` may hold of; it may be true for more."""
        tests = [
            _SQL[mark].format(cell=cell) if mark in _SQL else f"ends_with({cell}, '{mark}')"
            for mark in self.marks
        ]
        return f"({' OR '.join(tests)})"


def lost_digits(
    texts: Iterable[str], *, scheme: str, today: date, right: Iterable[str] = ()
) -> LostDigits:
    """What was lost in a column of which these are some distinct texts.

    `right` are more of them, known to be numbers of eighteen places that pass their check digit.
    """
    if scheme not in _SCHEMES:
        return LostDigits()
    good, bad, short = list(right), [], []
    for text in texts:
        number = _number_of(text)
        if _FIFTEEN.fullmatch(number):
            short.append(number)
        elif _EIGHTEEN.fullmatch(number):
            problem = read_identifier(number, scheme="gb11643", today=today).problem_code
            if problem is None:
                good.append(number)
            elif problem in _FAILS:
                bad.append(number)
    marks: list[str] = []
    cut = sum(map(_is_cut_eighteen, short))
    if cut >= _MANY and cut * 2 > len(short):
        marks.append("fifteen")
    if not bad:
        return LostDigits(tuple(marks))
    for mark, holds in _MARKS.items():
        failing = sum(map(holds, bad))
        # An ending of three zeros is so rare that one which fails was cut.
        least = 1 if mark == "000" else max(_MANY, (len(bad) + 1) // 2)
        # Nearly all numbers are right: they are looked through for few marks.
        if failing >= least and failing > sum(map(holds, good)):
            marks.append(mark)
            good = [number for number in good if not holds(number)]
            bad = [number for number in bad if not holds(number)]
    return LostDigits(tuple(marks))


def _number_of(text: str) -> str:
    return _NOT_OF_NUMBERS.sub("", normalise(text)).upper()
