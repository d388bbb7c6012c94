"""Rules: what they name exists, their steps can be reached, their sentences can be filled."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fangpin.policy.checks.book import Book, unknown
from fangpin.policy.models.header import PackHeader
from fangpin.policy.models.lists import MeasureKind, Role, Rule, Severity
from fangpin.policy.models.nodes import Words
from fangpin.policy.reading.entries import Entry
from fangpin.policy.reading.nearest import advice
from fangpin.values.problem import Problem

ALWAYS_KNOWN = frozenset({"start", "end", "month"})
"""Placeholders that every rule's sentence may use besides its figures and thresholds."""

FIGURES = ("indicator", "item", "attribute")

_PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_.]*)\}")


def rule_references_exist(book: Book) -> Iterator[Problem]:
    """RULE_FIGURE, RULE_EVIDENCE, RULE_CHART, RULE_THRESHOLD, RULE_CAUSE, RULE_SEVERITY."""
    figures, items = book.codes(*FIGURES), book.codes("item")
    parameters, causes = book.codes("parameter"), book.codes("cause")
    severities = book.codes("severity")
    for entry, rule in book.all("rule", Rule):
        named: list[tuple[str, str, set[str], tuple[str | int, ...], str]] = []
        for index, code in enumerate(rule.figures):
            named.append(("RULE_FIGURE", "figure", figures, ("figures", index), code))
        for index, code in enumerate(rule.evidence):
            named.append(("RULE_EVIDENCE", "item", items, ("evidence", index), code))
        for index, code in enumerate(rule.thresholds):
            named.append(("RULE_THRESHOLD", "parameter", parameters, ("thresholds", index), code))
        for index, step in enumerate(rule.severity):
            path = ("severity", index, "severity")
            named.append(("RULE_SEVERITY", "severity", severities, path, step.severity))
        if rule.chart is not None:
            named.append(("RULE_CHART", "item", items, ("chart",), rule.chart))
        if rule.chart_threshold is not None:
            line = rule.chart_threshold
            named.append(("RULE_THRESHOLD", "parameter", parameters, ("chart_threshold",), line))
        if rule.cause is not None:
            named.append(("RULE_CAUSE", "cause", causes, ("cause",), rule.cause))
        for code, noun, valid, where, written in named:
            if written not in valid:
                yield unknown(
                    code=code,
                    noun=noun,
                    written=written,
                    where=entry.where(*where),
                    valid=valid,
                    by=("rule", rule.rule),
                )


def severity_steps_can_be_reached(book: Book) -> Iterator[Problem]:
    """SEVERITY_UNREACHABLE: a step that follows one without a condition never applies."""
    for entry, rule in book.all("rule", Rule):
        for index, step in enumerate(rule.severity[:-1]):
            if step.when is None:
                yield Problem(
                    code="SEVERITY_UNREACHABLE",
                    where=entry.where("severity", index + 1),
                    zh=f"规则“{rule.rule}”的这一级永远轮不到：前一级“{step.severity}”没有 when，"
                    "总是成立。",
                    en=f"This step of the rule '{rule.rule}' is never reached: the step before it, "
                    f"'{step.severity}', has no `when` and always holds.",
                    fix_zh="给前一级写 when，或把没有 when 的一级放在最后。",
                    fix_en="Give the step before a `when`, or put the step without one last.",
                )
                break


def sentences_can_be_filled(book: Book) -> Iterator[Problem]:
    """PLACEHOLDER_*: both languages use the same placeholders, all of them known."""
    for entry, rule in book.all("rule", Rule):
        known = ALWAYS_KNOWN | set(rule.figures) | set(rule.thresholds)
        yield from _sentence(entry, "explain", rule.explain, known)
        if rule.window is not None:
            yield from _sentence(entry, "window", rule.window, known)


def severity_ranks_are_single(book: Book) -> Iterator[Problem]:
    """SEVERITY_RANK: two severities of one rank could not be put in order."""
    first: dict[int, str] = {}
    for entry, severity in book.all("severity", Severity):
        other = first.setdefault(severity.rank, severity.severity)
        if other != severity.severity:
            yield Problem(
                code="SEVERITY_RANK",
                where=entry.where("rank"),
                zh=f"风险等级“{severity.severity}”和“{other}”的 rank 都是 {severity.rank}。",
                en=f"The severities '{severity.severity}' and '{other}' both have rank "
                f"{severity.rank}.",
                fix_zh="每级一个 rank，1 最急。",
                fix_en="Give each its own rank; 1 is the most urgent.",
            )


