"""Cases as far as a scope reaches: the working list, one case and its log, times in monitoring."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet

from fangpin.casework.cases.models import (
    Appeal,
    Case,
    CaseAct,
    Clue,
    Comparison,
    Decision,
    Episode,
    PublicNotice,
    Visit,
)
from fangpin.casework.cases.states import CaseState, EpisodeState
from fangpin.casework.cases.turns import by_due_date
from fangpin.casework.cases.turns_kept import NO_DATE
from fangpin.casework.divisions.walks import FEW, Unindexed, capped
from fangpin.casework.officials.scope import Scope, within


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """What the working list shows; empty fields choose nothing out."""

    state: str = CaseState.OPEN
    kind: str = ""
    steps: tuple[str, ...] = ()
    channel: str = ""
    severity: str = ""
    assigned_to: str = ""
    overdue_on: date | None = None
    """Only cases whose nearest deadline lies before this day."""


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of the working list, earliest due first; `after` asks for the next one."""

    cases: tuple[Case, ...]
    after: tuple[date, int] | None


def worklist(
    scope: Scope,
    *,
    filters: CaseFilters = CaseFilters(),
    after: tuple[date, int] | None = None,
    limit: int = 50,
) -> CasePage:
    """Cases by due date and id; those without a running clock stand last."""
    walked = capped(chosen(scope, filters), FEW) > FEW
    found = chosen(scope, filters, is_walked=walked)
    place = (after[0].isoformat(), after[1]) if after else None
    rows = by_due_date(found, place, limit + 1, walked)
    shown = rows[:limit]
    more = (shown[-1].due_date or NO_DATE, shown[-1].pk) if len(rows) > limit else None
    return CasePage(tuple(shown), more)


def chosen(scope: Scope, filters: CaseFilters, *, is_walked: bool = False) -> QuerySet[Case]:
    """All cases of the scope that the filters let through, with their households.

    Found by their division's index; `is_walked`: by that of the list's order.
    """
    found = Case.objects.select_related("household")
    if is_walked:
        found = within(found.alias(place=Unindexed("division")), scope, "place")
    else:
        found = within(found, scope)
    equal = {
        "state": filters.state,
        "kind": filters.kind,
        "channel": filters.channel,
        "severity": filters.severity,
        "assigned_to": filters.assigned_to,
    }
    found = found.filter(**{name: value for name, value in equal.items() if value})
    if filters.steps:
        found = found.filter(step__in=filters.steps)
    if filters.overdue_on is not None:
        found = found.filter(due_date__lt=filters.overdue_on)
    return found


def case(scope: Scope, case_no: str) -> Case:
    """One case with its household. Raises Case.DoesNotExist outside the scope."""
    return within(Case.objects.select_related("household"), scope).get(case_no=case_no)


def cases_of_household(scope: Scope, household_ref: int) -> list[Case]:
    """The household's cases: the open one first, then the latest; none outside the scope."""
    found = within(Case.objects.filter(household_id=household_ref), scope)
    return sorted(
        found,
        key=lambda one: (one.state == CaseState.OPEN, one.first_clue_date, one.pk),
        reverse=True,
    )


def log(scope: Scope, case: Case) -> list[CaseAct]:
    """What was done on a case, in order, with what each act wrote; none outside the scope."""
    found = CaseAct.objects.filter(case=case).select_related(
        "visit", "consent", "notice", "decision", "deliberation__meeting"
    )
    return list(
        within(found, scope, "case__division")
        .prefetch_related("attachments", "visit__verifiers", "visit__causes", "visit__answers")
        .order_by("seq")
    )


def clues(scope: Scope, case: Case) -> list[Clue]:
    """The clues of a case, the earliest first; none outside the scope."""
    found = Clue.objects.filter(case=case).select_related("alert")
    return list(within(found, scope, "case__division").order_by("on", "id"))


def comparisons(scope: Scope, case: Case) -> list[Comparison]:
    """The departments asked, with what they found; none outside the scope."""
    found = Comparison.objects.filter(case=case, act__is_undone=False)
    return list(within(found, scope, "case__division").prefetch_related("findings").order_by("id"))


def visit(scope: Scope, case: Case) -> Visit | None:
    """The visit that stands; None before one, or outside the scope."""
    found = Visit.objects.filter(act__case=case, act__is_undone=False)
    return within(found, scope, "act__case__division").order_by("-act__seq").first()


def notice(scope: Scope, case: Case) -> PublicNotice | None:
    """The notice that stands, with its objections; None before one, or outside the scope."""
    found = PublicNotice.objects.filter(act__case=case, act__is_undone=False)
    return (
        within(found, scope, "act__case__division")
        .prefetch_related("objections")
        .order_by("-act__seq")
        .first()
    )


def decision(scope: Scope, case: Case) -> Decision | None:
    """The latest review or approval that stands; None before one, or outside the scope."""
    found = Decision.objects.filter(act__case=case, act__is_undone=False)
    return within(found, scope, "act__case__division").order_by("-act__seq").first()


def appeals(scope: Scope, *, case: Case | None = None, open_only: bool = False) -> list[Appeal]:
    """Appeals, the earliest due first; of one case, or of the whole scope."""
    found = Appeal.objects.select_related("case__household")
    if case is not None:
        found = found.filter(case=case)
    if open_only:
        found = found.filter(answered_at__isnull=True)
    return list(within(found, scope).order_by("due_date", "id"))


def episodes_of_household(scope: Scope, household_ref: int) -> list[Episode]:
    """The household's times in monitoring, the latest first; none outside the scope."""
    found = Episode.objects.filter(household_id=household_ref).prefetch_related("causes")
    return list(within(found, scope).order_by("-identified_date", "-id"))


def monitored(scope: Scope, *, refs: Iterable[int] | None = None) -> QuerySet[Episode]:
    """Times in monitoring under way, with their households."""
    found = Episode.objects.filter(state=EpisodeState.MONITORED).select_related("household")
    if refs is not None:
        found = found.filter(household_id__in=list(refs))
    return within(found, scope)
