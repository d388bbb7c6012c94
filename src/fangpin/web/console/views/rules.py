"""The rules as the pack states them, and what another value of a threshold would have meant."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext, gettext_noop
from django.views.decorators.http import require_safe

from fangpin.casework.alerts.queries import open_by_rule
from fangpin.casework.officials.scope import Scope
from fangpin.policy.expressions import parse, tree
from fangpin.policy.models.header import Source
from fangpin.policy.models.lists import Parameter, ParameterValue, Rule, Severity, SeverityStep
from fangpin.policy.models.nodes import Words
from fangpin.policy.pack import Pack
from fangpin.policy.written import changed_parameter
from fangpin.runs.threshold_trial import (
    Answer,
    Step,
    first_possible,
    thresholds_of,
    within_scope,
)
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError
from fangpin.web.charts.ladder import Rung, ladder_chart
from fangpin.web.console.cases.forms.base import told
from fangpin.web.console.feeds import home, reaches
from fangpin.web.console.frame import chosen_division
from fangpin.web.console.rules import trial
from fangpin.web.ground.access import TRY_RULES, ConsoleRequest, opens
from fangpin.web.ground.figures import month_words, number
from fangpin.web.ground.language import short_language
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.words import figure_said, figure_words, listed, said, unit_words

KINDS = {
    "alert": gettext_noop("预警规则"),
    "clue": gettext_noop("线索规则"),
    "screening": gettext_noop("筛查规则"),
    "supervision": gettext_noop("督查规则"),
    "counter_evidence": gettext_noop("反证规则"),
}
PERIODS = (6, 12, 24)
_COMPARED = {
    "title": gettext_noop("名称"),
    "applies_when": gettext_noop("看哪些户"),
    "hit_when": gettext_noop("何时命中"),
    "suppressed_when": gettext_noop("何时不报"),
    "severity": gettext_noop("级别"),
    "thresholds": gettext_noop("阈值"),
}
"""Fields of a rule in which editions are compared."""
_MOMENTS = {
    "start": gettext_noop("起始月"),
    "end": gettext_noop("截止月"),
    "month": gettext_noop("本月"),
}
_SHARE = "share"
_STOP = {"zh": "。", "en": "."}
_LARGEST = Decimal(10) ** 9
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One rule of the list; `open` counts the scope's open alerts that it gave a reason for."""

    rule: Rule
    severities: list[Severity]
    thresholds: list[tuple[Parameter, str]]
    open: int


@dataclass(frozen=True, slots=True)
class StatedValue:
    """One dated value of a threshold, with where it comes from."""

    words: str
    value: ParameterValue
    source: Source | None
    is_in_force: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form asks: `value` as it is typed (a share in percent), None before the first try."""

    parameter: Parameter
    present: ParameterValue
    months: int
    text: str
    value: Decimal | None = None
    wrong: str = ""

    @property
    def is_share(self) -> bool:
        return self.parameter.unit == _SHARE


@opens(TRY_RULES)
@require_safe
def rules(request: ConsoleRequest) -> HttpResponse:
    """The rules in force, by kind. Raises Http404 outside the scope."""
    division, scope = chosen_division(request)
    pack = installation_pack()
    counts = open_by_rule(scope)
    groups = []
    for kind, title in KINDS.items():
        lines = [
            RuleLine(
                rule=rule,
                severities=_severities(pack, rule),
                thresholds=[
                    (parameter, figure_said(parameter.parameter, value.value))
                    for parameter, value in thresholds_of(
                        pack, rule, at=request.today, division=division.code
                    )
                ],
                open=counts.get(rule.rule, 0),
            )
            for rule in pack.rules_in_force(request.today)
            if rule.kind == kind
        ]
        if lines:
            groups.append((gettext(title), lines))
    context = {"division": division, "groups": groups, "pack": pack}
    return render(request, "console/rules.html", context)


@opens(TRY_RULES)
@require_safe
def rule(request: ConsoleRequest, rule: str) -> HttpResponse:
    """One rule with its thresholds; with `?value=`, what that value would have meant.

    Raises Http404 for a rule that the pack does not hold, and outside the scope.
    """
    division, scope = chosen_division(request)
    pack = installation_pack()
    editions = [one for one in pack.rules if one.rule == rule]
    in_force = [one for one in pack.rules_in_force(request.today) if one.rule == rule]
    if not editions:
        raise Http404
    found = (in_force or editions)[-1]
    choices = thresholds_of(pack, found, at=request.today, division=division.code)
    context: dict[str, Any] = {
        "division": division,
        "rule": found,
        "kind": gettext(KINDS[found.kind]),
        "severities": _severities(pack, found),
        "is_in_force": bool(in_force),
        "source": pack.sources.get(found.source),
        "explained": _explained(found),
        "conditions": _conditions(found),
        "editions": _changes(editions),
        "stated": [(parameter, _stated(pack, parameter, value)) for parameter, value in choices],
        "periods": PERIODS,
        "choices": [
            (
                one,
                figure_said(one.parameter, value.value),
                _unit(one),
                _typed(value.number, one),
            )
            for one, value in choices
        ],
    }
    if not choices:
        return render(request, "console/rule.html", context)
    asked = _asked(request, choices)
    context |= {"asked": asked}
    if asked.value is not None and not reaches(scope):
        context["refused"] = gettext("您的岗位不在监测范围内，没有可以试算的农户。")
    elif asked.value is not None:
        try:
            context |= _answer(request, found, asked, scope=scope)
        except ProblemError as error:
            context["refused"] = told(error.problems[0])
    return render(request, "console/rule.html", context)


def _explained(rule: Rule) -> str:
    """The rule's sentence with the titles of its figures in brackets, where an alert has values."""

    def title(found: re.Match[str]) -> str:
        moment = _MOMENTS.get(found[1])
        words = gettext(moment) if moment else figure_words(found[1])[0]
        return f"[{words}]" if short_language() == "en" else f"〔{words}〕"

    return re.sub(r"\{([a-z0-9_.]+)\}", title, said(rule.explain))


