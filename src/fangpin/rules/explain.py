"""Tells a hit in one plain sentence, in zh and en, with its figures and thresholds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

from fangpin.policy.expressions import parse, tree
from fangpin.policy.models.lists import Rule
from fangpin.policy.pack import Pack
from fangpin.values.month import Month

_PLACEHOLDER = re.compile(r"\{([a-z0-9_.]+)\}")
_SHARE_UNITS = ("share", "ratio")
_MONTH = "month of the sentence"
_UNKNOWN = {"zh": "未知", "en": "unknown"}
_TRUTH = {"zh": {True: "是", False: "否"}, "en": {True: "yes", False: "no"}}


class Teller:
    """Tells the hits of one rule; what the pack says of its words is looked up once."""

    def __init__(self, pack: Pack, rule: Rule, *, month: Month) -> None:
        self._month = month
        self._start = month.plus(1 - rule.evidence_months)
        self._run = _run_of_months(pack, rule)
        self._words = {
            language: _Words(pack, text, language)
            for language, text in (("zh", rule.explain.zh), ("en", rule.explain.en))
        }

    def sentences(
        self, *, figures: Mapping[str, Any], thresholds: Mapping[str, Any]
    ) -> tuple[str, str]:
        """The rule's sentence for one household, (zh, en)."""
        start = self.first_month(figures)
        zh, en = (
            words.filled(start, self._month, figures, thresholds) for words in self._words.values()
        )
        return zh, en

    def first_month(self, figures: Mapping[str, Any]) -> Month:
        """Where the story of a hit begins: its run of months, or else the evidence's window."""
        for code in self._run:
            if figures.get(code):  # no run, or one of no months
                return self._month.plus(1 - max(int(figures[code]), 1))
        return self._start


def sentences(
    pack: Pack,
    rule: Rule,
    *,
    month: Month,
    figures: Mapping[str, Any],
    thresholds: Mapping[str, Any],
) -> tuple[str, str]:
    """The rule's sentence for one household, (zh, en)."""
    return Teller(pack, rule, month=month).sentences(figures=figures, thresholds=thresholds)


def _run_of_months(pack: Pack, rule: Rule) -> list[str]:
    """The figures of a rule that are runs of months, in its order."""
    found = []
    for code in rule.figures:
        indicator = pack.indicators.get(code)
        if indicator is not None:
            node = parse(indicator.expression)
            if isinstance(node, tree.Call) and node.function == "run_of_months":
                found.append(code)
    return found


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
    whole = int(value)
    if value == whole:
        return f"{whole:,}"
    step = Decimal(1).scaleb(-decimals)
    text = f"{Decimal(str(value)).quantize(step, rounding=ROUND_HALF_UP):,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


class _Words:
    """A sentence of one language, cut at its placeholders."""

    def __init__(self, pack: Pack, sentence: str, language: str) -> None:
        self._language = language
        pieces = _PLACEHOLDER.split(sentence)  # text, code, text, code, ... text
        self._texts = pieces[::2]
        self._places = [(code, *_unit(pack, code)) for code in pieces[1::2]]

    def filled(
        self,
        start: Month,
        month: Month,
        figures: Mapping[str, Any],
        thresholds: Mapping[str, Any],
    ) -> str:
        parts = [self._texts[0]]
        for (code, unit, decimals, is_threshold), text in zip(
            self._places, self._texts[1:], strict=True
        ):
            if unit == _MONTH:
                when = start if code == "start" else month
                parts.append(_month_words(when, self._language))
            else:
                given = thresholds if is_threshold else figures
                parts.append(shown(given.get(code), unit, self._language, decimals))
            parts.append(text)
        return "".join(parts)


def _unit(pack: Pack, code: str) -> tuple[str, int, bool]:
    """The unit of what a placeholder stands for, its decimals and whether it is a threshold."""
    if code in ("start", "end", "month"):
        return _MONTH, 0, False
    if code in pack.parameters:
        return pack.parameters[code].unit, 2, True
    indicator = pack.indicators.get(code)
    if indicator is not None:
        return indicator.unit, indicator.decimals, False
    item = pack.items.get(code)
    if item is not None:
        return item.unit, 2, False
    return (pack.attributes[code].unit if code in pack.attributes else ""), 2, False


@lru_cache(maxsize=1024)
def _month_words(month: Month, language: str) -> str:
    return f"{month.year}年{month.number}月" if language == "zh" else str(month)
