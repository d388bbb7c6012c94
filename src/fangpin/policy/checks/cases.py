"""Cases: what they name exists, and each rule has enough of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from fangpin.policy.cases import read_case_files
from fangpin.policy.checks.book import Book
from fangpin.policy.checks.case_decisions import decision_names
from fangpin.policy.checks.case_names import named_keys, named_value
from fangpin.policy.checks.feeds import is_month, month_problem
from fangpin.policy.checks.histories import history_problems
from fangpin.policy.checks.rules import FIGURES
from fangpin.policy.expressions.case_facts import PERSON_FACTS
from fangpin.policy.models.cases import PackCase
from fangpin.policy.reading.entries import Entry
from fangpin.values.problem import Problem

FEWEST_CASES = 4
"""A rule needs a hit, the same just across the line, an unknown and a suppression or exception."""

_YEAR = re.compile(r"[0-9]{4}")


def case_problems(*, book: Book, entries: Sequence[Entry]) -> Iterator[Problem]:
    """CASE_*, HISTORY_*: everything that cases name wrongly, and months that are none."""
    first: dict[str, Entry] = {}
    for entry in entries:
        case = entry.node
        if not isinstance(case, PackCase):
            continue
        other = first.setdefault(case.case, entry)
        if other is not entry:
            yield Problem(
                code="CASE_DUPLICATE",
                where=entry.where("case"),
                zh=f"案例名“{case.case}”已用于 {other.where()}。",
                en=f"The case name '{case.case}' is already used at {other.where()}.",
                fix_zh="一个案例说一句不同的话。",
                fix_en="Let every case state a sentence of its own.",
            )
        yield from _names(book, entry, case)
        yield from _months(book, entry, case)
    yield from history_problems(book=book, entries=entries)


def rules_have_enough_cases(book: Book) -> Iterator[Problem]:
    """RULE_CASES_FEW: a rule that fewer than four cases of the chain expect something of."""
    counted: dict[str, int] = {}
    for directory in book.pack.directories:
        files = sorted((directory / "cases").glob("*.yaml"))
        for entry in read_case_files(files=files):
            assert isinstance(entry.node, PackCase)
            for code in entry.node.expect.rules:
                counted[code] = counted.get(code, 0) + 1
    for code, rule in {rule.rule: rule for rule in book.pack.rules}.items():
        count = counted.get(code, 0)
        if count < FEWEST_CASES:
            yield Problem(
                code="RULE_CASES_FEW",
                where=book.pack.place_of("rule", code),
                zh=f"规则“{rule.title.zh}”（{code}）只有 {count} 个案例，"
                f"至少要 {FEWEST_CASES} 个。",
                en=f"The rule '{rule.title.en}' ({code}) has {count} cases; it needs at least "
                f"{FEWEST_CASES}.",
                fix_zh="在 cases/ 中补：命中、刚好不到线、资料不明、被排除的各一个。",
                fix_en="Add to cases/: one that hits, one just across the line, one with unknown "
                "facts, one that is left out.",
                details={"rule": code, "count_of_cases": count},
            )


def checks_have_enough_cases(book: Book) -> Iterator[Problem]:
    """CHECK_CASES_FEW: a check without a case that it finds, or without one that it does not."""
    hit: set[str] = set()
    passed: set[str] = set()
    for directory in book.pack.directories:
        for entry in read_case_files(files=sorted((directory / "cases").glob("*.yaml"))):
            assert isinstance(entry.node, PackCase)
            hit.update(entry.node.expect.findings)
            if entry.node.expect.no_findings != "any":
                passed.update(entry.node.expect.no_findings)
    for code, check in book.pack.case_checks.items():
        if code not in hit or code not in passed:
            yield Problem(
                code="CHECK_CASES_FEW",
                where=book.pack.place_of("check", code),
                zh=f"核查项“{check.title.zh}”（{code}）至少要有一个查出的案例和一个不应查出的案例。",
                en=f"The check '{check.title.en}' ({code}) needs a case that it finds and one that "
                "it does not.",
                fix_zh=f"在 cases/ 中补：findings: [{code}] 和 no_findings: [{code}] 各一个。",
                fix_en=f"Add to cases/ one with findings: [{code}] and one with "
                f"no_findings: [{code}].",
                details={"check": code},
            )


def _names(book: Book, entry: Entry, case: PackCase) -> Iterator[Problem]:
    registry = book.pack.header.registry
    fields = book.fields(registry.feed) if registry is not None else None
    rules, items, figures = book.codes("rule"), book.codes("item"), book.codes(*FIGURES)
    expect = case.expect
    yield from named_keys(
        entry, ("household",), case.household, "attribute", book.codes("attribute")
    )
    yield from named_keys(entry, ("ledger",), case.ledger, "item", items)
    yield from named_keys(entry, ("unknown",), case.unknown, "contract", book.codes("contract"))
    yield from decision_names(book, entry, case)
    yield from named_keys(entry, ("expect", "rules"), expect.rules, "rule", rules)
    yield from named_keys(entry, ("expect", "figures"), expect.figures, "figure", figures)
    for code, expected in expect.rules.items():
        path: tuple[str, ...] = ("expect", "rules", code)
        yield from named_keys(entry, (*path, "figures"), expected.figures, "figure", figures)
        yield from named_value(book, entry, (*path, "severity"), expected.severity, "severity")
    for index, series in enumerate(case.series):
        yield from named_value(book, entry, ("series", index, "item"), series.item, "item")
    people = {*(fields or ()), *PERSON_FACTS}
    for index, person in enumerate(case.persons if fields is not None else ()):
        yield from named_keys(entry, ("persons", index), person, "field", people)
    if expect.category not in (None, "none"):
        yield from named_value(book, entry, ("expect", "category"), expect.category, "category")
    if expect.alert is not None and expect.alert != "none":
        path = ("expect", "alert")
        yield from named_value(book, entry, (*path, "severity"), expect.alert.severity, "severity")
        yield from named_value(book, entry, (*path, "cause"), expect.alert.cause, "cause")
        for index, rule in enumerate(expect.alert.rules or ()):
            yield from named_value(book, entry, (*path, "rules", index), rule, "rule")


def _months(book: Book, entry: Entry, case: PackCase) -> Iterator[Problem]:
    """Annual items are keyed by year, all others by month."""
    for code, values in case.ledger.items():
        item = book.pack.items.get(code)
        if item is None:
            continue
        for key in values:
            where = entry.where("ledger", code, key, key=True)
            if item.period == "year" and not _YEAR.fullmatch(key):
                yield Problem(
                    code="CASE_PERIOD",
                    where=where,
                    zh=f"项目“{code}”按年计，键应为年份（如 2019），写的是“{key}”。",
                    en=f"The item '{code}' is yearly: its keys are years like 2019, not '{key}'.",
                    fix_zh="写四位年份。",
                    fix_en="Write the four digits of the year.",
                )
            elif item.period == "month" and not is_month(key):
                yield month_problem("CASE_PERIOD", where, key)
    for index, series in enumerate(case.series):
        for name, text in (("from", series.from_month), ("to", series.to_month)):
            if not is_month(text):
                yield month_problem("CASE_PERIOD", entry.where("series", index, name), text)
    for feed, months in case.unknown.items():
        for index, text in enumerate(months if isinstance(months, list) else ()):
            if not is_month(text):
                yield month_problem("CASE_PERIOD", entry.where("unknown", feed, index), text)
