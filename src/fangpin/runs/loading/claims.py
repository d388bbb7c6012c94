"""The doubtful pairs of a run's day into the case database, for officials to decide.

The queue is read from the desk (claims, candidates, model, decisions in force) and copied: names in
full, numbers masked. Nothing rests on the copy; the next load makes it anew, and unseals no more than
the claims whose pairs are new or have changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fangpin.casework.audit.actions import record
from fangpin.casework.claims import actions as claims
from fangpin.casework.claims.models import Candidate, CandidateState
from fangpin.feeds.arrivals import arrivals
from fangpin.lake.home import Home
from fangpin.linkage.decisions import OF_A_PAIR, Decision, all_decisions, standing
from fangpin.linkage.moved.linked import decisions_in_force
from fangpin.linkage.review.desk import open_desk
from fangpin.linkage.review.queue import (
    ClaimRow,
    Compared,
    Known,
    Pair,
    decided_pairs,
    queue,
    rows_of,
)
from fangpin.policy import Pack
from fangpin.policy.models.nodes import Words
from fangpin.values.month import Month

MOST_PAIRS = 20_000
"""Nobody works off a longer queue; the claims of most rows come first."""
MOST_ROWS = 200
"""Of one claim: what a page lists."""


@dataclass(frozen=True, slots=True)
class ClaimsReport:
    """What a load of the queue did, in pairs."""

    waiting: int
    gone: int


def load_claims(*, home: Home, pack: Pack, as_of: date, at: datetime) -> ClaimsReport:
    """Make the queue of pairs that of a day.

    Decisions stand above it whenever they were made: a run of an earlier day never asks again what
    an official has answered since. Raises ProblemError REGISTRY_MISSING.
    """
    found = arrivals(home)
    if pack.header.registry is None or not any(one.claims for one in found):
        return _put([], {}, lambda: said_of_pairs(standing(all_decisions(home))), as_of, at)
    with open_desk(home=home, pack=pack, arrivals=found, as_of=as_of) as desk:
        ever = decisions_in_force(desk.engine, all_decisions(home))
        known = _known()
        pairs = queue(desk=desk, limit=MOST_PAIRS, reveal_names=True, known=known)
        shown = {(one.claim_ref, one.person_ref) for one in pairs}
        pairs += [
            one
            for one in decided_pairs(desk=desk, decisions=ever, known=known)
            if (one.claim_ref, one.person_ref) not in shown
        ]
        rows = rows_of(desk=desk, claims=[one.claim_ref for one in pairs], most=MOST_ROWS)

        def said() -> dict[tuple[int, int], claims.Said]:
            return said_of_pairs(decisions_in_force(desk.engine, all_decisions(home)))

        return _put(pairs, rows, said, as_of, at)


def said_of_pairs(decisions: Sequence[Decision]) -> dict[tuple[int, int], claims.Said]:
    """(claim, person) -> what stands of them, of decisions in force."""
    return {
        (one.claim_ref, one.person_ref): said_of(one)
        for one in decisions
        if one.kind in OF_A_PAIR and one.claim_ref is not None and one.person_ref is not None
    }


def said_of(decision: Decision) -> claims.Said:
    """A decision on a pair as the case database keeps it."""
    return claims.Said(
        state=CandidateState(decision.kind),
        decision=decision.id,
        at=decision.at,
        by=decision.by,
        reason=decision.reason,
    )


def _put(
    pairs: Sequence[Pair],
    rows: Mapping[int, Sequence[ClaimRow]],
    said: Callable[[], Mapping[tuple[int, int], claims.Said]],
    as_of: date,
    at: datetime,
) -> ClaimsReport:
    made = [_candidate(one, rows.get(one.claim_ref, ())) for one in pairs]
    waiting, gone = claims.put_candidates(candidates=made, said=said, seen_on=as_of)
    if waiting or gone:
        record(
            act="load_claims",
            official="",
            subject_kind="run",
            subject=as_of.isoformat(),
            division="",
            at=at,
            detail={"waiting": waiting, "gone": gone},
        )
    return ClaimsReport(waiting, gone)


def _known() -> Known:
    """The pairs of the copy as they stand in it; their titles are the pack's, and not kept."""
    return {
        (one.claim_ref, one.person_ref): [
            Compared(
                field=told["field"],
                title=Words(zh=told["field"], en=told["field"]),
                claim=told["claim"],
                person=told["person"],
                agreement=told["agreement"],
                weight=told["weight"],
                differs_at=tuple(told["differs_at"]),
            )
            for told in one.fields
        ]
        for one in Candidate.objects.only("claim_ref", "person_ref", "fields").iterator()
    }


def _candidate(pair: Pair, rows: Sequence[ClaimRow]) -> Candidate:
    names = {one.field: one for one in pair.fields}.get("name")
    return Candidate(
        claim_ref=pair.claim_ref,
        person_ref=pair.person_ref,
        household_ref=pair.household_ref,
        division=pair.division or "",
        claim_name=(names.claim if names else None) or "",
        person_name=(names.person if names else None) or "",
        chance=pair.chance,
        weight=pair.weight,
        fields=[_field(one) for one in pair.fields],
        feeds=list(pair.feeds),
        rows=[[one.feed, one.delivery, one.row_no, one.month] for one in rows],
        count_of_rows=pair.count_of_rows,
        count_of_candidates=min(pair.count_of_candidates, 32_000),
        first_month=int(Month.parse(pair.first_month)),
        last_month=int(Month.parse(pair.last_month)),
    )


def _field(compared: Compared) -> dict[str, Any]:
    return {
        "field": compared.field,
        "claim": compared.claim,
        "person": compared.person,
        "agreement": compared.agreement,
        "weight": compared.weight,
        "differs_at": list(compared.differs_at),
    }
