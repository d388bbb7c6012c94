"""Tells a hit in one plain sentence, in zh and en, with its figures and thresholds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
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
        if indicator is None or figures.get(code) is None:
            continue
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
    exact = Decimal(str(value))
    if unit in _SHARE_UNITS:
        return f"{_plain(exact * 100, 1)}%"
    return _plain(exact, decimals)


def _plain(value: Decimal, decimals: int) -> str:
    rounded = value.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    text = f"{rounded:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _filled(
    pack: Pack,
    sentence: str,
    language: str,
    start: Month,
    month: Month,
    figures: Mapping[str, Any],
    thresholds: Mapping[str, Any],
) -> str:
    def value(match: re.Match[str]) -> str:
        code = match[1]
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

    return _PLACEHOLDER.sub(value, sentence)


def _month_words(month: Month, language: str) -> str:
    return f"{month.year}年{month.number}月" if language == "zh" else str(month)
