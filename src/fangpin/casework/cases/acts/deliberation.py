"""Village deliberation: one meeting for many households, of every kind of procedure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from fangpin.casework.cases import refusals
from fangpin.casework.cases.assessment import latest_visit
from fangpin.casework.cases.gate import Turn, local_day, perform
from fangpin.casework.cases.models import Case, CaseAct, DeliberationItem, Meeting
from fangpin.casework.officials.scope import Scope, within
from fangpin.policy import Pack


@dataclass(frozen=True, slots=True)
class Votes:
    """How the meeting voted on one case, and its opinion in words."""

    case_no: str
    count_for: int
    count_against: int
    count_abstained: int = 0
    opinion: str = ""


@dataclass(frozen=True, slots=True)
class MeetingRecord:
    """A meeting of a village: who met, where, under whom, how many of how many came."""

    division: str
    held_date: date
    body: str
    place: str
    chair: str
    count_of_entitled: int
    count_of_attending: int
    minutes: str = ""


def hold_deliberation(
    *,
    pack: Pack,
    by: Scope,
    at: datetime,
    meeting: MeetingRecord,
    items: Sequence[Votes],
    key: str = "",
) -> list[CaseAct]:
    """Record a meeting and its votes: all items, or none.

    A vote against ends nothing: it goes upward as the village's opinion. With a `key` the acts carry
    `key:1`, `key:2`, ... Raises also ProblemError MEETING_EMPTY, TOO_FEW_ATTEND, VOTES_DO_NOT_ADD,
    MEETING_ELSEWHERE, MEETING_IN_FUTURE, MEETING_BEFORE_VISIT, VALUE_NOT_LISTED, TEXT_MISSING.
    """
    if not items:
        raise refusals.refusal(
            "MEETING_EMPTY",
            f"division {meeting.division}",
            zh="会议没有评议任何一户。",
            en="The meeting has no item.",
            fix_zh="请至少选择一户。",
            fix_en="Choose at least one household.",
        )
    with transaction.atomic():
        # In one order for everybody: two meetings that share households wait for each other's end.
        named = Case.objects.select_for_update().filter(case_no__in=[one.case_no for one in items])
        list(within(named, by).order_by("pk").values_list("pk"))
        rows: list[Meeting] = []

        def row_of(turn: Turn) -> Meeting:
            if not rows:
                rows.append(_meeting(turn, meeting))
            return rows[0]

        return [
            _item(pack, by, at, votes, meeting, row_of, f"{key}:{place}" if key else "")
            for place, votes in enumerate(items, start=1)
        ]


def _item(
    pack: Pack,
    by: Scope,
    at: datetime,
    votes: Votes,
    meeting: MeetingRecord,
    row_of: Any,
    key: str,
) -> CaseAct:
    def effect(turn: Turn, entry: CaseAct) -> dict[str, Any]:
        if turn.case.division != meeting.division:
            raise refusals.refusal(
                "MEETING_ELSEWHERE",
                turn.where,
                zh="这一户不属于开会的村。",
                en="This household belongs to another village than the meeting's.",
                fix_zh="请在该户所在村评议。",
                fix_en="Let its own village deliberate.",
            )
        _refuse_before_visit(turn, meeting)
        cast = votes.count_for + votes.count_against + votes.count_abstained
        if min(votes.count_for, votes.count_against, votes.count_abstained) < 0 or (
            cast != meeting.count_of_attending
        ):
            raise refusals.refusal(
                "VOTES_DO_NOT_ADD",
                turn.where,
                zh=f"票数合计 {cast}，到会 {meeting.count_of_attending} 人，应当相等。",
                en=f"The votes add up to {cast}, but {meeting.count_of_attending} attended.",
                fix_zh="核对同意、不同意、弃权票数。",
                fix_en="Check the votes for, against and abstained.",
            )
        entitled = max(meeting.count_of_entitled, 1)
        share = Decimal(meeting.count_of_attending) / Decimal(entitled)
        turn.require("attended_share", share.quantize(Decimal("0.0001")), code="TOO_FEW_ATTEND")
        DeliberationItem.objects.create(
            act=entry,
            meeting=row_of(turn),
            count_for=votes.count_for,
            count_against=votes.count_against,
            count_abstained=votes.count_abstained,
            opinion=votes.opinion,
        )
        return {"for": votes.count_for, "against": votes.count_against}

    return perform(
        "hold_deliberation",
        pack=pack,
        case_no=votes.case_no,
        by=by,
        at=at,
        key=key,
        effect=effect,
    )


def _refuse_before_visit(turn: Turn, meeting: MeetingRecord) -> None:
    """MEETING_BEFORE_VISIT: who was not visited yet cannot have been deliberated on."""
    visit = latest_visit(turn.case)
    if visit is not None and meeting.held_date < local_day(visit.visited_at):
        raise refusals.refusal(
            "MEETING_BEFORE_VISIT",
            turn.where,
            zh=f"会议日期早于入户核实（{local_day(visit.visited_at)}）。",
            en=f"The meeting is dated before the home visit ({local_day(visit.visited_at)}).",
            fix_zh="请改为入户核实之后实际开会的日期。",
            fix_en="Give the day after the visit on which it was really held.",
        )


def _meeting(turn: Turn, meeting: MeetingRecord) -> Meeting:
    if meeting.held_date > turn.on:
        raise refusals.refusal(
            "MEETING_IN_FUTURE",
            turn.where,
            zh="会议日期在今天之后。",
            en="The date of the meeting lies in the future.",
            fix_zh="请改为实际开会的日期。",
            fix_en="Give the day on which it was held.",
        )
    return Meeting.objects.create(
        division=meeting.division,
        held_date=meeting.held_date,
        body=turn.listed("deliberation_body", meeting.body, zh="评议主体", en="Body"),
        place=turn.said(meeting.place, zh="会议地点", en="Place"),
        chair=turn.said(meeting.chair, zh="主持人", en="Chair"),
        count_of_entitled=meeting.count_of_entitled,
        count_of_attending=meeting.count_of_attending,
        recorded_at=turn.at,
        recorded_by=turn.by.official,
        minutes=meeting.minutes,
    )
