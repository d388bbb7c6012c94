"""Text as people write it, brought to one form for matching; the original is always kept elsewhere.

Matching must not see the difference between full-width and half-width letters, zero-width marks,
spaces inside a Han name, or the several dots that part a transliterated name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Iterable, Mapping

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064"
    "\u2066-\u206f\ufe00-\ufe0f\ufeff\uffa0\x00-\x08\x0e-\x1f\x7f]"
)
_SPACE = re.compile(r"\s+")
_DOTS = re.compile("[\u00b7\u2022\u2027\u2219\u22c5\u30fb\u0387\u16eb\u2024.\u3002]")
_HAN = "\u2e80-\u2fdf\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\ue000-\uf8ff"
_SPACE_BESIDE_HAN = re.compile(rf"(?<=[{_HAN}\u00b7])\s+|\s+(?=[{_HAN}\u00b7])")
_HAS_HAN = re.compile(f"[{_HAN}]")

MISSING_WORDS = frozenset(
    {"", "-", "--", "---", "—", "——", "/", "\\", "#"}
    | {"null", "none", "n/a", "na", "nil", "<na>", "(null)"}
)
"""What exporting systems and clerks of any country write for 'nothing known here'; never zero.

A country's own words are its pack's (`values/writing.py`)."""

CELL_ERRORS = frozenset(
    {"#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!"}
)

FORMULA_MARK = "\x1aFORMULA"
"""What our spreadsheet reader writes for a formula cell that holds no computed value."""
ERROR_MARK = "\x1aERROR"
"""What our spreadsheet reader writes for a cell that holds an error."""
MERGED_MARK = "\x1aMERGED"
"""What our spreadsheet reader writes before the text of the cell above, with which a cell was merged."""


def normalise(text: str) -> str:
    """The text in NFKC without invisible marks, outer space and runs of space."""
    if text.isascii() and text.isprintable():
        return _SPACE.sub(" ", text.strip()) if " " in text else text
    return _SPACE.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).strip()


def without_text_mark(text: str) -> str:
    """The content of what a spreadsheet marked as text: `'400`, `'400'` and `="400"` are 400."""
    plain = text.lstrip("'`‘’")
    if plain != text and plain.endswith(("'", "’")):
        return plain[:-1]
    return plain[2:-1] if plain.startswith('="') and plain.endswith('"') else plain


def is_missing(text: str | None, *, words: Container[str] = ()) -> bool:
    """Whether a cell says nothing: blank, or one of the words that stand for nothing.

    `words` are those of a country, normalised and in small letters.
    """
    if text is None:
        return True
    plain = normalise(text).lower()
    return plain in MISSING_WORDS or plain in words


def cell_problem(text: str) -> str | None:
    """CELL_ERROR, FORMULA_NO_VALUE or CELL_MERGED where a spreadsheet tells no value, else None."""
    if text.startswith(ERROR_MARK) or text.strip().upper() in CELL_ERRORS:
        return "CELL_ERROR"
    if text.startswith(FORMULA_MARK):
        return "FORMULA_NO_VALUE"
    if text.startswith(MERGED_MARK):
        return "CELL_MERGED"
    return None


def name_key(name: str) -> str:
    """The form of a person's name under which all its spellings meet; for matching only.

    Spaces beside Han characters vanish, every dot variant becomes a middle dot, Latin letters are
    folded to one case.
    """
    text = normalise(name)
    if _HAS_HAN.search(text):
        text = _SPACE_BESIDE_HAN.sub("", _DOTS.sub("\u00b7", text))
    return text.casefold()


def header_key(header: str) -> str:
    """The form of a column's title under which contracts and files meet."""
    text = normalise(header).casefold().strip("*:_ \"'")
    return re.sub(r"[\s_]+", "", text)


def read_word(text: str, words: Mapping[str, Iterable[str]]) -> str | None:
    """The stored value whose own code or one of whose words is this text; None when none is."""
    wanted = normalise(text).casefold()
    for value, spellings in words.items():
        if wanted == value.casefold():
            return value
        if any(wanted == normalise(spelling).casefold() for spelling in spellings):
            return value
    return None


_FORMULA_STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
    "﹦",
    "﹢",
    "﹣",
    "﹫",
)


def spreadsheet_safe(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would compute it.

    For texts only: a number such as -300 is written as a number.
    """
    return f"'{text}" if text.lstrip(" \u3000").startswith(_FORMULA_STARTS) else text
