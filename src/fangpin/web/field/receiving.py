"""What arrives from a phone becomes an act: once, in one transaction, with its papers at hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Q

from fangpin.casework.cases import acts
from fangpin.casework.cases.acts import PaperOfAct
from fangpin.casework.cases.models import CaseAct
from fangpin.casework.followup.acts import record_follow_up
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.receipts.actions import Received, once
from fangpin.casework.registry.models import Household
from fangpin.casework.registry.naming import of_number
from fangpin.lake.home import Home
from fangpin.lake.papers import Papers
from fangpin.values.problem import Problem, ProblemError
from fangpin.web.field.bodies import (
    ClueBody,
    ConsentBody,
    FollowUpBody,
    PaperBody,
    VisitBody,
    aware,
    content_of,
)
from fangpin.web.ground.pack import installation_pack
from fangpin.web.ground.unregistered import keep_number, read_new_household, villages_of

INSPECTION = "inspection"
"""The channel of clues that officials come upon."""


def papers() -> Papers:
    """The encrypted contents of this installation."""
    return Papers(Home(settings.FANGPIN.home))


def receive_visit(body: VisitBody, *, by: Scope, at: datetime) -> Received:
    """Store a visit, and the consent that was signed at it: both or neither.

    Raises what `acts.record_visit_from_apart` and `acts.record_consent` raise, and PAPER_MISSING. A
    consent that somebody recorded meanwhile stands; the visit is stored all the same.
    """

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
        told: dict[str, Any] = {"case_no": body.case_no, "version": entry.seq, "act": entry.act}
        if body.consent is not None:
            consented = _consent(body, body.consent, by=by, at=at)
            told["consent"] = "stored" if consented else "known_before"
            told["version"] = consented.seq if consented else entry.seq
        return told

    return once(
        key=str(body.key),
        kind="visit",
        official=by.official,
        content=content_of(body),
        at=at,
        act=act,
    )


def _consent(body: VisitBody, consent: ConsentBody, *, by: Scope, at: datetime) -> CaseAct | None:
    """The act of the consent; None where the case has one already."""
    try:
        return acts.record_consent(
            pack=installation_pack(),
            case_no=body.case_no,
            by=by,
            at=at,
            form=consent.form,
            signed_date=min(consent.signed_date, at.date()),
            is_read_aloud=consent.is_read_aloud,
            papers=_papers(consent.papers, at=at),
            key=f"{body.key}:consent",
        )
    except ProblemError as error:
        if {one.code for one in error.problems} != {"STEP_DONE"}:
            raise
        return None


def receive_clue(body: ClueBody, *, by: Scope, at: datetime) -> Received:
    """Record a clue of a household that an inspection came upon.

    Raises ProblemError HOUSEHOLD_UNNAMED, HOUSEHOLD_NOT_FOUND, HOUSEHOLD_AMBIGUOUS (its details
    list the households to choose from), and what `acts.report_clue` raises; of a household that no
    registry lists what `read_new_household` and `acts.register_household` raise.
    """

    def act() -> dict[str, Any]:
        clue: dict[str, Any] = {
            "pack": installation_pack(),
            "by": by,
            "at": at,
            "channel": INSPECTION,
            "on": min(body.on, at.date()) if body.on else None,
            "cause": body.cause,
            "note": body.note,
        }
        # Whoever chose a listed household after all has named it by its number.
        if body.new is None or body.household_no:
            case = acts.report_clue(household_ref=_named(body, by=by).household_ref, **clue)
            return {"case_no": case.case_no}
        new = read_new_household(
            division=body.new.village or _only_village(by),
            answers=body.new.answers,
            today=at.date(),
        )
        case = acts.register_household(new=new, is_another=body.new.another, **clue)
        keep_number(new)
        return {"case_no": case.case_no, "household_no": case.household.household_no}

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


def _only_village(by: Scope) -> str:
    """The official's one village; empty where there are several to choose from."""
    villages = villages_of(by)
    return villages[0].code if len(villages) == 1 else ""


def _named(body: ClueBody, *, by: Scope) -> Household:
    """The one household of the official's villages that the clue names: listed, or met before."""
    present = Q(is_listed=True) | Q(provisional__isnull=False)
    seen = within(Household.objects.filter(present), by)
    number, name = body.household_no.strip().upper(), body.head_name.strip()
    if number:
        return of_number(seen, number)
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
                fix_zh="请核对姓名（与户口本一致），或填写户编号；这户确实不在册的，请改登记为不在册户。",
                fix_en="Check the name against the household register, or give the number; a household "
                "that no registry lists is recorded as such.",
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
