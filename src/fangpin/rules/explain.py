"""Tells a hit in one plain sentence, in zh and en, with its figures and thresholds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from fangpin.policy.expressions import parse, tree
from fangpin.policy.models import Rule
from fangpin.policy.pack import Pack
from fangpin.values.month import Month

_PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)\}")
_SHARE_UNITS = ("share", "ratio")
_UNKNOWN = {"zh": "未知", "en": "unknown"}
_TRUTH = {"zh": {True: "是", False: "否"}, "en": {True: "yes", False: "no"}}


def sentences(
    pack: Pack,
    rule: Rule,
    *,
    month: Month,
    figures: Mapping[str, Any],
    thresholds: Mapping[str, Any],
) -> tuple[str, str]:
    """The rule's sentence for one household, (zh, en)."""
    start = first_month(pack, rule, month=month, figures=figures)
    return (
        _filled(pack, rule.explain.zh, "zh", start, month, figures, thresholds),
        _filled(pack, rule.explain.en, "en", start, month, figures, thresholds),
    )


def first_month(pack: Pack, rule: Rule, *, month: Month, figures: Mapping[str, Any]) -> Month:
    """Where the story of a hit begins: its run of months, or else the evidence's window."""
    for code in rule.figures:
        indicator = pack.indicators.get(code)
        if indicator is None or not figures.get(code):
            continue  # no run, or one of no months
        node = parse(indicator.expression)
        if isinstance(node, tree.Call) and node.function == "run_of_months":
            return month.plus(1 - max(int(figures[code]), 1))
    return month.plus(1 - rule.evidence_months)


def shown(value: Any, unit: str, language: str, decimals: int = 2) -> str:
    """A figure as people read it: 1,350 / 31.8% / 是."""
    if value is None:
        return _UNKNOWN[language]
    if isinstance(value, bool):
        return _TRUTH[language][value]
    if isinstance(value, str):
        return value
    if unit in _SHARE_UNITS:
        return f"{_plain(Decimal(str(value)) * 100, 1)}%"
    return _plain(value, decimals)


def _plain(value: Decimal | float, decimals: int) -> str:
    if value == int(value):
        return f"{int(value):,}"
    step = Decimal(1).scaleb(-decimals)
    text = f"{Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP):,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


@lru_cache(maxsize=1024)
def _pieces(sentence: str) -> tuple[str, ...]:
    """A sentence cut at its placeholders: text, code, text, code, ... text."""
    return tuple(_PLACEHOLDER.split(sentence))


def _filled(
    pack: Pack,
    sentence: str,
    language: str,
    start: Month,
    month: Month,
    figures: Mapping[str, Any],
    thresholds: Mapping[str, Any],
) -> str:
    def value(code: str) -> str:
        if code in ("start", "end", "month"):
            return _month_words(start if code == "start" else month, language)
        if code in pack.parameters:
            return shown(thresholds.get(code), pack.parameters[code].unit, language)
        indicator = pack.indicators.get(code)
        if indicator is not None:
            return shown(figures.get(code), indicator.unit, language, indicator.decimals)
        item = pack.items.get(code)
        unit = item.unit if item else pack.attributes[code].unit if code in pack.attributes else ""
        return shown(figures.get(code), unit, language)

    pieces = _pieces(sentence)
    return "".join(piece if place % 2 == 0 else value(piece) for place, piece in enumerate(pieces))


def _month_words(month: Month, language: str) -> str:
    return f"{month.year}年{month.number}月" if language == "zh" else str(month)
