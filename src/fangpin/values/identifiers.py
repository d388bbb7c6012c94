"""Identity numbers by scheme: read, checked, brought to one form; a number that lost digits is refused.

Schemes are algorithms under generic names; which field of which feed uses which is pack data.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from fangpin.values.masks import mask_identifier as mask_identifier
from fangpin.values.text import cell_problem, is_missing, normalise
from fangpin.values.writing import EVERYWHERE, Writing

Kind = Literal["missing", "number", "own_reference", "other_document", "unreadable"]

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_DASHES = re.compile("[\u2010-\u2015\u2212\\-]")
_WRAPPING = re.compile(r"[\s'`\"‘’“”=,;]")
_SCIENTIFIC = re.compile(r"[0-9](?:\.([0-9]+))?E\+?[0-9]{1,2}")
_SIGNIFICANT_OF_A_CELL = 12
"""A spreadsheet's cell keeps 15 to 17 digits of a number, its display five or six."""
_LABEL = re.compile(
    r"^(?:(?:居民)?身份证(?:件)?|公民身份|证件|SFZ|ID)(?:号码?|编号|NO\.?)?[::.]?(?=[0-9A-Z])"
)
_DOCUMENT_LABEL = re.compile(
    r"^(?:[^0-9A-Z]{0,4}护照|台胞证|回乡证|居住证|[^0-9A-Z]{0,6}通行证|港澳台?居民[^0-9A-Z]*|台湾居民[^0-9A-Z]*"
    r"|外国人[^0-9A-Z]*|永久居留[^0-9A-Z]*|出生(?:医学)?证明?|[军警]官证|士兵证|文职[^0-9A-Z]*证|PASSPORT)"
    r"(?:号码?|编号|NO\.?)?[::.]?(?=[0-9A-Z\u4e00-\u9fff])"
)
"""What clerks write before a document's number."""
_REMARK = re.compile(r"(?<=[0-9X])(?:\([^0-9A-Z()]{1,12}\)|[、。./]|\.0+)$")
"""What they write behind one: in brackets whose it is, or what document."""
_NUMBER_OF_ANOTHER = re.compile(r"[0-9A-Z]{6,12}(?:\([0-9A]\))?")
_MILITARY = re.compile(r"[\u4e00-\u9fff]{1,3}字第?[0-9]{6,11}号?")
_MASKED = re.compile(r"[0-9]{3,14}[*X]{3,}[0-9X]{0,4}")
"""A number of which a system shows the ends alone."""
_NOT_OF_A_SHAPE = re.compile("[^0-9A-Z]")
_FRACTION_OF_A_CELL = re.compile(r"(?<=[0-9])\.0+$")
_OTHER_DOCUMENT = re.compile(r"[A-Z]{1,3}[0-9]{6,12}|[A-Z][0-9]{6,9}\([0-9A]\)")
_EIGHT_DIGITS = re.compile(r"[0-9]{8}")
_UNKNOWN_PLACE = "999999"
_COUNTED = ("12345678901234", "01234567890123", "98765432109876")
"""How numbers begin that someone typed along the keys."""
_OLDEST = 130
_CENTENARIAN_SEQUENCES = ("996", "997", "998", "999")


@dataclass(frozen=True, slots=True)
class IdentifierReading:
    """What a cell says of a person's identity.

    kind: `number` and `other_document` carry the canonical form; `missing` and `own_reference`
    (a made-up number that several persons may share) stand for a person known by this row alone,
    never equal to another; `unreadable` comes with its problem.
    """

    canonical: str | None
    kind: Kind
    birth_date: date | None = None
    sex: Literal["male", "female"] | None = None
    region: str | None = None
    repairs: tuple[str, ...] = ()
    problem_code: str | None = None
    proposal: str | None = None


MISSING = IdentifierReading(None, "missing")


def _refused(code: str, proposal: str | None = None) -> IdentifierReading:
    return IdentifierReading(None, "unreadable", problem_code=code, proposal=proposal)


