"""What every page asks of its scope, by statements that are made once (`divisions/rows.py`).

A query is given as a function at the top of a module: of a scope, and of texts. It may bind the
scope's divisions, its role, and those texts; nothing else of them may change what it asks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, TypeAlias

from django.db import connection
from django.db.models import QuerySet

from fangpin.casework.divisions.rows import Question
from fangpin.casework.officials.scope import Scope

Rows: TypeAlias = Callable[..., QuerySet[Any]]


def asked(rows: Rows, scope: Scope, *texts: str) -> list[list[Any]]:
    """The rows of a query within the scope, column by column."""
    if scope.is_empty:
        return []
    return _standing(rows, len(scope.divisions), len(texts), False).ask(scope, texts)


def objects(rows: Rows, scope: Scope, *texts: str) -> list[Any]:
    """The rows of a query within the scope as its model's objects."""
    if scope.is_empty:
        return []
    standing = _standing(rows, len(scope.divisions), len(texts), False)
    model, names = standing.model, standing.names
    return [model.from_db(connection.alias, names, row) for row in standing.ask(scope, texts)]


def counted(rows: Rows, scope: Scope, *texts: str) -> int:
    """How many rows a query has within the scope."""
    if scope.is_empty:
        return 0
    found = _standing(rows, len(scope.divisions), len(texts), True).ask(scope, texts)
    return int(found[0][0])


@dataclass(frozen=True, slots=True)
class _Standing:
    """A query of which only the values of a scope and the texts are still to be told."""

    question: Question
    bound: tuple[Any, ...]
    model: Any
    names: list[str]

    def ask(self, scope: Scope, texts: tuple[str, ...]) -> list[list[Any]]:
        told = dict(zip(_marks(len(scope.divisions), len(texts)), _told(scope, texts), strict=True))
        return self.question.ask([told.get(value, value) for value in self.bound])


@cache
def _standing(rows: Rows, divisions: int, texts: int, is_counted: bool) -> _Standing:
    """Raises ValueError for a query that does not bind each end of the scope's ranges."""
    scope = Scope(role=_mark(0), divisions=tuple(_mark(2 * n) for n in range(1, divisions + 1)))
    found = rows(scope, *_marks(divisions, texts)[-texts:] if texts else ())
    question, bound = Question.with_bound(found, is_counted=is_counted)
    if not set(chain.from_iterable(scope.ranges)) <= set(bound):
        raise ValueError(f"{rows.__name__} does not hold its rows within the scope")
    names = [field.attname for field in found.model._meta.concrete_fields]
    return _Standing(question, tuple(bound), found.model, names)


def _told(scope: Scope, texts: tuple[str, ...]) -> list[str]:
    return [scope.role, *chain.from_iterable(scope.ranges), *texts]


@cache
def _marks(divisions: int, texts: int) -> list[str]:
    """One mark for each value that `_told` gives; a range of codes ends at the mark behind its first."""
    return [_mark(0), *map(_mark, range(2, 2 + 2 * divisions + texts))]


def _mark(number: int) -> str:
    """A text that no query binds by itself: of the characters that nobody assigns."""
    return chr(0xF0000 + number)
