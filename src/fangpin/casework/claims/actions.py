"""Writing the pairs of a run, and marking what was decided of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from fangpin.casework.claims.models import Candidate, CandidateState

_AT_ONCE = 500
_RENEWED = (
    "household_ref",
    "division",
    "claim_name",
    "person_name",
    "chance",
    "weight",
    "fields",
    "feeds",
    "rows",
    "count_of_rows",
    "count_of_candidates",
    "first_month",
    "last_month",
    "seen_on",
    "state",
    "decision",
    "decided_at",
    "decided_by",
    "reason",
)


@dataclass(frozen=True, slots=True)
class Said:
    """What an official said of a pair, as the lake keeps it."""

    state: CandidateState
    decision: str
    at: datetime
    by: str
    reason: str


def put_candidates(
    *,
    candidates: Sequence[Candidate],
    said: Callable[[], Mapping[tuple[int, int], Said]],
    seen_on: date,
) -> tuple[int, int]:
    """Replace the pairs that wait by those of a run; returns how many wait and how many went.

    `candidates` are unsaved, open ones and those of which something was said. What `said` tells (claim,
    person -> what) stands above the run, whenever it was said; a decided pair that the run no longer
    proposes stays as a record.
    """
    with transaction.atomic():
        # Whoever decides of one meanwhile waits, or was heard: making the queue may take minutes.
        held = Candidate.objects.select_for_update().order_by("claim_ref", "person_ref")
        list(held.values_list("pk"))
        heard = said()
        _mark_all(candidates, heard, seen_on=seen_on)
        Candidate.objects.bulk_create(
            candidates,
            batch_size=_AT_ONCE,
            update_conflicts=True,
            unique_fields=["claim_ref", "person_ref"],
            update_fields=list(_RENEWED),
        )
        proposed = {(one.claim_ref, one.person_ref) for one in candidates}
        gone, undecided = [], []
        for one in Candidate.objects.only("claim_ref", "person_ref", "state").iterator():
            key = (one.claim_ref, one.person_ref)
            if key in proposed:
                continue
            if key not in heard:
                gone.append(one.pk)
            elif one.state != heard[key].state:
                undecided.append(one)
        for one in undecided:
            one.refresh_from_db()
            mark(one, heard[(one.claim_ref, one.person_ref)])
            one.save()
        for start in range(0, len(gone), _AT_ONCE):
            Candidate.objects.filter(pk__in=gone[start : start + _AT_ONCE]).delete()
    return sum(one.state == CandidateState.OPEN for one in candidates), len(gone)


def _mark_all(
    candidates: Sequence[Candidate], said: Mapping[tuple[int, int], Said], *, seen_on: date
) -> None:
    given_away = {claim for (claim, _), one in said.items() if one.state == CandidateState.SAME}
    for one in candidates:
        one.seen_on = seen_on
        mark(one, said.get((one.claim_ref, one.person_ref)))
        if one.state == CandidateState.OPEN and one.claim_ref in given_away:
            one.state = CandidateState.ELSEWHERE


def mark(candidate: Candidate, said: Said | None) -> None:
    """Let a pair say what was said of it; None: it is open again. Does not save."""
    candidate.state = said.state if said else CandidateState.OPEN
    candidate.decision = said.decision if said else ""
    candidate.decided_at = said.at if said else None
    candidate.decided_by = said.by if said else ""
    candidate.reason = said.reason if said else ""


def follow_decision(siblings: Iterable[Candidate], *, person_ref: int, said: Said | None) -> None:
    """Mark one pair of a claim as decided (None: as open again), and its siblings accordingly.

    A claim is about one person at most: given to one, it is asked of no other.
    """
    rows = list(siblings)
    for one in rows:
        if one.person_ref == person_ref:
            mark(one, said)
        elif said and said.state == one.state == CandidateState.SAME:
            mark(one, None)
    given_away = any(one.state == CandidateState.SAME for one in rows)
    for one in rows:
        if one.state in (CandidateState.OPEN, CandidateState.ELSEWHERE):
            one.state = CandidateState.ELSEWHERE if given_away else CandidateState.OPEN
        one.save()
