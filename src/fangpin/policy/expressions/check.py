"""Types of expressions: finds unknown names, wrong functions and mixed types before anything runs."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from fangpin.policy.expressions import tree
from fangpin.values.problem import Problem

LONGEST_WINDOW = 60
"""Months that a window may span, or lie back."""

Kind = Literal["number", "truth", "text", "date", "item", "set", "unknown"]


@dataclass(frozen=True, slots=True)
class Signature:
    """What a function takes: kinds of its arguments (`...` repeats the last), options, result."""

    arguments: tuple[Kind, ...]
    result: Kind
    options: frozenset[str] = frozenset()
    repeats: bool = False


_ITEM: tuple[Kind, ...] = ("item",)
_LEVEL = frozenset({"at_least", "above"})
WINDOWS: Mapping[str, Signature] = {
    "sum": Signature(_ITEM, "number", frozenset({"months", "ago"})),
    "year_to_date": Signature(_ITEM, "number"),
    "school_year": Signature(_ITEM, "number"),
    "count_months": Signature(_ITEM, "number", _LEVEL | {"months"}),
    "run_of_months": Signature(_ITEM, "number", _LEVEL),
    "last": Signature(_ITEM, "unknown", frozenset({"months"})),
    "happened": Signature(_ITEM, "truth", frozenset({"months"})),
}
"""Functions over a ledger item and a window of months; only in indicators, rules, categories."""

MEMBERS: Mapping[str, Signature] = {
    "count": Signature(("truth",), "number"),
    "any": Signature(("truth",), "truth"),
    "head": Signature(("unknown",), "unknown"),
    "first": Signature(("unknown",), "unknown"),
    "smallest": Signature(("unknown",), "unknown"),
    "largest": Signature(("unknown",), "unknown"),
}
"""Functions over a household's members; only in household attributes."""

SETS: Mapping[str, Signature] = {
    "has": Signature(("set", "text"), "truth", repeats=True),
    "count_of": Signature(("set",), "number"),
}
"""Functions over sets of codes, such as the causes of a case; only in conditions of casework."""

_PLAIN: Mapping[str, Signature] = {
    "is_known": Signature(("unknown",), "truth"),
    "first_known": Signature(("unknown",), "unknown", repeats=True),
    "smaller": Signature(("number", "number"), "number"),
    "larger": Signature(("number", "number"), "number"),
}


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What an expression may name, with the kind of each; and the functions it may call."""

    names: Mapping[str, Kind]
    functions: Mapping[str, Signature] = field(default_factory=dict)
    parameters: Mapping[str, Kind] | None = None
    """None: this context has no parameters."""
    states: frozenset[str] = frozenset()
    """Ledger items that are states: they have a latest value, and nothing to add up."""
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Name of a set, or of a text -> the codes that it may hold, where the pack lists them."""


def check(
    node: tree.Node, vocabulary: Vocabulary, *, expected: Kind, where: str
) -> tuple[list[Problem], Kind]:
    """Every problem of an expression in its vocabulary, and the kind of its value."""
    checker = _Checker(vocabulary, where)
    found = checker.kind(node)
    if found == "item":
        checker.refuse_bare_item()
    elif not _fits(found, expected):
        checker.say(
            "EXPRESSION_KIND",
            f"表达式的结果是{_ZH[found]}，这里需要{_ZH[expected]}。",
            f"The expression gives {_EN[found]}; {_EN[expected]} is needed here.",
        )
    return checker.problems, found


_ZH: dict[Kind, str] = {
    "number": "数字",
    "truth": "是/否",
    "text": "文字",
    "date": "日期",
    "item": "收支项目",
    "set": "代码集合",
    "unknown": "任意值",
}
_EN: dict[Kind, str] = {
    "number": "a number",
    "truth": "true or false",
    "text": "a text",
    "date": "a date",
    "item": "a ledger item",
    "set": "a set of codes",
    "unknown": "any value",
}


