"""An expression's tree as SQL in DuckDB's dialect; names and windows are resolved by the caller.

Unknown is NULL and propagates (Kleene). Sums and products of exact figures stay decimals, so that
results agree to the fen on every engine; a quotient is a double; division by zero is unknown.

A figure may have a certain lower bound although it is unknown itself: the partial sum of an item
that is never negative, when some months have not been delivered. `x >= c` is then certainly true as
soon as the bound reaches c, and certainly not false before the missing months arrive.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from fangpin.policy.expressions import tree


@dataclass(frozen=True, slots=True)
class Sql:
    """A SQL expression: exact (decimal or integer) or not; `lower` is a certain lower bound."""

    text: str
    exact: bool = True
    lower: str | None = None
    is_constant: bool = False


Resolve = Callable[[tree.Name | tree.Call], Sql]
"""Gives the SQL of a name, of a parameter or of one of the context's own functions."""

_PRODUCT = "DECIMAL(19, 6)"


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def column(name: str) -> str:
    """A quoted SQL column name."""
    return '"' + name.replace('"', '""') + '"'


def number(value: Decimal) -> str:
    """A SQL number literal."""
    return format(value, "f")


def to_sql(node: tree.Node, resolve: Resolve) -> Sql:
    """The SQL of an expression."""
    match node:
        case tree.Number(value):
            return Sql(number(value), is_constant=True)
        case tree.Text(value):
            return Sql(quoted(value), is_constant=True)
        case tree.Truth(value):
            return Sql("TRUE" if value else "FALSE", is_constant=True)
        case tree.Name():
            return resolve(node)
        case tree.Minus(operand):
            inner = to_sql(operand, resolve)
            return Sql(f"(-{inner.text})", inner.exact, is_constant=inner.is_constant)
        case tree.Not(operand):
            return Sql(f"(NOT {to_sql(operand, resolve).text})")
        case tree.Logical(operator, operands):
            joined = f" {operator.upper()} ".join(to_sql(item, resolve).text for item in operands)
            return Sql(f"({joined})")
        case tree.Calculation(operator, left, right):
            return _calculation(operator, to_sql(left, resolve), to_sql(right, resolve))
        case tree.Compare(operator, left, right):
            return _comparison(operator, to_sql(left, resolve), to_sql(right, resolve))
        case tree.Among(left, choices):
            listed = ", ".join(to_sql(choice, resolve).text for choice in choices)
            return Sql(f"({to_sql(left, resolve).text} IN ({listed}))")
        case tree.Call():
            return _call(node, resolve)


def _calculation(operator: tree.Arithmetic, left: Sql, right: Sql) -> Sql:
    constant = left.is_constant and right.is_constant
    if operator == "/":
        text = f"(CAST({left.text} AS DOUBLE) / nullif(CAST({right.text} AS DOUBLE), 0))"
        lower = None
        if left.lower:
            # A bound divided by what is negative, or may be, bounds nothing from below.
            quotient = f"CAST({left.lower} AS DOUBLE) / CAST({right.text} AS DOUBLE)"
            lower = f"(CASE WHEN {right.text} > 0 THEN {quotient} END)"
        return Sql(text, exact=False, lower=lower, is_constant=constant)
    exact = left.exact and right.exact
    if operator == "*":
        kind = _PRODUCT if exact else "DOUBLE"

        def times(one: str, other: str) -> str:
            product = f"CAST({one} AS {kind}) * CAST({other} AS {kind})"
            return f"CAST({product} AS {_PRODUCT})" if exact else f"({product})"

        lower = None
        if left.lower:
            lower = f"(CASE WHEN {right.text} >= 0 THEN {times(left.lower, right.text)} END)"
        elif right.lower:
            lower = f"(CASE WHEN {left.text} >= 0 THEN {times(left.text, right.lower)} END)"
        return Sql(times(left.text, right.text), exact, lower, constant)
    text = f"({left.text} {operator} {right.text})"
    lower = None
    if operator == "+" and (left.lower or right.lower):
        lower = f"({left.lower or left.text} + {right.lower or right.text})"
    elif operator == "-" and left.lower:
        lower = f"({left.lower} - {right.text})"
    return Sql(text, exact, lower, constant)


def _comparison(operator: tree.Comparison, left: Sql, right: Sql) -> Sql:
    if operator in ("<", "<=") and (left.lower or right.lower):
        mirrored: dict[tree.Comparison, tree.Comparison] = {"<": ">", "<=": ">="}
        return _comparison(mirrored[operator], right, left)
    plain = {"==": "=", "!=": "<>"}.get(operator, operator)
    text = f"({left.text} {plain} {right.text})"
    if operator in (">", ">=") and right.lower:
        passed = ">=" if operator == ">" else ">"
        text = f"({text} AND NOT coalesce({right.lower} {passed} {left.text}, FALSE))"
    if operator in (">", ">=") and left.lower:
        text = f"(coalesce({left.lower} {operator} {right.text}, FALSE) OR {text})"
    return Sql(text)


def _call(node: tree.Call, resolve: Resolve) -> Sql:
    if node.function == "is_known":
        return Sql(f"({to_sql(node.arguments[0], resolve).text} IS NOT NULL)")
    if node.function == "first_known":
        found = [to_sql(argument, resolve) for argument in node.arguments]
        return Sql(
            f"coalesce({', '.join(item.text for item in found)})",
            all(item.exact for item in found),
        )
    if node.function in ("smaller", "larger"):
        one, other = (to_sql(argument, resolve) for argument in node.arguments)
        name = "least" if node.function == "smaller" else "greatest"
        # least and greatest skip NULL in some engines; an unknown operand makes the result unknown.
        text = (
            f"CASE WHEN {one.text} IS NOT NULL AND {other.text} IS NOT NULL "
            f"THEN {name}({one.text}, {other.text}) END"
        )
        return Sql(text, one.exact and other.exact)
    return resolve(node)
