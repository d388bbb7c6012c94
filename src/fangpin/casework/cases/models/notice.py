"""The public notice in the village, and objections to it."""

from __future__ import annotations

from django.db import models

from fangpin.casework.cases.models.case import CaseAct


class PublicNotice(models.Model):
    """A notice as posted. Grain: the act that posted it."""

    act = models.OneToOneField(CaseAct, on_delete=models.PROTECT, related_name="notice")
    place = models.CharField(max_length=100)
    posted_at = models.DateTimeField()
    earliest_end = models.DateTimeField()
    """The pack's days after the posting, in full days."""
    ended_at = models.DateTimeField(null=True, blank=True)


class Objection(models.Model):
    """Someone spoke up during a notice; it is answered before the township reviews."""

    notice = models.ForeignKey(PublicNotice, on_delete=models.PROTECT, related_name="objections")
    text = models.TextField()
    raised_at = models.DateTimeField()
    recorded_by = models.CharField(max_length=150)
    is_anonymous = models.BooleanField(default=True)
    answer = models.TextField(blank=True)
    is_upheld = models.BooleanField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=150, blank=True)
