"""Only the language of packs is read; everything else of Python is refused, with its place."""

from __future__ import annotations

from decimal import Decimal

import pytest

from fangpin.policy.expressions import parse, tree
from fangpin.policy.expressions.parse import DEEPEST, LONGEST
from fangpin.values.problem import Problem, ProblemError

REFUSED = {
    "a call of the machine": "__import__('os').system('true')",
    "a chain of attributes": "a.__class__.__mro__",
    "an attribute of another name": "household.size",
    "a deeper attribute of the person": "person.age.real",
    "an attribute of a text": "'a'.join",
    "a method": "person.age()",
    "a lambda": "lambda: 1",
    "a called lambda": "(lambda: 1)()",
    "a list": "[1, 2]",
    "a comprehension": "[x for x in (1, 2)]",
    "a generator": "sum(x for x in (1, 2))",
    "a walrus": "(a := 1)",
    "an f-string": "f'{a}'",
    "a subscript": "a[0]",
    "a slice": "a[1:2]",
    "a conditional": "1 if a else 2",
    "a dictionary": "{'a': 1}",
    "a set": "{1, 2}",
    "a tuple": "(1, 2)",
    "a star": "f(*a)",
    "two stars": "f(**a)",
    "a power": "9 ** 9",
    "a whole division": "7 // 2",
    "a remainder": "7 % 2",
    "a bit": "1 | 2",
    "a shift": "1 << 70",
    "a matrix product": "a @ b",
    "a complement": "~1",
    "a plus sign": "+a",
    "an identity": "a is None",
    "None": "None",
    "bytes": "b'a'",
    "an ellipsis": "...",
    "an imaginary number": "1j",
    "an await": "await a",
    "a yield": "(yield)",
    "chained comparisons": "1 < a < 3",
    "no choices": "a in ()",
}
UNREADABLE = ["", "a +", "a; b", "a = 1", "import os", "a b", "(", "'a", "a and", "\0"]


def problem_of(text: str) -> Problem:
    with pytest.raises(ProblemError) as raised:
        parse(text, "rules.yaml:7")
    (problem,) = raised.value.problems
    return problem


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED.keys())
def test_whatever_is_not_of_the_language_is_refused(text: str) -> None:
    problem = problem_of(text)

    assert problem.code in ("EXPRESSION_NOT_ALLOWED", "EXPRESSION_UNREADABLE")
    assert problem.where == "rules.yaml:7"
    assert problem.zh and problem.en and problem.fix_zh and problem.fix_en


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_is_no_expression_is_refused(text: str) -> None:
    assert problem_of(text).code == "EXPRESSION_UNREADABLE"


def test_a_refusal_points_at_its_place_in_both_languages() -> None:
    problem = problem_of("bills_12 > 3 and wages[0] > 1")

    assert "bills_12 > 3 and ⟪wages[0] > 1" in problem.zh
    assert "bills_12 > 3 and ⟪wages[0] > 1" in problem.en


def test_the_place_is_counted_in_characters_not_in_bytes() -> None:
    assert "kind == '住院治疗' and ⟪a[0]" in problem_of("kind == '住院治疗' and a[0]").zh


def test_chained_comparisons_say_how_to_write_them() -> None:
    problem = problem_of("1 < a < 3")

    assert "and" in problem.zh and "and" in problem.en


def test_a_deeply_nested_expression_is_refused() -> None:
    assert "deep" in problem_of("-" * (DEEPEST + 2) + "1").en
    assert problem_of("(" * 1500 + "1" + ")" * 1).code == "EXPRESSION_UNREADABLE"
    assert problem_of("not " * 400 + "a").code in (
        "EXPRESSION_NOT_ALLOWED",
        "EXPRESSION_UNREADABLE",
    )


def test_a_long_expression_is_refused_before_it_is_read() -> None:
    assert problem_of(" + ".join(["a"] * LONGEST)).code == "EXPRESSION_TOO_LONG"


def test_lines_of_yaml_are_one_expression() -> None:
    assert parse("a >= 1\n  and b\n") == parse("a >= 1 and b")


def test_every_part_of_the_language_is_read() -> None:
    assert parse("true") == tree.Truth(True)
    assert parse("False") == tree.Truth(False)
    assert parse("0.10") == tree.Number(Decimal("0.1"))
    assert parse("'住院'") == tree.Text("住院")
    assert parse("person.age") == tree.Name("person.age")
    assert parse("-a") == tree.Minus(tree.Name("a"))
    assert parse("a not in ('x',)") == tree.Not(tree.Among(tree.Name("a"), (tree.Text("x"),)))
    assert parse("a in param('kinds')") == tree.Among(
        tree.Name("a"), (tree.Call("param", (tree.Text("kinds"),), ()),)
    )
    assert parse("sum(a, months=12)") == tree.Call(
        "sum", (tree.Name("a"),), (("months", tree.Number(Decimal(12))),)
    )
    assert parse("a and b or not c") == tree.Logical(
        "or",
        (
            tree.Logical("and", (tree.Name("a"), tree.Name("b"))),
            tree.Not(tree.Name("c")),
        ),
    )


def test_names_and_parameters_of_an_expression_are_found_wherever_they_stand() -> None:
    node = parse(
        "sum(a, months=param('m')) / b > param('line') or count_months(c, above=-d) in (1,)"
    )

    assert tree.names(node) == {"a", "b", "c", "d"}
    assert tree.parameters(node) == {"m", "line"}
