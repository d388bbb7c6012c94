"""The database's own refusal to change or remove audit rows, for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

ENTRIES = "audit_auditentry"
SEALS = "audit_seal"
_REFUSAL = "the audit trail is append-only"
_ACTS = ("update", "delete")
_NAME = {ENTRIES: "audit_no", SEALS: "audit_seal_no"}
"""Table -> beginning of its triggers' names."""


def install(connection: Any, table: str = ENTRIES) -> None:
    """Create a table's triggers. Raises KeyError on a database that is neither of the two."""
    _execute(connection, {"sqlite": _for_sqlite, "postgresql": _for_postgresql}, table)


def remove(connection: Any, *tables: str) -> None:
    """Drop triggers, all of them when no table is named.

    For unapplying a migration, and for tests that empty all tables.
    """
    for table in tables or (ENTRIES, SEALS):
        _execute(connection, {"sqlite": _off_sqlite, "postgresql": _off_postgresql}, table)


def _for_sqlite(table: str) -> list[str]:
    return [
        f"CREATE TRIGGER {_NAME[table]}_{act} BEFORE {act.upper()} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for act in _ACTS
    ]


def _off_sqlite(table: str) -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {_NAME[table]}_{act}" for act in _ACTS]


def _for_postgresql(table: str) -> list[str]:
    return [
        "CREATE OR REPLACE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
        f"CREATE TRIGGER {_NAME[table]}_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    ]


def _off_postgresql(table: str) -> list[str]:
    return [f"DROP TRIGGER IF EXISTS {_NAME[table]}_change ON {table}"]


def _execute(connection: Any, by_vendor: dict[str, Any], table: str) -> None:
    with connection.cursor() as cursor:
        for statement in by_vendor[connection.vendor](table):
            cursor.execute(statement)
