"""The audit trail is added to and read; nothing changes or removes an entry."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, transaction

from fangpin.casework.audit import queries
from fangpin.casework.audit.actions import record
from fangpin.casework.audit.models import AuditEntry, AuditTrailError
from tests.casework.run_folders import AT
from tests.cast import NEXT_VILLAGE, VILLAGE, build_cast

pytestmark = pytest.mark.django_db


def entry(division: str = VILLAGE) -> AuditEntry:
    return record(
        act="view_household",
        official="cadre",
        subject_kind="household",
        subject="1",
        division=division,
        at=AT,
    )


@pytest.mark.parametrize(
    "change",
    [
        lambda written: written.save(),
        lambda written: written.delete(),
        lambda written: AuditEntry.objects.update(official="someone else"),
        lambda written: AuditEntry.objects.filter(pk=written.pk).delete(),
        lambda written: AuditEntry.objects.bulk_update([written], ["official"]),
    ],
    ids=["save", "delete", "update", "delete many", "bulk update"],
)
def test_the_program_cannot_change_an_entry(change: Callable[[AuditEntry], object]) -> None:
    written = entry()
    with pytest.raises(AuditTrailError), transaction.atomic():
        change(written)
    assert AuditEntry.objects.get().official == "cadre"


def test_the_database_refuses_it_as_well() -> None:
    entry()
    statements = [
        "UPDATE audit_auditentry SET official = 'someone else'",
        "DELETE FROM audit_auditentry",
    ]
    if connection.vendor == "postgresql":
        statements.append("TRUNCATE audit_auditentry")
    for statement in statements:
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
    assert AuditEntry.objects.get().official == "cadre"


def test_an_entry_vanishes_with_the_act_that_failed() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        entry()
        raise RuntimeError("the act failed")
    assert not AuditEntry.objects.exists()


def test_entries_are_read_within_the_scope_and_those_of_no_place_by_nobody() -> None:
    cast = build_cast()
    here, there = entry(VILLAGE), entry(NEXT_VILLAGE)
    entry("")
    assert queries.latest_entries(cast.cadre.scope) == [here]
    assert queries.entries_of(cast.reviewer.scope, subject_kind="household", subject="1") == [
        there,
        here,
    ]
    assert queries.latest_entries(cast.supervisor.scope, limit=1) == [there]
    assert queries.latest_entries(cast.outsider.scope) == []
