"""Beginnings as half-open ranges: every text that starts with `4310` lies in ["4310", "4311")."""

from __future__ import annotations

from typing import TypeAlias

from django.db.models import Q

Range: TypeAlias = tuple[str, str]
"""From (inclusive) and to (exclusive), in code point order."""

_LAST = 0x10FFFF
_SURROGATES = (0xD800, 0xDFFF)


def subtree(code: str) -> Range:
    """The range of all texts that begin with `code`. Raises ValueError for an empty code.

    An empty code would mean "everything"; no post and no search may mean that by accident.
    """
    head = code
    while head:
        following = ord(head[-1]) + 1
        if following == _SURROGATES[0]:
            following = _SURROGATES[1] + 1
        if following <= _LAST:
            return code, head[:-1] + chr(following)
        head = head[:-1]
    raise ValueError("a range needs a code")


def begins_with(field: str, text: str) -> Q:
    """The condition that a byte-ordered column begins with `text`, answered from its index."""
    low, high = subtree(text)
    return Q(**{f"{field}__gte": low, f"{field}__lt": high})
