"""Template filters: figures, dates, words of the pack, marks of severity."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django import template
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from fangpin.values.month import Month
from fangpin.values.withheld import is_withheld
from fangpin.web.charts.axis import month_name
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack

register = template.Library()

DONE = "done"
"""Of an address, the act that led to it: links that go on from there leave it out."""

_SHAPES = {
    "diamond": "M7 .8 13.2 7 7 13.2.8 7Z",
    "triangle": "M7 1.2 13.4 12.6H.6Z",
    "square": "M1.8 1.8h10.4v10.4H1.8Z",
    "circle": "M7 1a6 6 0 1 1 0 12A6 6 0 0 1 7 1Z",
}


WITHHELD_SIGN = "*"


@register.filter
def number(value: Any, decimals: int = 0) -> str:
    """12,486: thousands separated by a comma in both languages; a dash for what is unknown, a star
    for what is withheld."""
    if is_withheld(value):
        return WITHHELD_SIGN
    if value is None or value == "":
        return "—"
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not amount.is_finite():
        return str(value)
    text = f"{amount:,.{int(decimals)}f}"
    zero = not any(sign in "123456789" for sign in text)
    return text.lstrip("-") if zero else text.replace("-", "−")


@register.filter
def money(value: Any, decimals: int = 0) -> str:
    """An amount with the pack's currency: 1,350 元; a dash for what is unknown."""
    text, unit = number(value, decimals), installation_pack().header.currency
    if unit is None or not text[-1:].isdigit():
        return text
    return f"{text} {unit.en if short_language() == 'en' else unit.zh}"


@register.filter
def paid(value: Any) -> str:
    """An amount that is paid, with only the decimals it has: 260 元 or 260.50 元."""
    is_whole = value is None or value == value.to_integral_value()
    return money(value, 0 if is_whole else 2)


@register.filter
def plain(value: Any) -> str:
    """A number with separators and only the decimals it has: 1,260 or 0.5; text stays text."""
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if value is None or value == "":
        return gettext("不明")
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return str(value)
    if not amount.is_finite():
        return str(value)
    decimals = 0 if amount == amount.to_integral_value() else 2
    text = number(amount, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


@register.filter
def share(value: Any, decimals: int = 1) -> str:
    """0.964 as 96.4%; a dash for what is unknown."""
    return "—" if value is None else f"{number(Decimal(str(value)) * 100, decimals)}%"


@register.filter
def word(words: Any) -> str:
    """The half of a pack's words that this reader reads; empty for none."""
    if words is None:
        return ""
    if isinstance(words, str):
        return words
    return str(getattr(words, short_language()))


@register.filter
def named(division: Any) -> str:
    """A division's name in the reader's language."""
    if division is None:
        return ""
    return division.name_en if short_language() == "en" else division.name_zh


@register.filter
def place(path: Any) -> str:
    """Divisions from the higher to the lower, written as one place."""
    return (" › " if short_language() == "en" else " ").join(named(step) for step in path)


@register.filter
def short_delivery(name: str) -> str:
    """2020-12-02-cc61b20ac3a9 as 2020-12-02·cc61: a day and enough of the hash to tell two apart."""
    return re.sub(r"^(\d{4}-\d{2}-\d{2})-([0-9a-f]{4})[0-9a-f]*$", r"\1·\2", name)


@register.filter
def month(value: Any) -> str:
    """2020-04: a month as it is written in tables."""
    return "" if value is None else str(Month(int(value)))


@register.filter
def month_words(value: Any) -> str:
    """2020年4月 or Apr 2020."""
    if value is None:
        return ""
    return month_name(int(value), language=short_language(), with_year=True)


@register.filter
def iso(value: date | None) -> str:
    """2020-12-14; empty for none."""
    return value.strftime("%Y-%m-%d") if value else ""


@register.filter
def month_day(value: date | None) -> str:
    """12-14; empty for none."""
    return value.strftime("%m-%d") if value else ""


@register.filter
def percent_of(part: Any, whole: Any) -> str:
    """The share of a part in a whole as 12.3%; a dash for an empty whole."""
    return "—" if not whole else share(Decimal(int(part)) / Decimal(int(whole)))


@register.simple_tag
def badge(severity: Any, *, quiet: bool = False) -> SafeString:
    """Numeral, word and shape of a severity: never colour alone."""
    if severity is None:
        return SafeString("")
    return format_html(
        '<span class="badge {}{}">{}<span class="numeral">{}</span> {}</span>',
        degree(severity),
        " quiet" if quiet else "",
        shape(severity.shape),
        # As letters: a Roman numeral of its own is drawn as wide as a Chinese character.
        unicodedata.normalize("NFKC", severity.numeral),
        word(severity.title),
    )


def degree(severity: Any) -> str:
    """Class of a severity's colour, by urgency: a pack may have fewer or other names than four."""
    return f"degree-{min(max(int(severity.rank), 1), 4)}"


def shape(name: str) -> SafeString:
    """The small sign of a severity."""
    return format_html(
        '<svg class="shape" viewBox="0 0 14 14" width="11" height="11" aria-hidden="true">'
        '<path d="{}"/></svg>',
        _SHAPES.get(name, _SHAPES["circle"]),
    )


@register.filter
def safe_svg(svg: str) -> SafeString:
    """A picture made by fangpin.web.charts, which escapes all it is given."""
    return mark_safe(svg)


@register.simple_tag(takes_context=True)
def query(context: Any, **changes: Any) -> str:
    """The present address's query with some values changed; None removes one. Begins with `?`."""
    present: QueryDict = context["request"].GET.copy()
    for name, value in changes.items():
        if value is None or value == "":
            present.pop(name, None)
        else:
            present[name] = str(value)
    present.pop("after", None) if "after" not in changes else None
    present.pop(DONE, None)
    return "?" + urlencode(sorted(present.items())) if present else "?"
