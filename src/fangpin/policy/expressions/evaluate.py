"""The value of an expression over one household, in plain Python and with three answers.

It gives what the compiled SQL gives for the same household: unknown is None and truth follows
Kleene; sums and products are exact decimals; a quotient is a double; division by zero is unknown.
A partial sum of what is never negative is a certain lower bound, as in the SQL.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from typing import Any

from fangpin.policy.expressions import tree
from fangpin.policy.expressions.facts import Facts, Value
from fangpin.policy.expressions.parse import parse
from fangpin.policy.expressions.spans import (
    LOOK_BACK,
    base_items,
    school_year_first,
    year_first,
)
from fangpin.policy.models.lists import LedgerItem

_PRECISE = Context(prec=80)
_VALUES = (Decimal, int, bool, str, date, frozenset)
_SIX_DIGITS = Decimal("0.000001")


def value_of(expression: tree.Node | str, facts: Facts) -> Value | None:
    """The value of an expression for one household; None is unknown.

    Raises ProblemError for a text that cannot be parsed or a parameter without a value.
    """
    node = parse(expression) if isinstance(expression, str) else expression
    with localcontext(_PRECISE):
        found = _Evaluator(facts).figure(node).value
    if isinstance(found, float):
        return Decimal(repr(found))
    return found if isinstance(found, _VALUES) else None


def truth_of(expression: tree.Node | str, facts: Facts) -> bool | None:
    """The truth of a condition for one household; None is unknown."""
    found = value_of(expression, facts)
    return found if isinstance(found, bool) else None


@dataclass(frozen=True, slots=True)
class Figure:
    """A value, or None; `lower`: what it certainly is at least."""

    value: Any
    lower: Any = None


class _Evaluator:
    def __init__(self, facts: Facts) -> None:
        self.facts, self.pack = facts, facts.pack

    def figure(self, node: tree.Node) -> Figure:
        """The figure of a node."""
        match node:
            case tree.Number(value):
                return certain(value)
            case tree.Text(value) | tree.Truth(value):
                return Figure(value)
            case tree.Name(code):
                return self._name(code)
            case tree.Minus(operand):
                value = self.figure(operand).value
                return certain(None if value is None else -value)
            case tree.Not(operand):
                return Figure(negated(self.figure(operand).value))
            case tree.Logical(operator, operands):
                return Figure(self._logical(operator, operands))
            case tree.Calculation(operator, left, right):
                return calculated(operator, self.figure(left), self.figure(right))
            case tree.Compare(operator, left, right):
                return Figure(compared(operator, self.figure(left), self.figure(right)))
            case tree.Among(left, choices):
                return Figure(self._among(self.figure(left).value, choices))
            case tree.Call():
                return self._call(node)

    def _name(self, code: str) -> Figure:
        if code in self.facts.known:
            return certain(self.facts.known[code])
        indicator = self.pack.indicators.get(code)
        if indicator is None:
            return Figure(None)
        found = self.facts.figures.get(code)
        if not isinstance(found, Figure):
            found = self.facts.figures[code] = self.figure(parse(indicator.expression))
        return found

    def _logical(self, operator: str, operands: Sequence[tree.Node]) -> bool | None:
        deciding = operator == "or"
        answer: bool | None = not deciding
        for operand in operands:
            value = self.figure(operand).value
            if value is not None and value == deciding:
                return deciding
            if value is None:
                answer = None
        return answer

    def _among(self, value: Any, choices: Sequence[tree.Node]) -> bool | None:
        if value is None:
            return None
        listed: list[Any] = []
        for choice in choices:
            found = self.figure(choice).value
            listed += found if isinstance(found, list) else [found]
        return any(value == choice for choice in listed)

    def _call(self, node: tree.Call) -> Figure:
        match node.function:
            case "param":
                return certain(self.facts.parameter(parameter_code(node)))
            case "has":
                held, *wanted = (self.figure(one).value for one in node.arguments)
                return Figure(None if held is None else any(code in held for code in wanted))
            case "count_of":
                held = self.figure(node.arguments[0]).value
                return certain(None if held is None else len(held))
            case "is_known":
                return Figure(self.figure(node.arguments[0]).value is not None)
            case "first_known":
                values = (self.figure(one).value for one in node.arguments)
                return certain(next((value for value in values if value is not None), None))
            case "smaller" | "larger":
                both = [self.figure(one).value for one in node.arguments]
                chosen = min if node.function == "smaller" else max
                return certain(None if None in both else chosen(both))
        return self._window(node)

    def _window(self, node: tree.Call) -> Figure:
        item, month = node.arguments[0], self.facts.month
        assert isinstance(item, tree.Name), "checked when the pack was loaded"
        bases = base_items(self.pack, item.code)
        match node.function:
            case "sum":
                last = month - self._whole(node, "ago", 0)
                return self._sum(bases, last - self._whole(node, "months", 12) + 1, last)
            case "year_to_date":
                return self._sum(bases, year_first(month), month)
            case "school_year":
                start = self.pack.header.school_year_start_month or 1
                return self._sum(bases, school_year_first(month, start), month)
            case "happened":
                total = self._sum(bases, month - self._whole(node, "months", 1) + 1, month)
                return Figure(compared(">", total, certain(Decimal(0))))
            case "last":
                return self._last(bases, month - self._whole(node, "months", LOOK_BACK) + 1)
            case "run_of_months":
                return self._run(bases, node)
            case "count_months":
                return self._count(bases, node)
        raise AssertionError(f"no function {node.function}: checked when the pack was loaded")

    def _whole(self, node: tree.Call, name: str, default: int) -> int:
        given = node.option(name)
        return default if given is None else int(self.figure(given).value)

    # ── the ledger ──────────────────────────────────────────────────────────────────────────────

    def _sum(self, bases: Sequence[LedgerItem], first: int, last: int) -> Figure:
        value: Any = Decimal(0)
        lower: Any = Decimal(0)
        for item in bases:
            one = total_of(self.facts, item, first, last)
            value = applied("+", value, one.value)
            lower = applied("+", lower, one.lower)
        return Figure(value, lower)

    def _last(self, bases: Sequence[LedgerItem], first: int) -> Figure:
        total: Any = Decimal(0)
        for item in bases:
            held = rows_of(self.facts, item, first, self.facts.month)
            if item.kind == "state":
                return Figure(held[max(held)] if held else None)
            if held:
                total = applied("+", total, held[max(held)])
            elif not (
                means_zero(self.facts, item)
                and is_delivered(self.facts, item, first, self.facts.month)
            ):
                total = None
        return certain(total)

    def _meets(
        self, bases: Sequence[LedgerItem], node: tree.Call, back: int, width: int
    ) -> bool | None:
        """Whether the total of one month meets the level; None when it cannot be known."""
        month = self.facts.month - back
        total, is_sure, can_only_grow, has_rows = Decimal(0), True, True, False
        for item in bases:
            held = rows_of(self.facts, item, month, month)
            has_rows |= bool(held)
            total += sum(held.values(), Decimal(0))
            is_monthly = self.pack.contracts[item.feed or ""].frequency == "monthly"
            first, last = self.facts.month - width + 1, self.facts.month
            if is_monthly:
                first = last = month
            if not is_delivered(self.facts, item, first, last):
                is_sure = False
                can_only_grow &= item.never_negative
        above, at_least = node.option("above"), node.option("at_least")
        given = above if above is not None else at_least
        assert given is not None, "checked when the pack was loaded"
        level = self.figure(given).value
        meets = has_rows and (total > level if above is not None else total >= level)
        if is_sure:
            return meets
        return True if meets and can_only_grow else None

    def _is_silent(self, bases: Sequence[LedgerItem], width: int) -> bool:
        """Whether a feed whose absence means unknown says nothing of the household."""
        first, last = self.facts.month - width + 1, self.facts.month
        return any(
            not means_zero(self.facts, item) and not rows_of(self.facts, item, first, last)
            for item in bases
        )

    def _run(self, bases: Sequence[LedgerItem], node: tree.Call) -> Figure:
        run = 0
        while run < LOOK_BACK:
            meets = self._meets(bases, node, run, LOOK_BACK)
            if meets is None:
                return Figure(None, Decimal(run))
            if not meets:
                break
            run += 1
        if self._is_silent(bases, LOOK_BACK):
            return Figure(None, Decimal(run))
        return certain(run)

    def _count(self, bases: Sequence[LedgerItem], node: tree.Call) -> Figure:
        width = self._whole(node, "months", 12)
        answers = [self._meets(bases, node, back, width) for back in range(width)]
        count = Decimal(sum(answer is True for answer in answers))
        first, last = self.facts.month - width + 1, self.facts.month
        if self._is_silent(bases, width) or not all(
            is_delivered(self.facts, item, first, last) for item in bases
        ):
            return Figure(None, count)
        return certain(count)


def parameter_code(node: tree.Call) -> str:
    """The code that `param('...')` names."""
    argument = node.arguments[0]
    assert isinstance(argument, tree.Text), "checked when the pack was loaded"
    return argument.value


# ── the months of one item ──────────────────────────────────────────────────────────────────────


def rows_of(facts: Facts, item: LedgerItem, first: int, last: int) -> dict[int, Any]:
    """Month -> the item's value in the months that have one; both ends inclusive."""
    held = facts.months.get(item.item, {})
    return {
        month: value
        for month, value in held.items()
        if first <= month <= last and value is not None
    }


