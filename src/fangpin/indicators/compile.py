"""Indicators compiled to SQL: one aggregate a feed, joined on the spine of households.

Grain of every table: household_ref. A figure is NULL where it is unknown: months that were not
delivered, or a household without a row in a feed whose absence means unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from fangpin.indicators.windows import (
    Window,
    WindowLast,
    WindowMonths,
    WindowSum,
    whole_number,
)
from fangpin.ledger.coverage import Coverage
from fangpin.policy.expressions import parse, tree
from fangpin.policy.expressions.spans import LOOK_BACK, base_items, school_year_first, year_first
from fangpin.policy.expressions.sql import Sql, column, number, quoted, to_sql
from fangpin.policy.models import Contract, LedgerItem, ParameterValue
from fangpin.policy.pack import Pack
from fangpin.values.month import Month


@dataclass(slots=True)
class Compiler:
    """Compiles the expressions of one run: a pack, a date, a judged month and what was delivered."""

    pack: Pack
    as_of: date
    month: Month
    coverage: Coverage
    overrides: Mapping[str, Decimal] = field(default_factory=dict)
    """Parameter -> a value tried in place of the pack's, for back-tests."""
    windows: dict[Window, str] = field(default_factory=dict)
    lowered: set[str] = field(default_factory=set)
    """Indicators that have a certain lower bound beside their value."""
    inexact: set[str] = field(default_factory=set)
    """Indicators whose value is a double: a quotient, or computed from one."""

    def sql(self, text: str) -> Sql:
        """The SQL of an expression over households; windows it needs are noted."""
        return to_sql(self._fixed(parse(text)), self._resolve)

    def parameter(self, code: str) -> Sql:
        """The SQL of a parameter: a constant, or a choice by division where values differ."""
        if code in self.overrides:
            return Sql(number(self.overrides[code]), is_constant=True)
        root = self.pack.header.root_division
        general = self.pack.parameter(code, at=self.as_of, division=root)
        inside = [
            value
            for value in self.pack.parameters[code].values
            if value.division
            and value.division != root
            and value.division.startswith(root or "")
            and _in_force(value, self.as_of)
        ]
        if not inside:
            return _constant(general)
        steps = " ".join(
            f"WHEN starts_with(division, {quoted(value.division or '')}) "
            f"THEN {_constant(value).text}"
            for value in sorted(inside, key=lambda value: -len(value.division or ""))
        )
        return Sql(f"CASE {steps} ELSE {_constant(general).text} END")

    def _fixed(self, node: tree.Node) -> tree.Node:
        """months=param('...') becomes a number: windows are fixed when a run is compiled."""
        if isinstance(node, tree.Call):
            options = tuple(
                (
                    name,
                    tree.Number(Decimal(self.parameter(_parameter_code(value)).text))
                    if name in ("months", "ago") and isinstance(value, tree.Call)
                    else value,
                )
                for name, value in node.options
            )
            return tree.Call(
                node.function, tuple(self._fixed(item) for item in node.arguments), options
            )
        match node:
            case tree.Minus(operand):
                return tree.Minus(self._fixed(operand))
            case tree.Not(operand):
                return tree.Not(self._fixed(operand))
            case tree.Calculation(operator, left, right):
                return tree.Calculation(operator, self._fixed(left), self._fixed(right))
            case tree.Compare(operator, left, right):
                return tree.Compare(operator, self._fixed(left), self._fixed(right))
            case tree.Among(left, choices):
                return tree.Among(self._fixed(left), choices)
            case tree.Logical(operator, operands):
                return tree.Logical(operator, tuple(self._fixed(item) for item in operands))
            case _:
                return node

    def _resolve(self, node: tree.Name | tree.Call) -> Sql:
        if isinstance(node, tree.Name):
            lower = column(f"{node.code}__lower") if node.code in self.lowered else None
            return Sql(column(node.code), exact=node.code not in self.inexact, lower=lower)
        if node.function == "param":
            return self.parameter(_parameter_code(node))
        item = node.arguments[0]
        assert isinstance(item, tree.Name), "checked when the pack was loaded"
        bases = base_items(self.pack, item.code)
        match node.function:
            case "sum":
                months = whole_number(node.option("months"), 12)
                last = self.month - whole_number(node.option("ago"), 0)
                return self._sum(bases, last - months + 1, last)
            case "year_to_date":
                return self._sum(bases, year_first(self.month), self.month)
            case "school_year":
                start = self.pack.header.school_year_start_month or 1
                return self._sum(bases, school_year_first(self.month, start), self.month)
            case "happened":
                months = whole_number(node.option("months"), 1)
                total = self._sum(bases, self.month - months + 1, self.month)
                return to_sql(
                    tree.Compare(">", node.arguments[0], tree.Number(Decimal(0))),
                    lambda _: total,
                )
            case "last":
                months = whole_number(node.option("months"), LOOK_BACK)
                return self._last(bases, self.month - months + 1, self.month)
            case "run_of_months":
                return self._run(bases, node)
            case "count_months":
                return self._count(bases, node)
        raise AssertionError(f"no window function {node.function}")

    def _contract(self, item: LedgerItem) -> Contract:
        assert item.feed is not None, "checked when the pack was loaded"
        return self.pack.contracts[item.feed]

    def _column(self, window: Window) -> str:
        return column(self.windows.setdefault(window, f"w{len(self.windows)}"))

    def _sum(self, bases: Sequence[LedgerItem], first: int, last: int) -> Sql:
        values, lowers, has_lower = [], [], False
        for item in bases:
            contract = self._contract(item)
            found = self._column(WindowSum(item.item, int(first), int(last)))
            known = self.coverage.is_known(contract, first, last)
            if contract.absence == "unknown":
                values.append(found if known else "NULL")
                lowers.append(f"coalesce({found}, 0)" if item.never_negative else values[-1])
                has_lower |= item.never_negative
            else:
                values.append(f"coalesce({found}, 0)" if known else "NULL")
                lowers.append(f"coalesce({found}, 0)" if item.never_negative else values[-1])
                has_lower |= item.never_negative and not known
        typed = [f"CAST({value} AS DECIMAL(18, 2))" for value in values]
        return Sql(
            f"({' + '.join(typed)})",
            lower=f"({' + '.join(lowers)})" if has_lower else None,
        )

    def _last(self, bases: Sequence[LedgerItem], first: int, last: int) -> Sql:
        values = []
        for item in bases:
            contract = self._contract(item)
            found = self._column(WindowLast(item.item, int(first), int(last)))
            if item.kind == "state":
                return Sql(found)
            delivered = self.coverage.is_known(contract, first, last)
            is_zero = delivered and contract.absence == "zero"
            values.append(f"coalesce({found}, 0)" if is_zero else found)
        return Sql(f"({' + '.join(values)})")

    def _months(self, bases: Sequence[LedgerItem], node: tree.Call, width: int) -> str:
        above, at_least = node.option("above"), node.option("at_least")
        given = above if above is not None else at_least
        assert given is not None, "checked when the pack was loaded"
        level = to_sql(given, self._resolve)
        window = WindowMonths(
            items=tuple(item.item for item in bases),
            comparison=">" if above is not None else ">=",
            level=level.text,
            width=width,
            by_division=not level.is_constant,
        )
        bits = f"coalesce({self._column(window)}, 0)"
        certain = self._mask([item for item in bases if not item.never_negative], width)
        # Rows of a month that was not delivered whole prove nothing where amounts may be negative.
        return bits if certain == (1 << width) - 1 else f"({bits} & {certain})"

    def _mask(self, bases: Sequence[LedgerItem], width: int) -> int:
        mask = (1 << width) - 1
        for item in bases:
            mask &= self.coverage.mask(self._contract(item), self.month, width)
        return mask

    def _unless_silent(self, bases: Sequence[LedgerItem], value: str, width: int) -> str:
        """NULL for a household without a row in a window where absence means unknown."""
        silent = [
            f"{self._column(WindowSum(item.item, self.month - width + 1, int(self.month)))} IS NULL"
            for item in bases
            if self._contract(item).absence == "unknown"
        ]
        return f"CASE WHEN NOT ({' OR '.join(silent)}) THEN {value} END" if silent else value

    def _run(self, bases: Sequence[LedgerItem], node: tree.Call) -> Sql:
        bits = self._months(bases, node, LOOK_BACK)
        # Ones of `bits` from bit 0 up to the first zero: the consecutive months that end now.
        run = f"CAST(bit_count(xor({bits}, {bits} + 1)) - 1 AS INTEGER)"
        known = self._mask(bases, LOOK_BACK)
        # The run is known when the month that ended it was delivered (or the look-back ended it).
        value = (
            f"CASE WHEN {run} >= {LOOK_BACK} "
            f"OR (CAST({known} AS BIGINT) >> {run}) % 2 = 1 THEN {run} END"
        )
        if known == (1 << LOOK_BACK) - 1:
            value = run
        value = self._unless_silent(bases, value, LOOK_BACK)
        return Sql(value, lower=None if value == run else run)

    def _count(self, bases: Sequence[LedgerItem], node: tree.Call) -> Sql:
        width = whole_number(node.option("months"), 12)
        count = f"CAST(bit_count({self._months(bases, node, width)}) AS INTEGER)"
        if self._mask(bases, width) != (1 << width) - 1:
            return Sql("CAST(NULL AS INTEGER)", lower=count)
        value = self._unless_silent(bases, count, width)
        return Sql(value, lower=None if value == count else count)


