"""A time in monitoring: from an approval to an elimination. Ended ones keep their history."""

from __future__ import annotations

from django.db import models

from fangpin.casework.cases.models.case import Case
from fangpin.casework.cases.states import EpisodeState
from fangpin.casework.divisions.fields import DivisionCodeField
from fangpin.casework.registry.models import Household


class Episode(models.Model):
    """One time in monitoring of one household; a household has one at a time."""

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="episodes")
    division = DivisionCodeField()
    category = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=EpisodeState, default=EpisodeState.MONITORED)
    identified_by_case = models.OneToOneField(
        Case, on_delete=models.PROTECT, related_name="began_episode"
    )
    identified_date = models.DateField()
    income_per_head = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    self_paid = models.DecimalField(max_digits=18, decimal_places=2, null=True, blank=True)
    eliminated_by_case = models.ForeignKey(
        Case, null=True, blank=True, on_delete=models.PROTECT, related_name="ended_episodes"
    )
    eliminated_date = models.DateField(null=True, blank=True)
    elimination_kind = models.CharField(max_length=20, blank=True)
    rolled_back_date = models.DateField(null=True, blank=True)
    """The last time an elimination of this episode was found wrong and undone."""

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["household"],
                condition=models.Q(state="monitored"),
                name="one_episode_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state="monitored", eliminated_date__isnull=True)
                | models.Q(state="eliminated", eliminated_date__isnull=False),
                name="an_eliminated_episode_has_its_date",
            ),
        ]
        indexes = [models.Index(fields=["division", "state", "identified_date"])]


class EpisodeCause(models.Model):
    """A risk cause of an episode; the first is the main one."""

    episode = models.ForeignKey(Episode, on_delete=models.PROTECT, related_name="causes")
    cause = models.CharField(max_length=40)
    place = models.PositiveSmallIntegerField()
