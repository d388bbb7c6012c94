"""Alerts with their reasons, figures and the source rows that caused them."""

from __future__ import annotations

from django.db import models

from fangpin.casework.divisions.fields import DivisionCodeField
from fangpin.casework.registry.models import Household


class Run(models.Model):
    """One monthly run that was loaded whole; the console shows the latest. Grain: as-of date."""

    as_of = models.DateField(unique=True)
    month = models.IntegerField()
    """The last complete month before as_of (year * 12 + month - 1): the month that was judged."""
    folder = models.CharField(max_length=120)
    pack = models.CharField(max_length=60)
    loaded_at = models.DateTimeField()
    count_of_households = models.IntegerField()
    outcomes = models.JSONField(default=dict)
    """Rule code -> {hit, no_hit, cannot_tell}: households, for display."""


class Alert(models.Model):
    """One alert a household with all its reasons; a repeated hit updates it, never doubles it."""

    class State(models.TextChoices):
        OPEN = "open"
        ENDED = "ended"

    alert_no = models.CharField(max_length=40, unique=True)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="alerts")
    division = DivisionCodeField()
    """The household's village when the alert was last updated; scope reads this."""
    severity = models.CharField(max_length=20)
    severity_rank = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=20, choices=State, default=State.OPEN)
    step = models.CharField(max_length=40, default="to_assign")
    suggested_category = models.CharField(max_length=40, blank=True)
    raised_date = models.DateField()
    raised_month = models.IntegerField()
    updated_month = models.IntegerField()
    due_date = models.DateField()
    first_run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="alerts_raised")
    last_run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="alerts_updated")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=models.Q(state="open"),
                name="one_open_alert_a_household",
            )
        ]
        indexes = [
            models.Index(fields=["state", "due_date", "id"]),
            models.Index(fields=["division", "state", "due_date", "id"]),
            models.Index(fields=["raised_month", "severity"]),
        ]


class AlertReason(models.Model):
    """One rule that hit in one run. Grain: alert, run, rule."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="reasons")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="reasons")
    rule = models.CharField(max_length=60)
    edition = models.PositiveSmallIntegerField()
    severity = models.CharField(max_length=20)
    severity_rank = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=40, blank=True)
    month = models.IntegerField()
    sentence_zh = models.TextField()
    sentence_en = models.TextField()
    figures = models.JSONField(default=dict)
    thresholds = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["alert", "run", "rule"], name="one_reason_a_run_and_rule")
        ]


class EvidenceRow(models.Model):
    """A source row that proves a reason: which delivery, which row, what it said."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="evidence")
    rule = models.CharField(max_length=60)
    item = models.CharField(max_length=60)
    feed = models.CharField(max_length=60)
    delivery = models.CharField(max_length=120)
    row_no = models.IntegerField()
    month = models.IntegerField()
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    detail = models.JSONField(default=dict)
    """The pack's `show` fields of that row, by field code; for display."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "rule", "item", "delivery", "row_no"], name="one_evidence_a_source_row"
            )
        ]