@dataclass(frozen=True, slots=True)
class CompiledIndicator:
    """One indicator's SQL, in an order in which each uses only earlier ones."""

    code: str
    level: int
    value: Sql


def compile_indicators(compiler: Compiler, needed: set[str]) -> list[CompiledIndicator]:
    """The needed indicators and those they use; `level` n uses only levels below n."""
    done: dict[str, CompiledIndicator] = {}

    def add(code: str) -> int:
        if code not in compiler.pack.indicators:
            return 0
        if code not in done:
            text = compiler.pack.indicators[code].expression
            level = 1 + max((add(name) for name in sorted(tree.names(parse(text)))), default=0)
            value = compiler.sql(text)
            if value.lower:
                compiler.lowered.add(code)
            if not value.exact:
                compiler.inexact.add(code)
            done[code] = CompiledIndicator(code, level, value)
        return done[code].level

    for code in sorted(needed):
        add(code)
    return sorted(done.values(), key=lambda item: (item.level, item.code))


@dataclass(frozen=True, slots=True)
class Source:
    """A table of one feed's ledger rows in a window of months."""

    name: str
    is_plain: bool = False
    """No household has two rows of figures for one month, and nothing was taken back."""


SourceOf = Callable[[str, int, int], Source | None]
"""The ledger rows of a feed between two months; None when there are none."""


