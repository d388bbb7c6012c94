"""The states of an alert as a literal table. A human act leads out of `open`, and nothing else but
the department's taking back every row that an untouched alert rested on (corrections.py)."""

from __future__ import annotations

from django.db import models


class AlertState(models.TextChoices):
    """open: someone must look; ended: an official ended it with a reason, or its source did."""

    OPEN = "open"
    ENDED = "ended"


FIRST_STEP = "to_assign"
STEPS_BEFORE_VISIT = ("to_assign", "to_visit")
"""Steps at which nobody has been to see the household yet."""
SOURCE_CORRECTED = "source_corrected"
"""Why an alert ended whose source rows were all taken back; a word of the pack."""
