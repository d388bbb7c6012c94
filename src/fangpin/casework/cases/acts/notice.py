"""The public notice: once, in the village, for the pack's full days; objections are answered."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from fangpin.casework.cases import refusals
from fangpin.casework.cases.gate import Turn, local_day, perform
from fangpin.casework.cases.models import CaseAct, DeliberationItem, Objection, PublicNotice
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack


def post_notice(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    place: str,
    posted_at: datetime | None = None,
    key: str = "",
) -> CaseAct:
    """Record that the notice was posted; from when on it may end follows from the pack.

    Raises also ProblemError TEXT_MISSING, NOTICE_IN_FUTURE, NOTICE_BEFORE_DELIBERATION.
    """
    posted = posted_at or at

    def effect(turn: Turn, entry: CaseAct) -> dict[str, Any]:
        if posted > at:
            raise refusals.refusal(
                "NOTICE_IN_FUTURE",
                turn.where,
                zh="张贴时间在现在之后。",
                en="The time of posting lies in the future.",
                fix_zh="张贴后再登记。",
                fix_en="Record it once it has been posted.",
            )
        held = _deliberated(turn)
        if held is not None and local_day(posted) < held:
            raise refusals.refusal(
                "NOTICE_BEFORE_DELIBERATION",
                turn.where,
                zh=f"公示不能早于民主评议（{held}）。",
                en=f"A notice is not posted before the deliberation was held ({held}).",
                fix_zh="请改为评议之后实际张贴的时间。",
                fix_en="Give the time after the deliberation at which it was really posted.",
            )
        days = _notice_days(turn)
        earliest = posted + timedelta(days=days)
        PublicNotice.objects.create(
            act=entry,
            place=turn.said(place, zh="公示地点", en="Place of the notice"),
            posted_at=posted,
            earliest_end=earliest,
        )
        return {"days": days, "earliest_end": earliest.isoformat()}

    return perform("post_notice", pack=pack, case_no=case_no, by=by, at=at, key=key, effect=effect)


def record_objection(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    text: str,
    is_anonymous: bool = True,
    key: str = "",
) -> CaseAct:
    """Record an objection to the notice that stands. Raises also ProblemError TEXT_MISSING."""

    def effect(turn: Turn, _entry: CaseAct) -> dict[str, Any]:
        Objection.objects.create(
            notice=_standing_notice(turn),
            text=turn.said(text, zh="异议内容", en="Objection"),
            raised_at=at,
            recorded_by=by.official,
            is_anonymous=is_anonymous,
        )
        return {}

    return perform(
        "record_objection", pack=pack, case_no=case_no, by=by, at=at, key=key, effect=effect
    )


def answer_objection(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    objection: int,
    answer: str,
    is_upheld: bool,
    key: str = "",
) -> CaseAct:
    """Answer an objection in writing; `objection` is its id.

    One that is upheld ends nothing by itself: whoever reviews returns the case or goes on.
    Raises also ProblemError TEXT_MISSING, OBJECTION_UNKNOWN.
    """

    def effect(turn: Turn, _entry: CaseAct) -> dict[str, Any]:
        row = _standing_notice(turn).objections.filter(pk=objection).first()
        if row is None:
            raise refusals.refusal(
                "OBJECTION_UNKNOWN",
                turn.where,
                zh="此件没有这条异议。",
                en="This case has no such objection.",
                fix_zh="请刷新页面。",
                fix_en="Reload the page.",
            )
        row.answer = turn.said(answer, zh="答复", en="Answer")
        row.is_upheld = is_upheld
        row.answered_at, row.answered_by = at, by.official
        row.save()
        return {"upheld": is_upheld}

    return perform(
        "answer_objection", pack=pack, case_no=case_no, by=by, at=at, key=key, effect=effect
    )


def end_notice(*, pack: Pack, case_no: str, by: Scope, at: datetime, key: str = "") -> CaseAct:
    """End the notice once its days are full and every objection is answered.

    Raises also ProblemError NOTICE_TOO_SHORT, OBJECTION_UNANSWERED.
    """

    def effect(turn: Turn, _entry: CaseAct) -> dict[str, Any]:
        row = _standing_notice(turn)
        if at < row.earliest_end:
            raise refusals.notice_too_short(turn.where, earliest=row.earliest_end)
        unanswered = row.objections.filter(answered_at__isnull=True).count()
        if unanswered:
            raise refusals.refusal(
                "OBJECTION_UNANSWERED",
                turn.where,
                zh=f"有 {unanswered} 条异议没有答复。",
                en=f"{unanswered} objections have no answer yet.",
                fix_zh="调查并书面答复后再结束公示。",
                fix_en="Look into them and answer in writing first.",
                count=unanswered,
            )
        row.ended_at = at
        row.save(update_fields=["ended_at"])
        return {"days": (local_day(at) - local_day(row.posted_at)).days}

    return perform("end_notice", pack=pack, case_no=case_no, by=by, at=at, key=key, effect=effect)


def _notice_days(turn: Turn) -> int:
    """The pack's full days: the minimum that the step of the end states; 0 where none does."""
    for step in turn.procedure.steps:
        parameter = step.minimum.get("notice_days")
        if parameter is not None:
            return int(turn.number(parameter))
    return 0


def _deliberated(turn: Turn) -> date | None:
    """The day on which the village deliberated, if it has and that stands."""
    found = DeliberationItem.objects.filter(act__case=turn.case, act__is_undone=False)
    return found.order_by("-act__seq").values_list("meeting__held_date", flat=True).first()


def _standing_notice(turn: Turn) -> PublicNotice:
    """The latest notice that no return has undone. Raises ProblemError NOTICE_MISSING."""
    found = (
        PublicNotice.objects.filter(act__case=turn.case, act__is_undone=False)
        .order_by("-act__seq")
        .first()
    )
    if found is None:
        raise refusals.refusal(
            "NOTICE_MISSING",
            turn.where,
            zh="此件没有张贴中的公示。",
            en="This case has no notice standing.",
            fix_zh="请先登记公示张贴。",
            fix_en="Record the posting of the notice first.",
        )
    return found
