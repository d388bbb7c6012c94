"""What officials decide about claims, as acts: permission, scope, audit entry, decision.

The decision itself is a file of the lake; the audit entry tells who decided of which claim. An entry
without its file can be left by a crash between the two, a file without an entry cannot.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.officials.scope import Scope
from fangpin.linkage.decisions import Decision, standing
from fangpin.linkage.desk import Desk
from fangpin.linkage.review import decide, pair, undo
from fangpin.linkage.split import RestingRow, resting_on_number, split_row
from fangpin.policy.expressions.sql import column
from fangpin.values.problem import Problem, ProblemError

DECIDE_LINKS = "decide_links"
"""The permission to decide whom a claim is about."""


def decide_link(
    *,
    desk: Desk,
    kind: Literal["same", "different"],
    claim_ref: int,
    person_ref: int,
    by: Scope,
    at: datetime,
    reason: str,
) -> Decision:
    """Decide that a claim is about a person, or is not.

    Raises ProblemError ACT_NOT_PERMITTED, PAIR_NOT_FOUND (unknown or outside the scope), CLAIM_UNKNOWN,
    PERSON_UNKNOWN, LINK_WITHOUT_REASON: nothing is written then.
    """
    _refuse(by)
    found = pair(desk=desk, claim_ref=claim_ref, person_ref=person_ref, divisions=by.divisions)
    if found is None:
        raise ProblemError(_not_found())
    with transaction.atomic():
        record(
            act=f"link_{kind}",
            official=by.official,
            subject_kind="claim",
            subject=str(claim_ref),
            division=found.division or "",
            at=at,
            detail={"person_ref": str(person_ref), "rows": found.count_of_rows},
        )
        return decide(
            desk=desk,
            kind=kind,
            claim_ref=claim_ref,
            person_ref=person_ref,
            by=by.official,
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
    """Take a row from the person to whom its number joined it.

    Raises ProblemError ACT_NOT_PERMITTED, PAIR_NOT_FOUND, ROW_UNKNOWN, LINK_WITHOUT_REASON.
    """
    _refuse(by)
    row = resting_on_number(desk=desk, feed=feed, delivery=delivery, row_no=row_no)
    division = _division_of(desk, row.person_ref)
    if not by.covers(division):
        raise ProblemError(_not_found())
    with transaction.atomic():
        record(
            act="link_split",
            official=by.official,
            subject_kind="row",
            subject=f"{delivery}/{row_no}"[:64],
            division=division,
            at=at,
            detail={"feed": feed, "person_ref": str(row.person_ref)},
        )
        return split_row(
            desk=desk,
            feed=feed,
            delivery=delivery,
            row_no=row_no,
            by=by.official,
            at=at,
            reason=reason,
            belongs_to=belongs_to,
        )


def undo_link(*, desk: Desk, decision: str, by: Scope, at: datetime, reason: str) -> Decision:
    """Take a decision back.

    Raises ProblemError ACT_NOT_PERMITTED, PAIR_NOT_FOUND (outside the scope), LINK_DECISION_UNKNOWN,
    LINK_WITHOUT_REASON.
    """
    _refuse(by)
    undone = next((one for one in standing(desk.decisions) if one.id == decision), None)
    division = _division_of(desk, undone.person_ref or 0) if undone else ""
    if undone is not None and not by.covers(division):
        raise ProblemError(_not_found())
    with transaction.atomic():
        record(
            act="link_undo",
            official=by.official,
            subject_kind="claim",
            subject=str(undone.claim_ref or decision) if undone else decision[:64],
            division=division,
            at=at,
            detail={"decision": decision[:40]},
        )
        return undo(desk=desk, decision=decision, by=by.official, at=at, reason=reason)


def _division_of(desk: Desk, person_ref: int) -> str:
    registry = desk.pack.header.registry
    assert registry is not None, "checked when the registry was read"
    found = desk.engine.value(
        f"SELECT min({column(registry.division)}) FROM listed_persons WHERE person_ref = ?",
        [person_ref],
    )
    return str(found or "")


def _refuse(by: Scope) -> None:
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


def _not_found() -> Problem:
    return Problem(
        code="PAIR_NOT_FOUND",
        where="link",
        zh="没有这对记录，或者它不在您的数据范围内。",
        en="There is no such pair, or it lies outside your scope.",
        fix_zh="请刷新核对列表。",
        fix_en="Reload the queue.",
    )
