"""Runs a pack's cases through the same compiled SQL as a monthly run, one household each."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from fangpin.indicators.compile import Compiler
from fangpin.indicators.window_queries import Source
from fangpin.lake.engine import Engine, EngineLost
from fangpin.lake.engines.duckdb import connect
from fangpin.ledger.coverage import Coverage
from fangpin.ledger.rollup import feed_items
from fangpin.linkage.registry.households import make_spine
from fangpin.policy.calendar import visit_due
from fangpin.policy.expressions.check import Kind
from fangpin.policy.expressions.vocabulary import attribute_kinds, field_kinds
from fangpin.policy.models.cases import PackCase
from fangpin.policy.models.lists import Rule
from fangpin.policy.pack import Pack
from fangpin.rules.evaluate import VIEW, Evaluation, evaluate, reason_order
from fangpin.rules.explain import sentences
from fangpin.runs.cases.case_ledger import coverage_of_case, refuse_unusable_items, values_of_case
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError

_TYPES: dict[Kind, str] = {
    "number": "DECIMAL(18, 2)",
    "truth": "BOOLEAN",
    "date": "DATE",
    "text": "VARCHAR",
    "unknown": "VARCHAR",
    "item": "VARCHAR",
}


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case and what it got wrong; a case without problems has passed."""

    place: str
    name: str
    problems: tuple[Problem, ...]


def run_cases(
    pack: Pack, cases: Iterable[tuple[str, PackCase]], *, engine: Engine | None = None
) -> list[CaseResult]:
    """Run cases, each at its own place (`file:line`); those of one day and coverage run together.

    `engine` evaluates them; None: DuckDB, opened for this alone.
    """
    placed = list(cases)
    found: list[tuple[Problem, ...]] = [()] * len(placed)
    groups: dict[tuple[date, frozenset[Any]], list[int]] = {}
    coverages: dict[int, Coverage] = {}
    for position, (place, case) in enumerate(placed):
        try:
            refuse_unusable_items(pack, place, case)
        except ProblemError as error:
            found[position] = error.problems
            continue
        if not _asks_rules(case):
            continue
        coverage = coverage_of_case(pack, case, Month.last_complete(case.as_of))
        coverages[position] = coverage
        groups.setdefault((case.as_of, frozenset(coverage.months.items())), []).append(position)
    with connect(threads=1) if engine is None else nullcontext(engine) as opened:
        for (as_of, _), positions in groups.items():
            members = {position: placed[position] for position in positions}
            answers = _evaluated(opened, pack, as_of, coverages[positions[0]], members)
            for position, problems in answers.items():
                found[position] = problems
    return [
        CaseResult(place, case.case, problems)
        for (place, case), problems in zip(placed, found, strict=True)
    ]


def _asks_rules(case: PackCase) -> bool:
    """Whether a case expects anything of rules, figures, alerts or the category by the ledger."""
    expect = case.expect
    by_ledger = expect.category is not None and not case.facts
    return bool(expect.rules or expect.figures or expect.alert or expect.sentence_zh or by_ledger)


def _evaluated(
    engine: Engine,
    pack: Pack,
    as_of: date,
    coverage: Coverage,
    cases: dict[int, tuple[str, PackCase]],
) -> dict[int, tuple[Problem, ...]]:
    """Evaluate cases of one day and coverage; the household_ref of a case is its position.

    Raises EngineLost: it says nothing of the cases.
    """
    month = Month.last_complete(as_of)
    try:
        sources = _make_ledger(engine, pack, cases)
        _make_households(engine, pack, cases, month)
        evaluation = evaluate(
            engine=engine,
            compiler=Compiler(pack=pack, as_of=as_of, month=month, coverage=coverage),
            spine="spine",
            source_of=lambda feed, _first, _last: sources.get(feed),
            figures={
                code
                for _, case in cases.values()
                for expected in (case.expect.figures, *_rule_figures(case))
                for code in expected
            },
        )
    except EngineLost:
        raise
    except ProblemError as error:
        return dict.fromkeys(cases, error.problems)
    names = engine.columns(f"SELECT * FROM {VIEW}")
    answers = {}
    for row in engine.rows(f"SELECT * FROM {VIEW}"):
        answer = dict(zip(names, row, strict=True))
        place, case = cases[answer["household_ref"]]
        answers[answer["household_ref"]] = tuple(
            _compare(pack, place, case, evaluation, answer, month)
        )
    return answers