def means_zero(facts: Facts, item: LedgerItem) -> bool:
    """Whether no row of a delivered month means zero."""
    return facts.pack.contracts[item.feed or ""].absence == "zero"


def is_delivered(facts: Facts, item: LedgerItem, first: int, last: int) -> bool:
    """Whether the item's feed had delivered a window, by the frequency of its contract.

    A monthly feed must have delivered every month of it; a quarterly, termly or yearly one any
    month of it; an event feed anything up to its end. A month given as unknown was not delivered.
    """
    contract = facts.pack.contracts[item.feed or ""]
    unknown = {m for m, value in facts.months.get(item.item, {}).items() if value is None}
    delivered = facts.covered.get(contract.feed, frozenset()) - unknown
    if contract.frequency == "monthly":
        return all(month in delivered for month in range(first, last + 1))
    if contract.frequency == "event":
        return any(month <= last for month in delivered)
    return any(first <= month <= last for month in delivered)


def total_of(facts: Facts, item: LedgerItem, first: int, last: int) -> Figure:
    """The total of one base item over a window; its lower bound where months are not known."""
    held = rows_of(facts, item, first, last)
    total = sum(held.values(), Decimal(0))
    known = is_delivered(facts, item, first, last) and (means_zero(facts, item) or bool(held))
    if known:
        return certain(total)
    return Figure(None, total if item.never_negative else None)


