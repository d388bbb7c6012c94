"""What was received once, and what was answered then."""

from __future__ import annotations

from django.db import models


class Receipt(models.Model):
    """One thing received from a sender that may repeat itself. Grain: the sender's key."""

    key = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=40)
    official = models.CharField(max_length=150)
    fingerprint = models.CharField(max_length=64)
    """sha256 of what was sent, so that one key never stands for two things."""
    received_at = models.DateTimeField()
    answer = models.JSONField(default=dict)
    """What the first one was answered; codes, numbers and dates only."""
