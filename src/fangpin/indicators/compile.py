"""Indicators compiled to SQL over the windows that they need (window_queries.py).

Grain: household_ref. A figure is NULL where it is unknown: months that were not
delivered, or a household without a row in a feed whose absence means unknown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from fangpin.policy.models.feeds import Contract
from fangpin.policy.models.lists import LedgerItem, ParameterValue
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
