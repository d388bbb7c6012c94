"""Entries get their numbers before they are committed: the sealer waits for whoever is not done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from fangpin.casework.audit.models import Seal
from fangpin.casework.audit.sealing import seal_all
from fangpin.casework.audit.seals import read_body
from fangpin.casework.audit.verify import verify
from tests.casework.run_folders import AT
from tests.casework.trail import write_entries

INSERT = (
    "INSERT INTO audit_auditentry (at, official, act, subject_kind, subject, division, detail) "
    "VALUES ('2020-12-14', '', 'slow', 'x', 'x', '', '{}')"
)


@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer: numbers are in commit order"
)
def test_an_act_that_commits_late_is_sealed_in_its_order_and_not_lost(
    guarded_again: None, transactional_db: None, tmp_path: Path
) -> None:
    slow: Any = connections["default"].copy()
    try:
        slow.ensure_connection()
        slow.set_autocommit(False)
        with slow.cursor() as cursor:
            cursor.execute(INSERT)
        write_entries(2)
        assert seal_all(folder=tmp_path, at=AT) == 0, "an older act still runs"
        assert verify(folder=tmp_path).entries_unsealed == 2
        slow.commit()
        assert seal_all(folder=tmp_path, at=AT) == 3
        write_entries(1)
        with slow.cursor() as cursor:
            cursor.execute(INSERT)
        slow.rollback()
        write_entries(1)
        assert seal_all(folder=tmp_path, at=AT) == 2
    finally:
        slow.close()
    found = verify(folder=tmp_path)
    assert (found.is_whole, found.entries_verified, found.entries_unsealed) == (True, 5, 0)
    last = read_body(Seal.objects.get(number=2).body)
    assert last.open.endswith(str(last.top - 1)), "the act that was undone left a hole"


def test_sealing_holds_with_real_commits(
    guarded_again: None, transactional_db: None, tmp_path: Path
) -> None:
    write_entries(5)
    assert seal_all(folder=tmp_path, at=AT) == 5
    assert seal_all(folder=tmp_path, at=AT) == 0
    assert verify(folder=tmp_path).entries_verified == 5
