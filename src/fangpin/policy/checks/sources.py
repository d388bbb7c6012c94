"""Whatever states policy rests on a document that sources.yaml lists."""

from __future__ import annotations

from collections.abc import Iterator

from fangpin.policy.checks.book import Book, unknown
from fangpin.policy.entries import Entry
from fangpin.policy.models import Department, Node, Parameter
from fangpin.values.problem import Problem


def sources_exist(book: Book) -> Iterator[Problem]:
    """SOURCE_UNKNOWN: a source that sources.yaml of no pack in the chain lists."""
    valid = book.codes("source")
    for entry in book.pack.entries.values():
        for path, source in _sources(entry.node):
            if source not in valid:
                yield unknown(
                    code="SOURCE_UNKNOWN",
                    noun="source",
                    written=source,
                    where=entry.where(*path),
                    valid=valid,
                    by=_by(entry),
                )


def _sources(node: Node) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(node, Parameter):
        for index, value in enumerate(node.values):
            yield ("values", index, "source"), value.source
    elif not isinstance(node, Department):
        source = getattr(node, "source", None)
        if isinstance(source, str) and type(node).__name__ != "Source":
            yield ("source",), source


def _by(entry: Entry) -> str:
    return f"{entry.kind} {entry.code}"
