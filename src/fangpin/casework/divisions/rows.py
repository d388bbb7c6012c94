"""Rows read and written by statements that are made once.

Django builds the text of every statement anew, which costs an official act more than all its rows.
Here the text is kept; each value is still prepared, and read, by its field, as Django would.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection
from django.db.models import Model, QuerySet


@dataclass(frozen=True, slots=True)
class Question:
    """A query whose text is made once and that is asked again and again with other values."""

    statement: str
    converters: dict[int, Any]

    @classmethod
    def of(cls, rows: QuerySet[Any], values: Sequence[Any]) -> Question:
        """The question that `rows` asks with these values, which are all its values in order.

        Raises ValueError where they are not.
        """
        question, bound = cls.with_bound(rows)
        if list(bound) != list(values):
            raise ValueError(f"the query binds {len(bound)} other values than these")
        return question

    @classmethod
    def with_bound(
        cls, rows: QuerySet[Any], *, is_counted: bool = False
    ) -> tuple[Question, Sequence[Any]]:
        """The question that `rows` asks, or how many they are, and the values that it binds."""
        compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
        statement, bound = compiler.as_sql()
        if is_counted:
            return cls(f"SELECT COUNT(*) FROM ({statement}) AS counted", {}), bound
        columns = [column for column, _, _ in compiler.select]
        return cls(statement, compiler.get_converters(columns)), bound

    def ask(self, values: Sequence[Any]) -> list[list[Any]]:
        """The rows that answer for these values, each value as its field reads it."""
        with connection.cursor() as cursor:
            cursor.execute(self.statement, values)
            rows = [list(row) for row in cursor.fetchall()]
        for place, (converters, column) in self.converters.items():
            for row in rows:
                for convert in converters:
                    row[place] = convert(row[place], column, connection)
        return rows


def add(row: Model) -> None:
    """Insert a new row; its id is set. Raises IntegrityError where a constraint forbids it."""
    statement, fields = _insert(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias


def add_all(rows: Iterable[Model]) -> None:
    """Insert new rows of one model in one statement; their ids are not asked for."""
    given = list(rows)
    if not given:
        return
    head, fields = _insert_head(type(given[0]))
    marks = f"({', '.join(['%s'] * len(fields))})"
    values = [
        field.get_db_prep_save(field.pre_save(row, True), connection)
        for row in given
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(head + ", ".join([marks] * len(given)), values)


def change(row: Model, *names: str) -> None:
    """Write these fields of a row that is there. Raises DatabaseError when it is not."""
    statement, fields = _update(type(row), names)
    values = [field.get_db_prep_save(field.pre_save(row, False), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, row.pk])
        if cursor.rowcount != 1:
            raise DatabaseError(f"{type(row).__name__} {row.pk} is not there to be changed")


@cache
def _insert(model: type[Model]) -> tuple[str, list[Any]]:
    head, fields = _insert_head(model)
    marks = ", ".join(["%s"] * len(fields))
    return f"{head}({marks}) RETURNING {_column(model._meta.pk)}", fields


@cache
def _insert_head(model: type[Model]) -> tuple[str, list[Any]]:
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    columns = ", ".join(map(_column, fields))
    return f"INSERT INTO {_quoted(model._meta.db_table)} ({columns}) VALUES ", fields


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Any]]:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    changes = ", ".join(f"{_column(field)} = %s" for field in fields)
    table, key = _quoted(model._meta.db_table), _column(model._meta.pk)
    return f"UPDATE {table} SET {changes} WHERE {key} = %s", fields


def _column(field: Any) -> str:
    return _quoted(field.column)


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)
