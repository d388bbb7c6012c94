"""Clues and cases: a clue from any channel opens the household's case or joins the open one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.states import AlertState
from fangpin.casework.cases import refusals
from fangpin.casework.cases.clues import REPORT_CLUE, NewClue, add_clue, join_or_open
from fangpin.casework.cases.gate import Turn, act_title, local_day, perform, words_under
from fangpin.casework.cases.models import Case, CaseAct
from fangpin.casework.cases.states import CaseState
from fangpin.casework.officials.models import Post
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.held import held_household
from fangpin.casework.registry.joining import standing_household
from fangpin.casework.registry.models import Household
from fangpin.policy import Pack
from fangpin.values.problem import ProblemError

RULE = "rule"
"""The channel of alerts that rules raised."""


def report_clue(
    *,
    pack: Pack,
    household_ref: int,
    by: Scope,
    at: datetime,
    channel: str,
    on: date | None = None,
    cause: str = "",
    note: str = "",
    alert_no: str = "",
) -> Case:
    """Record a clue of a household: it opens a case, or joins the open one.

    `on` is the day on which it was first known (the clocks run from the earliest), today when not
    given. Raises Household.DoesNotExist or Alert.DoesNotExist outside the scope; ProblemError
    ACT_NOT_PERMITTED, VALUE_NOT_LISTED, CLUE_IN_FUTURE.
    """
    with transaction.atomic():
        named = within(Household.objects.all(), by).get(household_ref=household_ref)
        # One that was joined to the registry's is that one now.
        household = held_household(by, standing_household(named).household_ref)
        where = f"household {household.household_no}"
        if not by.can(REPORT_CLUE):
            raise refusals.not_permitted(where, title=act_title(pack, REPORT_CLUE))
        valid = channels_of_clues(pack)
        if channel not in valid:
            raise refusals.not_a_word(
                where, zh="线索渠道", en="Channel", given=channel, valid=valid
            )
        if cause and cause not in pack.causes:
            raise refusals.not_a_word(
                where, zh="风险类型", en="Risk cause", given=cause, valid=pack.causes
            )
        alert = (
            within(Alert.objects.all(), by).get(alert_no=alert_no, household=household)
            if alert_no
            else None
        )
        day = on or (alert.raised_date if alert else local_day(at))
        if day > local_day(at):
            raise refusals.refusal(
                "CLUE_IN_FUTURE",
                where,
                zh="线索日期在今天之后。",
                en="The clue's date lies in the future.",
                fix_zh="请改为发现线索的日期。",
                fix_en="Give the day on which it was first known.",
            )
        case = join_or_open(
            pack,
            household,
            by=by,
            at=at,
            clue=NewClue(channel, day, cause, note, alert),
        )
    return case


def channels_of_clues(pack: Pack) -> list[str]:
    """The channels by which a clue may come, in the order of the pack's words."""
    open_to = {
        channel
        for procedure in pack.procedures
        if procedure.kind == "identification"
        for channel in procedure.channels
    }
    return [channel for channel in words_under(pack, "channel") if channel in open_to]


def join_alerts(*, pack: Pack, by: Scope, at: datetime) -> int:
    """Join open alerts to the undecided case of their household, as clues; how many joined.

    For the monthly run: opening a case stays with people, but no clue of a household under way is
    left lying beside it.
    """
    with transaction.atomic():
        beside = within(Alert.objects.filter(state=AlertState.OPEN, clues__isnull=True), by)
        cases = {
            case.household_id: case
            for case in Case.objects.select_for_update()
            .filter(state=CaseState.OPEN, outcome="", household__in=beside.values("household"))
            .order_by("pk")
        }
        joined = 0
        for alert in beside.filter(household__in=list(cases)).select_related("household"):
            clue = NewClue(RULE, alert.raised_date, alert.cause, "", alert)
            add_clue(pack, cases[alert.household_id], by=by, at=at, clue=clue)
            joined += 1
    return joined


