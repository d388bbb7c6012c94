"""Cases of decisions: the facts, statements, statuses, measures and checks that they name exist."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from fangpin.policy.checks.book import Book, unknown
from fangpin.policy.checks.case_names import CODES, named_keys, named_value
from fangpin.policy.expressions.check import KIND_WORDS, Vocabulary
from fangpin.policy.expressions.vocabulary import case_vocabulary
from fangpin.policy.models.cases import PackCase
from fangpin.policy.reading.entries import Entry
from fangpin.values.problem import Problem


def decision_names(book: Book, entry: Entry, case: PackCase) -> Iterator[Problem]:
    """What a case names of casework: facts and their codes, statements, statuses, measures, checks."""
    words = case_vocabulary(book.pack)
    facts = {code for code, kind in words.names.items() if kind != "item"}
    yield from named_keys(entry, ("facts",), case.facts, "fact", facts)
    for code, given in case.facts.items():
        if code in facts:
            yield from _fact(entry, code, given, words)
    expect = case.expect
    yield from named_keys(
        entry, ("expect", "statement"), expect.statement, "statement", book.codes("statement")
    )
    eligibilities = book.codes("eligibility")
    yield from named_keys(
        entry, ("expect", "eligibility"), expect.eligibility, "eligibility", eligibilities
    )
    yield from named_keys(
        entry, ("expect", "guards"), expect.guards, "measure", book.codes("measure")
    )
    yield from named_keys(
        entry, ("expect", "parameters"), expect.parameters, "parameter", book.codes("parameter")
    )
    yield from named_keys(
        entry, ("expect", "item_kind"), expect.item_kind, "item", book.codes("item")
    )
    for index, code in enumerate(expect.categories_in_force or ()):
        yield from named_value(
            book, entry, ("expect", "categories_in_force", index), code, "category"
        )
    for index, code in enumerate(expect.findings):
        yield from named_value(book, entry, ("expect", "findings", index), code, "check")
    for index, code in enumerate(expect.no_findings if expect.no_findings != "any" else ()):
        yield from named_value(book, entry, ("expect", "no_findings", index), code, "check")
    for index, code in enumerate(expect.proposals):
        yield from named_value(book, entry, ("expect", "proposals", index), code, "measure")
    for kind, expected in expect.elimination.items():
        conditions = {one.condition for one in book.pack.elimination if one.kind == kind}
        path = ("expect", "elimination", kind, "lacking")
        for index, code in enumerate(expected.lacking or ()):
            if code not in conditions:
                yield unknown(
                    code=CODES["elimination"],
                    noun="elimination",
                    written=code,
                    where=entry.where(*path, index),
                    valid=conditions,
                    by=("case", ".".join(path)),
                )
    for measure, guards in expect.guards.items():
        if guards.person is not None and not 0 <= guards.person < len(case.persons):
            yield Problem(
                code="CASE_PERSON",
                where=entry.where("expect", "guards", measure, "person"),
                zh=f"persons 里没有第 {guards.person} 个人（从 0 数起）。",
                en=f"There is no person {guards.person} among `persons`, counted from 0.",
                fix_zh="写 persons 中的位置。",
                fix_en="Write a position of `persons`.",
            )


def _fact(entry: Entry, code: str, given: object, words: Vocabulary) -> Iterator[Problem]:
    """CASE_FACT_KIND, CASE_FACT: a fact of another kind, or a code that it never holds."""
    kind = words.names[code]
    fitting = {"set": list, "truth": bool, "number": Decimal, "date": date, "text": str}.get(kind)
    if given is not None and fitting is not None and not isinstance(given, fitting):
        zh, en = KIND_WORDS[kind]
        yield Problem(
            code="CASE_FACT_KIND",
            where=entry.where("facts", code),
            zh=f"事实“{code}”应为{zh}。",
            en=f"The fact '{code}' must be {en}.",
            fix_zh="集合写成列表，如 [illness]；日期不加引号。",
            fix_en="Write a set as a list such as [illness], and a date without quotes.",
        )
        return
    valid = words.choices.get(code)
    listed = given if isinstance(given, list) else [given] if isinstance(given, str) else []
    for index, one in enumerate(listed):
        if valid is not None and one not in valid:
            path = ("facts", code, index) if isinstance(given, list) else ("facts", code)
            yield unknown(
                code="CASE_FACT",
                noun="fact",
                written=str(one),
                where=entry.where(*path),
                valid=valid,
                by=("case", f"facts.{code}"),
            )
