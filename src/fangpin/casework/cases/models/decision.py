"""Review and approval: what was decided, for which category and causes, in whose words."""

from __future__ import annotations

from django.db import models

from fangpin.casework.cases.models.case import CaseAct


class Decision(models.Model):
    """A township review or a county approval. Grain: the act."""

    act = models.OneToOneField(CaseAct, on_delete=models.PROTECT, related_name="decision")
    category = models.CharField(max_length=40, blank=True)
    suggested_category = models.CharField(max_length=40, blank=True)
    """What the edition in force at the case's date gives; a choice of another needs its reason."""
    elimination_kind = models.CharField(max_length=20, blank=True)
    natural_reason = models.CharField(max_length=40, blank=True)
    opinion = models.TextField(blank=True)
    income_total = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    income_per_head = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    self_paid = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    line = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    """The monitoring line in force at the case's date: a reference, not a cut."""


class DecisionCause(models.Model):
    """A risk cause as decided; the first is the main one."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="causes")
    cause = models.CharField(max_length=40)
    place = models.PositiveSmallIntegerField()
