"""What cases name: keys and values that stand for nothing, each with its line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from fangpin.policy.checks.book import Book, unknown
from fangpin.policy.reading.entries import Entry
from fangpin.values.problem import Problem

CODES = {
    "attribute": "CASE_ATTRIBUTE",
    "category": "CASE_CATEGORY",
    "check": "CASE_CHECK",
    "eligibility": "CASE_ELIGIBILITY",
    "elimination": "CASE_ELIMINATION",
    "fact": "CASE_FACT",
    "measure": "CASE_MEASURE",
    "parameter": "CASE_PARAMETER",
    "statement": "CASE_STATEMENT",
    "cause": "CASE_CAUSE",
    "contract": "CASE_FEED",
    "field": "CASE_FIELD",
    "figure": "CASE_FIGURE",
    "item": "CASE_ITEM",
    "rule": "CASE_RULE",
    "severity": "CASE_SEVERITY",
}
"""What a case names -> the code of the problem when it does not exist."""


def named_keys(
    entry: Entry,
    path: tuple[str | int, ...],
    written: Iterable[str],
    noun: str,
    valid: Collection[str],
) -> Iterator[Problem]:
    """CASE_*: every key of a mapping that stands for nothing."""
    for name in written:
        if name not in valid:
            yield unknown(
                code=CODES[noun],
                noun=noun,
                written=name,
                where=entry.where(*path, name, key=True),
                valid=valid,
                by=("case", ".".join(str(step) for step in path)),
            )


def named_value(
    book: Book, entry: Entry, path: tuple[str | int, ...], written: str | None, noun: str
) -> Iterator[Problem]:
    """CASE_*: a value that stands for nothing."""
    valid = book.codes(noun)
    if written is not None and written not in valid:
        yield unknown(
            code=CODES[noun],
            noun=noun,
            written=written,
            where=entry.where(*path),
            valid=valid,
            by=("case", ".".join(str(step) for step in path)),
        )
