"""Evaluates the rules in force over households: one view with every figure and every outcome.

Outcome of a rule for a household: not_applicable, no_hit, cannot_tell, suppressed or hit. What
could not be known never counts as no hit: it is `cannot_tell`, and it is counted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fangpin.indicators.compile import Compiler, compile_indicators, feed_queries
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.statement import Statement
from fangpin.policy.expressions import parse, tree
from fangpin.policy.expressions.sql import column, quoted
from fangpin.policy.models import Category, Rule
from fangpin.policy.pack import Pack

OUTCOMES = ("hit", "no_hit", "cannot_tell", "suppressed", "not_applicable")
VIEW = "evaluated"
"""household_ref, division, attributes, figures, `outcome__<rule>`, `severity__<rule>`, category."""
HITS = "evaluated_hits"
"""The table of those rows of VIEW that hit; the view itself is computed anew for each query."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The rules that were evaluated in one engine; their answers are in the view VIEW.

    The view computes every figure anew each time it is read: `answers` reads it once for all.
    """

    engine: Engine
    compiler: Compiler
    rules: tuple[Rule, ...]
    query: str
    """The query of VIEW, over the table `windows`."""

    def answers(self) -> dict[str, dict[str, int]]:
        """Rule -> outcome -> households; leaves the table HITS, the rows of VIEW that hit any rule."""
        outcomes = [column("outcome__" + rule.rule) for rule in self.rules]
        # Kept as small numbers under their names: a million texts are dear to compare.
        named = f"ENUM({', '.join(map(quoted, OUTCOMES))})"
        listed = ["household_ref", *(f"CAST({name} AS {named}) AS {name}" for name in outcomes)]
        self.engine.make_table("outcomes", f"SELECT {', '.join(listed)} FROM {VIEW}")
        parts = [
            f"count(*) FILTER (WHERE {name} = {quoted(outcome)})"
            for name in outcomes
            for outcome in OUTCOMES
        ]
        row = iter(self.engine.rows(f"SELECT {', '.join(parts or ['0'])} FROM outcomes")[0])
        counts = {rule.rule: {outcome: next(row) for outcome in OUTCOMES} for rule in self.rules}
        # The dear part, all figures and severities, is computed for the few that hit only.
        hit = " OR ".join(f"{name} = 'hit'" for name in outcomes)
        self.engine.make_table(
            "windows_that_hit",
            "SELECT * FROM windows WHERE household_ref IN "
            f"(SELECT household_ref FROM outcomes WHERE {hit or 'FALSE'})",
        )
        self.engine.make_table(HITS, self.query.replace("FROM windows", "FROM windows_that_hit", 1))
        self.engine.drop("outcomes", "windows_that_hit")
        return counts


def evaluate(
    *,
    engine: Engine,
    compiler: Compiler,
    spine: str,
    source_of: Callable[[str, int, int], str | None],
    figures: set[str] | None = None,
) -> Evaluation:
    """Evaluate all rules and categories in force over the households of `spine`.

    `spine` is a table: household_ref, division, one column an attribute. `figures` are further
    indicators to compute. Raises ProblemError NO_VALUE_FOR_DATE for a parameter without a value.
    """
    pack = compiler.pack
    rules = pack.rules_in_force(compiler.as_of)
    categories = pack.categories_in_force(compiler.as_of)
    wanted = _named(rules, categories) | _shown(rules) | (figures or set())
    indicators = compile_indicators(compiler, wanted & set(pack.indicators))
    item_figures = {
        code: compiler.sql(_item_figure(pack, code)).text
        for code in sorted((_shown(rules) | (figures or set())) & set(pack.items))
    }
    outcomes = [_outcome(compiler, rule) for rule in rules]
    severities = [_severity(compiler, rule) for rule in rules]
    category = _category(compiler, categories)
    _join_windows(engine, compiler, spine, source_of)
    query = "SELECT * FROM windows"
    levels = sorted({indicator.level for indicator in indicators})
    if item_figures:
        listed = ", ".join(f"{text} AS {column(code)}" for code, text in item_figures.items())
        query = f"SELECT *, {listed} FROM ({query}) AS items"
    for level in levels:
        columns = []
        for indicator in indicators:
            if indicator.level == level:
                columns.append(f"{indicator.value.text} AS {column(indicator.code)}")
                if indicator.value.lower:
                    columns.append(
                        f"{indicator.value.lower} AS {column(indicator.code + '__lower')}"
                    )
        query = f"SELECT *, {', '.join(columns)} FROM ({query}) AS level_{level}"
    answers = ", ".join([*outcomes, *severities, f"{category} AS category"])
    whole = Statement(f"SELECT *, {answers} FROM ({query}) AS figures")
    engine.make_view(VIEW, whole)
    return Evaluation(engine, compiler, rules, whole.text)


def reason_order(pack: Pack) -> list[str]:
    """Rule codes in the order in which equally urgent reasons are told.

    The risk cause that the pack lists first leads, then the order of the rules in the pack.
    """
    codes = list(dict.fromkeys(rule.rule for rule in pack.rules))
    cause_of = {rule.rule: rule.cause for rule in pack.rules}
    last = len(pack.causes) + max((cause.order for cause in pack.causes.values()), default=0)

    def order(code: str) -> int:
        cause = pack.causes.get(cause_of[code] or "")
        return cause.order if cause else last

    return sorted(codes, key=order)


def figure_codes(rule: Rule) -> list[str]:
    """The figures that a rule shows, each once, in the rule's order."""
    return list(dict.fromkeys(rule.figures))