def feed_queries(
    compiler: Compiler, source_of: SourceOf, *, spine: str
) -> list[tuple[str, list[str]]]:
    """One query a feed (and few more for states and for months of several feeds): SQL and columns.

    Windows without any source are not in the result: their figures are NULL.
    """
    found: list[tuple[str, list[str]]] = []
    by_feed: dict[str, list[tuple[Window, str]]] = {}
    for window, name in compiler.windows.items():
        feeds = _feeds_of(compiler.pack, window)
        if len(feeds) > 1 or (isinstance(window, WindowMonths) and window.by_division):
            assert isinstance(window, WindowMonths)
            query = _months_query(compiler, window, name, source_of, spine)
            if query:
                found.append((query, [name]))
        else:
            by_feed.setdefault(feeds.pop(), []).append((window, name))
    for feed, windows in by_feed.items():
        figures = [one for one in windows if not _is_state(compiler.pack, one[0])]
        states = [one for one in windows if _is_state(compiler.pack, one[0])]
        for together, query_of in ((figures, _feed_query), (states, _states_query)):
            if together:
                first = min(_months_of(compiler, window)[0] for window, _ in together)
                last = max(_months_of(compiler, window)[1] for window, _ in together)
                source = source_of(feed, first, last)
                if source:
                    query = query_of(compiler, together, source, first, last)
                    found.append((query, [name for _, name in together]))
    return found


def _feeds_of(pack: Pack, window: Window) -> set[str]:
    items = window.items if isinstance(window, WindowMonths) else (window.item,)
    feeds = {pack.items[code].feed for code in items}
    return {feed for feed in feeds if feed is not None}


def _is_state(pack: Pack, window: Window) -> bool:
    return isinstance(window, WindowLast) and pack.items[window.item].kind == "state"