# ── arithmetic with the unknown ─────────────────────────────────────────────────────────────────


def certain(value: Any) -> Figure:
    """A figure that is known, or unknown without a bound; whole numbers become decimals."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = Decimal(value)
    return Figure(value, value if isinstance(value, Decimal | float) else None)


def negated(value: bool | None) -> bool | None:
    """Not; unknown stays unknown."""
    return None if value is None else not value


def calculated(operator: str, left: Figure, right: Figure) -> Figure:
    """Two figures joined; where the result is unknown, its certain lower bound if there is one."""
    value = applied(operator, left.value, right.value)
    if value is not None:
        return certain(value)
    match operator:
        case "+":
            return Figure(None, applied("+", left.lower, right.lower))
        case "-":
            return Figure(None, applied("-", left.lower, right.value))
        case "/":
            if right.value is not None and right.value > 0:
                return Figure(None, applied("/", left.lower, right.value))
        case _:
            for bounded, other in ((left, right), (right, left)):
                if other.value is not None and other.value >= 0 and bounded.lower is not None:
                    return Figure(None, applied("*", bounded.lower, other.value))
    return Figure(None)


def applied(operator: str, left: Any, right: Any) -> Any:
    """Two values joined: exact while both are decimals, a product to six digits, else a double."""
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


def _six_digits(value: Decimal) -> Decimal:
    return value.quantize(_SIX_DIGITS, rounding=ROUND_HALF_UP)


def compared(operator: str, left: Figure, right: Figure) -> bool | None:
    """A comparison; certain too where a lower bound already decides it."""
    if operator in ("<", "<="):
        return compared(">" if operator == "<" else ">=", right, left)
    one, other = left.value, right.value
    if one is not None and other is not None:
        if isinstance(one, float) or isinstance(other, float):
            one, other = float(one), float(other)
        match operator:
            case "==":
                return bool(one == other)
            case "!=":
                return bool(one != other)
            case ">":
                return bool(one > other)
        return bool(one >= other)
    if operator not in (">", ">="):
        return None
    is_strict = operator == ">"
    if left.lower is not None and other is not None:
        reached = left.lower > other if is_strict else left.lower >= other
        if reached:
            return True
    if right.lower is not None and one is not None:
        passed = right.lower >= one if is_strict else right.lower > one
        if passed:
            return False
    return None
