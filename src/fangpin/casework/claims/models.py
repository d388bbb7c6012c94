"""Pairs of a claim and a person it may be about, copied from the latest run for people to decide."""

from __future__ import annotations

from django.db import models

from fangpin.casework.divisions.fields import DivisionCodeField


class CandidateState(models.TextChoices):
    """open: nobody has decided; same, different, unknown: as an official said; elsewhere: an official
    gave the claim to another of its candidates."""

    OPEN = "open"
    SAME = "same"
    DIFFERENT = "different"
    UNKNOWN = "unknown"
    ELSEWHERE = "elsewhere"


DECIDED = (CandidateState.SAME, CandidateState.DIFFERENT, CandidateState.UNKNOWN)


class Candidate(models.Model):
    """Someone a claim may be about. Grain: claim and person. No full identity number is in it."""

    claim_ref = models.BigIntegerField()
    person_ref = models.BigIntegerField()
    household_ref = models.BigIntegerField(null=True, blank=True)
    """Of the person; none: no household lists the person today."""
    division = DivisionCodeField()
    """Of the person: it decides who may see the pair."""
    claim_name = models.CharField(max_length=200, blank=True)
    person_name = models.CharField(max_length=200, blank=True)
    chance = models.FloatField()
    """That the claim is about this person, 0..1, among all of the claim's candidates."""
    weight = models.FloatField(null=True, blank=True)
    """All that tells for it, in powers of two; none: no model was asked."""
    fields = models.JSONField(default=list)
    """What both sides say, field by field, numbers masked; for display only, never queried."""
    feeds = models.JSONField(default=list)
    rows = models.JSONField(default=list)
    """[feed, delivery, row number, month] of the claim, the latest first, not always all of them."""
    count_of_rows = models.PositiveIntegerField()
    count_of_candidates = models.PositiveSmallIntegerField()
    first_month = models.IntegerField()
    last_month = models.IntegerField()
    seen_on = models.DateField()
    """The as-of date of the run that proposed the pair last."""
    state = models.CharField(max_length=12, choices=CandidateState, default=CandidateState.OPEN)
    decision = models.CharField(max_length=20, blank=True)
    """Names the file of the decision in the lake."""
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["claim_ref", "person_ref"], name="a_pair_is_asked_about_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["open", "elsewhere"], decision="")
                | models.Q(state__in=DECIDED, decided_at__isnull=False)
                & ~models.Q(decision="")
                & ~models.Q(reason=""),
                name="a_decided_pair_has_its_decision_and_a_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "division"]),
            models.Index(fields=["state", "-count_of_rows", "claim_ref"]),
            models.Index(fields=["household_ref"]),
        ]
