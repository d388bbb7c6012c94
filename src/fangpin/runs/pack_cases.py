"""Runs a pack's cases through the same compiled SQL as a monthly run, one household each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from fangpin.indicators.compile import Compiler
from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.ledger.coverage import Coverage
from fangpin.linkage.households import make_spine
from fangpin.policy.expressions.check import Kind
from fangpin.policy.expressions.sql import column
from fangpin.policy.expressions.vocabulary import attribute_kinds, field_kinds
from fangpin.policy.models import PackCase, Rule
from fangpin.policy.pack import Pack
from fangpin.rules.evaluate import VIEW, Evaluation, evaluate
from fangpin.rules.explain import sentences
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError

COVERED_MONTHS = 36
"""A case counts every feed as delivered this far back, save for what it declares unknown."""
_HOUSEHOLD = 1
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


def run_cases(pack: Pack, cases: Iterable[tuple[str, PackCase]]) -> list[CaseResult]:
    """Run cases, each at its own place (`file:line`), over one engine."""
    results = []
    with connect(threads=1) as engine:
        for place, case in cases:
            try:
                problems = _differences(engine, pack, place, case)
            except ProblemError as error:
                problems = list(error.problems)
            results.append(CaseResult(place, case.case, tuple(problems)))
    return results


def _differences(engine: Engine, pack: Pack, place: str, case: PackCase) -> list[Problem]:
    month = Month.last_complete(case.as_of)
    coverage = _coverage(pack, case, month)
    sources = _make_ledger(engine, pack, case)
    _make_household(engine, pack, case, month)
    compiler = Compiler(pack=pack, as_of=case.as_of, month=month, coverage=coverage)
    evaluation = evaluate(
        engine=engine,
        compiler=compiler,
        spine="spine",
        source_of=lambda feed, _first, _last: sources.get(feed),
        figures=set(case.expect.figures)
        | {code for rule in case.expect.rules.values() for code in rule.figures},
    )
    names = engine.columns(f"SELECT * FROM {VIEW}")
    answer = dict(zip(names, engine.rows(f"SELECT * FROM {VIEW}")[0], strict=True))
    return list(_compare(pack, place, case, evaluation, answer, month))


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
            yield _unlike(place, case, f"{code} outcome", expected.outcome, f"{found} {figures}")
        elif expected.severity and answer[f"severity__{code}"] != expected.severity:
            severity = answer[f"severity__{code}"]
            yield _unlike(place, case, f"{code} severity", expected.severity, severity)
        yield from _compare_figures(place, case, expected.figures, answer)
    yield from _compare_figures(place, case, case.expect.figures, answer)
    if case.expect.category is not None:
        found = answer["category"] or "none"
        if found != case.expect.category:
            yield _unlike(place, case, "category", case.expect.category, found)
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
            yield _unlike(place, case, "sentence", words, told or "none")


def _compare_alert(
    pack: Pack, place: str, case: PackCase, hits: list[Rule], answer: dict[str, Any]
) -> Iterable[Problem]:
    expected = case.expect.alert
    if expected is None:
        return
    if expected == "none":
        if hits:
            yield _unlike(place, case, "alert", "none", ", ".join(rule.rule for rule in hits))
        return
    if not hits:
        yield _unlike(place, case, "alert", expected.severity, "none")
        return
    rank = {severity.severity: severity.rank for severity in pack.severities}
    first = min(hits, key=lambda rule: rank[answer[f"severity__{rule.rule}"]])
    severity = answer[f"severity__{first.rule}"]
    if severity != expected.severity:
        yield _unlike(place, case, "alert severity", expected.severity, severity)
    if expected.cause and first.cause != expected.cause:
        yield _unlike(place, case, "alert cause", expected.cause, str(first.cause))
    if expected.rules is not None:
        found = {rule.rule for rule in hits}
        if found != set(expected.rules):
            yield _unlike(place, case, "alert rules", str(expected.rules), str(sorted(found)))


def _compare_figures(
    place: str, case: PackCase, expected: dict[str, Any], answer: dict[str, Any]
) -> Iterable[Problem]:
    for code, value in expected.items():
        found = answer.get(code)
        if isinstance(value, Decimal) and found is not None and not isinstance(found, str | bool):
            digits = Decimal(1).scaleb(int(value.as_tuple().exponent))
            found = Decimal(str(found)).quantize(digits, rounding=ROUND_HALF_UP)
        if found != value:
            yield _unlike(place, case, code, str(value), str(found))


def _known_figures(rule: Rule | None, answer: dict[str, Any]) -> str:
    if rule is None:
        return ""
    return "(" + ", ".join(f"{code}={answer.get(code)}" for code in rule.figures) + ")"


def _unlike(place: str, case: PackCase, what: str, expected: str, found: str) -> Problem:
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
    return {
        code: pack.parameter(code, at=as_of, division=root).value for code in rule.thresholds
    }


def _coverage(pack: Pack, case: PackCase, month: Month) -> Coverage:
    delivered = []
    for feed in pack.contracts:
        missing = case.unknown.get(feed, [])
        if missing == "all":
            continue
        lacking = {int(Month.parse(text)) for text in missing}
        delivered += [
            (feed, int(month) - back)
            for back in range(COVERED_MONTHS)
            if int(month) - back not in lacking
        ]
    for code, values in _case_values(case).items():
        feed = pack.items[code].feed if code in pack.items else None
        unknown_months = {period for period, value in values.items() if value is None}
        delivered = [pair for pair in delivered if pair[0] != feed or pair[1] not in unknown_months]
    return Coverage.of(delivered)


def _case_values(case: PackCase) -> dict[str, dict[int, Decimal | str | None]]:
    """Item -> month -> value, with series and years resolved."""
    found: dict[str, dict[int, Decimal | str | None]] = {}
    for item, periods in case.ledger.items():
        for period, value in periods.items():
            text = f"{period}-01" if len(period) == 4 else period
            found.setdefault(item, {})[int(Month.parse(text))] = value
    for series in case.series:
        first, last = Month.parse(series.from_month), Month.parse(series.to_month)
        for month in range(int(first), int(last) + 1):
            found.setdefault(series.item, {})[month] = series.value
    return found


def _make_ledger(engine: Engine, pack: Pack, case: PackCase) -> dict[str, str]:
    """One table a feed with the case's amounts; returns feed -> table."""
    values = _case_values(case)
    unknown = sorted(set(values) - set(pack.items))
    if unknown:
        raise ProblemError(
            Problem(
                code="CASE_ITEM_UNKNOWN",
                where=case.case,
                zh=f"案例使用了政策包没有的收支项目：{'、'.join(unknown)}。",
                en=f"The case names ledger items that the pack lacks: {', '.join(unknown)}.",
                fix_zh="请核对项目代码。",
                fix_en="Check the item codes.",
            )
        )
    by_feed: dict[str, list[str]] = {}
    for code in values:
        item = pack.items[code]
        if item.feed is None:
            raise ProblemError(
                Problem(
                    code="CASE_ITEM_IS_TOTAL",
                    where=case.case,
                    zh=f"{code} 是合计项目，请填写它的组成项目：{'、'.join(item.of)}。",
                    en=f"{code} is a total; give the items that it adds: {', '.join(item.of)}.",
                )
            )
        by_feed.setdefault(item.feed, []).append(code)
    sources = {}
    for position, (feed, codes) in enumerate(by_feed.items()):
        table = f"case_ledger_{position}"
        columns = {"household_ref": "BIGINT", "month": "INTEGER"}
        # Columns that the case does not give exist all the same: a window may ask for them.
        codes = [item.item for item in pack.items.values() if item.feed == feed]
        for code in codes:
            is_state = pack.items[code].kind == "state"
            columns[code] = "VARCHAR" if is_state else "DECIMAL(18, 2)"
            if is_state:
                columns[code + "__at"] = "BIGINT"
        engine.make_empty_table(table, columns)
        rows = []
        for month in sorted({month for code in codes for month in values.get(code, {})}):
            row: list[Any] = [_HOUSEHOLD, month]
            for code in codes:
                value = values.get(code, {}).get(month)
                row.append(value)
                if pack.items[code].kind == "state":
                    row.append(month if value is not None else None)
            rows.append(row)
        engine.insert(table, rows)
        sources[feed] = table
    return sources


