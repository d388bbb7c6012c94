"""The states of a measure as a literal table."""

from __future__ import annotations

from django.db import models


class MeasureState(models.TextChoices):
    """planned: decided, nothing delivered yet; in_force: help has begun; ended: by its own end, or
    stopped by a human act with a reason."""

    PLANNED = "planned"
    IN_FORCE = "in_force"
    ENDED = "ended"


ALIVE = (MeasureState.PLANNED, MeasureState.IN_FORCE)
"""States in which a measure holds a place of a resource."""
