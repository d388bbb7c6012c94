"""PostgreSQL itself holds a reader to the scope: a query without WHERE shows nothing foreign."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.officials import row_security
from fangpin.casework.officials.row_security import OPEN_TABLES, PROTECTED, held_to
from fangpin.casework.officials.scope import NOTHING, Scope
from tests.casework.run_folders import RunFolder
from tests.cast import CITY, COUNTY, OTHER_CITY, VILLAGE
from tests.web.conftest import installation, made, prefecture, signed_in
from tests.web.seed import FOREIGN, LI_ZHUXI, Seed

__all__ = ["installation", "made", "prefecture", "signed_in"]

NOT_OF_HOUSEHOLDS = {"divisions", "officials", "audit"}
"""Apps of casework that every request must read before its scope is known."""
on_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="only PostgreSQL has row-level security"
)
FILLED = (
    "registry_household",
    "registry_member",
    "registry_householdmonth",
    "alerts_alert",
    "alerts_alertreason",
    "alerts_evidencerow",
)


def count(table: str) -> int:
    """All rows that this connection sees, asked for without any condition."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM {table}")
        return int(cursor.fetchone()[0])


def scope(*divisions: str) -> Scope:
    return Scope(official="someone", divisions=divisions)


def test_every_table_of_casework_is_listed_and_by_what_it_really_has() -> None:
    listed = {one.table: one for one in PROTECTED}
    assert len(listed) == len(PROTECTED)
    models = {
        model._meta.db_table: model
        for app in apps.get_app_configs()
        if app.name.startswith("fangpin.casework.") and app.label not in NOT_OF_HOUSEHOLDS
        for model in app.get_models()
    }
    assert set(models) == set(listed) | OPEN_TABLES
    for table, one in listed.items():
        columns = {field.column: field for field in models[table]._meta.fields}
        if one.division:
            assert one.division in columns, table
            continue
        assert "division" not in columns, f"{table} has a division of its own"
        parent = columns[one.column].related_model._meta
        assert (parent.db_table, parent.pk.column) == (one.parent, one.key), table
        assert one.parent in listed, table


@on_postgresql
@pytest.mark.django_db
class TestOnPostgresql:
    def test_a_query_without_where_under_a_foreign_scope_returns_nothing(
        self, tmp_path: Path
    ) -> None:
        RunFolder().load(tmp_path)
        for table in FILLED:
            whole = count(table)
            assert whole > 0, f"{table} must hold something to be hidden"
            with held_to(scope(OTHER_CITY)):
                assert count(table) == 0, table
            with held_to(NOTHING):
                assert count(table) == 0, table
            for divisions in ((VILLAGE,), (COUNTY,), (OTHER_CITY, CITY)):
                with held_to(scope(*divisions)):
                    assert count(table) == whole, (table, divisions)
            assert count(table) == whole, "the owner is not held"

    def test_every_listed_table_has_its_policy(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid "
                "WHERE relrowsecurity"
            )
            assert {row[0] for row in cursor.fetchall()} == {one.table for one in PROTECTED}

    def test_a_setting_that_was_forgotten_or_is_broken_shows_nothing(self, tmp_path: Path) -> None:
        RunFolder().load(tmp_path)
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE fangpin_reader")
            assert count("registry_household") == 0
            cursor.execute("SET fangpin.ranges = 'nonsense'")
            with pytest.raises(DatabaseError), transaction.atomic():
                count("registry_household")
            cursor.execute("RESET ROLE")
            cursor.execute("RESET fangpin.ranges")

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE registry_household SET head_name = 'x'",
            "DELETE FROM alerts_alert",
            "DELETE FROM audit_auditentry",
            "UPDATE officials_post SET role = 'county_approver'",
        ],
    )
    def test_a_reader_changes_nothing(self, tmp_path: Path, statement: str) -> None:
        RunFolder().load(tmp_path)
        with (
            held_to(scope(CITY)),
            pytest.raises(DatabaseError, match="permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_made_again_it_changes_nothing(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*), MAX(oid) FROM pg_policy")
            before = cursor.fetchone()
            row_security.install()
            cursor.execute("SELECT COUNT(*), MAX(oid) FROM pg_policy")
            assert cursor.fetchone() == before

    def test_pages_are_the_same_under_the_second_belt(
        self, prefecture: Seed, signed_in: Any, settings: Any
    ) -> None:
        pages = (
            *("/overview/", "/queue/", "/households/", f"/households/{LI_ZHUXI}/", "/feeds/"),
            *(f"/households/{FOREIGN}/", "/queue/?state=any", "/households/?q=H"),
        )
        for username in ("city", "county", "village", "outsider"):
            client: Client = signed_in(username)
            plain = [client.get(path) for path in pages]
            settings.FANGPIN = dataclasses.replace(settings.FANGPIN, row_security=True)
            held = [client.get(path) for path in pages]
            settings.FANGPIN = dataclasses.replace(settings.FANGPIN, row_security=False)
            assert [one.status_code for one in held] == [one.status_code for one in plain], username
            assert [_plain(one.content) for one in held] == [
                _plain(one.content) for one in plain
            ], username
        assert AuditEntry.objects.filter(act="view_household").exists()
        assert count("registry_household") > 0, "the connection was let go"

    def test_a_view_that_forgets_its_scope_shows_nothing_foreign(
        self, prefecture: Seed, signed_in: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The mistake itself: `within` keeps every row. The database does not."""
        from fangpin.casework.registry import queries

        monkeypatch.setattr(queries, "within", lambda found, *_: found)
        path = f"/households/{FOREIGN}/"
        assert signed_in("village").get(path).status_code == 200, "the first belt is off"
        settings.FANGPIN = dataclasses.replace(settings.FANGPIN, row_security=True)
        assert signed_in("village").get(path).status_code == 404


def _plain(content: bytes) -> bytes:
    """A page without what differs from one request to the next."""
    import re

    return re.sub(rb'(csrfmiddlewaretoken|key)" value="[\w-]+"', b"", content)