def _make_household(engine: Engine, pack: Pack, case: PackCase, month: Month) -> None:
    """The table `spine` with the one household of the case."""
    division = case.division or pack.header.root_division or ""
    kinds = attribute_kinds(pack)
    if case.persons:
        _make_people(engine, pack, case, division)
        make_spine(engine=engine, pack=pack, people="people", month=month, name="computed")
        # What the case states outright stands above what its persons give.
        columns = [
            f"CAST(? AS {_TYPES[kinds[code]]}) AS {column(code)}"
            if code in case.household
            else column(code)
            for code in kinds
        ]
        stated = [case.household[code] for code in kinds if code in case.household]
        engine.make_table(
            "spine", f"SELECT household_ref, division, {', '.join(columns)} FROM computed", stated
        )
        return
    definition = {"household_ref": "BIGINT", "division": "VARCHAR"}
    definition |= {code: _TYPES[kind] for code, kind in kinds.items()}
    engine.make_empty_table("spine", definition)
    engine.insert(
        "spine", [[_HOUSEHOLD, division, *(case.household.get(code) for code in kinds)]]
    )


def _make_people(engine: Engine, pack: Pack, case: PackCase, division: str) -> None:
    registry = pack.header.registry
    assert registry is not None, "checked when the pack was loaded"
    kinds = field_kinds(pack.contracts[registry.feed])
    definition = {"person_ref": "BIGINT", "household_ref": "BIGINT"}
    definition |= {code: _TYPES[kind] for code, kind in kinds.items()}
    engine.make_empty_table("people", definition)
    engine.insert(
        "people",
        [
            [
                position,
                _HOUSEHOLD,
                *(
                    division if code == registry.division else person.get(code)
                    for code in kinds
                ),
            ]
            for position, person in enumerate(case.persons)
        ],
    )
