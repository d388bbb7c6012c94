"""One hash over many rows (RFC 6962): leaves and inner nodes can never be taken for each other."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

WIDTH = 32
"""Bytes of a hash."""


def leaf(content: bytes) -> bytes:
    """The hash of one row."""
    return hashlib.sha256(b"\x00" + content).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaves in their order. Raises ValueError for none: an empty batch has no seal."""
    if not leaves:
        raise ValueError("a root needs at least one leaf")
    level = list(leaves)
    while len(level) > 1:
        # An odd last node moves up as it is, so two batches of other lengths never share a root.
        pairs = [
            hashlib.sha256(b"\x01" + level[at] + level[at + 1]).digest()
            for at in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def split(joined: bytes) -> list[bytes]:
    """Hashes that were kept one behind the other; a rest that is no whole hash comes last."""
    return [joined[at : at + WIDTH] for at in range(0, len(joined), WIDTH)]
