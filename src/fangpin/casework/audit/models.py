"""The audit trail: every act and every view of sensitive data, one row each, never changed."""

from __future__ import annotations

from typing import Any, NoReturn, TypeVar

from django.db import models

from fangpin.casework.divisions.fields import DivisionCodeField

Row = TypeVar("Row", bound=models.Model)


class AuditTrailError(Exception):
    """Something tried to change or remove a row of the audit trail: a bug, never foreseen."""


class AppendOnly(models.QuerySet[Row]):
    """Rows that can be read and added; the database's own triggers hold the same line."""

    def update(self, **_: Any) -> NoReturn:
        raise AuditTrailError("an audit entry is never changed")

    def delete(self) -> NoReturn:
        raise AuditTrailError("an audit entry is never removed")


class AddedOnly(models.Model):
    """A row that is written once."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Add the row. Raises AuditTrailError for one that is already written."""
        if not self._state.adding:
            raise AuditTrailError("an audit entry is never changed")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        raise AuditTrailError("an audit entry is never removed")


class AuditEntry(AddedOnly):
    """One act: who did what to which subject, when; written in the transaction of the act."""

    at = models.DateTimeField()
    official = models.CharField(max_length=150, blank=True)
    act = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    division = DivisionCodeField(blank=True)
    detail = models.JSONField(default=dict)

    objects: models.Manager[AuditEntry] = AppendOnly["AuditEntry"].as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject", "at"]),
            models.Index(fields=["division", "id"]),
        ]


class Seal(AddedOnly):
    """A batch of entries under one signature, chained to the seal before. Grain: number, from 1."""

    number = models.BigIntegerField(primary_key=True)
    body = models.TextField()
    """What is signed, as JSON (`seals.SealBody`): the entries' ids, the root over them, the hash of
    the seal before."""
    signature = models.CharField(max_length=128)
    """Ed25519 over the body, in hexadecimal digits."""
    leaves = models.BinaryField()
    """The hash of each entry in the order of the ids, 32 bytes each: tells which entry changed."""

    objects: models.Manager[Seal] = AppendOnly["Seal"].as_manager()