def _rule_figures(case: PackCase) -> Iterable[dict[str, Any]]:
    return (rule.figures for rule in case.expect.rules.values())


def _compare(
    pack: Pack,
    place: str,
    case: PackCase,
    evaluation: Evaluation,
    answer: dict[str, Any],
    month: Month,
) -> Iterable[Problem]:
    by_code = {rule.rule: rule for rule in evaluation.rules}
    for code, expected in case.expect.rules.items():
        found = answer.get(f"outcome__{code}", "not_in_force")
        if found != expected.outcome:
            figures = _known_figures(by_code.get(code), answer)
            yield unlike(place, case, f"{code} outcome", expected.outcome, f"{found} {figures}")
        elif expected.severity and answer[f"severity__{code}"] != expected.severity:
            severity = answer[f"severity__{code}"]
            yield unlike(place, case, f"{code} severity", expected.severity, severity)
        yield from _compare_figures(place, case, expected.figures, answer)
    yield from _compare_figures(place, case, case.expect.figures, answer)
    if case.expect.category is not None and not case.facts:
        found = answer["category"] or "none"
        if found != case.expect.category:
            yield unlike(place, case, "category", case.expect.category, found)
    hits = [
        rule
        for rule in evaluation.rules
        if rule.kind in ("alert", "clue", "screening") and answer[f"outcome__{rule.rule}"] == "hit"
    ]
    yield from _compare_alert(pack, place, case, hits, answer)
    told = " ".join(
        sentences(
            pack,
            rule,
            month=month,
            figures=answer,
            thresholds=_thresholds(pack, rule, case.as_of),
        )[0]
        for rule in evaluation.rules
        if answer[f"outcome__{rule.rule}"] == "hit"
    )
    for words in case.expect.sentence_zh:
        if words not in told:
            yield unlike(place, case, "sentence", words, told or "none")


def _compare_alert(
    pack: Pack, place: str, case: PackCase, hits: list[Rule], answer: dict[str, Any]
) -> Iterable[Problem]:
    expected = case.expect.alert
    if expected is None:
        return
    if expected == "none":
        if hits:
            yield unlike(place, case, "alert", "none", ", ".join(rule.rule for rule in hits))
        return
    if not hits:
        yield unlike(place, case, "alert", expected.severity, "none")
        return
    rank = {severity.severity: severity.rank for severity in pack.severities}
    order = reason_order(pack)
    first = min(
        hits,
        key=lambda rule: (rank[answer[f"severity__{rule.rule}"]], order.index(rule.rule)),
    )
    severity = answer[f"severity__{first.rule}"]
    if severity != expected.severity:
        yield unlike(place, case, "alert severity", expected.severity, severity)
    due = visit_due(pack, severity, on=case.as_of)
    if expected.due is not None and expected.due != due:
        yield unlike(place, case, "alert due", str(expected.due), str(due))
    if expected.cause and first.cause != expected.cause:
        yield unlike(place, case, "alert cause", expected.cause, str(first.cause))
    if expected.rules is not None:
        found = {rule.rule for rule in hits}
        if found != set(expected.rules):
            yield unlike(place, case, "alert rules", str(expected.rules), str(sorted(found)))


def _compare_figures(
    place: str, case: PackCase, expected: dict[str, Any], answer: dict[str, Any]
) -> Iterable[Problem]:
    for code, value in expected.items():
        found = answer.get(code)
        if isinstance(value, Decimal) and found is not None and not isinstance(found, str | bool):
            digits = Decimal(1).scaleb(int(value.as_tuple().exponent))
            found = Decimal(str(found)).quantize(digits, rounding=ROUND_HALF_UP)
        if found != value:
            yield unlike(place, case, code, str(value), str(found))


def _known_figures(rule: Rule | None, answer: dict[str, Any]) -> str:
    if rule is None:
        return ""
    return "(" + ", ".join(f"{code}={answer.get(code)}" for code in rule.figures) + ")"


