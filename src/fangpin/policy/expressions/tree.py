"""The tree of an expression: what a pack's author wrote, after the allow-list let it through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Comparison = Literal["==", "!=", "<", "<=", ">", ">="]
Arithmetic = Literal["+", "-", "*", "/"]


@dataclass(frozen=True, slots=True)
class Number:
    value: Decimal


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Truth:
    value: bool


@dataclass(frozen=True, slots=True)
class Name:
    """A field, item, attribute or indicator; `person.age` has the dotted code."""

    code: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language with positional arguments and named options."""

    function: str
    arguments: tuple[Node, ...]
    options: tuple[tuple[str, Node], ...]

    def option(self, name: str) -> Node | None:
        return dict(self.options).get(name)


@dataclass(frozen=True, slots=True)
class Minus:
    operand: Node


@dataclass(frozen=True, slots=True)
class Not:
    operand: Node


@dataclass(frozen=True, slots=True)
class Calculation:
    operator: Arithmetic
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Compare:
    operator: Comparison
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Among:
    """`left in (a, b)`; the choices are texts, numbers or one list-valued parameter."""

    left: Node
    choices: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Logical:
    operator: Literal["and", "or"]
    operands: tuple[Node, ...]


Node = Number | Text | Truth | Name | Call | Minus | Not | Calculation | Compare | Among | Logical


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    match node:
        case Call():
            return (*node.arguments, *(value for _, value in node.options))
        case Minus() | Not():
            return (node.operand,)
        case Calculation() | Compare():
            return (node.left, node.right)
        case Among():
            return (node.left, *node.choices)
        case Logical():
            return node.operands
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)


def names(node: Node) -> set[str]:
    """Every name that the expression uses."""
    return {found.code for found in walk(node) if isinstance(found, Name)}


def parameters(node: Node) -> set[str]:
    """The code of every `param('...')` that the expression uses."""
    return {
        found.arguments[0].value
        for found in walk(node)
        if isinstance(found, Call)
        and found.function == "param"
        and found.arguments
        and isinstance(found.arguments[0], Text)
    }
