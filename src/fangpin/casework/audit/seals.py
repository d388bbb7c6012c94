"""What a seal says, and the one spelling in which it is signed, chained and handed on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

FIRST = ""
"""The hash before the first seal."""


@dataclass(frozen=True, slots=True)
class SealBody:
    """The signed part of a seal."""

    number: int
    previous: str
    """Hash of the seal before (`chain_hash`); FIRST for the first one."""
    entries: str
    """The ids of its entries as ranges: `1-40,42`."""
    count: int
    root: str
    """Merkle root over the entries in the order of their ids."""
    top: int
    """The highest id that this or an earlier seal holds."""
    open: str
    """Ids below the top that no seal holds yet: an act that was rolled back, or a late one."""
    sealed_at: str
    key: str
    """Which key signed (`SealReader.key_id`)."""

    def text(self) -> str:
        """The body's one spelling."""
        return json.dumps(
            {name: getattr(self, name) for name in self.__slots__},
            sort_keys=True,
            separators=(",", ":"),
        )


def read_body(text: str) -> SealBody:
    """The body of its spelling. Raises ValueError for any other text."""
    found = json.loads(text)
    if not isinstance(found, dict) or set(found) != set(SealBody.__slots__):
        raise ValueError("not the body of a seal")
    kinds = SealBody.__annotations__
    for name, value in found.items():
        if type(value) is not (int if kinds[name] in (int, "int") else str):
            raise ValueError(f"{name} of a seal's body is of another type")
    body = SealBody(**found)
    if body.text() != text:
        raise ValueError("a seal's body in another spelling")
    return body


def chain_hash(*, body: str, signature: str) -> str:
    """The hash by which the next seal names this one."""
    return hashlib.sha256(f"{body}\n{signature}".encode("utf-8", "surrogatepass")).hexdigest()


def ranges_of(ids: Iterable[int]) -> str:
    """Ascending ids as `1-40,42`; empty for none."""
    pairs: list[list[int]] = []
    for one in ids:
        if pairs and pairs[-1][1] == one - 1:
            pairs[-1][1] = one
        else:
            pairs.append([one, one])
    return ",".join(f"{low}-{high}" if high > low else str(low) for low, high in pairs)


def pairs_of(ranges: str) -> Iterator[tuple[int, int]]:
    """(first, last) of each range. Raises ValueError for a text that is none."""
    for part in ranges.split(",") if ranges else []:
        low, dash, high = part.partition("-")
        yield int(low), int(high) if dash else int(low)


def ids_of(ranges: str) -> list[int]:
    """All ids of the ranges."""
    return [one for low, high in pairs_of(ranges) for one in range(low, high + 1)]


def line_of(*, public: str, body: str, signature: str) -> str:
    """A seal as one line of JSON for whoever keeps it."""
    return json.dumps({"public_key": public, "body": body, "signature": signature}, sort_keys=True)


def read_line(line: str) -> dict[str, Any]:
    """public_key, body and signature of a line. Raises ValueError for any other text."""
    found = json.loads(line)
    if not isinstance(found, dict) or set(found) != {"public_key", "body", "signature"}:
        raise ValueError("not a seal")
    if not all(isinstance(value, str) for value in found.values()):
        raise ValueError("not a seal")
    return found