def _months_of(compiler: Compiler, window: Window) -> tuple[int, int]:
    if isinstance(window, WindowMonths):
        return int(compiler.month) - window.width + 1, int(compiler.month)
    return window.first, window.last


def _feed_query(
    compiler: Compiler,
    windows: Sequence[tuple[Window, str]],
    source: Source,
    first: int,
    last: int,
) -> str:
    """Every window of a feed's figures in one pass over its rows.

    Where a household may have several rows a month, they are added up first for the windows that
    look at single months. Rows that were all taken back are no rows.
    """
    whole = f"month BETWEEN {first} AND {last}"
    rows = f"{source.name} WHERE {whole}"
    if not source.is_plain and any(not isinstance(window, WindowSum) for window, _ in windows):
        items = dict.fromkeys(
            code
            for window, _ in windows
            for code in (window.items if isinstance(window, WindowMonths) else (window.item,))
        )
        sums = ", ".join(
            f"{_total(compiler.pack, code, column(code))} AS {column(code)}, "
            f"sum({column(code + '__rows')}) AS {column(code + '__rows')}"
            for code in items
        )
        rows = (
            f"(SELECT household_ref, month, {sums} FROM {rows} "
            "GROUP BY household_ref, month) AS months"
        )
    columns = ["household_ref"]
    for window, name in windows:
        if isinstance(window, WindowMonths):
            text = _bits(compiler, window, source)
        else:
            is_whole = (window.first, window.last) == (first, last)
            within = "" if is_whole else f"month BETWEEN {window.first} AND {window.last}"
            value = column(window.item)
            if isinstance(window, WindowLast):
                there = f"{value} IS NOT NULL"
                if not source.is_plain:
                    there += f" AND {column(window.item + '__rows')} > 0"
                given = " AND ".join(part for part in (within, there) if part)
                text = f"arg_max({value}, month) FILTER (WHERE {given})"
            else:
                text = _total(compiler.pack, window.item, _within(value, within))
                feed = compiler.pack.items[window.item].feed or ""
                if compiler.pack.contracts[feed].absence == "unknown" and not source.is_plain:
                    count = f"sum({_within(column(window.item + '__rows'), within)})"
                    text = f"CASE WHEN {count} > 0 THEN {text} END"
        columns.append(f"{text} AS {column(name)}")
    return f"SELECT {', '.join(columns)} FROM {rows} GROUP BY household_ref"


def _within(value: str, within: str) -> str:
    return f"CASE WHEN {within} THEN {value} END" if within else value


def _total(pack: Pack, item: str, value: str) -> str:
    """A sum, in no more room than an amount needs."""
    is_amount = pack.items[item].kind == "amount"
    return f"CAST(sum({value}) AS DECIMAL(18, 2))" if is_amount else f"sum({value})"


def _bits(compiler: Compiler, window: WindowMonths, source: Source) -> str:
    last = int(compiler.month)
    parts = [column(item) for item in window.items]
    if source.is_plain and len(parts) == 1:
        meets = f"{parts[0]} {window.comparison} {window.level}"
    else:
        total = " + ".join(f"coalesce({part}, 0)" for part in parts)
        count = " + ".join(f"coalesce({column(item + '__rows')}, 0)" for item in window.items)
        meets = f"{total} {window.comparison} {window.level} AND {count} > 0"
    return (
        f"bit_or(CASE WHEN month BETWEEN {last - window.width + 1} AND {last} AND {meets} "
        f"THEN CAST(1 AS BIGINT) << CAST({last} - month AS INTEGER) END)"
    )