def unlike(place: str, case: PackCase, what: str, expected: str, found: str) -> Problem:
    """CASE_DIFFERS: what a case expects and what it got."""
    return Problem(
        code="CASE_DIFFERS",
        where=place,
        zh=f"“{case.case}”：{what} 应为 {expected}，实为 {found}。",
        en=f'"{case.case}": {what} should be {expected}, is {found}.',
        fix_zh="请核对案例的事实、规则和参数。",
        fix_en="Check the case's facts, the rule and its parameters.",
    )


def _thresholds(pack: Pack, rule: Rule, as_of: date) -> dict[str, Any]:
    root = pack.header.root_division
    return {code: pack.parameter(code, at=as_of, division=root).value for code in rule.thresholds}


def _make_ledger(
    engine: Engine, pack: Pack, cases: dict[int, tuple[str, PackCase]]
) -> dict[str, Source]:
    """One table a feed with the cases' amounts; returns feed -> table."""
    values = {position: values_of_case(case) for position, (_, case) in cases.items()}
    feeds = {pack.items[code].feed for amounts in values.values() for code in amounts}
    sources = {}
    for number, feed in enumerate(sorted(feed for feed in feeds if feed)):
        table = f"case_ledger_{number}"
        columns = {"household_ref": "BIGINT", "month": "INTEGER"}
        # Columns that no case gives exist all the same: a window may ask for them.
        codes = [item.item for item in feed_items(pack, feed)]
        states = {code for code in codes if pack.items[code].kind == "state"}
        for code in codes:
            columns[code] = "VARCHAR" if code in states else "DECIMAL(18, 2)"
            columns[code + "__rows"] = "BIGINT"
            if code in states:
                columns |= {code + "__delivery": "VARCHAR", code + "__row": "INTEGER"}
        rows = []
        for position, amounts in values.items():
            for month in sorted({m for code in codes for m in amounts.get(code, {})}):
                row: list[Any] = [position, month]
                for code in codes:
                    value = amounts.get(code, {}).get(month)
                    row += [value, None if value is None else 1]
                    if code in states:
                        row += ["case", 1]
                rows.append(row)
        engine.make_empty_table(table, columns)
        engine.insert(table, rows)
        sources[feed] = Source(table, is_plain=True)
    return sources


def _make_households(
    engine: Engine, pack: Pack, cases: dict[int, tuple[str, PackCase]], month: Month
) -> None:
    """The table `spine`, one household a case: computed from its persons, or stated outright."""
    kinds = attribute_kinds(pack)
    computed = _computed_attributes(engine, pack, cases, month)
    definition = {"household_ref": "BIGINT", "division": "VARCHAR"}
    definition |= {code: _TYPES[kind] for code, kind in kinds.items()}
    engine.make_empty_table("spine", definition)
    rows = []
    for position, (_, case) in cases.items():
        # What the case states stands above what its persons give.
        known = {**computed.get(position, {}), **case.household}
        division = case.division or pack.header.root_division or ""
        rows.append([position, division, *(known.get(code) for code in kinds)])
    engine.insert("spine", rows)


def _computed_attributes(
    engine: Engine, pack: Pack, cases: dict[int, tuple[str, PackCase]], month: Month
) -> dict[int, dict[str, Any]]:
    registry = pack.header.registry
    if registry is None or not any(case.persons for _, case in cases.values()):
        return {}
    kinds = field_kinds(pack.contracts[registry.feed])
    definition = {"person_ref": "BIGINT", "household_ref": "BIGINT"}
    definition |= {code: _TYPES[kind] for code, kind in kinds.items()}
    engine.make_empty_table("people", definition)
    rows: list[list[Any]] = []
    for position, (_, case) in cases.items():
        division = case.division or pack.header.root_division
        for person in case.persons:
            values = [division if code == registry.division else person.get(code) for code in kinds]
            rows.append([len(rows), position, *values])
    engine.insert("people", rows)
    make_spine(engine=engine, pack=pack, people="people", month=month, name="computed")
    names = engine.columns("SELECT * FROM computed")
    found = {}
    for row in engine.rows("SELECT * FROM computed"):
        answer = dict(zip(names, row, strict=True))
        found[answer["household_ref"]] = {code: answer[code] for code in pack.attributes}
    return found
