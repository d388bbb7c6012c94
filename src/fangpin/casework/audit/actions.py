"""The one way into the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.divisions.rows import add
from fangpin.casework.officials.scope import Scope


def record(
    *,
    act: str,
    official: str | Scope,
    subject_kind: str,
    subject: str,
    division: str,
    at: datetime,
    detail: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one entry, in the transaction of the act that it tells of.

    `official` is the scope in which someone acts, or the account's name, empty for the system; a
    scope of a delegated post adds in the detail on whose behalf it was. `division` is empty for what
    belongs to no place. `detail` holds codes, counts and dates; never a name or an identity number.
    """
    told = dict(detail or {})
    if isinstance(official, Scope):
        if official.on_behalf_of:
            told["on_behalf_of"] = official.on_behalf_of
        official = official.official
    with transaction.atomic(savepoint=False):
        entry = AuditEntry(
            act=act,
            official=official,
            subject_kind=subject_kind,
            subject=subject,
            division=division,
            at=at,
            detail=told,
        )
        add(entry)
    return entry
