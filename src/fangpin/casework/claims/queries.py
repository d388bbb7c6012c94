"""Doubtful pairs as far as a scope reaches, and what rests on rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from fangpin.casework.alerts.models import Alert, EvidenceRow
from fangpin.casework.claims.models import DECIDED, Candidate, CandidateState
from fangpin.casework.officials.asked import asked
from fangpin.casework.officials.scope import Scope, within

CAPPED = 1000
"""Nobody counts further than this in a menu."""
RowKey = tuple[str, str, int]
"""Feed, delivery and row number."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the pairs that wait; `has_more`: the queue goes on."""

    candidates: list[Candidate]
    has_more: bool


def waiting(scope: Scope, *, limit: int, offset: int = 0) -> Page:
    """The pairs to decide: the claim of most rows first, its candidates by their chance."""
    found = list(_in_order(_open(scope))[offset : offset + limit + 1])
    return Page(found[:limit], len(found) > limit)


def count_of_waiting(scope: Scope) -> int:
    """How many claims wait for a decision; no further than CAPPED pairs."""
    return len({claim_ref for (claim_ref,) in asked(_claims, scope)})


def candidate(scope: Scope, *, claim_ref: int, person_ref: int) -> Candidate:
    """One pair, decided or not. Raises Candidate.DoesNotExist outside the scope."""
    return within(Candidate.objects.all(), scope).get(claim_ref=claim_ref, person_ref=person_ref)


def of_claim(scope: Scope, claim_ref: int) -> list[Candidate]:
    """The candidates of a claim that the scope reaches, the likeliest first."""
    found = within(Candidate.objects.filter(claim_ref=claim_ref), scope)
    return list(found.order_by("-chance", "person_ref"))


def following(scope: Scope, after: Candidate) -> Candidate | None:
    """The pair that waits next in the queue behind this one; from the top when it was the last."""
    later = (
        Q(count_of_rows__lt=after.count_of_rows)
        | Q(count_of_rows=after.count_of_rows, claim_ref__gt=after.claim_ref)
        | Q(claim_ref=after.claim_ref, chance__lt=after.chance)
        | Q(claim_ref=after.claim_ref, chance=after.chance, person_ref__gt=after.person_ref)
    )
    found = _open(scope).exclude(pk=after.pk)
    return _in_order(found.filter(later)).first() or _in_order(found).first()


def decided(scope: Scope, *, limit: int) -> list[Candidate]:
    """The pairs that officials decided lately, the latest first."""
    found = within(Candidate.objects.filter(state__in=DECIDED), scope)
    return list(found.order_by("-decided_at", "-id")[:limit])


def of_household(scope: Scope, household_ref: int) -> list[Candidate]:
    """The pairs of a household's members that are open or were decided."""
    found = Candidate.objects.filter(household_ref=household_ref).exclude(
        state=CandidateState.ELSEWHERE
    )
    return list(within(found, scope).order_by("state", "-count_of_rows", "claim_ref"))


def alerts_resting_on(scope: Scope, rows: Iterable[RowKey]) -> list[Alert]:
    """The alerts of the scope whose evidence cites any of these rows, the latest first."""
    wanted = set(rows)
    if not wanted:
        return []
    deliveries = {delivery for _, delivery, _ in wanted}
    row_nos = {row_no for _, _, row_no in wanted}
    cited = EvidenceRow.objects.filter(delivery__in=deliveries, row_no__in=row_nos)
    resting = {
        alert
        for alert, *key in cited.values_list("alert_id", "feed", "delivery", "row_no")
        if tuple(key) in wanted
    }
    found = within(Alert.objects.filter(pk__in=resting).select_related("household"), scope)
    return list(found.order_by("-raised_date", "alert_no"))


def cited_rows(scope: Scope, household_ref: int, *, limit: int) -> Sequence[EvidenceRow]:
    """The source rows that the alerts of a household cite, each once, the latest month first."""
    alerts = within(Alert.objects.filter(household_id=household_ref), scope)
    seen: set[RowKey] = set()
    found = []
    for row in EvidenceRow.objects.filter(alert__in=alerts).order_by(
        "-month", "feed", "delivery", "row_no", "id"
    ):
        key = (row.feed, row.delivery, row.row_no)
        if key not in seen:
            seen.add(key)
            found.append(row)
        if len(found) >= limit:
            break
    return found


def _open(scope: Scope) -> QuerySet[Candidate]:
    return within(Candidate.objects.filter(state=CandidateState.OPEN), scope)


def _claims(scope: Scope) -> QuerySet[Any]:
    return _open(scope).values_list("claim_ref").order_by()[:CAPPED]


def _in_order(found: QuerySet[Candidate]) -> QuerySet[Candidate]:
    return found.order_by("-count_of_rows", "claim_ref", "-chance", "person_ref")
