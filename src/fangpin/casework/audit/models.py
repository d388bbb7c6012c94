"""The audit trail: every act and every view of sensitive data, one row each, never changed."""

from __future__ import annotations

from django.db import models

from fangpin.casework.divisions.fields import DivisionCodeField


class AuditEntry(models.Model):
    """One act: who did what to which subject, when; written in the transaction of the act."""

    at = models.DateTimeField()
    official = models.CharField(max_length=150, blank=True)
    act = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)
    division = DivisionCodeField(blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["subject_kind", "subject", "at"])]
