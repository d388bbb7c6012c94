"""Village deliberation: one meeting, many households, attendance and votes."""

from __future__ import annotations

from django.db import models

from fangpin.casework.cases.models.case import CaseAct
from fangpin.casework.divisions.fields import DivisionCodeField


class Meeting(models.Model):
    """A meeting of a village; its items may be of every kind of procedure."""

    division = DivisionCodeField()
    held_date = models.DateField()
    body = models.CharField(max_length=40)
    """A word of the pack (`deliberation_body.…`)."""
    place = models.CharField(max_length=100)
    chair = models.CharField(max_length=60)
    count_of_entitled = models.PositiveIntegerField()
    count_of_attending = models.PositiveIntegerField()
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150)
    minutes = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(count_of_attending__lte=models.F("count_of_entitled")),
                name="no_more_attend_than_are_entitled",
            )
        ]
        indexes = [models.Index(fields=["division", "held_date"])]


class DeliberationItem(models.Model):
    """One household before a meeting: the votes and the meeting's opinion, which goes upward."""

    act = models.OneToOneField(CaseAct, on_delete=models.PROTECT, related_name="deliberation")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="items")
    count_for = models.PositiveIntegerField()
    count_against = models.PositiveIntegerField()
    count_abstained = models.PositiveIntegerField(default=0)
    opinion = models.TextField(blank=True)
