"""Help: places that can be given, what was planned for a household, and what was delivered."""

from __future__ import annotations

from django.db import models

from fangpin.casework.cases.models import CaseAct, Episode
from fangpin.casework.divisions.fields import ByteOrderedField, DivisionCodeField
from fangpin.casework.measures.states import MeasureState
from fangpin.casework.registry.models import Household


class Resource(models.Model):
    """Places of one kind of help: posts of an employer, places in a workshop, a course, a co-op."""

    resource_no = ByteOrderedField(max_length=40, unique=True)
    division = DivisionCodeField()
    """Whose households may have a place."""
    measure = models.CharField(max_length=40)
    title = models.CharField(max_length=100)
    provider = models.CharField(max_length=100, blank=True)
    quota = models.PositiveIntegerField()
    monthly_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    from_date = models.DateField()
    to_date = models.DateField(null=True, blank=True)
    """The first day on which no place is given any more."""
    close_note = models.TextField(blank=True)
    """Why no place is given any more, in words."""

    class Meta:
        indexes = [models.Index(fields=["division", "measure"])]


class Measure(models.Model):
    """One kind of help for one household, or one of its members, from a plan to its own end."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="measures")
    division = DivisionCodeField()
    episode = models.ForeignKey(
        Episode, null=True, blank=True, on_delete=models.PROTECT, related_name="measures"
    )
    """The time in monitoring it belongs to; none yet where help came before the procedure."""
    planned_by_act = models.ForeignKey(
        CaseAct, null=True, blank=True, on_delete=models.PROTECT, related_name="planned_measures"
    )
    measure = models.CharField(max_length=40)
    person_ref = models.BigIntegerField(null=True, blank=True)
    """The member it is for; none: the household."""
    resource = models.ForeignKey(
        Resource, null=True, blank=True, on_delete=models.PROTECT, related_name="measures"
    )
    department = models.CharField(max_length=40, blank=True)
    from_date = models.DateField()
    until_date = models.DateField(null=True, blank=True)
    """Its own end (contract, post, school stage): it runs to it even after an elimination."""
    monthly_amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    reason = models.TextField(blank=True)
    """Why this help for this household; needed where a condition of the pack is not met."""
    state = models.CharField(max_length=20, choices=MeasureState, default=MeasureState.PLANNED)
    planned_at = models.DateTimeField()
    planned_by = models.CharField(max_length=150)
    first_delivered_date = models.DateField(null=True, blank=True)
    ended_date = models.DateField(null=True, blank=True)
    ended_by = models.CharField(max_length=150, blank=True)
    end_reason = models.CharField(max_length=60, blank=True)
    end_note = models.TextField(blank=True)
    """Why it ended, in the words of whoever stopped it."""

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="ended")
                | models.Q(ended_date__isnull=False)
                & ~models.Q(ended_by="")
                & ~models.Q(end_reason=""),
                name="a_measure_ends_by_someone_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(until_date__isnull=True)
                | models.Q(until_date__gt=models.F("from_date")),
                name="a_measure_ends_after_it_begins",
            ),
        ]
        indexes = [
            models.Index(fields=["household", "state"]),
            models.Index(fields=["division", "state", "measure"]),
        ]


class MeasureDelivery(models.Model):
    """Help as it reached the household. Grain: one delivery of one measure."""

    measure = models.ForeignKey(Measure, on_delete=models.PROTECT, related_name="deliveries")
    act = models.OneToOneField(
        CaseAct, null=True, blank=True, on_delete=models.PROTECT, related_name="measure_delivery"
    )
    """The step of the case that it completed, if it was the first help."""
    on = models.DateField()
    amount = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150)
    key = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=~models.Q(key=""), name="a_delivery_is_recorded_once"
            )
        ]
        indexes = [models.Index(fields=["measure", "on"])]
