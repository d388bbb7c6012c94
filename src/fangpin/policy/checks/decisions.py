"""Statements, eligibility, guards, elimination and checks: what they name exists, once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from fangpin.policy.checks.book import Book, unknown
from fangpin.policy.expressions.case_facts import CASE_FACTS
from fangpin.policy.expressions.spans import base_items
from fangpin.policy.expressions.vocabulary import person_vocabulary
from fangpin.policy.models.decisions import (
    CaseCheck,
    Eligibility,
    EliminationCondition,
    Found,
    Statement,
)
from fangpin.policy.models.lists import MeasureKind
from fangpin.policy.reading.document import NodePath
from fangpin.policy.reading.entries import Entry
from fangpin.values.problem import Problem

GAP_WORDS = "guarantees."
"""A gap is a word of the pack: `guarantees.housing` names the gap `housing`."""

_FIRST_OF_MONTH = re.compile(r"(0[1-9]|1[0-2])-01")
_Shown = Iterator[tuple[Entry, NodePath, list[str], list[str]]]


def statements_have_a_shape(book: Book) -> Iterator[Problem]:
    """STATEMENT_SHAPE: a window or a period, lines or those of another, and parts that hold something."""
    for entry, statement in book.all("statement", Statement):
        if (statement.window is None) == (statement.period is None):
            yield _shape(
                entry,
                (),
                f"核算表“{statement.statement}”必须写 window 或 period 之一，只写一个。",
                f"The statement '{statement.statement}' must have one of `window` and `period`.",
            )
        if statement.period is not None and not _FIRST_OF_MONTH.fullmatch(statement.period.start):
            yield _shape(
                entry,
                ("period", "start"),
                f"周期从某月1日开始，如 10-01，写的是“{statement.period.start}”。",
                f"A period starts on the first of a month, such as 10-01, "
                f"not '{statement.period.start}'.",
            )
        for path, found in _found_places(statement):
            if (found.found is None) != (found.found_months is None):
                yield _shape(
                    entry,
                    path,
                    "found 和 found_months 要写就都写。",
                    "`found` and `found_months` stand together.",
                )
        has_own = bool(statement.lines)
        if has_own == (statement.lines_as is not None) or has_own == (statement.members is None):
            yield _shape(
                entry,
                (),
                f"核算表“{statement.statement}”写 lines 和 members，或者只写 lines_as。",
                f"The statement '{statement.statement}' has `lines` and `members`, or `lines_as` "
                "alone.",
            )
        for index, line in enumerate(statement.lines):
            for at, part in enumerate(line.parts):
                if not part.items and part.yearly is None and part.found is None:
                    yield _shape(
                        entry,
                        ("lines", index, "parts", at),
                        f"“{line.line}”的这一部分没有 items，也没有 yearly。",
                        f"This part of '{line.line}' has neither `items` nor `yearly`.",
                    )


def statement_references_exist(book: Book) -> Iterator[Problem]:
    """STATEMENT_ITEM, _PARAMETER, _MEMBERS, _LINES: what a statement names exists."""
    whole = {code for code, one in book.pack.statements.items() if one.lines}
    whole |= {code for kind, code in book.faulty if kind == "statement"}
    items, parameters = book.codes("item"), book.codes("parameter")
    attributes = book.codes("attribute")
    for entry, statement in book.all("statement", Statement):
        named = [("STATEMENT_ITEM", "item", items, *one) for one in _items_of(statement)]
        for name, noun, valid, key, given in (
            ("STATEMENT_PARAMETER", "parameter", parameters, "window", statement.window),
            ("STATEMENT_PARAMETER", "parameter", parameters, "line", statement.line_parameter),
            ("STATEMENT_MEMBERS", "attribute", attributes, "members", statement.members),
            ("STATEMENT_LINES", "statement", whole, "lines_as", statement.lines_as),
        ):
            if given is not None:
                named.append((name, noun, valid, (key,), given))
        for path, found in _found_places(statement):
            if found.found_months is not None:
                where = (*path, "found_months")
                given = found.found_months
                named.append(("STATEMENT_PARAMETER", "parameter", parameters, where, given))
        for code, noun, valid, path, written in named:
            if written not in valid:
                yield unknown(
                    code=code,
                    noun=noun,
                    written=written,
                    where=entry.where(*path),
                    valid=valid,
                    by=("statement", statement.statement),
                )


def statement_items_fit(book: Book) -> Iterator[Problem]:
    """STATEMENT_ITEM_KIND: a state, or an annual item among months, or the reverse."""
    for entry, statement in book.all("statement", Statement):
        for path, code in _items_of(statement):
            item = book.pack.items.get(code)
            is_yearly = path[-1] in ("yearly", "yearly_total")
            wanted = "year" if is_yearly else "month"
            if item is None or (item.kind != "state" and item.period == wanted):
                continue
            yield Problem(
                code="STATEMENT_ITEM_KIND",
                where=entry.where(*path),
                zh=f"“{code}”不能写在这里：items 只列按月的金额，yearly 只写按年的金额。",
                en=f"'{code}' does not fit here: `items` lists amounts of months, `yearly` names "
                "an amount of a year.",
                fix_zh="按年的写到 yearly，按月的写到 items；状态不是金额。",
                fix_en="Put annual ones under `yearly` and monthly ones under `items`; a state is "
                "no amount.",
            )


def statement_counts_nothing_twice(book: Book) -> Iterator[Problem]:
    """STATEMENT_ITEM_TWICE, STATEMENT_LINE_TWICE: an amount or a line stands in two places."""
    for entry, statement in book.all("statement", Statement):
        first: dict[str, NodePath] = {}
        for path, code in _items_of(statement):
            if code not in book.pack.items or _circles(book, code):
                continue
            for base in base_items(book.pack, code):
                other = first.setdefault(base.item, path)
                if other != path:
                    yield _twice(
                        entry, path, "STATEMENT_ITEM_TWICE", base.item, entry.where(*other)
                    )
                    break
        seen: dict[str, NodePath] = {}
        for key in ("lines", "beside", "excluded"):
            for index, line in enumerate(getattr(statement, key)):
                other = seen.setdefault(line.line, (key, index))
                if other != (key, index):
                    where = entry.where(*other)
                    yield _twice(
                        entry, (key, index, "line"), "STATEMENT_LINE_TWICE", line.line, where
                    )


def shown_figures_exist(book: Book) -> Iterator[Problem]:
    """CONDITION_FIGURE, CONDITION_THRESHOLD: what a condition shows exists."""
    figures = book.codes("indicator", "attribute") | set(CASE_FACTS)
    people = set(person_vocabulary(book.pack).names)
    parameters = book.codes("parameter")
    for entry, path, shown, thresholds in _shown(book):
        for noun, code, key, valid, written in (
            *(("fact", "CONDITION_FIGURE", "figures", figures, one) for one in shown),
            *(
                ("parameter", "CONDITION_THRESHOLD", "thresholds", parameters, one)
                for one in thresholds
            ),
        ):
            if entry_is_of_persons(entry) and key == "figures":
                valid = people
            if written not in valid:
                listed = shown if key == "figures" else thresholds
                yield unknown(
                    code=code,
                    noun=noun,
                    written=written,
                    where=entry.where(*path, key, listed.index(written)),
                    valid=valid,
                    by=(entry.kind, entry.code),
                )


def conditions_are_single(book: Book) -> Iterator[Problem]:
    """CONDITION_TWICE: an eligibility states two conditions under one code."""
    for entry, eligibility in book.all("eligibility", Eligibility):
        seen: dict[str, int] = {}
        for index, condition in enumerate(eligibility.conditions):
            first = seen.setdefault(condition.condition, index)
            if first != index:
                yield _twice(
                    entry,
                    ("conditions", index, "condition"),
                    "CONDITION_TWICE",
                    condition.condition,
                    entry.where("conditions", first),
                )


def checks_name_known_measures(book: Book) -> Iterator[Problem]:
    """CHECK_MEASURE: a measure that a check proposes exists."""
    valid = book.codes("measure")
    for entry, check in book.all("check", CaseCheck):
        for index, code in enumerate(check.measures):
            if code not in valid:
                yield unknown(
                    code="CHECK_MEASURE",
                    noun="measure",
                    written=code,
                    where=entry.where("measures", index),
                    valid=valid,
                    by=("check", check.check),
                )


def measures_stand_in_known_classes(book: Book) -> Iterator[Problem]:
    """MEASURE_CLASS, MEASURE_GAP: the class and the gaps that a measure names exist."""
    classes = {code for code, measure in book.pack.measures.items() if measure.part_of is None}
    classes |= {code for kind, code in book.faulty if kind == "measure"}
    gaps = {
        code.removeprefix(GAP_WORDS) for code in book.codes("word") if code.startswith(GAP_WORDS)
    }
    for entry, measure in book.all("measure", MeasureKind):
        by = ("measure", measure.measure)
        if measure.part_of is not None and measure.part_of not in classes:
            yield unknown(
                code="MEASURE_CLASS",
                noun="measure",
                written=measure.part_of,
                where=entry.where("part_of"),
                valid=classes,
                by=by,
            )
        for index, gap in enumerate(measure.fills):
            if gap not in gaps:
                yield unknown(
                    code="MEASURE_GAP",
                    noun="gap",
                    written=gap,
                    where=entry.where("fills", index),
                    valid=gaps,
                    by=by,
                )


def entry_is_of_persons(entry: Entry) -> bool:
    """Whether an entry asks of members one by one."""
    return isinstance(entry.node, CaseCheck) and entry.node.of == "person"


def _items_of(statement: Statement) -> Iterator[tuple[NodePath, str]]:
    """Every item that a statement names, with its place; the total of a year last."""
    for index, line in enumerate(statement.lines):
        for at, part in enumerate(line.parts):
            for place, code in enumerate(part.items):
                yield ("lines", index, "parts", at, "items", place), code
            if part.yearly is not None:
                yield ("lines", index, "parts", at, "yearly"), part.yearly
            if part.found is not None:
                yield ("lines", index, "parts", at, "found"), part.found
        if line.yearly is not None:
            yield ("lines", index, "yearly"), line.yearly
        if line.found is not None:
            yield ("lines", index, "found"), line.found
    for key in ("beside", "excluded"):
        for index, aside in enumerate(getattr(statement, key)):
            for place, code in enumerate(aside.items):
                yield (key, index, "items", place), code
            if aside.yearly is not None:
                yield (key, index, "yearly"), aside.yearly
    if statement.yearly_total is not None:
        yield ("yearly_total",), statement.yearly_total


def _found_places(statement: Statement) -> Iterator[tuple[NodePath, Found]]:
    """Every line and part, each of which a visit may find."""
    for index, line in enumerate(statement.lines):
        yield ("lines", index), line
        for at, part in enumerate(line.parts):
            yield ("lines", index, "parts", at), part


def _shown(book: Book) -> _Shown:
    for entry, eligibility in book.all("eligibility", Eligibility):
        for index, condition in enumerate(eligibility.conditions):
            yield entry, ("conditions", index), condition.figures, condition.thresholds
    for entry, one in book.all("elimination", EliminationCondition):
        yield entry, (), one.figures, one.thresholds
    for entry, check in book.all("check", CaseCheck):
        yield entry, (), check.figures, check.thresholds
    for entry, measure in book.all("measure", MeasureKind):
        for index, guard in enumerate(measure.guards):
            yield entry, ("guards", index), [], guard.thresholds


def _circles(book: Book, code: str, above: Iterable[str] = ()) -> bool:
    """Whether a total contains itself or something that does not exist."""
    item = book.pack.items.get(code)
    if item is None or code in above:
        return True
    return any(_circles(book, part, (*above, code)) for part in item.of)


def _shape(entry: Entry, path: NodePath, zh: str, en: str) -> Problem:
    return Problem(
        code="STATEMENT_SHAPE",
        where=entry.where(*path),
        zh=zh,
        en=en,
        fix_zh="对照 docs/packs.md 中的例子改正。",
        fix_en="Compare with the example in docs/packs.md.",
    )


def _twice(entry: Entry, path: NodePath, code: str, written: str, other: str) -> Problem:
    return Problem(
        code=code,
        where=entry.where(*path),
        zh=f"“{written}”在这里第二次出现，第一次在 {other}。",
        en=f"'{written}' stands here for a second time; the first is at {other}.",
        fix_zh="删去其中一处：同一笔钱、同一个条件只算一次。",
        fix_en="Delete one of them: money and conditions count once.",
    )
