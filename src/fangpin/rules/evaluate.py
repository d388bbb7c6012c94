"""Evaluates the rules in force over households: one view with every figure and every outcome.

Outcome of a rule for a household: not_applicable, no_hit, cannot_tell, suppressed or hit. What
could not be known never counts as no hit: it is `cannot_tell`, and it is counted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from fangpin.indicators.compile import CompiledIndicator, Compiler, compile_indicators
from fangpin.indicators.window_queries import SourceOf, feed_queries
from fangpin.lake.engine import Engine
from fangpin.lake.pieces import pieces
from fangpin.lake.statement import Statement
from fangpin.policy.expressions import parse, tree
from fangpin.policy.expressions.sql import column, quoted
from fangpin.policy.models.lists import Category, Rule
from fangpin.policy.pack import Pack

OUTCOMES = ("no_hit", "cannot_tell", "suppressed", "not_applicable", "hit")
"""In the order of their numbers: only that of a hit has the highest of three bits."""
RAISING = ("alert", "clue", "screening")
"""Kinds of rules whose hits raise an alert."""
VIEW = "evaluated"
"""household_ref, division, attributes, figures, `outcome__<rule>`, `severity__<rule>`, category."""
HITS = "evaluated_hits"
"""The table of those rows of VIEW that hit; the view itself is computed anew for each query."""
NUMBERS = "outcomes"
"""The table of household_ref and `outcomes_0`, `outcomes_1`, ...: the outcomes of the rules in order."""
PIECE = "windows_of_a_piece"
"""What the view `windows` is for all: one row a household with its windows, of some."""
HOUSEHOLDS_AT_ONCE = 500_000
"""So many are judged in one pass: all their windows fit into memory at once."""
T = TypeVar("T", str, Rule)
_BITS = 3
_RULES_A_NUMBER = 20
"""So many outcomes of three bits fit into one number of 64."""


def outcomes_in(rules: Sequence[str], numbers: Sequence[int]) -> dict[str, str]:
    """Rule -> outcome of one household, from its row of NUMBERS; `rules` are those of the run."""
    found: dict[str, str] = {}
    for together, number in zip(_packed(rules), numbers, strict=True):
        found |= _outcomes_in(together, number)
    return found


def bits_of(rules: Sequence[Rule], outcome: str) -> list[tuple[str, str, int, int]]:
    """(rule, column of NUMBERS, mask, value): the rule has this outcome where column & mask = value."""
    number = OUTCOMES.index(outcome)
    return [
        (rule.rule, f"outcomes_{place}", 7 << position * _BITS, number << position * _BITS)
        for place, together in enumerate(_packed(rules))
        for position, rule in enumerate(together)
    ]


@dataclass(frozen=True, slots=True)
class Windows:
    """The windows of a run: a table for each group that was computed in one pass."""

    tables: tuple[str, ...]
    columns: tuple[str, ...]
    """As in SELECT, over `spine` and the tables; of what nothing was delivered, NULL."""

    def of(self, spine: str, *, is_small: bool = False, within: str = "TRUE") -> str:
        """The query of a spine's households with one column a window.

        Of a small spine the tables are looked through for its households first: else the engine
        makes itself an index of every table's rows. `within` is a condition on household_ref.
        """
        some = "" if within == "TRUE" else f"WHERE {within}"
        if is_small:
            some = f"SEMI JOIN (SELECT household_ref FROM {spine}) AS few USING (household_ref)"

        def rows(table: str, name: str) -> str:
            return f"(SELECT * FROM {table} {some}) AS {name}" if some else f"{table} AS {name}"

        joins = " ".join(
            f"LEFT JOIN {rows(table, table)} USING (household_ref)" for table in self.tables
        )
        first = f"{spine} AS spine" if is_small else rows(spine, "spine")
        return f"SELECT {', '.join(['spine.*', *self.columns])} FROM {first} {joins}"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The rules that were evaluated in one engine; their answers are in the view VIEW.

    The view computes every figure anew each time it is read: `answers` reads it once for all.
    """

    engine: Engine
    compiler: Compiler
    rules: tuple[Rule, ...]
    spine: str
    windows: Windows
    query: str
    """The query of VIEW, over the view `windows`."""
    numbers: str
    """household_ref, and the outcomes of all rules packed into `outcomes_0`, `outcomes_1`, ..."""

    def answers(self) -> dict[str, dict[str, int]]:
        """Rule -> outcome -> households.

        Leaves two tables: HITS, the rows of VIEW that hit any rule, and NUMBERS, every household's
        outcomes as numbers (`outcomes_in` reads them).
        """
        self._make_numbers()
        counts = {rule.rule: dict.fromkeys(OUTCOMES, 0) for rule in self.rules}
        hits = ["FALSE"]
        for place, together in enumerate(_packed(self.rules)):
            name = f"outcomes_{place}"
            # Households differ in few combinations of outcomes: these are counted, then taken apart.
            for number, count in self.engine.rows(
                f"SELECT {name}, count(*) FROM {NUMBERS} GROUP BY {name}"
            ):
                for rule, outcome in _outcomes_in(together, number):
                    counts[rule.rule][outcome] += count
            any_hit = sum(4 << position * _BITS for position in range(len(together)))
            hits.append(f"({name} & {any_hit}) <> 0")
        # The dear part, all figures and severities, is computed for the few that hit only.
        hit = f"SELECT household_ref FROM {NUMBERS} WHERE {' OR '.join(hits)}"
        self.engine.make_table(HITS, self._of_some(hit))
        return counts

    def _make_numbers(self) -> None:
        """All figures of a household meet in one row: of many households, some after the others."""
        count = int(self.engine.value(f"SELECT count(*) FROM {self.spine}"))
        for place, within in enumerate(pieces(1 + count // HOUSEHOLDS_AT_ONCE)):
            query = self.numbers
            if within != "TRUE":
                self.engine.make_view(PIECE, self.windows.of(self.spine, within=within))
                query = query.replace("FROM windows", f"FROM {PIECE}", 1)
            if place:
                self.engine.append(NUMBERS, query)
            else:
                self.engine.make_table(NUMBERS, query)
        self.engine.drop(PIECE)

    def forget(self) -> None:
        """Drop VIEW and all that it rests on; HITS stays."""
        rests_on = ("windows", "some_windows", "some_spine", *self.windows.tables)
        self.engine.drop(VIEW, NUMBERS, *rests_on)

    def _of_some(self, households: str) -> str:
        """The query of VIEW for some households, over tables of theirs alone."""
        self.engine.make_table(
            "some_spine", f"SELECT * FROM {self.spine} WHERE household_ref IN ({households})"
        )
        self.engine.make_table("some_windows", self.windows.of("some_spine", is_small=True))
        return self.query.replace("FROM windows", "FROM some_windows", 1)


def _packed(rules: Sequence[T]) -> list[Sequence[T]]:
    """The rules whose outcomes share a number."""
    return [
        rules[start : start + _RULES_A_NUMBER] for start in range(0, len(rules), _RULES_A_NUMBER)
    ]


def _outcomes_in(together: Sequence[T], number: int) -> list[tuple[T, str]]:
    """Each rule of one number with its outcome."""
    return [
        (rule, OUTCOMES[number >> position * _BITS & 7]) for position, rule in enumerate(together)
    ]


def evaluate(
    *,
    engine: Engine,
    compiler: Compiler,
    spine: str,
    source_of: SourceOf,
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
    steps = {rule.rule: _outcome(compiler, rule) for rule in rules}
    outcomes = [_named_outcome(rule, steps[rule.rule]) for rule in rules]
    severities = [_severity(compiler, rule) for rule in rules]
    category = _category(compiler, categories)
    windows = make_windows(engine, compiler, spine, source_of)
    engine.make_view("windows", windows.of(spine))
    query = "SELECT * FROM windows"
    if item_figures:
        listed = ", ".join(f"{text} AS {column(code)}" for code, text in item_figures.items())
        query = f"SELECT *, {listed} FROM ({query}) AS items"
    query = _with_indicators(query, indicators)
    answers = ", ".join([*outcomes, *severities, f"{category} AS category"])
    whole = Statement(f"SELECT *, {answers} FROM ({query}) AS figures")
    engine.make_view(VIEW, whole)
    numbers = ", ".join(
        f"{_number([steps[rule.rule] for rule in together])} AS outcomes_{place}"
        for place, together in enumerate(_packed(rules))
    )
    packed = Statement(
        f"SELECT {', '.join(part for part in ('household_ref', numbers) if part)} "
        f"FROM ({query}) AS figures"
    )
    return Evaluation(engine, compiler, rules, spine, windows, whole.text, packed.text)


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


def make_windows(
    engine: Engine,
    compiler: Compiler,
    spine: str,
    source_of: SourceOf,
) -> Windows:
    """A table of household_ref and some windows for each query; never all of them in one.

    Joined to one table they would be as many numbers as the month has rows.
    """
    tables: list[str] = []
    columns: dict[str, str] = {}
    for position, (query, names) in enumerate(feed_queries(compiler, source_of, spine=spine)):
        table = f"window_{position}"
        engine.make_table(table, Statement(query))
        tables.append(table)
        columns |= {name: f"{table}.{column(name)}" for name in names}
    for window, name in compiler.windows.items():
        if name not in columns:
            kind = _empty_kind(compiler.pack, window)
            columns[name] = f"CAST(NULL AS {kind}) AS {column(name)}"
    return Windows(tuple(tables), tuple(columns.values()))


def _with_indicators(query: str, indicators: Sequence[CompiledIndicator]) -> str:
    """The query with a column an indicator, each level over those below it."""
    for level in sorted({indicator.level for indicator in indicators}):
        columns = []
        for indicator in indicators:
            if indicator.level == level:
                columns.append(f"{indicator.value.text} AS {column(indicator.code)}")
                if indicator.value.lower:
                    columns.append(
                        f"{indicator.value.lower} AS {column(indicator.code + '__lower')}"
                    )
        query = f"SELECT *, {', '.join(columns)} FROM ({query}) AS level_{level}"
    return query


def hit_query(compiler: Compiler, rule: Rule, windows: str) -> Statement:
    """household_ref of those whom one rule hits; `windows` is a table with the compiler's windows.

    The windows are noted in the compiler: make them after this and before it is run.
    """
    pack = compiler.pack
    texts = [text for text in (rule.applies_when, rule.hit_when, rule.suppressed_when) if text]
    wanted = {name for text in texts for name in tree.names(parse(text))}
    indicators = compile_indicators(compiler, wanted & set(pack.indicators))
    number = _number([_outcome(compiler, rule)])
    query = _with_indicators(f"SELECT * FROM {windows}", indicators)
    return Statement(
        f"SELECT household_ref FROM ({query}) AS figures WHERE {number} = {OUTCOMES.index('hit')}"
    )


def _empty_kind(pack: Pack, window: object) -> str:
    item = getattr(window, "item", None)
    if item is None:
        return "BIGINT"
    return "VARCHAR" if pack.items[item].kind == "state" else "DECIMAL(18, 2)"


def _outcome(compiler: Compiler, rule: Rule) -> list[tuple[str, str]]:
    """Condition -> outcome, the first that holds; a household for which none does is a hit."""
    hit = compiler.sql(rule.hit_when).text
    steps = []
    if rule.applies_when:
        applies = compiler.sql(rule.applies_when).text
        steps.append((f"NOT {applies}", "not_applicable"))
        steps.append((f"NOT {hit}", "no_hit"))
        steps.append((f"{applies} IS NULL OR {hit} IS NULL", "cannot_tell"))
    else:
        steps.append((f"NOT {hit}", "no_hit"))
        steps.append((f"{hit} IS NULL", "cannot_tell"))
    if rule.suppressed_when:
        # An unknown ground for suppression does not suppress: nobody is missed by missing data.
        steps.append((compiler.sql(rule.suppressed_when).text, "suppressed"))
    return steps


def _named_outcome(rule: Rule, steps: Sequence[tuple[str, str]]) -> str:
    chosen = " ".join(f"WHEN {condition} THEN {quoted(outcome)}" for condition, outcome in steps)
    return f"CASE {chosen} ELSE 'hit' END AS {column('outcome__' + rule.rule)}"


def _number(rules: Sequence[Sequence[tuple[str, str]]]) -> str:
    """The outcomes of some rules as one number, the first rule's in its lowest bits."""
    parts = []
    for place, steps in enumerate(rules):
        chosen = " ".join(
            f"WHEN {condition} THEN {OUTCOMES.index(outcome) << place * _BITS}"
            for condition, outcome in steps
        )
        parts.append(f"CAST(CASE {chosen} ELSE {4 << place * _BITS} END AS BIGINT)")
    return " + ".join(parts)


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
