"""The audit trail as far as a scope reaches; entries that belong to no place are left out."""

from __future__ import annotations

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.officials.scope import Scope, within


def entries_of(scope: Scope, *, subject_kind: str, subject: str) -> list[AuditEntry]:
    """What was done to one subject, the latest first."""
    found = AuditEntry.objects.filter(subject_kind=subject_kind, subject=subject)
    return list(within(found, scope).order_by("-at", "-id"))


def latest_entries(scope: Scope, *, limit: int = 50) -> list[AuditEntry]:
    """The latest entries of the scope's divisions."""
    return list(within(AuditEntry.objects.all(), scope).order_by("-id")[:limit])
