"""Why an alert stands, reason by reason: the sentence, the chart, the source rows, the law."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext, ngettext

from fangpin.casework.alerts.models import Alert, AlertReason, EvidenceRow
from fangpin.policy.models.feeds import ContractField
from fangpin.policy.models.lists import Category, Rule, Severity
from fangpin.values.problem import ProblemError
from fangpin.web.charts.ledger import Line
from fangpin.web.charts.threshold import threshold_chart
from fangpin.web.ground.figures import short_delivery
from fangpin.web.ground.known import KnownLedger
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack, severity_of
from fangpin.web.ground.words import (
    UNITS,
    field_said,
    figure_said,
    figure_words,
    rule_of,
    said,
    unit_of,
    unit_words,
)

CHART_MONTHS = 12
SHOWN_COLUMNS = 3
SHOWN_SOURCES = 6
MOST_SOURCES = 120
_PARAMETER = re.compile(r"param\(\s*['\"]([\w.]+)['\"]\s*\)")


@dataclass(frozen=True, slots=True)
class Threshold:
    """A policy value that the rule compared with, and what it rests on."""

    title: str
    value: str
    source: str
    is_proposed: bool


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row of a department's delivery that proves the reason."""

    month: int
    item: str
    amount: Decimal | None
    details: list[tuple[str, str]]
    """(title, value) of the table's own columns."""
    department: str
    delivery: str
    """The delivery's name, its content hash cut short."""
    row_no: int
    href: str


@dataclass(frozen=True, slots=True)
class ReasonView:
    """One reason as the page shows it."""

    reason: AlertReason
    rule: Rule | None
    severity: Severity | None
    title: str
    sentence: SafeString
    figures: list[tuple[str, str]]
    thresholds: list[Threshold]
    chart: str
    chart_title: str
    chart_rows: list[tuple[int, Decimal | None, bool]]
    columns: list[str]
    """Titles of the fields that the pack shows beside each source row."""
    has_items: bool
    """Whether rows of more than one item are listed, so that each must be named."""
    sources: list[SourceRow]
    more_sources: list[SourceRow]
    """Rows behind the first few, folded away."""
    count_of_sources: int


@dataclass(frozen=True, slots=True)
class CategoryView:
    """The category that the household would be in once verified, with the lines in force."""

    title: str
    lines: list[Threshold]


def reason_views(
    *,
    reasons: Sequence[AlertReason],
    evidence: Sequence[EvidenceRow],
    ledger: KnownLedger,
    division: str,
    as_of: date,
    key: str = "why",
) -> list[ReasonView]:
    """The reasons of one run of an alert, the most urgent first; `key` names their charts."""
    views = []
    for place, reason in enumerate(reasons):
        rule = rule_of(reason.rule, edition=reason.edition)
        first = reason.month - (rule.evidence_months if rule else CHART_MONTHS)
        rows = [
            row for row in evidence if row.rule == reason.rule and first < row.month <= reason.month
        ]
        chart, chart_title, chart_rows = _chart(
            rule,
            rows,
            ledger,
            division=division,
            as_of=as_of,
            month=reason.month,
            key=f"{key}{place}",
        )
        shown = _shown_fields(rows)
        views.append(
            ReasonView(
                reason=reason,
                rule=rule,
                severity=severity_of(reason.severity),
                title=said(rule.title) if rule else reason.rule,
                sentence=marked(
                    reason.sentence_en if short_language() == "en" else reason.sentence_zh
                ),
                figures=_figures(reason.figures),
                thresholds=_thresholds(
                    reason.thresholds or (rule.thresholds if rule else []), division, as_of
                ),
                chart=chart,
                chart_title=chart_title,
                chart_rows=chart_rows,
                columns=[title for _, title in shown.values()],
                has_items=len({row.item for row in rows}) > 1 or not shown,
                sources=[_source(row, shown) for row in rows[:SHOWN_SOURCES]],
                more_sources=[_source(row, shown) for row in rows[SHOWN_SOURCES:MOST_SOURCES]],
                count_of_sources=len(rows),
            )
        )
    return views


def marked(sentence: str) -> SafeString:
    """The sentence with its figures set strong."""
    parts = _figures_in(tuple(sorted(_units()))).split(sentence)
    return mark_safe(
        "".join(
            f"<b>{conditional_escape(part)}</b>" if place % 2 else conditional_escape(part)
            for place, part in enumerate(parts)
        )
    )


def _units() -> set[str]:
    """The words after a figure that make it one: the pack's units in both languages."""
    pack = installation_pack()
    words = [word.title for code, word in pack.words.items() if code.startswith("unit.")]
    if pack.header.currency:
        words.append(pack.header.currency)
    own = {text for word in words for text in (word.zh, word.en)}
    return own | {"%", "％", "倍", *UNITS, *map(unit_words, UNITS)}


@lru_cache(maxsize=8)
def _figures_in(units: tuple[str, ...]) -> re.Pattern[str]:
    longest_first = "|".join(re.escape(unit) for unit in sorted(units, key=len, reverse=True))
    return re.compile(rf"(\d[\d,]*(?:\.\d+)?\s?(?:{longest_first}))")


