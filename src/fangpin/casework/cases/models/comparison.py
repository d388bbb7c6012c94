"""The cross-check by departments, and the household's written answer to what they found."""

from __future__ import annotations

from django.db import models

from fangpin.casework.cases.models.case import Case, CaseAct


class Comparison(models.Model):
    """One department asked about a household. Grain: case, department, asking act."""

    act = models.ForeignKey(CaseAct, on_delete=models.PROTECT, related_name="comparisons")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="comparisons")
    department = models.CharField(max_length=40)
    answer = models.CharField(max_length=20, blank=True)
    """no_record, found; empty: not answered yet."""
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=150, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act", "department"], name="a_department_is_asked_once")
        ]


class CounterEvidence(models.Model):
    """Something that speaks against need. It asks for a written answer and decides nothing."""

    comparison = models.ForeignKey(Comparison, on_delete=models.PROTECT, related_name="findings")
    item = models.CharField(max_length=60)
    """A ledger item of the pack, or a word of it."""
    figure = models.CharField(max_length=60, blank=True)
    is_superseded = models.BooleanField(default=False)
    """The department has answered again since."""
    reply = models.TextField(blank=True)
    replied_at = models.DateTimeField(null=True, blank=True)
    replied_by = models.CharField(max_length=150, blank=True)
