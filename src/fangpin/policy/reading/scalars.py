"""Unquoted values of YAML: read as they are written, or refused as ambiguous."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import NamedTuple

_WHOLE = re.compile(r"^(0|-?[1-9][0-9]*)$")
_FRACTION = re.compile(r"^-?(0|[1-9][0-9]*)\.[0-9]+$")
_DAY = re.compile(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
_NEARLY_DAY = re.compile(r"^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ]+[0-9]{1,2}:[0-9]{2}.*)?$")
_LEADING_ZERO = re.compile(r"^[-+]?0[0-9][0-9_]*$")
_SEXAGESIMAL = re.compile(r"^[-+]?[0-9][0-9_]*(:[0-9]{1,2})+(\.[0-9]*)?$")
_ODD_NUMBER = re.compile(
    r"^([-+]?0[xXbBoO][0-9a-fA-F_]+|\+[0-9.]+|-?[0-9][0-9_]*_[0-9_.]*|[-+]?[0-9]*\.[0-9]*"
    r"|[-+]?[0-9.]+[eE][-+]?[0-9]+|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN))$"
)
_BEGINS_A_NUMBER = frozenset("0123456789+-.")
_NOT_BOOLEAN = re.compile(r"^(yes|no|on|off|true|false)$", re.IGNORECASE)


class Ambiguous(NamedTuple):
    """Why an unquoted value is refused, in the words of a Problem."""

    code: str
    zh: str
    en: str
    fix_zh: str
    fix_en: str


def plain_value(text: str) -> bool | int | Decimal | date | str | Ambiguous | None:
    """The value of an unquoted scalar: bool, null, whole number, exact decimal, day or text."""
    if text in ("true", "false"):
        return text == "true"
    if text in ("null", "~"):
        return None
    if text and text[0] not in _BEGINS_A_NUMBER and not _NOT_BOOLEAN.match(text):
        return text
    if _WHOLE.match(text):
        return int(text)
    if _FRACTION.match(text):
        return Decimal(text)
    if _DAY.match(text):
        try:
            return date.fromisoformat(text)
        except ValueError:
            return _ambiguity(text)  # a day that does not exist
    return _ambiguity(text) or text


def _ambiguity(text: str) -> Ambiguous | None:
    """Why an unquoted scalar is ambiguous; None: it is plain text."""
    quote_zh, quote_en = f'如果是文字或代码，写成 "{text}"。', f'If it is text, write "{text}".'
    if text == "":
        return Ambiguous(
            "YAML_EMPTY",
            "冒号或短横后面没有值。",
            "There is no value after the colon or the dash.",
            '写上值；确实没有时写 null，空文字写 ""。',
            'Write the value; write null for none, "" for an empty text.',
        )
    if _NOT_BOOLEAN.match(text):
        meant = "true" if text.lower() in ("yes", "on", "true") else "false"
        return Ambiguous(
            "YAML_BOOLEAN",
            f"未加引号的 {text} 有歧义：布尔值只写 true 或 false。",
            f"Unquoted {text} is ambiguous: booleans are written true or false only.",
            f"写 {meant}；{quote_zh}",
            f"Write {meant}. {quote_en}",
        )
    if _LEADING_ZERO.match(text) or text == "-0":
        return Ambiguous(
            "YAML_LEADING_ZERO",
            f"未加引号的 {text} 以 0 开头，普通读法会当成八进制数。",
            f"Unquoted {text} starts with 0: a plain reader takes it for an octal number.",
            f'代码加引号："{text}"；数值去掉前面的 0。',
            f'Quote a code: "{text}"; drop the leading 0 of a number.',
        )
    if _SEXAGESIMAL.match(text):
        return Ambiguous(
            "YAML_SEXAGESIMAL",
            f"未加引号的 {text} 会被当成六十进制数。",
            f"Unquoted {text} would be read as a base-60 number.",
            f'加引号："{text}"。',
            f'Quote it: "{text}".',
        )
    if _DAY.match(text) or _NEARLY_DAY.match(text):
        return Ambiguous(
            "YAML_DATE",
            f"{text} 不是有效日期；日期写成四位年-两位月-两位日，如 2020-03-18，不带时刻。",
            f"{text} is no valid date; a date is written as 2020-03-18, without a time.",
            "改成有效日期；如果是文字，请加引号。",
            "Correct the date; quote it if it is text.",
        )
    if _ODD_NUMBER.match(text) and text not in (".", "+."):
        return Ambiguous(
            "YAML_NUMBER",
            f"{text} 的数字写法有歧义；数字只写 0-9、一个小数点和负号，如 -1250.5。",
            f"{text} is an ambiguous number; numbers have digits, one point and a minus only, "
            "such as -1250.5.",
            f'改写数字；如果是文字，写成 "{text}"。',
            f'Rewrite the number; if it is text, write "{text}".',
        )
    return None