def read_identifier(
    text: str | None,
    *,
    scheme: str,
    today: date,
    shape: str | None = None,
    writing: Writing = EVERYWHERE,
) -> IdentifierReading:
    """Read an identity number by its scheme; `today` bounds births. Raises KeyError: no such scheme.

    `shape` is the pattern of a number's digits and letters where the scheme knows none (`opaque`);
    `writing` has the words that say: no number.

    Problems: ID_PRECISION_LOST, ID_SCIENTIFIC, ID_SHAPE, ID_MASKED, ID_REGION, ID_BIRTHDATE, ID_CHECKSUM,
    ID_CENTURY (with a proposal), ID_CERTIFICATE, CELL_ERROR, FORMULA_NO_VALUE.
    """
    read = SCHEMES[scheme]
    words = writing.missing_words
    if text is None or is_missing(text, words=words) or normalise(text).lower() == "nan":
        return MISSING
    problem = cell_problem(text)
    if problem:
        return _refused(problem)
    plain = normalise(text)
    if not re.search("[0-9]", plain) and any(
        part.casefold() in plain.casefold() for part in writing.no_number
    ):
        return MISSING
    reading = _of_shape(plain, shape) if shape and scheme == "opaque" else read(plain, today)
    if reading.canonical is None or reading.canonical == text or reading.repairs:
        return reading
    return IdentifierReading(
        reading.canonical,
        reading.kind,
        reading.birth_date,
        reading.sex,
        reading.region,
        ("ID_NORMALISED",),
        reading.problem_code,
        reading.proposal,
    )


def check_digit(seventeen: str) -> str:
    """The last character of a GB 11643 number from the first seventeen digits (ISO 7064 MOD 11-2)."""
    total = sum(int(digit) * weight for digit, weight in zip(seventeen, _WEIGHTS, strict=True))
    return _CHECK_DIGITS[total % 11]


def lengthen(fifteen: str) -> str:
    """The 18-character form of a 15-digit number of the twentieth century."""
    seventeen = f"{fifteen[:6]}19{fifteen[6:]}"
    return seventeen + check_digit(seventeen)


def bare_number(text: str | None, *, writing: Writing = EVERYWHERE) -> str | None:
    """A number as written, without space, dashes and wrapping; None where nothing is written.

    Its digits are not checked: it is what linkage compares of a number that could not be used.
    """
    if text is None or is_missing(text, words=writing.missing_words):
        return None
    return _bare(normalise(text)) or None


def is_made_up(number: str) -> bool:
    """Whether a number as written stands for nobody, so that several people may bear it.

    The unknown place, one digit throughout or after the place, digits counted up or down.
    """
    after_place = number[6:]
    return (
        number.startswith((_UNKNOWN_PLACE, *_COUNTED))
        or number == number[:1] * len(number)
        or (len(number) >= 15 and after_place == after_place[:1] * len(after_place))
    )


def tells_one_person(number: str | None) -> bool:
    """Whether rows with this number as written and one name speak of one person.

    A remark in place of a number does not, nor one that was made up, nor one without an order among
    the births of its day (000) whose check digit is wrong: forms are filled so.
    """
    if number is None or not re.fullmatch("[0-9A-Z]{15,}", number) or is_made_up(number):
        return False
    if re.fullmatch("[0-9]{17}[0-9X]", number) and number[14:17] == "000":
        return check_digit(number[:17]) == number[17]
    return True


def _gb11643(plain: str, today: date) -> IdentifierReading:
    bare = _bare(plain)
    document = _DOCUMENT_LABEL.sub("", bare)
    plain = _REMARK.sub("", _LABEL.sub("", document))
    scientific = _SCIENTIFIC.fullmatch(plain)
    if scientific:
        kept = 1 + len(scientific[1] or "")
        return _refused("ID_PRECISION_LOST" if kept >= _SIGNIFICANT_OF_A_CELL else "ID_SCIENTIFIC")
    if re.fullmatch(r"[0-9]{17}[0-9X]", plain):
        return _eighteen(plain, today)
    if re.fullmatch(r"[0-9]{15}", plain):
        return _fifteen(plain, today)
    is_said = document != bare and _NUMBER_OF_ANOTHER.fullmatch(plain)
    if _MASKED.fullmatch(plain):
        return _refused("ID_MASKED")
    if _MILITARY.fullmatch(plain):
        plain = re.sub("[第号]", "", plain)
        return IdentifierReading(
            f"document:{plain}", "other_document", repairs=("ID_OTHER_DOCUMENT",)
        )
    if is_said and plain.isdigit():
        # Other offices number their documents too: digits alone tell nobody.
        return IdentifierReading(None, "own_reference", repairs=("ID_OTHER_DOCUMENT",))
    if is_said or _OTHER_DOCUMENT.fullmatch(plain):
        return IdentifierReading(
            f"document:{plain}", "other_document", repairs=("ID_OTHER_DOCUMENT",)
        )
    if _EIGHT_DIGITS.fullmatch(plain) and _birth(plain) is None:
        return IdentifierReading(None, "own_reference", repairs=("ID_OTHER_DOCUMENT",))
    return _refused("ID_SHAPE")


