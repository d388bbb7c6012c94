"""The one way into the audit trail."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from fangpin.casework.audit.models import AuditEntry


def record(
    *,
    act: str,
    official: str,
    subject_kind: str,
    subject: str,
    division: str,
    at: datetime,
    detail: dict[str, Any] | None = None,
) -> AuditEntry:
    """Write one entry, in the transaction of the act that it tells of.

    `official` is the account's name, empty for the system; `division` is empty for what belongs to
    no place. `detail` holds codes, counts and dates; never a name or an identity number.
    """
    with transaction.atomic():
        return AuditEntry.objects.create(
            act=act,
            official=official,
            subject_kind=subject_kind,
            subject=subject,
            division=division,
            at=at,
            detail=detail or {},
        )
