"""What officials decide about claims, as acts: permission, scope, audit entry, decision.

The decision itself is a file of the lake, written as the transaction's last step; the case database
holds the audit entry and, for pages, what became of the pair. The command line looks at the desk, the
console at the copy of its queue; both end here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Literal

from django.db import transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.claims.actions import follow_decision
from fangpin.casework.claims.models import Candidate, CandidateState
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry import queries as registry
from fangpin.casework.registry.models import Household, Member
from fangpin.lake.home import Home
from fangpin.linkage.decisions import Decision, all_decisions, append, standing
from fangpin.linkage.registry.present import present_of
from fangpin.linkage.review.desk import Desk
from fangpin.linkage.review.queue import decide, pair
from fangpin.linkage.review.split import RestingRow, resting_on_number, split_row
from fangpin.policy.expressions.sql import column
from fangpin.runs.acts.references import last_home
from fangpin.runs.loading.claims import said_of
from fangpin.values.problem import Problem, ProblemError
from fangpin.values.text import normalise

DECIDE_LINKS = "decide_links"
"""The permission to decide whom a claim is about."""
REASON_CHARACTERS = 500
_A_NUMBER = re.compile(r"\d[\d \-]{9,}")

PairKind = Literal["same", "different", "unknown"]


def decide_link(
    *,
    desk: Desk,
    kind: PairKind,
    claim_ref: int,
    person_ref: int,
    by: Scope,
    at: datetime,
    reason: str,
) -> Decision:
    """Decide of a pair on the desk that a claim is about a person, or is not.

    Raises ProblemError ACT_NOT_PERMITTED, PAIR_NOT_FOUND (unknown or outside the scope),
    LINK_WITHOUT_REASON, LINK_REASON: nothing is written then.
    """
    refuse(by, reason)
    found = pair(desk=desk, claim_ref=claim_ref, person_ref=person_ref, divisions=by.divisions)
    if found is None:
        raise ProblemError(_not_found())
    with transaction.atomic():
        siblings = _siblings(claim_ref)
        return _write_pair(
            home=desk.home,
            kind=kind,
            claim_ref=claim_ref,
            person_ref=person_ref,
            division=found.division or "",
            rows=found.count_of_rows,
            siblings=siblings,
            by=by,
            at=at,
            reason=reason,
        )


def decide_candidate(
    *,
    home: Home,
    kind: PairKind,
    claim_ref: int,
    person_ref: int,
    by: Scope,
    at: datetime,
    reason: str,
) -> Candidate:
    """Decide of a pair of the console's queue; the same answer again changes nothing.

    Raises Candidate.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, LINK_DECIDED (someone
    else was first, or the claim was given to another), LINK_WITHOUT_REASON, LINK_REASON: nothing is
    written then.
    """
    refuse(by, reason)
    with transaction.atomic():
        siblings = _siblings(claim_ref)
        found = next(
            (one for one in siblings if one.person_ref == person_ref and by.covers(one.division)),
            None,
        )
        if found is None:
            raise Candidate.DoesNotExist
        if found.state == kind and found.decided_by == by.official:
            return found
        if found.state != CandidateState.OPEN:
            raise decided_already()
        _write_pair(
            home=home,
            kind=kind,
            claim_ref=claim_ref,
            person_ref=person_ref,
            division=found.division,
            rows=found.count_of_rows,
            siblings=siblings,
            by=by,
            at=at,
            reason=reason,
        )
    return found


def split_claim(
    *,
    home: Home,
    claim_ref: int,
    person_ref: int,
    rows: int,
    by: Scope,
    at: datetime,
    reason: str,
) -> Decision:
    """Take a claim from the person to whom a run gave it; `rows` is how many rows go.

    Raises Member.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, LINK_DECIDED,
    LINK_WITHOUT_REASON, LINK_REASON.
    """
    refuse(by, reason)
    with transaction.atomic():
        member = _locked_member(by, person_ref)
        earlier = standing_against(home, person_ref, claim_ref=claim_ref)
        if earlier is not None:
            return _again(earlier, by)
        return _write_pair(
            home=home,
            kind="different",
            claim_ref=claim_ref,
            person_ref=person_ref,
            division=member.household.division,
            rows=rows,
            siblings=_siblings(claim_ref),
            by=by,
            at=at,
            reason=reason,
        )


def split_link(
    *,
    desk: Desk,
    feed: str,
    delivery: str,
    row_no: int,
    by: Scope,
    at: datetime,
    reason: str,
    belongs_to: int | None = None,
) -> tuple[RestingRow, Decision]:
    """Take a row from the person to whom its number joined it; the same again changes nothing.

    Raises ProblemError ACT_NOT_PERMITTED, PAIR_NOT_FOUND, ROW_UNKNOWN, LINK_DECIDED, LINK_WITHOUT_REASON,
    LINK_REASON.
    """
    refuse(by, reason)
    row = resting_on_number(desk=desk, feed=feed, delivery=delivery, row_no=row_no)
    division = _division_of(desk, row.person_ref)
    if not by.covers(division):
        raise ProblemError(_not_found())
    return row, _write_split(
        home=desk.home,
        row=row,
        division=division,
        by=by,
        at=at,
        reason=reason,
        belongs_to=belongs_to,
    )


def split_fact(
    *,
    home: Home,
    row: RestingRow,
    household_ref: int,
    by: Scope,
    at: datetime,
    reason: str,
    belongs_to: int | None = None,
) -> Decision:
    """Take a row of a household from the person whose number it bears; the same again changes nothing.

    Raises Household.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, LINK_DECIDED,
    LINK_WITHOUT_REASON, LINK_REASON.
    """
    refuse(by, reason)
    return _write_split(
        home=home,
        row=replace(row, household_ref=household_ref),
        division=registry.household(by, household_ref).division,
        by=by,
        at=at,
        reason=reason,
        belongs_to=belongs_to,
    )


def undo_link(*, desk: Desk, decision: str, by: Scope, at: datetime, reason: str) -> Decision:
    """Take a decision back, by what the desk knows of its person.

    Raises ProblemError ACT_NOT_PERMITTED, PAIR_NOT_FOUND (outside the scope), LINK_DECISION_UNKNOWN,
    LINK_WITHOUT_REASON, LINK_REASON.
    """
    refuse(by, reason)
    undone = next((one for one in desk.decisions if one.id == decision), None)
    division = _division_of(desk, undone.person_ref or 0) if undone else ""
    if undone is not None and not by.covers(division):
        raise ProblemError(_not_found())
    return _write_undo(
        home=desk.home,
        decision=decision,
        undone=undone,
        division=division,
        by=by,
        at=at,
        reason=reason,
    )


def undo_decision(*, home: Home, decision: str, by: Scope, at: datetime, reason: str) -> Decision:
    """Take a decision back, by what the case database knows of its person.

    Raises Candidate.DoesNotExist for a decision outside the scope or none; ProblemError
    ACT_NOT_PERMITTED, LINK_DECISION_UNKNOWN (undone already), LINK_WITHOUT_REASON, LINK_REASON.
    """
    refuse(by, reason)
    ever = all_decisions(home)
    undone = next((one for one in ever if one.id == decision), None)
    division = division_of_decision(by, undone, home=home) if undone is not None else None
    if undone is None or division is None:
        raise Candidate.DoesNotExist
    return _write_undo(
        home=home, decision=decision, undone=undone, division=division, by=by, at=at, reason=reason
    )


def division_of_decision(by: Scope, decision: Decision, *, home: Home) -> str | None:
    """Where the person of a decision belongs, or lived last, as far as a scope reaches; else None."""
    candidates = Candidate.objects.filter(
        claim_ref=decision.claim_ref or 0, person_ref=decision.person_ref or 0
    )
    for one in candidates:
        if by.covers(one.division):
            return one.division
    person_ref = decision.person_ref or 0
    member = Member.objects.select_related("household").filter(person_ref=person_ref).first()
    # Nobody is listed under a former number, nor whoever left: their rows count where they lived.
    lived = member.household_id if member else last_home(home=home, person_ref=person_ref)
    try:
        return registry.household(by, lived or 0).division
    except Household.DoesNotExist:
        return None


def _write_pair(
    *,
    home: Home,
    kind: PairKind,
    claim_ref: int,
    person_ref: int,
    division: str,
    rows: int,
    siblings: Sequence[Candidate],
    by: Scope,
    at: datetime,
    reason: str,
) -> Decision:
    """The entry, the pair's new state and the decision, in the transaction of the caller."""
    record(
        act=f"link_{kind}",
        official=by,
        subject_kind="claim",
        subject=str(claim_ref),
        division=division,
        at=at,
        detail={"person_ref": str(person_ref), "rows": rows},
    )
    said = decide(
        home=home,
        kind=kind,
        claim_ref=claim_ref,
        person_ref=person_ref,
        by=by.official,
        at=at,
        reason=reason,
    )
    follow_decision(siblings, person_ref=person_ref, said=said_of(said))
    return said


