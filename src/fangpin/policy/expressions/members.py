"""A household's attributes from its members, in plain Python: what the compiled SQL gives.

Used where a household is judged outside a monthly run: a case of a pack, or members that a visit
corrected.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from fangpin.policy.expressions import tree
from fangpin.policy.expressions.evaluate import value_of
from fangpin.policy.expressions.facts import Facts, Value
from fangpin.policy.expressions.parse import parse
from fangpin.values.month import Month

if TYPE_CHECKING:
    from fangpin.policy.pack import Pack

Member = Mapping[str, Value | None]
"""One member's fields of the registry feed by code."""


def attributes_of(*, pack: Pack, members: Sequence[Member], month: int) -> dict[str, Value | None]:
    """Every household attribute of the pack; ages are complete years at the end of `month`."""
    rows = [_row(pack, member, age_in_month(pack, member, month)) for member in members]
    return {
        code: _value(pack, parse(attribute.value), rows)
        for code, attribute in pack.attributes.items()
    }


def member_facts(
    *,
    pack: Pack,
    member: Member,
    at: date,
    parameter: Callable[[str], Any],
) -> Facts:
    """One member as facts of conditions about a person; its age is the complete years on the day."""
    row = _row(pack, member, age_on(pack, member, at))
    return Facts(pack=pack, month=int(Month.last_complete(at)), parameter=parameter, known=row)


def age_on(pack: Pack, member: Member, day: date) -> int | None:
    """Complete years on a day; None without a birth date."""
    born = _born(pack, member)
    if born is None:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def age_in_month(pack: Pack, member: Member, month: int) -> int | None:
    """Complete years at the end of a month, as the ledger counts them."""
    born = _born(pack, member)
    return None if born is None else (month - int(Month.containing(born))) // 12


def _born(pack: Pack, member: Member) -> date | None:
    registry = pack.header.registry
    born = member.get(registry.birth) if registry is not None and registry.birth else None
    return born if isinstance(born, date) else None


def _row(pack: Pack, member: Member, age: int | None) -> dict[str, Value | None]:
    """The member's fields with its age and whether it is the head, unless they are given."""
    registry = pack.header.registry
    found: dict[str, Value | None] = dict(member)
    found.setdefault("age", age)
    if registry is not None and member.get(registry.relation) is not None:
        found.setdefault("is_head", member[registry.relation] == registry.head)
    return found


def _value(pack: Pack, node: tree.Node, rows: Sequence[Member]) -> Value | None:
    """An attribute's value: its functions over members first, then the expression around them."""
    known: dict[str, Value | None] = {}

    def over_members(call: tree.Call) -> tree.Name:
        name = f"over_members_{len(known)}"
        known[name] = _over_members(pack, call, rows)
        return tree.Name(name)

    return value_of(_replaced(node, over_members), _facts(pack, known))


_MEMBER_FUNCTIONS = ("count", "any", "head", "first", "smallest", "largest")


def _replaced(node: tree.Node, over_members: Callable[[tree.Call], tree.Name]) -> tree.Node:
    def inside(inner: tree.Node) -> tree.Node:
        return _replaced(inner, over_members)

    match node:
        case tree.Call(function, arguments, options):
            if function in _MEMBER_FUNCTIONS:
                return over_members(node)
            return tree.Call(function, tuple(map(inside, arguments)), options)
        case tree.Minus(operand):
            return tree.Minus(inside(operand))
        case tree.Not(operand):
            return tree.Not(inside(operand))
        case tree.Calculation(operator, left, right):
            return tree.Calculation(operator, inside(left), inside(right))
        case tree.Compare(operator, left, right):
            return tree.Compare(operator, inside(left), inside(right))
        case tree.Among(left, choices):
            return tree.Among(inside(left), choices)
        case tree.Logical(operator, operands):
            return tree.Logical(operator, tuple(map(inside, operands)))
        case _:
            return node


def _over_members(pack: Pack, call: tree.Call, rows: Sequence[Member]) -> Value | None:
    if not call.arguments:
        return len(rows)
    values = [value_of(call.arguments[0], _facts(pack, row)) for row in rows]
    known: list[Any] = [value for value in values if value is not None]
    match call.function:
        case "count":
            return sum(value is True for value in values)
        case "any":
            return (True in known) if known else None
        case "head":
            heads = [
                value
                for value, row in zip(values, rows, strict=True)
                if value is not None and row.get("is_head") is True
            ]
            return min(heads, default=None)
        case "largest":
            return max(known, default=None)
    return min(known, default=None)


def _facts(pack: Pack, known: Mapping[str, Value | None]) -> Facts:
    return Facts(pack=pack, month=0, parameter=_no_parameter, known=known)


def _no_parameter(code: str) -> Any:
    raise AssertionError(f"param('{code}') in an attribute: checked when the pack was loaded")
