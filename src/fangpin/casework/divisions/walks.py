"""Lists of many rows: walked in their own order, or found by their place and sorted.

A list of a wide scope is read from the index of its order until a page is full; that of a narrow
one from the index of its divisions, and sorted. PostgreSQL chooses well by itself. SQLite knows too
little of its tables: for it the question wraps the columns whose index shall not answer.
"""

from __future__ import annotations

from typing import Any

from django.db.models import F, Func, Q, QuerySet

FEW = 1_000
"""Up to so many rows are found by their place and sorted; above, the list is walked."""


class Unindexed(Func):
    """A column's own value, for which SQLite asks no index."""

    template = "COALESCE(%(expressions)s, %(expressions)s)"
    arity = 1

    def as_postgresql(self, compiler: Any, _connection: Any, **_: Any) -> Any:
        return compiler.compile(self.get_source_expressions()[0])


def capped(rows: QuerySet[Any], cap: int) -> int:
    """How many rows there are; counting stops at one more than `cap`."""
    return up_to(rows, cap).count()


def up_to(rows: QuerySet[Any], cap: int) -> QuerySet[Any]:
    """As many of the rows as are counted, in no order: one more than `cap` at most."""
    return rows.order_by().values("pk")[: cap + 1]


def beyond(
    rows: QuerySet[Any], field: str, last: Any, last_id: int, *, key: str = "id"
) -> QuerySet[Any]:
    """The rows behind a place in ascending order of a column and the id."""
    # The id is wrapped, else SQLite reads two indexes for the two halves of the "or".
    behind = Q(**{f"{field}__gt": last}) | Q(walked_id__gt=last_id)
    return rows.alias(walked_id=F(key) + 0).filter(behind, **{f"{field}__gte": last})


def before(rows: QuerySet[Any], field: str, last: Any, last_id: int) -> QuerySet[Any]:
    """The rows behind a place in descending order of a column and the id."""
    behind = Q(**{f"{field}__lt": last}) | Q(walked_id__lt=last_id)
    return rows.alias(walked_id=F("id") + 0).filter(behind, **{f"{field}__lte": last})
