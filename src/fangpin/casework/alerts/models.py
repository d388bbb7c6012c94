"""Alerts with their reasons, figures and the source rows that caused them."""

from __future__ import annotations

from django.db import models

from fangpin.casework.alerts.states import FIRST_STEP, AlertState
from fangpin.casework.divisions.fields import ByteOrderedField, DivisionCodeField
from fangpin.casework.registry.models import Household


class Run(models.Model):
    """One monthly run that was loaded whole; the console shows the latest. Grain: as-of date."""

    as_of = models.DateField(unique=True)
    month = models.IntegerField()
    """The last complete month before as_of (year * 12 + month - 1): the month that was judged."""
    folder = models.CharField(max_length=250)
    key = models.CharField(max_length=80)
    """Names the run's inputs: the same key is the same content, so loading it changes nothing."""
    registry_key = models.CharField(max_length=80, blank=True)
    """Names the registry's content; equal to that of the latest run: nothing to renew."""
    pack = models.CharField(max_length=60)
    pack_digest = models.CharField(max_length=80, blank=True)
    loaded_at = models.DateTimeField()
    count_of_households = models.IntegerField()
    coverage = models.JSONField(default=dict)
    """Feed -> the months that it had delivered; for figures over a household's months."""
    outcomes = models.JSONField(default=dict)
    """Rule code -> {hit, no_hit, cannot_tell, ...}: households of the whole installation."""


class Alert(models.Model):
    """One alert a household with all its reasons; a repeated hit updates it, never doubles it.

    Severity, cause and category are those of the most urgent reason of the last run that hit.
    """

    alert_no = ByteOrderedField(max_length=40, unique=True)
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="alerts")
    division = DivisionCodeField()
    """The household's village, renewed with the registry while the alert is open; for scope."""
    severity = models.CharField(max_length=20)
    severity_rank = models.PositiveSmallIntegerField()
    cause = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=20, choices=AlertState, default=AlertState.OPEN)
    step = models.CharField(max_length=40, default=FIRST_STEP)
    suggested_category = models.CharField(max_length=40, blank=True)
    raised_date = models.DateField()
    """The as-of date of the run that raised it."""
    raised_month = models.IntegerField()
    """The month that run judged."""
    updated_month = models.IntegerField()
    due_date = models.DateField()
    """The earliest date that any run's severity asked for; a later run never postpones it."""
    case_date = models.DateField(null=True, blank=True)
    """The nearest deadline of the open case that it is a clue of, renewed by that case's acts; the
    last of days while no clock runs, None without a case."""
    is_visited = models.BooleanField(default=False, db_default=False)
    """Whether somebody has been to see the household for that case: its own day is met then."""
    pressing_date = models.GeneratedField(
        expression=models.Case(
            models.When(case_date__isnull=True, then=models.F("due_date")),
            models.When(
                is_visited=False,
                due_date__lte=models.F("case_date"),
                then=models.F("due_date"),
            ),
            default=models.F("case_date"),
        ),
        output_field=models.DateField(),
        db_persist=True,
    )
    """The day that presses, in whose order the queue stands: its own until the visit, then the case's."""
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True)
    end_reason = models.CharField(max_length=60, blank=True)
    """A word of the pack (`alert_end.…`): why an official ended it."""
    first_run = models.ForeignKey(
        Run, on_delete=models.PROTECT, related_name="alerts_raised", db_index=False
    )
    last_run = models.ForeignKey(
        Run, on_delete=models.PROTECT, related_name="alerts_updated", db_index=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=models.Q(state="open"),
                name="one_open_alert_a_household",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "ended"]), name="alert_state_is_known"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at__isnull=True, end_reason="")
                | models.Q(state="ended", ended_at__isnull=False) & ~models.Q(end_reason=""),
                name="alert_ends_with_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "pressing_date", "id"]),
            models.Index(fields=["division", "state", "pressing_date", "id"]),
            models.Index(fields=["raised_month", "severity"]),
        ]

    @property
    def is_pressed_by_case(self) -> bool:
        """Whether the day that presses is its case's."""
        if self.case_date is None:
            return False
        return self.is_visited or self.case_date < self.due_date


class AlertReason(models.Model):
    """One rule that hit in one run. Grain: alert, run, rule."""

    alert = models.ForeignKey(
        Alert, on_delete=models.CASCADE, related_name="reasons", db_index=False
    )
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="reasons")
    rule = ByteOrderedField(max_length=60)
    code = ByteOrderedField(max_length=40, blank=True)
    """The rule's short code as officials know it."""
    kind = models.CharField(max_length=20, blank=True)
    edition = models.PositiveSmallIntegerField()
    severity = models.CharField(max_length=20)
    severity_rank = models.PositiveSmallIntegerField()
    place = models.PositiveSmallIntegerField(default=0)
    """The rule's place in the pack: of equally urgent reasons the first one leads."""
    cause = models.CharField(max_length=40, blank=True)
    category = models.CharField(max_length=40, blank=True)
    month = models.IntegerField()
    due_date = models.DateField()
    """What this severity asks for, counted from the run's as-of date."""
    sentence_zh = models.TextField()
    sentence_en = models.TextField()
    figures = models.JSONField(default=dict)
    thresholds = models.JSONField(default=dict)
    is_withdrawn = models.BooleanField(default=False)
    """The run was repeated on corrected deliveries and the rule hits no more. The reason stays to
    be seen, for only an official's act ends the alert."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "run", "rule"], name="one_reason_a_run_and_rule"
            )
        ]


class EvidenceRow(models.Model):
    """A source row that proves a reason: which delivery, which row, what it said."""

    alert = models.ForeignKey(
        Alert, on_delete=models.CASCADE, related_name="evidence", db_index=False
    )
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="evidence", db_index=False)
    """The latest run that cited the row."""
    rule = models.CharField(max_length=60)
    item = models.CharField(max_length=60)
    feed = models.CharField(max_length=60)
    delivery = models.CharField(max_length=120)
    row_no = models.IntegerField()
    month = models.IntegerField()
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True)
    detail = models.JSONField(default=dict)
    """The pack's `show` fields of that row, by field code; for display."""
    event = models.BigIntegerField(null=True)
    """Names the event of a counted row: rows that correct one another tell the same one."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alert", "rule", "item", "feed", "delivery", "row_no"],
                name="one_evidence_a_source_row",
            )
        ]
