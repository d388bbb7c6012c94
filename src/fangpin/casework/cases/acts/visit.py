"""The home visit and the household's consent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fangpin.casework.cases import refusals
from fangpin.casework.cases.gate import Turn, perform
from fangpin.casework.cases.models import (
    Attachment,
    CaseAct,
    Consent,
    Correction,
    Verifier,
    Visit,
    VisitAnswer,
    VisitCause,
)
from fangpin.casework.divisions.rows import add, add_all
from fangpin.casework.officials.queries import names_of
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack

VISIT_FORM = "visit"
"""The form of a visit where a procedure has none of its own."""
VERDICTS = ("", "agrees", "partly", "differs")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was recorded, in degrees; accuracy in metres."""

    latitude: Decimal
    longitude: Decimal
    accuracy_m: int | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the form: what was found, and how it stands to what the system said."""

    field: str
    found: str
    system: str = ""
    verdict: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class CauseFound:
    """A risk cause, with words where the pack asks for them."""

    cause: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class CorrectedLine:
    """A line of the income statement as the visit found it, for the whole window, and why."""

    line: str
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class PaperOfAct:
    """A photo, signature or paper whose content was stored before; `sha256` names it."""

    kind: str
    sha256: str
    media_type: str
    size: int
    taken_at: datetime | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """What the visit found. `verifiers` are accounts, or names of people without one."""

    visited_at: datetime
    verifiers: tuple[str, ...]
    is_at_risk: bool
    judgement: str
    form: str = VISIT_FORM
    is_household_found: bool = True
    is_in_severe_difficulty: bool = False
    coping: str = ""
    causes: tuple[CauseFound, ...] = ()
    answers: tuple[Answer, ...] = ()
    corrections: tuple[CorrectedLine, ...] = ()
    papers: tuple[PaperOfAct, ...] = ()
    place: Place | None = None
    entry_seconds: int | None = None
    device_at: datetime | None = None


def record_visit(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    visit: VisitRecord,
    key: str = "",
    version: int | None = None,
) -> CaseAct:
    """Record a visit by enough verifiers, with a judgement in words.

    Raises also ProblemError TOO_FEW_VERIFIERS, VISIT_IN_FUTURE, CAUSE_MISSING, EVIDENCE_MISSING,
    TEXT_MISSING, VALUE_NOT_LISTED.
    """

    return perform(
        "record_visit",
        pack=pack,
        case_no=case_no,
        by=by,
        at=at,
        key=key,
        version=version,
        effect=lambda turn, entry: _write_visit(turn, entry, visit),
    )


def supplement_visit(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    visit: VisitRecord,
    key: str = "",
) -> CaseAct:
    """Record one more visit on a case whose visit is recorded already; it stands from then on.

    Two who wrote without a signal of the same visit, or a second look before the decision: both
    stay on record. Raises what `record_visit` raises, STEP_NOT_OPEN before the first visit is
    recorded, and DECISION_MADE once the case is decided.
    """

    def effect(turn: Turn, entry: CaseAct) -> dict[str, Any]:
        if turn.case.outcome:
            raise refusals.refusal(
                "DECISION_MADE",
                turn.where,
                zh="此件已经作出决定，不再补充入户记录。",
                en="This case has been decided; no further visit is added to it.",
                fix_zh="如有新的情况，请登记新的线索。",
                fix_en="Record a new clue if something new has happened.",
            )
        step = next((one for one in turn.procedure.steps if one.act == "record_visit"), None)
        if step is None or step.step not in turn.standing.done:
            raise refusals.step_not_open(
                turn.where, title=turn.title, missing=[step.title] if step else []
            )
        return _write_visit(replace(turn, step=step), entry, visit)

    return perform(
        "supplement_visit",
        pack=pack,
        case_no=case_no,
        by=by,
        at=at,
        key=key,
        effect=effect,
    )


def record_consent(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    form: str,
    signed_date: date,
    is_read_aloud: bool = False,
    papers: tuple[PaperOfAct, ...] = (),
    key: str = "",
) -> CaseAct:
    """Record the household's declaration and its consent to query departments.

    Raises also ProblemError READ_ALOUD_MISSING: what an agent wrote is read aloud to the household.
    """

    def effect(turn: Turn, entry: CaseAct) -> dict[str, Any]:
        turn.listed("consent_form", form, zh="签署方式", en="How it was signed")
        if form == "agent" and not is_read_aloud:
            raise refusals.refusal(
                "READ_ALOUD_MISSING",
                turn.where,
                zh="代书的承诺授权书必须向农户宣读。",
                en="What an agent wrote must be read aloud to the household.",
                fix_zh="宣读后勾选“已宣读”。",
                fix_en="Read it aloud, then tick that it was.",
            )
        if signed_date > turn.on:
            raise refusals.refusal(
                "CONSENT_IN_FUTURE",
                turn.where,
                zh="签署日期在今天之后。",
                en="The date of the signature lies in the future.",
                fix_zh="请改为实际签署的日期。",
                fix_en="Give the day on which it was signed.",
            )
        _refuse_missing_papers(turn, papers)
        add(Consent(act=entry, form=form, signed_date=signed_date, is_read_aloud=is_read_aloud))
        attach(entry, papers)
        return {"form": form}

    return perform(
        "record_consent", pack=pack, case_no=case_no, by=by, at=at, key=key, effect=effect
    )


def attach(entry: CaseAct, papers: tuple[PaperOfAct, ...]) -> None:
    """Name the stored contents that belong to an act; one content is named once."""
    add_all(
        Attachment(
            act=entry,
            kind=paper.kind,
            sha256=paper.sha256,
            media_type=paper.media_type,
            size=paper.size,
            taken_at=paper.taken_at,
            latitude=paper.place.latitude if paper.place else None,
            longitude=paper.place.longitude if paper.place else None,
        )
        for paper in {one.sha256: one for one in papers}.values()
    )


def _write_visit(turn: Turn, entry: CaseAct, visit: VisitRecord) -> dict[str, Any]:
    """The rows of a visit; what the audit entry says of it."""
    if visit.visited_at > turn.at:
        raise refusals.refusal(
            "VISIT_IN_FUTURE",
            turn.where,
            zh="入户时间在现在之后。",
            en="The time of the visit lies in the future.",
            fix_zh="请核对手机时间和填写的入户时间。",
            fix_en="Check the phone's clock and the time of the visit.",
        )
    verifiers = tuple(dict.fromkeys(name.strip() for name in visit.verifiers if name.strip()))
    turn.require("verifiers", len(verifiers), code="TOO_FEW_VERIFIERS")
    _refuse_missing_papers(turn, visit.papers)
    _refuse_causes(turn, visit)
    row = Visit(
        act=entry,
        household_id=turn.case.household_id,
        visited_at=visit.visited_at,
        form=turn.known(turn.pack.forms, visit.form, zh="表单", en="Form"),
        form_version=turn.pack.forms[visit.form].version,
        is_household_found=visit.is_household_found,
        is_at_risk=visit.is_at_risk,
        is_in_severe_difficulty=visit.is_in_severe_difficulty,
        coping=visit.coping
        and turn.listed("coping", visit.coping, zh="自我应对能力", en="Own coping ability"),
        judgement=turn.said(visit.judgement, zh="核实结论", en="Judgement"),
        entry_seconds=visit.entry_seconds,
        device_at=visit.device_at,
        **_located(visit.place),
    )
    add(row)
    _write_verifiers(row, verifiers)
    _write_answers(turn, row, visit)
    attach(entry, visit.papers)
    return {
        "at_risk": visit.is_at_risk,
        "verifiers": len(verifiers),
        "causes": [one.cause for one in visit.causes],
        "corrections": len(visit.corrections),
    }


def _located(place: Place | None) -> dict[str, Any]:
    if place is None:
        return {}
    return {
        "latitude": place.latitude,
        "longitude": place.longitude,
        "accuracy_m": place.accuracy_m,
    }


def _refuse_missing_papers(turn: Turn, papers: tuple[PaperOfAct, ...]) -> None:
    """EVIDENCE_MISSING: the step asks for kinds of attachment that are not there."""
    given = {paper.kind for paper in papers}
    missing = [kind for kind in (turn.step.evidence if turn.step else []) if kind not in given]
    if missing:
        titles = [turn.pack.words[f"attachment.{kind}"].title for kind in missing]
        raise refusals.refusal(
            "EVIDENCE_MISSING",
            turn.where,
            zh=f"缺少材料：{'、'.join(title.zh for title in titles)}。",
            en=f"Attachments are missing: {', '.join(title.en for title in titles)}.",
            fix_zh="补充后再提交。",
            fix_en="Add them and submit again.",
            missing=missing,
        )


def _refuse_causes(turn: Turn, visit: VisitRecord) -> None:
    """CAUSE_MISSING: a household at risk has a cause, and some causes need words."""
    causes = [one.cause for one in visit.causes]
    for one in visit.causes:
        turn.known(turn.pack.causes, one.cause, zh="风险类型", en="Risk cause")
        if turn.pack.causes[one.cause].note_required and not one.note.strip():
            title = turn.pack.causes[one.cause].title
            raise refusals.missing_text(
                turn.where, zh=f"“{title.zh}”的说明", en=f"a note on '{title.en}'"
            )
    if visit.is_at_risk and not causes:
        raise refusals.refusal(
            "CAUSE_MISSING",
            turn.where,
            zh="核实有风险，但没有选择风险类型。",
            en="The visit found a risk but names no cause.",
            fix_zh="请至少选择一个风险类型，主要的放在最前。",
            fix_en="Choose at least one cause, the main one first.",
        )


def _write_verifiers(row: Visit, verifiers: tuple[str, ...]) -> None:
    names = names_of(verifiers)
    add_all(
        Verifier(visit=row, official=one if one in names else "", name=names.get(one, one))
        for one in verifiers
    )


def _write_answers(turn: Turn, row: Visit, visit: VisitRecord) -> None:
    fields = {field.field: field for field in turn.pack.forms[visit.form].fields}
    for answer in visit.answers:
        turn.known(fields, answer.field, zh="表单字段", en="Form field")
        turn.known(VERDICTS, answer.verdict, zh="核对结果", en="Verdict")
    add_all(
        VisitAnswer(
            visit=row,
            field=answer.field,
            block=fields[answer.field].block,
            system_value=answer.system,
            found_value=answer.found,
            verdict=answer.verdict,
            note=answer.note,
        )
        for answer in {one.field: one for one in visit.answers}.values()
    )
    add_all(
        VisitCause(visit=row, cause=one.cause, place=place, note=one.note)
        for place, one in enumerate(visit.causes, start=1)
    )
    for one in visit.corrections:
        turn.said(one.reason, zh="收入更正理由", en="Reason of a correction")
    add_all(
        Correction(visit=row, line=one.line, amount=one.amount, reason=one.reason)
        for one in visit.corrections
    )
