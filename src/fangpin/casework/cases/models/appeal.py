"""An appeal: a household does not accept what was decided, or that nothing was."""

from __future__ import annotations

from django.db import models

from fangpin.casework.cases.models.case import Case
from fangpin.casework.divisions.fields import DivisionCodeField


class Appeal(models.Model):
    """One appeal against a case and its written answer."""

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="appeals")
    division = DivisionCodeField()
    text = models.TextField()
    raised_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150, blank=True)
    due_date = models.DateField(null=True, blank=True)
    answer = models.TextField(blank=True)
    is_upheld = models.BooleanField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=150, blank=True)
    key = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=~models.Q(key=""), name="an_appeal_is_filed_once"
            )
        ]
