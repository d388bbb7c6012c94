"""What policy's expressions mean, household by household, slowly and without SQL.

Shares with the product only the parsed tree and the pack's data. Exact figures are Fractions, a
quotient is a float (as every engine computes it), unknown is None and truth follows Kleene.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

from fangpin.policy.expressions import parse, tree
from fangpin.policy.models.lists import LedgerItem
from fangpin.policy.pack import Pack

LOOK_BACK = 24


@dataclass(frozen=True)
class Row:
    """One source row of one item that still stands: nothing replaced it."""

    item: str
    month: int
    value: Fraction | str
    place: int = 0
    """Among the states of a month, the highest place is the latest."""


@dataclass(frozen=True)
class Household:
    """What is known of one household."""

    ref: int
    division: str
    attributes: Mapping[str, Any]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Figure:
    """A value, or None; `lower`: what it certainly is at least."""

    value: Any
    lower: Any = None


@dataclass
class Oracle:
    """Answers for one household on one day with what each feed had delivered."""

    pack: Pack
    as_of: date
    month: int
    delivered: Mapping[str, frozenset[int]]
    household: Household
    known: dict[str, Figure] = field(default_factory=dict)

    # ── rules ───────────────────────────────────────────────────────────────────────────────────

    def outcome(self, rule: Any) -> str:
        """hit, no_hit, cannot_tell, suppressed or not_applicable."""
        applies = self.truth(rule.applies_when) if rule.applies_when else True
        hits = self.truth(rule.hit_when)
        if applies is False:
            return "not_applicable"
        if hits is False:
            return "no_hit"
        if applies is None or hits is None:
            return "cannot_tell"
        if rule.suppressed_when and self.truth(rule.suppressed_when) is True:
            return "suppressed"
        return "hit"

    def severity(self, rule: Any) -> str:
        """The first step that certainly holds; the last one when none does."""
        for step in rule.severity:
            if step.when is None or self.truth(step.when) is True:
                return str(step.severity)
        return str(rule.severity[-1].severity)

    def category(self) -> str | None:
        """The first category in force that certainly holds."""
        for category in sorted(self.pack.categories, key=lambda one: one.order):
            if _in_force(category, self.as_of) and self.truth(category.when) is True:
                return str(category.category)
        return None

    def truth(self, text: str) -> Any:
        """True, False or None of a condition."""
        return self.figure(parse(text)).value

    def indicator(self, code: str) -> Figure:
        """The figure of an indicator, computed once."""
        if code not in self.known:
            self.known[code] = self.figure(parse(self.pack.indicators[code].expression))
        return self.known[code]

    # ── expressions ─────────────────────────────────────────────────────────────────────────────

    def figure(self, node: tree.Node) -> Figure:
        """The figure of an expression."""
        match node:
            case tree.Number(value):
                return _sure(Fraction(value))
            case tree.Text(value) | tree.Truth(value):
                return Figure(value)
            case tree.Name(code):
                if code in self.pack.indicators:
                    return self.indicator(code)
                return _sure(self.household.attributes[code])
            case tree.Minus(operand):
                value = self.figure(operand).value
                return _sure(None if value is None else -value)
            case tree.Not(operand):
                return Figure(_not(self.figure(operand).value))
            case tree.Logical("and", operands):
                return Figure(_all([self.figure(one).value for one in operands]))
            case tree.Logical(_, operands):
                return Figure(_not(_all([_not(self.figure(one).value) for one in operands])))
            case tree.Calculation(operator, left, right):
                return self._calculation(operator, self.figure(left), self.figure(right))
            case tree.Compare(operator, left, right):
                return Figure(_compare(operator, self.figure(left), self.figure(right)))
            case tree.Among(left, choices):
                return Figure(self._among(self.figure(left).value, choices))
            case tree.Call():
                return self._call(node)

    def _calculation(self, operator: str, left: Figure, right: Figure) -> Figure:
        value = _apply(operator, left.value, right.value)
        if value is not None:
            return _sure(value)
        match operator:
            case "+":
                return Figure(None, _apply("+", left.lower, right.lower))
            case "-":
                return Figure(None, _apply("-", left.lower, right.value))
            case "/":
                if right.value is not None and right.value > 0:
                    return Figure(None, _apply("/", left.lower, right.value))
            case _:
                for bounded, other in ((left, right), (right, left)):
                    if other.value is not None and other.value >= 0 and bounded.lower is not None:
                        return Figure(None, _apply("*", bounded.lower, other.value))
        return Figure(None)

    def _among(self, value: Any, choices: tuple[tree.Node, ...]) -> bool | None:
        if value is None:
            return None
        listed: list[Any] = []
        for choice in choices:
            if isinstance(choice, tree.Call):
                listed += self._parameter(choice)
            else:
                listed.append(self.figure(choice).value)
        return value in listed

    def _call(self, node: tree.Call) -> Figure:
        match node.function:
            case "param":
                return _sure(Fraction(self._parameter(node)))
            case "is_known":
                return Figure(self.figure(node.arguments[0]).value is not None)
            case "first_known":
                values = [self.figure(one).value for one in node.arguments]
                return _sure(next((value for value in values if value is not None), None))
            case "smaller" | "larger":
                values = [self.figure(one).value for one in node.arguments]
                chosen = min if node.function == "smaller" else max
                return _sure(None if None in values else chosen(values))
        item = node.arguments[0]
        assert isinstance(item, tree.Name)
        bases = self._bases(item.code)
        match node.function:
            case "sum":
                last = self.month - self._whole(node, "ago", 0)
                return self._sum(bases, last - self._whole(node, "months", 12) + 1, last)
            case "year_to_date":
                return self._sum(bases, self.month - self.month % 12, self.month)
            case "school_year":
                first = self.month
                while first % 12 + 1 != self.pack.header.school_year_start_month:
                    first -= 1
                return self._sum(bases, first, self.month)
            case "happened":
                first = self.month - self._whole(node, "months", 1) + 1
                total = self._sum(bases, first, self.month)
                return Figure(_compare(">", total, _sure(Fraction(0))))
            case "last":
                return self._last(bases, self.month - self._whole(node, "months", 24) + 1)
            case "run_of_months":
                return self._run(bases, node)
            case "count_months":
                return self._count(bases, node)
        raise AssertionError(node.function)

    def _parameter(self, node: tree.Call) -> Any:
        code = node.arguments[0]
        assert isinstance(code, tree.Text)
        fitting = [
            value
            for value in self.pack.parameters[code.value].values
            if _in_force(value, self.as_of)
            and self.household.division.startswith(value.division or "")
        ]
        return max(fitting, key=lambda value: len(value.division or "")).value

    def _whole(self, node: tree.Call, name: str, default: int) -> int:
        given = node.option(name)
        return default if given is None else int(self.figure(given).value)

    # ── the ledger ──────────────────────────────────────────────────────────────────────────────

    def _bases(self, code: str) -> list[LedgerItem]:
        item = self.pack.items[code]
        if item.kind != "total":
            return [item]
        found: dict[str, LedgerItem] = {}
        for part in item.of:
            found.update({base.item: base for base in self._bases(part)})
        return list(found.values())

    def _rows(self, item: LedgerItem, first: int, last: int) -> list[Row]:
        return [
            row
            for row in self.household.rows
            if row.item == item.item and first <= row.month <= last
        ]

    def _total(self, item: LedgerItem, first: int, last: int) -> Fraction:
        return sum((Fraction(row.value) for row in self._rows(item, first, last)), Fraction(0))

    def _is_delivered(self, item: LedgerItem, first: int, last: int) -> bool:
        contract = self.pack.contracts[item.feed or ""]
        months = self.delivered.get(contract.feed, frozenset())
        if contract.frequency == "monthly":
            return set(range(first, last + 1)) <= months
        if contract.frequency == "event":
            return min(months, default=last + 1) <= last
        return bool(set(range(first, last + 1)) & months)

    def _means_zero(self, item: LedgerItem) -> bool:
        return self.pack.contracts[item.feed or ""].absence == "zero"

    def _one_sum(self, item: LedgerItem, first: int, last: int) -> Figure:
        total = self._total(item, first, last)
        is_known = self._is_delivered(item, first, last) and (
            self._means_zero(item) or bool(self._rows(item, first, last))
        )
        if is_known:
            return _sure(total)
        return Figure(None, total if item.never_negative else None)

    def _sum(self, bases: list[LedgerItem], first: int, last: int) -> Figure:
        parts = [self._one_sum(item, first, last) for item in bases]
        value = lower = Fraction(0)
        for part in parts:
            value = _apply("+", value, part.value)
            lower = _apply("+", lower, part.lower)
        return Figure(value, lower)

    def _last(self, bases: list[LedgerItem], first: int) -> Figure:
        total: Any = Fraction(0)
        for item in bases:
            rows = self._rows(item, first, self.month)
            if item.kind == "state":
                latest = max(rows, key=lambda row: (row.month, row.place), default=None)
                return Figure(latest.value if latest else None)
            if rows:
                month = max(row.month for row in rows)
                total = _apply("+", total, self._total(item, month, month))
            elif not (self._means_zero(item) and self._is_delivered(item, first, self.month)):
                total = None
        return _sure(total)

    def _meets(self, bases: list[LedgerItem], node: tree.Call, back: int, width: int) -> Any:
        """Whether the total of one month meets the level; None when it cannot be known."""
        month = self.month - back
        total, is_sure, may_grow, has_rows = Fraction(0), True, True, False
        for item in bases:
            has_rows |= bool(self._rows(item, month, month))
            total += self._total(item, month, month)
            contract = self.pack.contracts[item.feed or ""]
            whole = (self.month - width + 1, self.month)
            span = (month, month) if contract.frequency == "monthly" else whole
            if not self._is_delivered(item, *span):
                is_sure = False
                may_grow &= item.never_negative
        above = node.option("above")
        level = self.figure(above if above is not None else node.option("at_least")).value  # type: ignore[arg-type]
        meets = has_rows and (total > level if above is not None else total >= level)
        if is_sure:
            return meets
        return True if meets and may_grow else None

    def _has_rows_where_absence_is_unknown(self, bases: list[LedgerItem], width: int) -> bool:
        return all(
            self._means_zero(item) or self._rows(item, self.month - width + 1, self.month)
            for item in bases
        )

    def _run(self, bases: list[LedgerItem], node: tree.Call) -> Figure:
        run = 0
        while run < LOOK_BACK:
            meets = self._meets(bases, node, run, LOOK_BACK)
            if meets is None:
                return Figure(None, Fraction(run))
            if not meets:
                break
            run += 1
        if not self._has_rows_where_absence_is_unknown(bases, LOOK_BACK):
            return Figure(None, Fraction(run))
        return _sure(Fraction(run))

    def _count(self, bases: list[LedgerItem], node: tree.Call) -> Figure:
        width = self._whole(node, "months", 12)
        answers = [self._meets(bases, node, back, width) for back in range(width)]
        count = Fraction(sum(answer is True for answer in answers))
        for item in bases:
            contract = self.pack.contracts[item.feed or ""]
            months = range(self.month - width + 1, self.month + 1)
            for month in months if contract.frequency == "monthly" else ():
                if not self._is_delivered(item, month, month):
                    return Figure(None, count)
            if not self._is_delivered(item, months[0], months[-1]):
                return Figure(None, count)
        if not self._has_rows_where_absence_is_unknown(bases, width):
            return Figure(None, count)
        return _sure(count)


# ── arithmetic with the unknown ─────────────────────────────────────────────────────────────────


def _sure(value: Any) -> Figure:
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        value = Fraction(value)
    return Figure(value, value if isinstance(value, Fraction | float) else None)


def _not(value: Any) -> Any:
    return None if value is None else not value


def _all(values: list[Any]) -> Any:
    if False in values:
        return False
    return None if None in values else True


def _in_force(entry: Any, at: date) -> bool:
    return bool(entry.from_date <= at and (entry.to_date is None or at < entry.to_date))


def _apply(operator: str, left: Any, right: Any) -> Any:
    if left is None or right is None:
        return None
    if operator == "/":
        return None if right == 0 else float(left) / float(right)
    if isinstance(left, float) or isinstance(right, float):
        left, right = float(left), float(right)
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if isinstance(left, float):
        return left * right
    return _six_digits(_six_digits(left) * _six_digits(right))


def _six_digits(value: Fraction) -> Fraction:
    """Half away from zero at the sixth digit: what DECIMAL(19, 6) keeps of a product."""
    scaled = abs(value) * 1_000_000
    whole = scaled.numerator // scaled.denominator
    if scaled - whole >= Fraction(1, 2):
        whole += 1
    return Fraction(whole if value >= 0 else -whole, 1_000_000)


_MIRRORED: dict[str, Literal[">", ">="]] = {"<": ">", "<=": ">="}


def _compare(operator: str, left: Figure, right: Figure) -> bool | None:
    if operator in _MIRRORED:
        return _compare(_MIRRORED[operator], right, left)
    one, other = left.value, right.value
    if one is not None and other is not None:
        if isinstance(one, float) != isinstance(other, float) and not isinstance(one, str | bool):
            one, other = float(one), float(other)
        match operator:
            case "==":
                return bool(one == other)
            case "!=":
                return bool(one != other)
            case ">":
                return bool(one > other)
        return bool(one >= other)
    if operator == ">":
        if left.lower is not None and other is not None and left.lower > other:
            return True
        if right.lower is not None and one is not None and right.lower >= one:
            return False
    if operator == ">=":
        if left.lower is not None and other is not None and left.lower >= other:
            return True
        if right.lower is not None and one is not None and right.lower > one:
            return False
    return None
