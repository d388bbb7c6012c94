"""Contacts, follow-ups and supervision visits as far as a scope reaches."""

from __future__ import annotations

from datetime import date

from fangpin.casework.followup.duties import DutyState, county_duties, household_duties
from fangpin.casework.followup.models import AssistanceContact, FollowUp, SupervisionVisit
from fangpin.casework.officials.scope import Scope, within

__all__ = [
    "DutyState",
    "contact",
    "county_duties",
    "follow_ups",
    "household_duties",
    "supervision_visits",
]


def contact(scope: Scope, household_ref: int, *, on: date) -> AssistanceContact | None:
    """Who answers for a household on a day; None for nobody, or outside the scope."""
    found = AssistanceContact.objects.filter(household_id=household_ref, from_date__lte=on)
    return within(found.exclude(to_date__lte=on), scope).first()


def follow_ups(scope: Scope, household_ref: int) -> list[FollowUp]:
    """The follow-ups of a household, the latest first; none outside the scope."""
    found = FollowUp.objects.filter(household_id=household_ref)
    return list(within(found, scope).order_by("-on", "-id"))


def supervision_visits(scope: Scope) -> list[SupervisionVisit]:
    """The supervision visits to divisions of the scope, the latest first."""
    return list(within(SupervisionVisit.objects.all(), scope).order_by("-on", "-id"))