def assign(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    to: str = "",
    key: str = "",
    version: int | None = None,
) -> CaseAct:
    """Hand the visit to the village; `to` names an official there, empty: whoever is in charge.

    Raises also ProblemError OFFICIAL_NOT_THERE.
    """

    def effect(turn: Turn, _entry: CaseAct) -> dict[str, Any]:
        if to and not _serves(to, division=turn.case.division, on=turn.on):
            raise refusals.refusal(
                "OFFICIAL_NOT_THERE",
                turn.where,
                zh="这位工作人员今天在该村没有岗位。",
                en="This official holds no post in that village today.",
                fix_zh="请选择该村的在岗人员，或只派到村。",
                fix_en="Choose someone in office there, or assign to the village only.",
            )
        turn.case.assigned_to = to
        return {"to": to}

    return perform(
        "assign",
        pack=pack,
        case_no=case_no,
        by=by,
        at=at,
        key=key,
        version=version,
        effect=effect,
    )


@dataclass(frozen=True, slots=True)
class Dispatched:
    """What a batch came to: cases by alert number, and refusals by alert number."""

    cases: dict[str, Case]
    refused: dict[str, ProblemError]


def dispatch_alerts(
    *,
    pack: Pack,
    alert_nos: Iterable[str],
    by: Scope,
    at: datetime,
    to: str = "",
    key: str = "",
) -> Dispatched:
    """Open the cases of several alerts and assign each; one that is refused stops no other.

    An alert that is already in a case, or not within the scope, is told of and left as it is. The
    batch sent again with its `key` is answered with what the first one did.
    """
    cases: dict[str, Case] = {}
    refused: dict[str, ProblemError] = {}
    for alert_no in dict.fromkeys(alert_nos):
        try:
            with transaction.atomic():
                alert = within(Alert.objects.select_related("household"), by).get(alert_no=alert_no)
                case = report_clue(
                    pack=pack,
                    household_ref=alert.household_id,
                    by=by,
                    at=at,
                    channel=RULE,
                    cause=alert.cause,
                    alert_no=alert_no,
                )
                own = f"{key}:{alert.pk}" if key else ""
                assign(pack=pack, case_no=case.case_no, by=by, at=at, to=to, key=own)
                case.refresh_from_db()
                cases[alert_no] = case
        except Alert.DoesNotExist:
            refused[alert_no] = refusals.refusal(
                "ALERT_NOT_FOUND",
                f"alert {alert_no}",
                zh="没有这条预警，或不在您的范围内。",
                en="There is no such alert within your scope.",
                fix_zh="请刷新队列。",
                fix_en="Reload the queue.",
            )
        except ProblemError as error:
            refused[alert_no] = error
    return Dispatched(cases, refused)


def open_green_channel(
    *, pack: Pack, case_no: str, by: Scope, at: datetime, reason: str, cause: str, key: str = ""
) -> CaseAct:
    """Let help come before the procedure, for a cause that the procedure names; in words, why.

    Raises also ProblemError TEXT_MISSING, and GREEN_CHANNEL_CLOSED when the procedure knows none for
    this cause.
    """

    def effect(turn: Turn, _entry: CaseAct) -> dict[str, Any]:
        green = turn.procedure.green_channel
        if green is None or cause not in green.causes:
            titles = [pack.causes[code].title for code in (green.causes if green else [])]
            raise refusals.refusal(
                "GREEN_CHANNEL_CLOSED",
                turn.where,
                zh=f"绿色通道只用于：{'、'.join(title.zh for title in titles) or '（本程序没有）'}。",
                en="The green channel is only for: "
                f"{', '.join(title.en for title in titles) or 'nothing in this procedure'}.",
                fix_zh="请按一般程序办理。",
                fix_en="Use the ordinary procedure.",
            )
        turn.said(reason, zh="启用理由", en="Why help comes first")
        turn.case.is_green = True
        return {"cause": cause}

    return perform(
        "open_green_channel",
        pack=pack,
        case_no=case_no,
        by=by,
        at=at,
        key=key,
        reason=cause,
        note=reason,
        effect=effect,
    )


def _serves(username: str, *, division: str, on: date) -> bool:
    posts = Post.objects.filter(
        Q(to_date__isnull=True) | Q(to_date__gt=on),
        official__user__username=username,
        official__user__is_active=True,
        from_date__lte=on,
    )
    return any(division.startswith(post.division) for post in posts)
