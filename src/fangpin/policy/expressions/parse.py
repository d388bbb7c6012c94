"""Reads the text of an expression into a tree; an allow-list decides, nothing is ever executed."""

from __future__ import annotations

import ast
from decimal import Decimal
from functools import lru_cache

from fangpin.policy.expressions import tree
from fangpin.values.problem import Problem, ProblemError

_COMPARISONS: dict[type[ast.cmpop], tree.Comparison] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_ARITHMETIC: dict[type[ast.operator], tree.Arithmetic] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}
LONGEST = 2000
DEEPEST = 40


class _Refused(Exception):
    def __init__(self, node: ast.AST | None, zh: str, en: str) -> None:
        super().__init__(en)
        self.offset = getattr(node, "col_offset", 0) if node is not None else 0
        """In bytes of UTF-8, as ast counts."""
        self.zh, self.en = zh, en


@lru_cache(maxsize=4096)
def parse(text: str, where: str = "expression") -> tree.Node:
    """The tree of an expression.

    Raises ProblemError (EXPRESSION_UNREADABLE, EXPRESSION_NOT_ALLOWED) naming the position.
    """
    # `true` and `false` are the language's words; ast would read them as names.
    flat = " ".join(text.split())
    if len(flat) > LONGEST:
        raise ProblemError(
            _problem("EXPRESSION_TOO_LONG", where, flat[:60], 0, "表达式太长。", "Too long.")
        )
    try:
        parsed = ast.parse(flat, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        column = max(getattr(error, "offset", 1) or 1, 1) - 1
        raise ProblemError(
            _problem(
                "EXPRESSION_UNREADABLE",
                where,
                flat,
                column,
                "表达式无法读懂。",
                "The expression cannot be read.",
            )
        ) from error
    try:
        return _node(parsed, 0)
    except _Refused as refused:
        column = len(flat.encode()[: refused.offset].decode())
        raise ProblemError(
            _problem("EXPRESSION_NOT_ALLOWED", where, flat, column, refused.zh, refused.en)
        ) from refused


def _node(node: ast.expr, depth: int) -> tree.Node:
    if depth > DEEPEST:
        raise _Refused(node, "括号层数太深。", "Nested too deeply.")
    deeper = depth + 1
    match node:
        case ast.Constant(value=bool(value)):
            return tree.Truth(value)
        case ast.Constant(value=int(value)):
            return tree.Number(Decimal(value))
        case ast.Constant(value=float()):
            return tree.Number(Decimal(ast.unparse(node)))
        case ast.Constant(value=str(value)):
            return tree.Text(value)
        case ast.Name(id="true" | "false" as word):
            return tree.Truth(word == "true")
        case ast.Name(id=code):
            return tree.Name(code)
        case ast.Attribute(value=ast.Name(id="person"), attr=field):
            return tree.Name(f"person.{field}")
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return tree.Minus(_node(operand, deeper))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return tree.Not(_node(operand, deeper))
        case ast.BoolOp(op=operator, values=values):
            operands = tuple(_node(value, deeper) for value in values)
            return tree.Logical("and" if isinstance(operator, ast.And) else "or", operands)
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in _ARITHMETIC:
            return tree.Calculation(
                _ARITHMETIC[type(operation)], _node(left, deeper), _node(right, deeper)
            )
        case ast.Compare():
            return _comparison(node, deeper)
        case ast.Call():
            return _call(node, deeper)
    raise _Refused(
        node,
        f"这里不允许使用 {type(node).__name__}；"
        "可用：数字、文字、名称、+ - * /、比较、and/or/not、in、函数。",
        f"{type(node).__name__} is not part of the language; it has numbers, texts, names, "
        "+ - * /, comparisons, and/or/not, in, and functions.",
    )


def _comparison(node: ast.Compare, depth: int) -> tree.Node:
    if len(node.ops) != 1:
        raise _Refused(
            node,
            "比较不能连写，请用 and 连接两个比较。",
            "Comparisons cannot be chained; join two with `and`.",
        )
    operation, right = node.ops[0], node.comparators[0]
    left = _node(node.left, depth)
    if isinstance(operation, ast.In | ast.NotIn):
        choices = right.elts if isinstance(right, ast.Tuple | ast.List) else [right]
        if not choices:
            raise _Refused(right, "in 后面至少要有一个选项。", "`in` needs at least one choice.")
        among = tree.Among(left, tuple(_node(choice, depth) for choice in choices))
        return tree.Not(among) if isinstance(operation, ast.NotIn) else among
    if type(operation) not in _COMPARISONS:
        raise _Refused(node, "不支持这种比较。", "This comparison is not part of the language.")
    return tree.Compare(_COMPARISONS[type(operation)], left, _node(right, depth))


def _call(node: ast.Call, depth: int) -> tree.Node:
    if not isinstance(node.func, ast.Name):
        raise _Refused(node, "只能调用语言自带的函数。", "Only the language's functions.")
    options = []
    for keyword in node.keywords:
        if keyword.arg is None:
            raise _Refused(node, "不支持 ** 参数。", "** is not part of the language.")
        options.append((keyword.arg, _node(keyword.value, depth)))
    return tree.Call(
        node.func.id, tuple(_node(argument, depth) for argument in node.args), tuple(options)
    )


def _problem(code: str, where: str, text: str, column: int, zh: str, en: str) -> Problem:
    shown = f"{text[:column]}⟪{text[column:]}"
    return Problem(
        code=code,
        where=where,
        zh=f"{zh} 位置：{shown}",
        en=f"{en} At: {shown}",
        fix_zh="请对照 docs/expressions.md 修改。",
        fix_en="See docs/expressions.md for the language.",
    )
