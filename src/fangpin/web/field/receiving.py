"""What arrives from a phone becomes an act: once, in one transaction, with its papers at hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings

from fangpin.casework.cases import acts
from fangpin.casework.cases.acts import PaperOfAct
from fangpin.casework.followup.acts import record_follow_up
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.receipts.actions import Received, once
from fangpin.casework.registry.models import Household
from fangpin.lake.home import Home
from fangpin.lake.papers import Papers
from fangpin.values.problem import Problem, ProblemError
from fangpin.web.field.bodies import (
    ClueBody,
    FollowUpBody,
    PaperBody,
    VisitBody,
    aware,
    content_of,
)
from fangpin.web.ground.pack import installation_pack

INSPECTION = "inspection"
"""The channel of clues that officials come upon."""


def papers() -> Papers:
    """The encrypted contents of this installation."""
    return Papers(Home(settings.FANGPIN.home))


def receive_visit(body: VisitBody, *, by: Scope, at: datetime) -> Received:
    """Store a visit. Raises what `acts.record_visit_from_apart` raises, and PAPER_MISSING."""

    def act() -> dict[str, Any]:
        entry = acts.record_visit_from_apart(
            pack=installation_pack(),
            case_no=body.case_no,
            by=by,
            at=at,
            visit=body.as_record(at=at, papers=_papers(body.papers, at=at)),
            seen=body.seen(),
            key=str(body.key),
        )
        return {"case_no": body.case_no, "version": entry.seq, "act": entry.act}

    return once(
        key=str(body.key),
        kind="visit",
        official=by.official,
        content=content_of(body),
        at=at,
        act=act,
    )


def receive_clue(body: ClueBody, *, by: Scope, at: datetime) -> Received:
    """Record a clue of a household that an inspection came upon.

    Raises ProblemError HOUSEHOLD_UNNAMED, HOUSEHOLD_NOT_FOUND, HOUSEHOLD_AMBIGUOUS (its details
    list the households to choose from), and what `acts.report_clue` raises.
    """

    def act() -> dict[str, Any]:
        household = _named(body, by=by)
        day = min(body.on, at.date()) if body.on else None
        case = acts.report_clue(
            pack=installation_pack(),
            household_ref=household.household_ref,
            by=by,
            at=at,
            channel=INSPECTION,
            on=day,
            cause=body.cause,
            note=body.note,
        )
        return {"case_no": case.case_no}

    return once(
        key=str(body.key),
        kind="clue",
        official=by.official,
        content=content_of(body),
        at=at,
        act=act,
    )


def receive_follow_up(body: FollowUpBody, *, by: Scope, at: datetime) -> Received:
    """Record a follow-up. Raises what `record_follow_up` raises."""

    def act() -> dict[str, Any]:
        row = record_follow_up(
            pack=installation_pack(),
            household_ref=body.household_ref,
            by=by,
            at=at,
            visited_at=min(aware(body.visited_at, at), at),
            situation=body.situation,
            note=body.note,
            key=str(body.key),
        )
        return {"on": row.on.isoformat()}

    return once(
        key=str(body.key),
        kind="follow_up",
        official=by.official,
        content=content_of(body),
        at=at,
        act=act,
    )


def _papers(listed: list[PaperBody], *, at: datetime) -> tuple[PaperOfAct, ...]:
    """The papers of a visit with what their contents themselves say; all must be here."""
    store, found, missing = papers(), [], []
    for one in listed:
        if not store.hold(one.sha256):
            missing.append(one.sha256)
            continue
        content = store.read(one.sha256)
        found.append(
            PaperOfAct(
                kind=one.kind,
                sha256=one.sha256,
                media_type=store.kind(one.sha256),
                size=len(content),
                taken_at=aware(one.taken_at, at) if one.taken_at else None,
                place=one.place.as_place() if one.place else None,
            )
        )
    if missing:
        raise ProblemError(
            Problem(
                code="PAPER_MISSING",
                where="field",
                zh=f"还有 {len(missing)} 张照片或签名没有传到。",
                en=f"{len(missing)} photos or signatures have not arrived.",
                fix_zh="请先上传照片和签名，再上传记录。",
                fix_en="Upload photos and signature first, then the record.",
                details={"missing": missing},
            )
        )
    return tuple(found)


def _named(body: ClueBody, *, by: Scope) -> Household:
    """The one listed household of the official's villages that the clue names."""
    seen = within(Household.objects.filter(is_listed=True), by)
    number, name = body.household_no.strip().upper(), body.head_name.strip()
    if number:
        return seen.get(household_no=number)
    if not name:
        raise ProblemError(
            Problem(
                code="HOUSEHOLD_UNNAMED",
                where="field",
                zh="没有写户主姓名或户编号。",
                en="Neither the head's name nor the household's number is given.",
                fix_zh="请补上户主姓名。",
                fix_en="Add the head's name.",
            )
        )
    found = list(seen.filter(head_name=name).order_by("household_no")[:20])
    if len(found) == 1:
        return found[0]
    if not found:
        raise ProblemError(
            Problem(
                code="HOUSEHOLD_NOT_FOUND",
                where="field",
                zh="您负责的村里没有找到这位户主，记录仍保存在手机里。",
                en="No household in your villages has this head; the record stays on the phone.",
                fix_zh="请核对姓名（与户口本一致），或填写户编号；新迁入的户请先联系乡镇登记。",
                fix_en="Check the name against the household register, or give the number; a household "
                "that moved in is registered by the township first.",
            )
        )
    raise ProblemError(
        Problem(
            code="HOUSEHOLD_AMBIGUOUS",
            where="field",
            zh=f"有 {len(found)} 户户主同名，请选择是哪一户。",
            en=f"{len(found)} households have a head of this name; choose which one.",
            fix_zh="请按组和人口选择。",
            fix_en="Choose by group and members.",
            details={
                "households": [
                    {
                        "household_no": one.household_no,
                        "group": one.address,
                        "count": one.count_of_members,
                    }
                    for one in found
                ]
            },
        )
    )
