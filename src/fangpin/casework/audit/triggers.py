"""The database's own refusal to change or remove audit entries, for SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

TABLE = "audit_auditentry"
_REFUSAL = "the audit trail is append-only"

_CREATE = {
    "sqlite": [
        f"CREATE TRIGGER audit_no_{act} BEFORE {act.upper()} ON {TABLE} "
        f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END"
        for act in ("update", "delete")
    ],
    "postgresql": [
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_REFUSAL}'; END $$",
        f"CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {TABLE} "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    ],
}
_DROP = {
    "sqlite": [f"DROP TRIGGER IF EXISTS audit_no_{act}" for act in ("update", "delete")],
    "postgresql": [
        f"DROP TRIGGER IF EXISTS audit_no_change ON {TABLE}",
        "DROP FUNCTION IF EXISTS audit_refuse()",
    ],
}


def install(connection: Any) -> None:
    """Create the triggers. Raises KeyError on a database that is neither of the two supported."""
    _execute(connection, _CREATE[connection.vendor])


def remove(connection: Any) -> None:
    """Drop the triggers: for unapplying the migration, and for tests that empty all tables."""
    _execute(connection, _DROP[connection.vendor])


def _execute(connection: Any, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
