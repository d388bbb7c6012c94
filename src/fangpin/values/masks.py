"""What may be shown of a personal value: enough for its owner to find the row, too little to leak."""

from __future__ import annotations

import re

from fangpin.values.text import ERROR_MARK, FORMULA_MARK, normalise

_LONG_NUMBER = re.compile(r"[0-9][0-9 \-]{5,}[0-9]{4}[0-9Xx]?")
_WORDS_LIKE_A_NAME = re.compile(
    r"(?:[\u3400-\u9fff\u3007\ue000-\uf8ff\U00020000-\U0003ffff·•.]{2,}|[A-Za-z][A-Za-z'.\- ]*)"
)
_HAN = re.compile(r"[\u3400-\u9fff\u3007\U00020000-\U0003ffff]{2,}")
_OF_FIGURES = re.compile(
    "[零〇一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟元圆块角分整正人民币约多余"
    "年月日号时点秒季度上下午半大小]+"
)
"""Words that belong to a figure or a day: a cell that was written badly is not hidden from its clerk."""
_SHOWN = 40
_NUMBER_IN_A_NAME = re.compile(
    r"(?<![0-9０-９])(?:[0-9０-９]{15,}[XxＸｘ]?|[1１][3-9３-９][0-9０-９]{9}(?![0-9０-９]))"
)


def mask_identifier(text: str) -> str:
    """`431022********1234`: the first six and last four; ever less of shorter numbers."""
    plain = re.sub(r"[\s'`\"=\-]", "", normalise(text)).upper()
    if not re.fullmatch(r"[0-9A-Z.+()/]+", plain):
        return "*" * min(len(plain), 8)
    if len(plain) >= 18:
        return f"{plain[:6]}{'*' * (len(plain) - 10)}{plain[-4:]}"
    if len(plain) >= 15:
        return f"{plain[:6]}{'*' * (len(plain) - 9)}{plain[-3:]}"
    if len(plain) >= 6:
        return f"{plain[0]}{'*' * (len(plain) - 3)}{plain[-2:]}"
    return "*" * len(plain)


def mask_name(name: str) -> str:
    """The first character of a name and a star for each other: `李**`."""
    plain = normalise(name)
    return plain[:1] + "*" * max(len(plain) - 1, 1) if plain else ""


def mask_phone(text: str) -> str:
    """The first three and last two digits."""
    plain = re.sub(r"\D", "", normalise(text))
    return (
        f"{plain[:3]}{'*' * (len(plain) - 5)}{plain[-2:]}" if len(plain) > 6 else "*" * len(plain)
    )


def mask_file_name(name: str) -> str:
    """A file's name as it may be kept: clerks write a person's number or telephone into it.

    Days and machines' stamps stay: 20200401123000 has fourteen figures.
    """
    return _NUMBER_IN_A_NAME.sub(lambda found: mask_identifier(found[0]), name)


def mask_value(text: str | None, *, kind: str) -> str:
    """What a finding shows of a cell; `kind` is the contract's type of its column.

    Columns get shifted in real files, so any cell may hold a name or a number of a person: words
    that could be a name keep their first letter, and long digit runs are masked everywhere.
    """
    if text is None:
        return ""
    if text.startswith((FORMULA_MARK, ERROR_MARK)):
        return text.replace(FORMULA_MARK, "=…").replace(ERROR_MARK, "")
    if kind in ("identifier", "household_no"):
        return mask_identifier(text)
    if kind == "phone":
        return mask_phone(text)
    plain = normalise(text)
    if kind == "name" or _WORDS_LIKE_A_NAME.fullmatch(plain):
        return mask_name(plain[:_SHOWN])
    masked = _LONG_NUMBER.sub(lambda found: mask_identifier(found[0]), plain)
    is_words = kind in ("text", "code", "flag", "division")
    masked = _HAN.sub(
        lambda found: (
            found[0] if not is_words and _OF_FIGURES.fullmatch(found[0]) else mask_name(found[0])
        ),
        masked,
    )
    return masked if len(masked) <= _SHOWN else masked[:_SHOWN] + "…"
