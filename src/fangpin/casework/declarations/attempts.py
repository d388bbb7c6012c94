"""Tries at a door, by keyed digests alone: for limits that ask nobody to solve a puzzle."""

from __future__ import annotations

from datetime import datetime, timedelta

from fangpin.casework.declarations.models import Attempt

_KEPT = timedelta(days=7)


def note_attempt(*, kind: str, source: str, at: datetime) -> None:
    """Note a try; those of more than a week ago are forgotten."""
    Attempt.objects.create(kind=kind, source=source, at=at)
    Attempt.objects.filter(at__lt=at - _KEPT).delete()


def attempts(*, kind: str, source: str, after: datetime) -> list[datetime]:
    """When a source tried after a moment, the latest first."""
    found = Attempt.objects.filter(kind=kind, source=source, at__gt=after)
    return list(found.order_by("-at").values_list("at", flat=True))


def latest_attempt(*, kind: str, source: str) -> datetime | None:
    """The source's last try of this kind; None: none that is remembered."""
    found = Attempt.objects.filter(kind=kind, source=source)
    return found.order_by("-at").values_list("at", flat=True).first()


def forget_attempts(*, kind: str, source: str) -> None:
    """The source begins anew."""
    Attempt.objects.filter(kind=kind, source=source).delete()
