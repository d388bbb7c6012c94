"""After help began: who answers for a household, who went to see it, who supervised the county."""

from __future__ import annotations

from django.db import models

from fangpin.casework.divisions.fields import DivisionCodeField
from fangpin.casework.registry.models import Household


class AssistanceContact(models.Model):
    """The named official who answers for a household, over a half-open period."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="contacts")
    division = DivisionCodeField()
    official = models.CharField(max_length=150, blank=True)
    """An account; empty for someone without one."""
    name = models.CharField(max_length=60)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)
    named_by = models.CharField(max_length=150)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=models.Q(to_date__isnull=True),
                name="one_contact_a_household",
            )
        ]


class FollowUp(models.Model):
    """A visit or call after help began. Grain: one visit of one role."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="follow_ups")
    division = DivisionCodeField()
    visited_at = models.DateTimeField()
    on = models.DateField()
    by = models.CharField(max_length=150)
    role = models.CharField(max_length=40)
    situation = models.CharField(max_length=40)
    """A word of the pack (`situation.…`): better, same, worse."""
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField()
    key = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=~models.Q(key=""), name="a_follow_up_is_recorded_once"
            )
        ]
        indexes = [
            models.Index(fields=["household", "on"]),
            models.Index(fields=["division", "on"]),
        ]


class SupervisionVisit(models.Model):
    """A level above came to see whether a county keeps its duties. Grain: one visit."""

    division = DivisionCodeField()
    on = models.DateField()
    by = models.CharField(max_length=150)
    finding = models.TextField()
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["division", "on"])]
