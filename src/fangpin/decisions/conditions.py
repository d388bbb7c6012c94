"""Conditions of policy answered for one household: met, not met or cannot tell, and by what.

Each answer carries the figures and lines that show why, and the names that are unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fangpin.policy.expressions import parse, tree
from fangpin.policy.expressions.case_facts import CASE_FACT_TABLE
from fangpin.policy.expressions.evaluate import truth_of, value_of
from fangpin.policy.expressions.facts import Facts, Value
from fangpin.policy.models.nodes import Words
from fangpin.policy.pack import Pack
from fangpin.values.problem import Problem, ProblemError


@dataclass(frozen=True, slots=True)
class Shown:
    """A figure or a line as a page shows it: its words, unit and value (None: unknown)."""

    code: str
    title: Words
    unit: str
    value: Value | list[str] | None


@dataclass(frozen=True, slots=True)
class Answer:
    """One condition for one household; `is_met` is None when it cannot be told."""

    condition: str
    title: Words
    is_met: bool | None
    figures: tuple[Shown, ...] = ()
    thresholds: tuple[Shown, ...] = ()
    unknown: tuple[Shown, ...] = ()
    """What is unknown and keeps it from being told; empty where it is."""
    problem: Problem | None = None
    """A parameter without a value on the day: the condition is not told, and none is guessed."""


def answer(
    *,
    pack: Pack,
    condition: str,
    title: Words,
    when: str,
    facts: Facts,
    figures: Sequence[str] = (),
    thresholds: Sequence[str] = (),
) -> Answer:
    """A condition answered over the facts of a household or of a member.

    A parameter without a value on the day makes it untold, with the problem beside it.
    """
    found, problem = truth_or_problem(when, facts)
    return Answer(
        condition=condition,
        title=title,
        is_met=found,
        figures=tuple(shown_figure(pack, code, facts) for code in figures),
        thresholds=tuple(shown_threshold(pack, code, facts) for code in thresholds),
        unknown=unknown_names(pack, when, facts) if found is None and problem is None else (),
        problem=problem,
    )


def truth_or_problem(when: str, facts: Facts) -> tuple[bool | None, Problem | None]:
    """The truth of a condition, or the parameter without a value that keeps it from being told."""
    try:
        return truth_of(when, facts), None
    except ProblemError as error:
        return None, error.problems[0]


def shown_figure(pack: Pack, code: str, facts: Facts) -> Shown:
    """A figure, attribute or fact of casework with its words and its value; None: unknown."""
    title, unit = words_of(pack, code)
    try:
        value = value_of(code, facts)
    except ProblemError:
        value = None
    return Shown(code, title, unit, value)


def shown_threshold(pack: Pack, code: str, facts: Facts) -> Shown:
    """A parameter with its words and its value on the day that decides; None where it has none."""
    parameter = pack.parameters[code]
    try:
        value: Value | list[str] | None = facts.parameter(code)
    except ProblemError:
        value = None
    return Shown(code, parameter.title, parameter.unit, value)


def unknown_names(pack: Pack, when: str, facts: Facts) -> tuple[Shown, ...]:
    """The names of a condition whose value is unknown, in the order in which they are written."""
    names = [node.code for node in tree.walk(parse(when)) if isinstance(node, tree.Name)]
    told = dict.fromkeys(code for code in names if code not in pack.items)
    shown = (shown_figure(pack, code, facts) for code in told)
    return tuple(one for one in shown if one.value is None)


def words_of(pack: Pack, code: str) -> tuple[Words, str]:
    """What a name is called, and its unit; a field of a member is called as its feed calls it."""
    if code in CASE_FACT_TABLE:
        fact = CASE_FACT_TABLE[code]
        return fact.title, fact.unit
    for entries in (pack.indicators, pack.attributes, pack.items):
        entry = entries.get(code)
        if entry is not None:
            return entry.title, entry.unit
    registry = pack.header.registry
    fields = pack.contracts[registry.feed].fields if registry else []
    title = next((field.title for field in fields if field.field == code), None)
    return title or PERSON_WORDS.get(code, Words(zh=code, en=code)), ""


PERSON_WORDS = {
    "age": Words(zh="年龄", en="Age"),
    "is_head": Words(zh="户主", en="Head of the household"),
    "posts_held": Words(zh="现有岗位数", en="Posts held now"),
    "is_working": Words(zh="正在务工", en="At work now"),
}


def all_met(answers: Iterable[Answer]) -> bool | None:
    """True when every condition is met, False when one is not, None when it cannot be told."""
    found = [one.is_met for one in answers]
    if False in found:
        return False
    return None if None in found or not found else True


def one_met(answers: Iterable[Answer]) -> bool | None:
    """True when one condition is met, False when none is, None when it cannot be told."""
    found = [one.is_met for one in answers]
    if True in found:
        return True
    return None if None in found else False


def months_later(day: date, months: int) -> date:
    """The same day some months on; the last day of a shorter month."""
    position = day.year * 12 + day.month - 1 + months
    year, month = divmod(position, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))
