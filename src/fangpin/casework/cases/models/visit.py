"""What a visit established: who was there, the answers, the judgement; papers and pictures."""

from __future__ import annotations

from django.db import models

from fangpin.casework.cases.models.case import CaseAct
from fangpin.casework.registry.models import Household


class Visit(models.Model):
    """A home visit, by at least the pack's number of verifiers. Grain: the act that recorded it."""

    act = models.OneToOneField(CaseAct, on_delete=models.PROTECT, related_name="visit")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="visits")
    visited_at = models.DateTimeField()
    form = models.CharField(max_length=60)
    form_version = models.PositiveSmallIntegerField()
    is_household_found = models.BooleanField(default=True)
    is_at_risk = models.BooleanField()
    """The verifiers' own finding."""
    is_in_severe_difficulty = models.BooleanField(default=False)
    coping = models.CharField(max_length=40, blank=True)
    judgement = models.TextField()
    """In words, why."""
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    accuracy_m = models.PositiveIntegerField(null=True, blank=True)
    entry_seconds = models.PositiveIntegerField(null=True, blank=True)
    """Time that filling in took; shown as a saving, never to compare people."""
    device_at = models.DateTimeField(null=True, blank=True)
    """The phone's own clock when it was saved, which may be wrong."""


class Verifier(models.Model):
    """One of those who visited: an account, or a name where there is none."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="verifiers")
    official = models.CharField(max_length=150, blank=True)
    name = models.CharField(max_length=60)


class VisitAnswer(models.Model):
    """One answer: what the system said, what was found. Grain: visit, field of the form."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="answers")
    field = models.CharField(max_length=60)
    block = models.CharField(max_length=40)
    system_value = models.CharField(max_length=200, blank=True)
    """As prefilled; empty: the system did not know."""
    found_value = models.CharField(max_length=200, blank=True)
    verdict = models.CharField(max_length=10, blank=True)
    """agrees, partly, differs; empty: the system had nothing to compare with."""
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit", "field"], name="one_answer_a_field")
        ]


class VisitCause(models.Model):
    """A risk cause that the visit found; the first is the main one."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="causes")
    cause = models.CharField(max_length=40)
    place = models.PositiveSmallIntegerField()
    note = models.CharField(max_length=200, blank=True)


class Correction(models.Model):
    """A line of the income statement that the visit corrected, with its reason."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="corrections")
    line = models.CharField(max_length=60)
    amount = models.DecimalField(max_digits=18, decimal_places=2)
    """Of the whole window, in the pack's currency: replaces the ledger's figure."""
    reason = models.CharField(max_length=200)


class Consent(models.Model):
    """The household's declaration and consent to query. Grain: the act that recorded it."""

    act = models.OneToOneField(CaseAct, on_delete=models.PROTECT, related_name="consent")
    form = models.CharField(max_length=40)
    """A word of the pack (`consent_form.…`): signature, hand print, agent."""
    signed_date = models.DateField()
    is_read_aloud = models.BooleanField(default=False)


class Attachment(models.Model):
    """A photo, signature or paper of an act; its content lies encrypted in the home.

    Grain: act, sha256 of the content as received.
    """

    act = models.ForeignKey(CaseAct, on_delete=models.PROTECT, related_name="attachments")
    kind = models.CharField(max_length=20)
    sha256 = models.CharField(max_length=64)
    media_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    taken_at = models.DateTimeField(null=True, blank=True)
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["act", "sha256"], name="one_attachment_a_content")
        ]
        indexes = [models.Index(fields=["sha256"])]