def _conditions(rule: Rule) -> list[tuple[str, str, str]]:
    """(what it decides, the expression, its names in words) of the rule's conditions."""
    found = []
    for name in ("applies_when", "hit_when", "suppressed_when"):
        text = getattr(rule, name)
        if text:
            node = parse(text)
            names = sorted(tree.names(node) | tree.parameters(node), key=text.index)
            words = listed(f"{one}: {figure_words(one)[0]}" for one in names)
            found.append((gettext(_COMPARED[name]), text, words))
    return found


def _severities(pack: Pack, rule: Rule) -> list[Severity]:
    """Those that the rule can give, the most urgent first."""
    given = {step.severity for step in rule.severity}
    return [severity for severity in pack.severities if severity.severity in given]


def _asked(request: ConsoleRequest, choices: list[tuple[Parameter, ParameterValue]]) -> Asked:
    """The form as it was sent. Raises Http404 for a threshold or a period that it does not offer."""
    code = request.GET.get("parameter") or choices[0][0].parameter
    found = next((one for one in choices if one[0].parameter == code), None)
    period = request.GET.get("months") or str(PERIODS[1])
    if found is None or period not in map(str, PERIODS):
        raise Http404
    parameter, present = found
    text = request.GET.get("value", "").strip()
    asked = Asked(parameter=parameter, present=present, months=int(period), text=text)
    if not text:
        typed = _typed(present.number, parameter)
        return replace(asked, text=typed)
    value = _number(text)
    if not value.is_finite() or value < 0 or value > _LARGEST:
        return replace(
            asked,
            wrong=gettext("请填一个不小于 0 的数，例如 %(n)s。")
            % {"n": _typed(present.number, parameter)},
        )
    return replace(asked, value=value / 100 if asked.is_share else value)


def _number(text: str) -> Decimal:
    """What was typed, thousands separated or not and with a percent sign or not; NaN for no number.

    A comma elsewhere is somebody's decimal point: 19,5 is not taken for 195.
    """
    bare = text.rstrip("%％").strip()
    if "," in bare and not _THOUSANDS.fullmatch(bare):
        return Decimal("NaN")
    try:
        return Decimal(bare.replace(",", ""))
    except InvalidOperation:
        return Decimal("NaN")