def _write_split(
    *,
    home: Home,
    row: RestingRow,
    division: str,
    by: Scope,
    at: datetime,
    reason: str,
    belongs_to: int | None,
) -> Decision:
    with transaction.atomic():
        _lock_household(row.household_ref)
        earlier = standing_against(
            home, row.person_ref, feed=row.feed, delivery=row.delivery, row_no=row.row_no
        )
        if earlier is not None:
            return _again(earlier, by)
        record(
            act="link_split",
            official=by,
            subject_kind="row",
            subject=f"{row.delivery}/{row.row_no}"[:64],
            division=division,
            at=at,
            detail={
                "feed": row.feed,
                "person_ref": str(row.person_ref),
                **({"belongs_to": str(belongs_to)} if belongs_to is not None else {}),
            },
        )
        return split_row(
            home=home, row=row, by=by.official, at=at, reason=reason, belongs_to=belongs_to
        )


def _write_undo(
    *,
    home: Home,
    decision: str,
    undone: Decision | None,
    division: str,
    by: Scope,
    at: datetime,
    reason: str,
) -> Decision:
    with transaction.atomic():
        siblings = _siblings(undone.claim_ref) if undone and undone.claim_ref is not None else []
        record(
            act="link_undo",
            official=by,
            subject_kind="claim",
            subject=str(undone.claim_ref or decision) if undone else decision[:64],
            division=division,
            at=at,
            detail={"decision": decision[:40]},
        )
        said = append(
            home, Decision(kind="undo", at=at, by=by.official, reason=reason, of=decision)
        )
        for one in _given_with(home, undone):
            # What was taken from one person and given to another comes back whole.
            append(home, Decision(kind="undo", at=at, by=by.official, reason=reason, of=one.id))
        if undone is not None and undone.person_ref is not None:
            follow_decision(siblings, person_ref=undone.person_ref, said=None)
        return said


