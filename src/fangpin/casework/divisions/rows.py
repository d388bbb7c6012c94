"""One row by a statement that is made once.

Django builds the text of every statement anew, which costs an official act more than all its rows.
The rows are those of the models, each value prepared by its field, as Django itself would.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from django.db import DatabaseError, connection
from django.db.models import Model


def add(row: Model) -> None:
    """Insert a new row; its id is set. Raises IntegrityError where a constraint forbids it."""
    statement, fields = _insert(type(row))
    values = [field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row.pk = cursor.fetchone()[0]
    row._state.adding, row._state.db = False, connection.alias


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
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    columns, marks = ", ".join(map(_column, fields)), ", ".join(["%s"] * len(fields))
    table, key = _quoted(model._meta.db_table), _column(model._meta.pk)
    return f"INSERT INTO {table} ({columns}) VALUES ({marks}) RETURNING {key}", fields


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
