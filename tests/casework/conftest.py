"""What tests of casework stand on that commit for good, or do two things at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from fangpin.casework.audit import triggers


@pytest.fixture
def guarded_again(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The triggers are off while a test commits, so that its rows can be emptied afterwards."""
    with django_db_blocker.unblock():
        triggers.remove(connection)
        connection.close()
    yield
    with django_db_blocker.unblock():
        triggers.install(connection, triggers.ENTRIES)
        triggers.install(connection, triggers.SEALS)
        connection.close()


@pytest.fixture
def two_writers(guarded_again: None, transactional_db: None) -> None:
    """A database on which two acts can be under way; SQLite lets one writer in after the other."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: no act begins before the other has ended")