def measures_suit_known_causes(book: Book) -> Iterator[Problem]:
    """MEASURE_CAUSE, MEASURE_DEPARTMENT, MEASURE_ITEM: what a measure names exists."""
    causes, departments = book.codes("cause"), book.codes("department")
    items = book.codes("item")
    for entry, measure in book.all("measure", MeasureKind):
        by = ("measure", measure.measure)
        for index, cause in enumerate(measure.suits):
            if cause not in causes:
                yield unknown(
                    code="MEASURE_CAUSE",
                    noun="cause",
                    written=cause,
                    where=entry.where("suits", index),
                    valid=causes,
                    by=by,
                )
        for index, item in enumerate(measure.items):
            if item not in items:
                yield unknown(
                    code="MEASURE_ITEM",
                    noun="item",
                    written=item,
                    where=entry.where("items", index),
                    valid=items,
                    by=by,
                )
        if measure.department is not None and measure.department not in departments:
            yield unknown(
                code="MEASURE_DEPARTMENT",
                noun="department",
                written=measure.department,
                where=entry.where("department"),
                valid=departments,
                by=by,
            )


def roles_stand_at_known_levels(book: Book) -> Iterator[Problem]:
    """ROLE_LEVEL: a role's level is no level of division of the chain."""
    levels = {
        level.level
        for _, header in book.all("header", PackHeader)
        for level in header.division_levels
    }
    for entry, role in book.all("role", Role):
        if role.level not in levels:
            yield unknown(
                code="ROLE_LEVEL",
                noun="level",
                written=role.level,
                where=entry.where("level"),
                valid=levels,
                by=("role", role.role),
            )


def _sentence(entry: Entry, key: str, words: Words, known: frozenset[str]) -> Iterator[Problem]:
    found: dict[str, set[str]] = {}
    for language, text in (("zh", words.zh), ("en", words.en)):
        try:
            found[language] = _placeholders(text)
        except ValueError:
            yield Problem(
                code="PLACEHOLDER_SHAPE",
                where=entry.where(key, language),
                zh=f"{entry.code} 的 {key}.{language} 中大括号不成对，或里面不只是一个名称。",
                en=f"{key}.{language} of {entry.code} has unpaired braces, or braces around more "
                "than one name.",
                fix_zh="大括号只用于占位符 {名称}，里面没有空格和格式。",
                fix_en="Braces are for placeholders only: {name}, without spaces or formats.",
            )
            return
        for name in sorted(found[language] - known):
            fix_zh, fix_en = advice(written=name, valid=known)
            yield Problem(
                code="PLACEHOLDER_UNKNOWN",
                where=entry.where(key, language),
                zh=f"{entry.code} 的 {key}.{language} 用了 {{{name}}}，它不在 figures、thresholds "
                "和 start、end、month 之中。",
                en=f"{key}.{language} of {entry.code} uses {{{name}}}, which is none of figures, "
                "thresholds, start, end, month.",
                fix_zh=f"把它加到 figures 或 thresholds，或改正名称。{fix_zh}",
                fix_en=f"Add it to figures or thresholds, or correct the name. {fix_en}",
            )
    if found["zh"] != found["en"] and found["zh"] | found["en"] <= known:
        only_zh = ", ".join(f"{{{name}}}" for name in sorted(found["zh"] - found["en"])) or "-"
        only_en = ", ".join(f"{{{name}}}" for name in sorted(found["en"] - found["zh"])) or "-"
        yield Problem(
            code="PLACEHOLDER_LANGUAGES",
            where=entry.where(key, "en"),
            zh=f"{entry.code} 的 {key} 中英文占位符不同：只在中文 {only_zh}；只在英文 {only_en}。",
            en=f"The languages of {key} of {entry.code} have other placeholders: only in zh "
            f"{only_zh}; only in en {only_en}.",
            fix_zh="两种语言用同样的占位符，事实才一样。",
            fix_en="Use the same placeholders in both, so that both tell the same facts.",
        )


def _placeholders(text: str) -> set[str]:
    """The names in braces. Raises ValueError for any brace that is not of a plain {name}."""
    if set("{}") & set(_PLACEHOLDER.sub("", text)):
        raise ValueError(text)
    return set(_PLACEHOLDER.findall(text))
