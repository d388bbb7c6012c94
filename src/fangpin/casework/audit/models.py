"""The audit trail: every act and every view of sensitive data, one row each, never changed."""

from __future__ import annotations

from typing import Any, NoReturn

from django.db import models

from fangpin.casework.divisions.fields import DivisionCodeField


class AuditTrailError(Exception):
    """Something tried to change or remove an entry of the audit trail: a bug, never foreseen."""


class AppendOnly(models.QuerySet["AuditEntry"]):
    """Rows that can be read and added; the database's own triggers hold the same line."""

    def update(self, **_: Any) -> NoReturn:
        raise AuditTrailError("an audit entry is never changed")

    def delete(self) -> NoReturn:
        raise AuditTrailError("an audit entry is never removed")


class AuditEntry(models.Model):
    """One act: who did what to which subject, when; written in the transaction of the act."""

    at = models.DateTimeField()
    official = models.CharField(max_length=150, blank=True)
    act = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    division = DivisionCodeField(blank=True)
    detail = models.JSONField(default=dict)

    objects = AppendOnly.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject", "at"]),
            models.Index(fields=["division", "id"]),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the entry. Raises AuditTrailError for one that is already written."""
        if not self._state.adding:
            raise AuditTrailError("an audit entry is never changed")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise AuditTrailError("an audit entry is never removed")