def categories_of(*, alert: Alert | None, division: str, as_of: date) -> CategoryView | None:
    """The category that the run suggests, and the policy lines its condition names."""
    if alert is None or not alert.suggested_category:
        return None
    found = next(
        (
            category
            for category in installation_pack().categories_in_force(as_of)
            if category.category == alert.suggested_category
        ),
        None,
    )
    if found is None:
        return CategoryView(title=alert.suggested_category, lines=[])
    return CategoryView(title=said(found.title), lines=_category_lines(found, division, as_of))


def _category_lines(category: Category, division: str, as_of: date) -> list[Threshold]:
    named = list(dict.fromkeys(_PARAMETER.findall(category.when)))
    return _thresholds(named, division, as_of)


def _figures(figures: Mapping[str, Any]) -> list[tuple[str, str]]:
    shown = []
    for code, value in figures.items():
        title, _ = figure_words(code)
        shown.append((title, figure_said(code, value)))
    return shown


def _thresholds(
    asked: Mapping[str, Any] | Sequence[str], division: str, as_of: date
) -> list[Threshold]:
    """Thresholds with their source as the pack states it on the day of the run."""
    pack = installation_pack()
    shown = []
    for code in asked:
        title, _ = figure_words(code)
        stored = asked[code] if isinstance(asked, Mapping) else None
        value = stored.get("value") if isinstance(stored, Mapping) else stored
        source, is_proposed = "", False
        try:
            found = pack.parameter(code, at=as_of, division=division)
            value = found.value if value is None else value
            document = pack.sources.get(found.source)
            source = said(document.title) if document else found.source
            is_proposed = found.status == "proposed"
        except ProblemError:
            if value is None:
                continue
        shown.append(Threshold(title, figure_said(code, value), source, is_proposed))
    return shown


def _chart(
    rule: Rule | None,
    rows: Sequence[EvidenceRow],
    ledger: KnownLedger,
    *,
    division: str,
    as_of: date,
    month: int,
    key: str,
) -> tuple[str, str, list[tuple[int, Decimal | None, bool]]]:
    """The rule's item over twelve months against its threshold; empty when it names none."""
    if rule is None or rule.chart is None:
        return "", "", []
    shown = list(range(month - CHART_MONTHS + 1, month + 1))
    amounts = [ledger.amount(rule.chart, one) for one in shown]
    if not any(amount is not None for amount in amounts):
        return "", "", []
    line = _line(rule, division, as_of)
    telling = {row.month for row in rows if row.item == rule.chart} or {row.month for row in rows}
    if line:
        telling = {
            one
            for one, amount in zip(shown, amounts, strict=True)
            if one in telling and amount is not None and amount >= line.value
        } or telling
    title, unit = figure_words(rule.chart)
    chart = threshold_chart(
        months=shown,
        amounts=amounts,
        line=line,
        telling=telling,
        title=title,
        description=gettext("最近 12 个月，规则计入 %(n)d 个月；有同样内容的表格。")
        % {"n": len(telling & set(shown))},
        unknown_words=gettext("这个月没有到数，不作零计"),
        counted_words=ngettext("计入 %(n)d 个月", "计入 %(n)d 个月", len(telling))
        % {"n": len(telling)},
        language=short_language(),
        key=key,
    )
    twin = [
        (one, amount, one in telling)
        for one, amount in reversed(list(zip(shown, amounts, strict=True)))
    ]
    return chart, _with_unit(title, unit), twin


def _with_unit(title: str, unit: str) -> str:
    if not unit:
        return title
    return f"{title}（{unit}）" if short_language() == "zh" else f"{title} ({unit})"


def _line(rule: Rule, division: str, as_of: date) -> Line | None:
    if rule.chart_threshold is None:
        return None
    try:
        found = installation_pack().parameter(rule.chart_threshold, at=as_of, division=division)
    except ProblemError:
        return None
    if isinstance(found.value, list):
        return None
    if found.value < 1 and unit_of(rule.chart_threshold) == "share":
        return None  # a share is no height on an axis of amounts
    words = gettext("规则阈值 %(value)s") % {
        "value": figure_said(rule.chart_threshold, found.value)
    }
    return Line(found.value, words)


def _shown_fields(
    rows: Sequence[EvidenceRow],
) -> dict[str, tuple[dict[str, ContractField], str]]:
    """Field code -> (feed -> its field, title): at most three that hold something in these rows."""
    pack = installation_pack()
    shown: dict[str, tuple[dict[str, ContractField], str]] = {}
    for row in rows:
        contract = pack.contracts.get(row.feed)
        fields = {field.field: field for field in contract.fields} if contract else {}
        for code, value in row.detail.items():
            if value in (None, "") or code not in fields or fields[code].type == "amount":
                continue
            if code in shown or len(shown) < SHOWN_COLUMNS:
                shown.setdefault(code, ({}, said(fields[code].title)))[0][row.feed] = fields[code]
    return shown


def _source(
    row: EvidenceRow, shown: Mapping[str, tuple[dict[str, ContractField], str]]
) -> SourceRow:
    pack = installation_pack()
    department = said(pack.department_of(row.feed).short) if row.feed in pack.owners else row.feed
    return SourceRow(
        month=row.month,
        item=figure_words(row.item)[0],
        amount=row.amount,
        details=[
            (
                title,
                field_said(fields[row.feed], row.detail[code])
                if row.feed in fields and row.detail.get(code) not in (None, "")
                else "",
            )
            for code, (fields, title) in shown.items()
        ],
        department=department,
        delivery=short_delivery(row.delivery),
        row_no=row.row_no,
        href=reverse("delivery", args=[row.feed, row.delivery]),
    )