class _Checker:
    def __init__(self, vocabulary: Vocabulary, where: str) -> None:
        self.vocabulary, self.where = vocabulary, where
        self.problems: list[Problem] = []
        self.functions = {**_PLAIN, **vocabulary.functions}

    def say(self, code: str, zh: str, en: str) -> None:
        problem = Problem(
            code=code,
            where=self.where,
            zh=zh,
            en=en,
            fix_zh="请对照 docs/expressions.md 修改。",
            fix_en="See docs/expressions.md for the language.",
        )
        if problem not in self.problems:
            self.problems.append(problem)

    def refuse_bare_item(self) -> None:
        """An item is a series of months, not a figure."""
        self.say(
            "EXPRESSION_ITEM_WITHOUT_WINDOW",
            "收支项目只能放在窗口函数里，例如 sum(项目, months=12)。",
            "A ledger item stands only inside a window function, e.g. sum(item, months=12).",
        )

    def kind(self, node: tree.Node) -> Kind:
        match node:
            case tree.Number():
                return "number"
            case tree.Text():
                return "text"
            case tree.Truth():
                return "truth"
            case tree.Name():
                return self._name(node)
            case tree.Minus():
                return self._need(node.operand, "number")
            case tree.Not():
                return self._need(node.operand, "truth")
            case tree.Calculation():
                self._need(node.left, "number")
                return self._need(node.right, "number")
            case tree.Compare():
                return self._comparison(node)
            case tree.Among():
                self._among(node)
                return "truth"
            case tree.Logical():
                for operand in node.operands:
                    self._need(operand, "truth")
                return "truth"
            case tree.Call():
                return self._call(node)

    def _name(self, node: tree.Name) -> Kind:
        kind = self.vocabulary.names.get(node.code)
        if kind is None:
            near = difflib.get_close_matches(node.code, self.vocabulary.names, 3)
            self.say(
                "EXPRESSION_NAME",
                f"不认识名称 {node.code}" + (f"；是不是 {'、'.join(near)}？" if near else "。"),
                f"{node.code} is not known here"
                + (f"; did you mean {', '.join(near)}?" if near else "."),
            )
            return "unknown"
        return kind

    def _need(self, node: tree.Node, expected: Kind) -> Kind:
        found = self.kind(node)
        if found == "item":
            self.refuse_bare_item()
        elif not _fits(found, expected):
            self.say(
                "EXPRESSION_KIND",
                f"这里需要{_ZH[expected]}，写的是{_ZH[found]}。",
                f"{_EN[expected].capitalize()} is needed here, found {_EN[found]}.",
            )
        return expected

    def _comparison(self, node: tree.Compare) -> Kind:
        left, right = self.kind(node.left), self.kind(node.right)
        if "item" in (left, right) or not (_fits(left, right) or _fits(right, left)):
            self.say(
                "EXPRESSION_KIND",
                f"不能比较{_ZH[left]}和{_ZH[right]}。",
                f"Cannot compare {_EN[left]} with {_EN[right]}.",
            )
        elif left == "set":
            self.say(
                "EXPRESSION_KIND",
                "代码集合不能比较，请用 has() 或 count_of()。",
                "A set is not compared; use has() or count_of().",
            )
        elif left in ("text", "truth") and node.operator not in ("==", "!="):
            self.say(
                "EXPRESSION_KIND",
                f"{_ZH[left]}只能用 == 或 != 比较。",
                f"Only == and != compare {_EN[left]}.",
            )
        for name, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(name, tree.Name):
                self._choose(name.code, (other,))
        return "truth"

    def _choose(self, name: str, written: Sequence[tree.Node]) -> None:
        """Codes beside a name whose codes the pack lists must be among them."""
        valid = self.vocabulary.choices.get(name)
        for one in written:
            if valid is None or not isinstance(one, tree.Text) or one.value in valid:
                continue
            near = difflib.get_close_matches(one.value, valid, 3)
            self.say(
                "EXPRESSION_CHOICE",
                f"{name} 里没有代码 {one.value}"
                + (f"；是不是 {'、'.join(near)}？" if near else "。"),
                f"{name} never holds the code {one.value}"
                + (f"; did you mean {', '.join(near)}?" if near else "."),
            )

    def _among(self, node: tree.Among) -> None:
        left = self.kind(node.left)
        if isinstance(node.left, tree.Name):
            self._choose(node.left.code, node.choices)
        for choice in node.choices:
            if isinstance(choice, tree.Call) and choice.function == "param":
                self._call(choice)
                continue
            if not isinstance(choice, tree.Text | tree.Number | tree.Minus):
                self.say(
                    "EXPRESSION_KIND",
                    "in 后面只能列出文字、数字或一个列表参数。",
                    "After `in` stand texts, numbers or one list parameter.",
                )
            elif not _fits(self.kind(choice), left):
                self.say(
                    "EXPRESSION_KIND",
                    f"in 的选项应是{_ZH[left]}。",
                    f"The choices of `in` should be {_EN[left]}.",
                )

    def _call(self, node: tree.Call) -> Kind:
        if node.function == "param":
            return self._parameter(node)
        signature = self.functions.get(node.function)
        if signature is None:
            near = difflib.get_close_matches(node.function, [*self.functions, "param"], 3)
            self.say(
                "EXPRESSION_FUNCTION",
                f"不认识函数 {node.function}" + (f"；是不是 {'、'.join(near)}？" if near else "。"),
                f"{node.function} is not a function here"
                + (f"; did you mean {', '.join(near)}?" if near else "."),
            )
            return "unknown"
        self._arguments(node, signature)
        if signature.result == "unknown" and node.arguments and signature.arguments != ("item",):
            kinds = [self.kind(argument) for argument in node.arguments]
            return next((kind for kind in kinds if kind != "unknown"), "unknown")
        return signature.result

    def _arguments(self, node: tree.Call, signature: Signature) -> None:
        wanted = len(signature.arguments)
        optional = 1 if node.function == "count" else 0
        enough = wanted - optional <= len(node.arguments) <= wanted or (
            signature.repeats and len(node.arguments) >= wanted
        )
        if not enough:
            self.say(
                "EXPRESSION_ARGUMENTS",
                f"函数 {node.function} 需要 {wanted} 个参数，写了 {len(node.arguments)} 个。",
                f"{node.function} takes {wanted} arguments, found {len(node.arguments)}.",
            )
        for name, _ in node.options:
            if name not in signature.options:
                known = ", ".join(sorted(signature.options)) or "-"
                self.say(
                    "EXPRESSION_ARGUMENTS",
                    f"函数 {node.function} 没有选项 {name}；可用：{known}。",
                    f"{node.function} has no option {name}; it has: {known}.",
                )
        for position, argument in enumerate(node.arguments):
            kinds = signature.arguments
            expected = kinds[min(position, len(kinds) - 1)]
            if expected == "item":
                if self.kind(argument) != "item" or not isinstance(argument, tree.Name):
                    self.say(
                        "EXPRESSION_ITEM",
                        f"函数 {node.function} 的第一个参数必须是收支项目。",
                        f"The first argument of {node.function} must be a ledger item.",
                    )
                elif argument.code in self.vocabulary.states and node.function != "last":
                    self.say(
                        "EXPRESSION_STATE",
                        f"{argument.code} 是状态，不能用 {node.function} 合计；请用 last()。",
                        f"{argument.code} is a state: {node.function} cannot add it up; use last().",
                    )
            else:
                self._need(argument, expected)
        if node.function == "has" and node.arguments and isinstance(node.arguments[0], tree.Name):
            self._choose(node.arguments[0].code, node.arguments[1:])
        self._options(node)

    def _options(self, node: tree.Call) -> None:
        levels = [name for name, _ in node.options if name in ("at_least", "above")]
        if node.function in ("count_months", "run_of_months") and len(levels) != 1:
            self.say(
                "EXPRESSION_ARGUMENTS",
                f"函数 {node.function} 需要 at_least 或 above 之一。",
                f"{node.function} needs one of at_least and above.",
            )
        for name, value in node.options:
            if name in ("months", "ago"):
                least = 1 if name == "months" else 0
                if isinstance(value, tree.Call) and value.function == "param":
                    self._need(value, "number")
                elif not (
                    isinstance(value, tree.Number)
                    and value.value == int(value.value)
                    and least <= value.value <= LONGEST_WINDOW
                ):
                    self.say(
                        "EXPRESSION_ARGUMENTS",
                        f"{name} 必须是 {least} 到 {LONGEST_WINDOW} 的整数或参数。",
                        f"{name} must be a whole number from {least} to {LONGEST_WINDOW}, "
                        "or a param.",
                    )
            else:
                self._level(name, value)

    def _level(self, name: str, value: tree.Node) -> None:
        """A level is one figure for all households of a division, and none that nothing meets."""
        self._need(value, "number")
        is_fixed = all(
            isinstance(part, tree.Number | tree.Minus | tree.Calculation | tree.Text)
            or (isinstance(part, tree.Call) and part.function == "param")
            for part in tree.walk(value)
        )
        if not is_fixed or isinstance(value, tree.Minus):
            self.say(
                "EXPRESSION_ARGUMENTS",
                f"{name} 必须是不低于 0 的数字或参数。",
                f"{name} must be a number not below 0, or a param.",
            )

    def _parameter(self, node: tree.Call) -> Kind:
        known = self.vocabulary.parameters
        if known is None:
            self.say(
                "EXPRESSION_FUNCTION",
                "这里不能使用 param()：按行计算的内容不随参数变化。",
                "param() is not available here.",
            )
            return "unknown"
        argument = node.arguments[0] if len(node.arguments) == 1 else None
        if not isinstance(argument, tree.Text):
            self.say(
                "EXPRESSION_ARGUMENTS",
                "param() 需要一个带引号的参数代码。",
                "param() takes one quoted parameter code.",
            )
            return "unknown"
        if argument.value not in known:
            near = difflib.get_close_matches(argument.value, known, 3)
            self.say(
                "EXPRESSION_PARAMETER",
                f"不认识参数 {argument.value}"
                + (f"；是不是 {'、'.join(near)}？" if near else "。"),
                f"There is no parameter {argument.value}"
                + (f"; did you mean {', '.join(near)}?" if near else "."),
            )
            return "unknown"
        return known[argument.value]


def _fits(found: Kind, expected: Kind) -> bool:
    return found == expected or "unknown" in (found, expected)


KIND_WORDS: Mapping[Kind, tuple[str, str]] = {kind: (_ZH[kind], _EN[kind]) for kind in _ZH}
"""What each kind is called, in (zh, en)."""
