"""Clues and cases: a clue from any channel opens the household's case or joins the open one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Min, Q

from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.states import AlertState
from fangpin.casework.audit.actions import record
from fangpin.casework.cases import refusals
from fangpin.casework.cases.gate import Turn, act_title, local_day, perform, words_under
from fangpin.casework.cases.models import Case, CaseAct, Clue
from fangpin.casework.cases.opened import open_case
from fangpin.casework.cases.progress import refresh
from fangpin.casework.cases.states import CaseState
from fangpin.casework.officials.models import Post
from fangpin.casework.officials.scope import Scope, within
from fangpin.casework.registry.models import Household
from fangpin.policy import Pack
from fangpin.values.problem import ProblemError

REPORT_CLUE = "report_clue"
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
        household = within(Household.objects.select_for_update(), by).get(
            household_ref=household_ref
        )
        where = f"household {household.household_no}"
        if not by.can(REPORT_CLUE):
            raise refusals.not_permitted(where, title=act_title(pack, REPORT_CLUE))
        valid = words_under(pack, "channel")
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
        case = _joined(
            pack,
            household,
            by=by,
            at=at,
            clue=_Clue(channel, day, cause, note, alert),
        )
    return case


def join_alerts(*, pack: Pack, by: Scope, at: datetime) -> int:
    """Join open alerts to the open case of their household, as further clues; how many joined.

    For the monthly run: opening a case stays with people, but no clue of a household under way is
    left lying beside it.
    """
    with transaction.atomic():
        beside = within(Alert.objects.filter(state=AlertState.OPEN, clues__isnull=True), by)
        cases = {
            case.household_id: case
            for case in Case.objects.filter(
                state=CaseState.OPEN, household__in=beside.values("household")
            )
        }
        joined = 0
        for alert in beside.filter(household__in=list(cases)).select_related("household"):
            clue = _Clue(RULE, alert.raised_date, alert.cause, "", alert)
            _add_clue(pack, cases[alert.household_id], by=by, at=at, clue=clue)
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
    *, pack: Pack, alert_nos: Iterable[str], by: Scope, at: datetime, to: str = ""
) -> Dispatched:
    """Open the cases of several alerts and assign each; one that is refused stops no other.

    An alert that is already in a case, or not within the scope, is told of and left as it is.
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
                assign(pack=pack, case_no=case.case_no, by=by, at=at, to=to)
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

    Raises also ProblemError GREEN_CHANNEL_CLOSED when the procedure knows none for this cause.
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


@dataclass(frozen=True, slots=True)
class _Clue:
    channel: str
    on: date
    cause: str
    note: str
    alert: Alert | None


def _joined(pack: Pack, household: Household, *, by: Scope, at: datetime, clue: _Clue) -> Case:
    case = Case.objects.filter(household=household, state=CaseState.OPEN).first()
    if case is None:
        alert = clue.alert
        case = open_case(
            pack=pack,
            household=household,
            kind="identification",
            channel=clue.channel,
            first_clue=clue.on,
            by=by,
            at=at,
            severity=alert.severity if alert else "",
            category=alert.suggested_category if alert else "",
        )
    if clue.alert is None or not case.clues.filter(alert=clue.alert).exists():
        _add_clue(pack, case, by=by, at=at, clue=clue)
    return case


def _add_clue(pack: Pack, case: Case, *, by: Scope, at: datetime, clue: _Clue) -> None:
    """One more clue; an earlier day moves the case's clocks back to it."""
    Clue.objects.create(
        case=case,
        channel=clue.channel,
        on=clue.on,
        alert=clue.alert,
        cause=clue.cause,
        note=clue.note,
        recorded_at=at,
        recorded_by=by.official,
    )
    if case.kind == "identification":
        earliest = case.clues.aggregate(day=Min("on"))["day"]
        case.first_clue_date = min(case.first_clue_date, earliest)
    alert = clue.alert
    if alert is not None and alert.severity_rank < case.severity_rank:
        case.severity, case.severity_rank = alert.severity, alert.severity_rank
    refresh(pack, case, on=local_day(at), by=by, at=at)
    record(
        act=REPORT_CLUE,
        official=by.official,
        subject_kind="case",
        subject=case.case_no,
        division=case.division,
        at=at,
        detail={
            "channel": clue.channel,
            "on": clue.on.isoformat(),
            **({"alert": alert.alert_no} if alert else {}),
        },
    )


def _serves(username: str, *, division: str, on: date) -> bool:
    posts = Post.objects.filter(
        Q(to_date__isnull=True) | Q(to_date__gt=on),
        official__user__username=username,
        official__user__is_active=True,
        from_date__lte=on,
    )
    return any(division.startswith(post.division) for post in posts)
