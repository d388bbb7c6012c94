"""Names and places of divisions. They are public knowledge, so these reads need no scope."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from django.db import connection

from fangpin.casework.divisions.models import Division
from fangpin.casework.divisions.ranges import begins_with
from fangpin.casework.divisions.rows import Question

_FEW = 60
"""Codes with all their beginnings that stay within one query."""


def division(code: str) -> Division:
    """The division of this code. Raises Division.DoesNotExist."""
    return Division.objects.get(code=code)


def children(code: str) -> list[Division]:
    """The divisions one level below, in the order of their codes."""
    return list(Division.objects.filter(parent_id=code).order_by("code"))


def level_below(code: str, *, level: str) -> list[Division]:
    """All divisions of a level within `code` (itself included), in the order of their codes."""
    return list(Division.objects.filter(begins_with("code", code), level=level).order_by("code"))


def paths(codes: Iterable[str]) -> dict[str, tuple[Division, ...]]:
    """Code -> the divisions from the highest down to it; an unknown code has an empty path.

    One query for what a page asks for; for many codes one a level.
    """
    asked = {code for code in codes if code}
    known: dict[str, Division] = {}
    wanted = set(asked)
    if len(asked) <= _FEW:
        # A code begins with the code of its parent: nobody asks level by level.
        wanted = {code[:end] for code in asked for end in range(1, len(code) + 1)}
    while wanted:
        found = _of_codes(wanted)
        known.update(found)
        wanted = {one.parent_id for one in found.values() if one.parent_id} - known.keys()
    return {code: _path(code, known) for code in asked}


def path(code: str) -> tuple[Division, ...]:
    """The divisions from the highest down to `code`; empty when the code is unknown."""
    return paths([code]).get(code, ())


def _of_codes(codes: set[str]) -> dict[str, Division]:
    if len(codes) > _FEW:
        return Division.objects.in_bulk(codes)
    names = [field.attname for field in Division._meta.concrete_fields]
    rows = _of_so_many(len(codes)).ask([*codes])
    return {row[0]: Division.from_db(connection.alias, names, row) for row in rows}


@cache
def _of_so_many(count: int) -> Question:
    codes = [str(number) for number in range(count)]
    return Question.of(Division.objects.filter(code__in=codes), codes)


def _path(code: str, known: dict[str, Division]) -> tuple[Division, ...]:
    steps: list[Division] = []
    current: str | None = code
    while current is not None and current in known:
        steps.append(known[current])
        current = known[current].parent_id
    return tuple(reversed(steps))
