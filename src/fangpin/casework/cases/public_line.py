"""The one line of a household that hangs on the village's board, made from four facts and no more.

A cause such as illness is health data: it is not among them, nor is any number that names a person,
a telephone or an account. Nothing else can be printed, because nothing else is here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_GROUP = re.compile(r"(?<!\d)(\d{1,2})\s*组")
_NAME = re.compile(r"[^\W\d_]{1,20}(?:[·• ][^\W\d_]{1,20}){0,3}")
"""A name holds letters, and a dot or a blank between them; whatever else stands there stays off."""
NAMELESS = "—"


@dataclass(frozen=True, slots=True)
class PublicLine:
    """One household on a public sheet."""

    head_name: str
    group: str
    """Of the address only the number of the village's group; empty: it names none."""
    count_of_members: int
    category: str
    """As the sheet words it."""


def public_line(
    *, head_name: str, address: str, count_of_members: int, category: str
) -> PublicLine:
    """The line of a household; of a name only its letters, of an address only the group."""
    name = _NAME.match(head_name.strip())
    group = _GROUP.search(address)
    return PublicLine(
        head_name=name.group(0) if name else NAMELESS,
        group=group.group(1) if group else "",
        count_of_members=count_of_members,
        category=category,
    )
