"""Village meetings as far as a scope reaches: what was voted on, and what waits for a meeting."""

from __future__ import annotations

from django.db.models import QuerySet

from fangpin.casework.cases.models import Case, DeliberationItem, Meeting
from fangpin.casework.cases.states import CaseState
from fangpin.casework.cases.turns import stands_at
from fangpin.casework.officials.scope import Scope, within
from fangpin.policy import Pack

HOLD = "hold_deliberation"


def meeting(scope: Scope, meeting_id: int) -> Meeting:
    """One meeting. Raises Meeting.DoesNotExist outside the scope."""
    return within(Meeting.objects.all(), scope).get(pk=meeting_id)


def meetings(scope: Scope, *, limit: int = 30) -> list[Meeting]:
    """The latest meetings of the scope."""
    return list(within(Meeting.objects.all(), scope).order_by("-held_date", "-id")[:limit])


def recorded(scope: Scope, *, key: str) -> Meeting | None:
    """The meeting that this official recorded with a key: the answer to the second click of two."""
    if not key:
        return None
    found = DeliberationItem.objects.filter(act__key=f"{key}:1", act__by=scope.official)
    first = within(found, scope, "act__case__division").select_related("meeting").first()
    return first.meeting if first else None


def items(scope: Scope, meeting: Meeting) -> list[DeliberationItem]:
    """The households that a meeting voted on, in the order of voting; none outside the scope."""
    found = DeliberationItem.objects.filter(meeting=meeting).select_related("act__case__household")
    return list(within(found, scope, "act__case__division").order_by("id"))


def waiting(scope: Scope, *, pack: Pack) -> QuerySet[Case]:
    """Open cases of the scope whose village has still to deliberate."""
    found = within(Case.objects.select_related("household"), scope)
    return found.filter(stands_at(pack, HOLD), state=CaseState.OPEN).order_by("due_date", "id")