def _named(rules: tuple[Rule, ...], categories: tuple[Category, ...]) -> set[str]:
    """Every name that a condition uses."""
    texts = [category.when for category in categories]
    for rule in rules:
        texts += [text for text in (rule.applies_when, rule.hit_when, rule.suppressed_when) if text]
        texts += [step.when for step in rule.severity if step.when]
    return {name for text in texts for name in tree.names(parse(text))}


def _shown(rules: tuple[Rule, ...]) -> set[str]:
    return {code for rule in rules for code in rule.figures}


def _item_figure(pack: Pack, code: str) -> str:
    """An item shown as a figure: its amount in the judged month, or the latest state or year."""
    item = pack.items[code]
    is_latest = item.kind == "state" or item.period == "year"
    return f"last({code})" if is_latest else f"sum({code}, months=1)"


def _join_windows(
    engine: Engine,
    compiler: Compiler,
    spine: str,
    source_of: Callable[[str, int, int], str | None],
) -> None:
    """The table `windows`: the spine with one column a window; NULL where nothing was delivered."""
    joins, columns, found = [], ["spine.*"], set()
    for position, (query, names) in enumerate(feed_queries(compiler, source_of, spine=spine)):
        engine.make_table(f"window_{position}", Statement(query))
        joins.append(f"LEFT JOIN window_{position} USING (household_ref)")
        columns += [f"window_{position}.{column(name)}" for name in names]
        found |= set(names)
    for window, name in compiler.windows.items():
        if name not in found:
            columns.append(f"CAST(NULL AS {_empty_kind(compiler.pack, window)}) AS {column(name)}")
    engine.make_table(
        "windows", f"SELECT {', '.join(columns)} FROM {spine} AS spine {' '.join(joins)}"
    )
    engine.drop(*(f"window_{position}" for position in range(len(joins))))


def _empty_kind(pack: Pack, window: object) -> str:
    item = getattr(window, "item", None)
    if item is None:
        return "BIGINT"
    return "VARCHAR" if pack.items[item].kind == "state" else "DECIMAL(18, 2)"


def _outcome(compiler: Compiler, rule: Rule) -> str:
    hit = compiler.sql(rule.hit_when).text
    steps = []
    if rule.applies_when:
        applies = compiler.sql(rule.applies_when).text
        steps.append(f"WHEN NOT {applies} THEN 'not_applicable'")
        steps.append(f"WHEN NOT {hit} THEN 'no_hit'")
        steps.append(f"WHEN {applies} IS NULL OR {hit} IS NULL THEN 'cannot_tell'")
    else:
        steps.append(f"WHEN NOT {hit} THEN 'no_hit'")
        steps.append(f"WHEN {hit} IS NULL THEN 'cannot_tell'")
    if rule.suppressed_when:
        # An unknown ground for suppression does not suppress: nobody is missed by missing data.
        steps.append(f"WHEN {compiler.sql(rule.suppressed_when).text} THEN 'suppressed'")
    return f"CASE {' '.join(steps)} ELSE 'hit' END AS {column('outcome__' + rule.rule)}"


def _severity(compiler: Compiler, rule: Rule) -> str:
    steps = []
    otherwise = rule.severity[-1].severity
    for step in rule.severity:
        if step.when is None:
            otherwise = step.severity
            break
        steps.append(f"WHEN {compiler.sql(step.when).text} THEN {quoted(step.severity)}")
    chosen = f"CASE {' '.join(steps)} ELSE {quoted(otherwise)} END" if steps else quoted(otherwise)
    return f"{chosen} AS {column('severity__' + rule.rule)}"


def _category(compiler: Compiler, categories: tuple[Category, ...]) -> str:
    steps = [
        f"WHEN {compiler.sql(category.when).text} THEN {quoted(category.category)}"
        for category in sorted(categories, key=lambda category: category.order)
    ]
    return f"CASE {' '.join(steps)} END" if steps else "CAST(NULL AS VARCHAR)"