def _answer(request: ConsoleRequest, rule: Rule, asked: Asked, *, scope: Scope) -> dict[str, Any]:
    assert asked.value is not None
    last = Month.last_complete(request.today)
    first = first_possible(home(), last, months=asked.months)
    if first > last:
        refused = gettext("第一份名册是 %(month)s 收到的；一个月过完才能试算，从 %(next)s 起可以。")
        words = {"month": month_words(int(first)), "next": month_words(int(first) + 1)}
        return {"refused": refused % words}
    found = trial(
        scope,
        rule=rule,
        parameter=asked.parameter.parameter,
        present=asked.present.number,
        tried=asked.value.normalize(),
        from_month=first,
        to_month=last,
        today=request.today,
    )
    answer = within_scope(found, scope)
    change = gettext("%(title)s改为 %(value)s") % {
        "title": said(asked.parameter.title),
        "value": figure_said(asked.parameter.parameter, asked.value),
    }
    sentence = (
        answer.difference.sentence_en(change)
        if short_language() == "en"
        else answer.difference.sentence_zh(change)
    )
    is_same = answer.tried is answer.present
    return {
        "answer": answer,
        "trial": found,
        "is_same": is_same,
        "is_shorter": found.count_of_months < asked.months,
        "sentence": _as_it_is(answer) if is_same else f"{sentence}{_STOP[short_language()]}",
        "chart": _chart(request, asked, answer),
        "rows": [(_words(asked, step), step) for step in answer.steps],
        "visits_a_month": (answer.tried.households - answer.present.households)
        / found.count_of_months,
        "is_invented": answer.truth == "synthetic",
        "overlay": "" if is_same else _overlay(asked, today=request.today),
    }


def _as_it_is(answer: Answer) -> str:
    return gettext("按现行数值：预警 %(n)s 户，其中真有困难的 %(m)s 户。") % {
        "n": number(answer.present.households),
        "m": number(answer.present.true_households),
    }


def _chart(request: ConsoleRequest, asked: Asked, answer: Answer) -> str:
    kept = {name: request.GET[name] for name in ("division",) if request.GET.get(name)}
    rungs = [
        Rung(
            words=_words(asked, step),
            true=step.true_households,
            others=step.others,
            said="\n".join(
                (
                    figure_said(asked.parameter.parameter, step.value),
                    gettext("真有困难 %(n)s 户") % {"n": number(step.true_households)},
                    gettext("其他 %(n)s 户") % {"n": number(step.others)},
                )
            ),
            href="?"
            + urlencode(
                {
                    **kept,
                    "parameter": asked.parameter.parameter,
                    "months": asked.months,
                    "value": _typed(step.value, asked.parameter),
                }
            ),
            mark=gettext("现行") if step.is_present else gettext("本次") if step.is_tried else "",
            is_tried=step.is_tried,
        )
        for step in answer.steps
    ]
    return ladder_chart(
        rungs=rungs,
        title=gettext("每个数值会预警多少户"),
        description=gettext("每个数值一根柱：下段是真有困难的户，上段是其他户。"),
    )


def _words(asked: Asked, step: Step) -> str:
    """A value without its unit, as the foot of the chart has room for."""
    if asked.is_share:
        return f"{_typed(step.value, asked.parameter)}%"
    return f"{step.value.normalize():,f}"


def _typed(value: Decimal, parameter: Parameter) -> str:
    """A value as the form's field holds it: a share in percent, no separators."""
    shown = value * 100 if parameter.unit == _SHARE else value
    return f"{shown.normalize():f}"


def _unit(parameter: Parameter) -> str:
    return "%" if parameter.unit == _SHARE else unit_words(parameter.unit)


def _stated(pack: Pack, parameter: Parameter, in_force: ParameterValue) -> list[StatedValue]:
    """All dated values of a threshold, the latest first."""
    return [
        StatedValue(
            words=figure_said(parameter.parameter, one.value),
            value=one,
            source=pack.sources.get(one.source),
            is_in_force=one == in_force,
        )
        for one in sorted(parameter.values, key=lambda one: one.from_date, reverse=True)
    ]


def _changes(editions: list[Rule]) -> list[tuple[Rule, list[tuple[str, str, str]]]]:
    """The editions, the latest first, each with (what, before, now) against the one before it."""
    found = []
    for place, edition in enumerate(editions):
        changes = []
        for name, title in _COMPARED.items():
            now = _plain(getattr(edition, name))
            before = _plain(getattr(editions[place - 1], name)) if place else now
            if now != before:
                changes.append((gettext(title), before, now))
        found.append((edition, changes))
    return list(reversed(found))


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, Words):
        return said(value)
    if isinstance(value, SeverityStep):
        return f"{value.severity}: {value.when}" if value.when else value.severity
    return str(value or "—")


def _overlay(asked: Asked, *, today: date) -> str:
    """The lines that a child pack needs to put the value into force from the next month on."""
    assert asked.value is not None
    return changed_parameter(
        asked.parameter,
        in_force=asked.present,
        value=asked.value,
        from_date=Month.containing(today).plus(1).first_day,
    )
