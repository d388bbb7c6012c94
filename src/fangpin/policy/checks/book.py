"""What every check reads: the pack as merged, where things stand, and what is known by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from fangpin.policy.models.feeds import ContractField
from fangpin.policy.models.nodes import Node
from fangpin.policy.pack import Pack
from fangpin.policy.reading.entries import Entry
from fangpin.policy.reading.nearest import advice
from fangpin.policy.reading.nouns import named
from fangpin.values.problem import Problem

Kept = TypeVar("Kept", bound=Node)


@dataclass(frozen=True)
class Book:
    """A merged pack under check; `faulty` are codes of entries that were already refused."""

    pack: Pack
    faulty: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def _by_kind(self) -> dict[str, list[Entry]]:
        """Asked hundreds of times: nobody looks through the whole pack each time."""
        found: dict[str, list[Entry]] = {}
        for (kind, _), entry in self.pack.entries.items():
            found.setdefault(kind, []).append(entry)
        return found

    def all(self, kind: str, model: type[Kept]) -> Iterator[tuple[Entry, Kept]]:
        """Every entry of a kind with its node, editions and periods one by one."""
        for entry in self._by_kind.get(kind, ()):
            if isinstance(entry.node, model):
                yield entry, entry.node

    def codes(self, *kinds: str) -> set[str]:
        """The codes of some kinds, those of refused entries included."""
        found = {entry.code for kind in kinds for entry in self._by_kind.get(kind, ())}
        return found | {code for kind, code in self.faulty if kind in kinds}

    def fields(self, feed: str | None) -> dict[str, ContractField] | None:
        """The fields of a feed by code; None when the feed is unknown or refused."""
        contract = self.pack.contracts.get(feed or "")
        return None if contract is None else {field.field: field for field in contract.fields}


Check = Callable[[Book], Iterable[Problem]]


def unknown(
    *, code: str, noun: str, written: str, where: str, valid: Iterable[str], by: tuple[str, str]
) -> Problem:
    """The problem of a name that stands for nothing; `by` is the (kind, code) that names it."""
    fix_zh, fix_en = advice(written=written, valid=valid)
    by_zh, by_en = named(*by)
    zh, en = named(noun, written)
    return Problem(
        code=code,
        where=where,
        zh=f"{by_zh}引用的{zh}不存在。",
        en=f"The {by_en} names the {en}, which does not exist.",
        fix_zh=fix_zh,
        fix_en=fix_en,
        details={"name": written},
    )
