"""Whatever states policy rests on a document that sources.yaml lists."""

from __future__ import annotations

from collections.abc import Iterator

from fangpin.policy.checks.book import Book, unknown
from fangpin.policy.models.demos import DemoRecipe
from fangpin.policy.models.feeds import Department
from fangpin.policy.models.header import PackHeader, Source
from fangpin.policy.models.lists import Parameter
from fangpin.policy.models.nodes import Node
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
                    by=(entry.kind, entry.code),
                )


def _sources(node: Node) -> Iterator[tuple[tuple[str | int, ...], str]]:
    if isinstance(node, Parameter):
        for index, value in enumerate(node.values):
            yield ("values", index, "source"), value.source
    elif isinstance(node, DemoRecipe):
        yield ("source",), node.source
        for index, one in enumerate(node.rounds):
            yield ("rounds", index, "source"), one.source
    elif isinstance(node, PackHeader):
        for name, part in (("deaths", node.deaths), ("tables", node.tables)):
            if part is not None:
                yield (name, "source"), part.source
    elif not isinstance(node, Department):
        source = None if isinstance(node, Source) else getattr(node, "source", None)
        if isinstance(source, str):
            yield ("source",), source