def _states_query(
    _compiler: Compiler,
    windows: Sequence[tuple[Window, str]],
    source: Source,
    first: int,
    last: int,
) -> str:
    """The latest state of each window that was not taken back."""
    if source.is_plain:
        columns = ["household_ref"]
        for window, name in windows:
            assert isinstance(window, WindowLast)
            within = f"month BETWEEN {window.first} AND {window.last}"
            columns.append(
                f"arg_max({column(window.item)}, {column(window.item + '__at')}) "
                f"FILTER (WHERE {within}) AS {column(name)}"
            )
        some = " OR ".join(
            dict.fromkeys(
                f"{column(window.item)} IS NOT NULL"
                for window, _ in windows
                if isinstance(window, WindowLast)
            )
        )
        return (
            f"SELECT {', '.join(columns)} FROM {source.name} "
            f"WHERE month BETWEEN {first} AND {last} AND ({some}) GROUP BY household_ref"
        )
    listed, joins = [], []
    for place, (window, name) in enumerate(windows):
        assert isinstance(window, WindowLast)
        listed.append(f"state_{place}.{column(name)}")
        joins.append(
            f"LEFT JOIN ({_state_query(window, name, source.name)}) AS state_{place} "
            "USING (household_ref)"
        )
    return (
        f"SELECT household_ref, {', '.join(listed)} FROM (SELECT DISTINCT household_ref "
        f"FROM {source.name} WHERE month BETWEEN {first} AND {last}) AS homes {' '.join(joins)}"
    )


def _state_query(window: WindowLast, name: str, source: str) -> str:
    value, at = column(window.item), column(window.item + "__at")
    rows = (
        f"SELECT household_ref, {value} AS value, {at} AS place, "
        f"{column(window.item + '__rows')} AS count FROM {source} "
        f"WHERE month BETWEEN {window.first} AND {window.last} AND {value} IS NOT NULL"
    )
    # Only where something was taken back (corrected, or moved with a person) must rows be set off
    # against each other; that is rare, and grouping all of them is dear.
    taken = f"SELECT DISTINCT household_ref FROM ({rows}) AS all_rows WHERE count < 0"
    return (
        f"SELECT household_ref, arg_max(value, place) AS {column(name)} FROM ("
        f"SELECT household_ref, value, place FROM ({rows}) AS plain "
        f"WHERE household_ref NOT IN ({taken}) "
        f"UNION ALL SELECT household_ref, value, place FROM ({rows}) AS touched "
        f"WHERE household_ref IN ({taken}) "
        "GROUP BY household_ref, value, place HAVING sum(count) > 0"
        ") AS states GROUP BY household_ref"
    )


def _months_query(
    compiler: Compiler,
    window: WindowMonths,
    name: str,
    source_of: SourceOf,
    spine: str,
) -> str | None:
    """The months of one window over several feeds, or with a level that differs by division."""
    last = int(compiler.month)
    first = last - window.width + 1
    by_feed: dict[str, list[str]] = {}
    for code in window.items:
        feed = compiler.pack.items[code].feed
        assert feed is not None
        by_feed.setdefault(feed, []).append(code)
    parts = []
    for feed, items in by_feed.items():
        source = source_of(feed, first, last)
        if source:
            total = " + ".join(f"coalesce({column(item)}, 0)" for item in items)
            count = " + ".join(f"coalesce({column(item + '__rows')}, 0)" for item in items)
            parts.append(
                f"SELECT household_ref, month, {total} AS value, {count} AS count FROM {source.name} "
                f"WHERE month BETWEEN {first} AND {last}"
            )
    if not parts:
        return None
    rows, grain = f"({' UNION ALL '.join(parts)}) AS rows", "household_ref, month"
    if window.by_division:
        rows += (
            f" JOIN (SELECT household_ref, division FROM {spine}) AS homes USING (household_ref)"
        )
        grain += ", division"
    return (
        "SELECT household_ref, bit_or(CAST(1 AS BIGINT) << "
        f"CAST({last} - month AS INTEGER)) AS {column(name)} FROM "
        f"(SELECT household_ref, month FROM {rows} "
        f"GROUP BY {grain} HAVING sum(value) {window.comparison} {window.level} "
        "AND sum(count) > 0) "
        "AS months GROUP BY household_ref"
    )


def _in_force(value: ParameterValue, at: date) -> bool:
    return value.from_date <= at and (value.to_date is None or at < value.to_date)


def _constant(value: ParameterValue) -> Sql:
    if isinstance(value.value, list):
        return Sql(", ".join(quoted(item) for item in value.value), is_constant=True)
    return Sql(number(value.value), is_constant=True)


def _parameter_code(node: tree.Node) -> str:
    assert isinstance(node, tree.Call) and node.function == "param"
    argument = node.arguments[0]
    assert isinstance(argument, tree.Text), "checked when the pack was loaded"
    return argument.value
