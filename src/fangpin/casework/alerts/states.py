"""The states of an alert as a literal table. No machine leads out of `open`: only a human act."""

from __future__ import annotations

from django.db import models


class AlertState(models.TextChoices):
    """open: someone must look; ended: an official ended it with a reason."""

    OPEN = "open"
    ENDED = "ended"


FIRST_STEP = "to_assign"
STEPS_BEFORE_VISIT = ("to_assign", "to_visit")
"""Steps at which nobody has been to see the household yet."""