def _eighteen(plain: str, today: date) -> IdentifierReading:
    region, born = plain[:6], _birth(plain[6:14])
    good_check = check_digit(plain[:17]) == plain[17]
    if region == _UNKNOWN_PLACE:
        return IdentifierReading(None, "own_reference", repairs=("ID_MADE_UP",))
    if region.startswith("0"):
        return _refused("ID_REGION")
    if plain.endswith("000") and not good_check:
        return _refused("ID_PRECISION_LOST")
    if born is None or born > today or today.year - born.year > _OLDEST:
        return _refused("ID_BIRTHDATE")
    if not good_check:
        return _refused("ID_CHECKSUM")
    return IdentifierReading(
        plain, "number", born, "male" if int(plain[16]) % 2 else "female", region
    )


def _fifteen(plain: str, today: date) -> IdentifierReading:
    if plain.startswith(_UNKNOWN_PLACE):
        return IdentifierReading(None, "own_reference", repairs=("ID_MADE_UP",))
    if plain.startswith("0"):
        return _refused("ID_REGION")
    born = _birth("19" + plain[6:12])
    if born is None or born > today:
        return _refused("ID_BIRTHDATE")
    longer = lengthen(plain)
    if plain[6:8] in ("19", "20"):
        # Born in 1919 or 1920, or the first fifteen of eighteen digits with a year of four.
        return _refused("ID_CENTURY", proposal=longer)
    if plain[12:] in _CENTENARIAN_SEQUENCES or today.year - born.year > 100:
        return _refused("ID_CENTURY", proposal=longer)
    sex: Literal["male", "female"] = "male" if int(plain[14]) % 2 else "female"
    return IdentifierReading(longer, "number", born, sex, plain[:6], ("ID_LENGTHENED",))


def _gb_disability_certificate(plain: str, today: date) -> IdentifierReading:
    """20 characters: the holder's number, category 1-7, grade 1-4; 22 with a re-issue `B1`."""
    plain = _bare(plain)
    if _SCIENTIFIC.fullmatch(plain) or len(plain) in (15, 18):
        return _gb11643(plain, today)
    found = re.fullmatch(r"([0-9]{17}[0-9X])([1-7])([1-4])(B[0-9])?", plain)
    if not found:
        lost = plain.isdigit() and len(plain) in (20, 22) and plain.endswith("00000")
        return _refused("ID_PRECISION_LOST" if lost else "ID_CERTIFICATE")
    reading = _eighteen(found[1], today)
    if reading.canonical is None:
        return reading
    return IdentifierReading(
        reading.canonical,
        reading.kind,
        reading.birth_date,
        reading.sex,
        reading.region,
        ("ID_FROM_CERTIFICATE",),
    )


def _opaque(plain: str, today: date) -> IdentifierReading:  # noqa: ARG001 - the schemes' shape
    if _SCIENTIFIC.fullmatch(plain) and "." in plain:
        return _refused("ID_SCIENTIFIC")
    # Words without a digit are a remark: many people would bear it.
    if len(plain) > 64 or (" " in plain and not re.search("[0-9]", plain)):
        return _refused("ID_SHAPE")
    return IdentifierReading(plain, "number")


def _of_shape(plain: str, shape: str) -> IdentifierReading:
    """A number of a country whose scheme is a pattern; marks between its digits and letters are dropped."""
    plain = _FRACTION_OF_A_CELL.sub("", plain.upper())
    scientific = _SCIENTIFIC.fullmatch(plain)
    if scientific:
        kept = 1 + len(scientific[1] or "")
        return _refused("ID_PRECISION_LOST" if kept >= _SIGNIFICANT_OF_A_CELL else "ID_SCIENTIFIC")
    number = _NOT_OF_A_SHAPE.sub("", plain)
    if _MASKED.fullmatch(_bare(plain)):
        return _refused("ID_MASKED")
    if not re.fullmatch(shape, number):
        return _refused("ID_SHAPE")
    if not number.strip(number[0]):
        return IdentifierReading(None, "own_reference", repairs=("ID_MADE_UP",))
    return IdentifierReading(number, "number")


SCHEMES: dict[str, Callable[[str, date], IdentifierReading]] = {
    "gb11643": _gb11643,
    "gb_disability_certificate": _gb_disability_certificate,
    "opaque": _opaque,
}


def _bare(plain: str) -> str:
    return _DASHES.sub("", _WRAPPING.sub("", plain)).upper()


def _birth(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
