"""The audit trail by subject, official, act and period, as far as a scope reaches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.officials.scope import Scope, within

VIEWS = ("view_household", "view_case", "view_declaration", "view_paper", "print_sheet")
"""Acts that only looked: they answer who saw a file."""


@dataclass(frozen=True, slots=True)
class TrailFilters:
    """What is looked for; empty asks for nothing. Both days are included."""

    subject_kind: str = ""
    subject: str = ""
    official: str = ""
    act: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class TrailPage:
    """One page, the latest first; `next` is the id that the following page begins below."""

    entries: tuple[AuditEntry, ...]
    next: int | None


def search(
    scope: Scope, filters: TrailFilters, *, before: int | None = None, limit: int = 60
) -> TrailPage:
    """One page of the entries that pass the filters."""
    found = chosen(scope, filters)
    if before is not None:
        found = found.filter(id__lt=before)
    rows = list(found.order_by("-id")[: limit + 1])
    more = rows[limit - 1].pk if len(rows) > limit else None
    return TrailPage(tuple(rows[:limit]), more)


def every(scope: Scope, filters: TrailFilters, *, limit: int) -> Iterator[AuditEntry]:
    """The entries that pass, the latest first, at most `limit`; never all in memory."""
    return chosen(scope, filters).order_by("-id")[:limit].iterator(chunk_size=2000)


def acts_of(scope: Scope) -> list[str]:
    """The acts that occur in the scope's trail."""
    found = within(AuditEntry.objects.all(), scope).order_by().values_list("act", flat=True)
    return sorted(found.distinct())


def chosen(scope: Scope, filters: TrailFilters) -> QuerySet[AuditEntry]:
    """The entries of the scope that pass the filters, in no order."""
    found = within(AuditEntry.objects.all(), scope)
    equal = {
        "subject_kind": filters.subject_kind,
        "subject": filters.subject,
        "official": filters.official,
        "act": filters.act,
    }
    found = found.filter(**{name: value for name, value in equal.items() if value})
    if filters.since is not None:
        found = found.filter(at__gte=_midnight(filters.since))
    if filters.until is not None:
        found = found.filter(at__lt=_midnight(filters.until + timedelta(days=1)))
    return found


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