def _given_with(home: Home, undone: Decision | None) -> list[Decision]:
    """The decisions in force that gave a parted row to its person."""
    if undone is None or undone.kind != "different" or undone.feed is None:
        return []
    return [
        one
        for one in standing(all_decisions(home))
        if one.kind == "same" and one.target == undone.target
    ]


def _siblings(claim_ref: int) -> list[Candidate]:
    """The pairs of a claim, locked: of two officials at once the second waits for the first."""
    found = Candidate.objects.select_for_update().filter(claim_ref=claim_ref)
    return list(found.order_by("person_ref"))


def _locked_member(by: Scope, person_ref: int) -> Member:
    member = registry.member(by, person_ref)
    _lock_household(member.household_id)
    return member


def _lock_household(household_ref: int | None) -> None:
    """Acts on one household's links follow each other."""
    Household.objects.select_for_update(no_key=True).filter(
        household_ref=household_ref or 0
    ).first()


def standing_against(
    home: Home,
    person_ref: int,
    *,
    claim_ref: int | None = None,
    feed: str | None = None,
    delivery: str | None = None,
    row_no: int | None = None,
) -> Decision | None:
    """What parts a claim or a row from a person already."""
    target = ("link", claim_ref, feed, delivery, row_no)
    return next(
        (
            one
            for one in standing(all_decisions(home))
            if one.kind == "different" and one.person_ref == person_ref and one.target == target
        ),
        None,
    )


def _again(earlier: Decision, by: Scope) -> Decision:
    """The earlier answer to whoever gave it. Raises ProblemError LINK_DECIDED to anyone else."""
    if earlier.by != by.official:
        raise decided_already()
    return replace(earlier)


def _division_of(desk: Desk, person_ref: int) -> str:
    registry_of_pack = desk.pack.header.registry
    assert registry_of_pack is not None, "checked when the registry was read"
    person_ref = present_of(desk.engine, [person_ref]).get(person_ref, person_ref)
    found = desk.engine.value(
        f"SELECT min({column(registry_of_pack.division)}) FROM listed_persons WHERE person_ref = ?",
        [person_ref],
    )
    return str(found or "")


def refuse(by: Scope, reason: str) -> None:
    """Raises ProblemError ACT_NOT_PERMITTED, LINK_REASON."""
    if not by.can(DECIDE_LINKS):
        raise ProblemError(
            Problem(
                code="ACT_NOT_PERMITTED",
                where="link",
                zh="您的岗位不能决定数据行归到谁。",
                en="Your post may not decide whom rows are about.",
                fix_zh="请提交给有归人核对权限的岗位办理。",
                fix_en="Hand it to a post that may decide links.",
            )
        )
    if len(reason) > REASON_CHARACTERS or _A_NUMBER.search(normalise(reason)):
        raise ProblemError(
            Problem(
                code="LINK_REASON",
                where="link",
                zh=f"理由不能超过 {REASON_CHARACTERS} 字，也不能写证件、电话或账户号码。",
                en=f"A reason may hold {REASON_CHARACTERS} characters and no number of a person, "
                "telephone or account.",
                fix_zh="请改短，或去掉号码。",
                fix_en="Shorten it, or leave the number out.",
            )
        )


def _not_found() -> Problem:
    return Problem(
        code="PAIR_NOT_FOUND",
        where="link",
        zh="没有这对记录，或者它不在您的数据范围内。",
        en="There is no such pair, or it lies outside your scope.",
        fix_zh="请刷新核对列表。",
        fix_en="Reload the queue.",
    )


def decided_already() -> ProblemError:
    """LINK_DECIDED: someone else was first."""
    problem = Problem(
        code="LINK_DECIDED",
        where="link",
        zh="别人刚刚已经作出决定，您的这次没有保存。",
        en="Someone else has decided this already; your answer was not saved.",
        fix_zh="请看页面上现在的决定；不同意的，先撤销它再重新决定。",
        fix_en="See what stands on the page now; if you disagree, take it back and decide anew.",
    )
    return ProblemError(problem)
