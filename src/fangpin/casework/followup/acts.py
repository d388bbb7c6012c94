"""Official acts after help began: naming the contact, following up, supervising a county."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.cases import refusals
from fangpin.casework.cases.gate import act_title, local_day, words_under
from fangpin.casework.followup.models import AssistanceContact, FollowUp, SupervisionVisit
from fangpin.casework.officials.models import Official
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.held import held_household
from fangpin.casework.registry.models import Household
from fangpin.policy import Pack
from fangpin.values.problem import ProblemError


def name_contact(
    *,
    pack: Pack,
    household_ref: int,
    by: Scope,
    at: datetime,
    name: str = "",
    official: str = "",
) -> AssistanceContact:
    """Name who answers for a household from today; the one before ends today.

    `official` is an account, or `name` that of someone without one. Raises Household.DoesNotExist
    outside the scope; ProblemError ACT_NOT_PERMITTED, TEXT_MISSING, OFFICIAL_UNKNOWN.
    """
    act = "name_contact"
    with transaction.atomic():
        household = _locked(pack, act, household_ref, by)
        where = f"household {household.household_no}"
        if official:
            known = Official.objects.filter(user__username=official, user__is_active=True).first()
            if known is None:
                raise refusals.refusal(
                    "OFFICIAL_UNKNOWN",
                    where,
                    zh="没有这个在用的账号。",
                    en="There is no such active account.",
                    fix_zh="请选择在岗人员，或只填写姓名。",
                    fix_en="Choose someone in office, or give a name only.",
                )
            name = known.name
        if not name.strip():
            raise refusals.missing_text(where, zh="帮扶联系人", en="the contact")
        today = local_day(at)
        standing = AssistanceContact.objects.filter(household=household, to_date__isnull=True)
        same = standing.filter(official=official, name=name.strip()).first()
        if same is not None:
            return same
        standing.filter(from_date=today).delete()
        standing.update(to_date=today)
        row = AssistanceContact.objects.create(
            household=household,
            division=household.division,
            official=official,
            name=name.strip(),
            from_date=today,
            named_by=by.official,
        )
        _told(act, household, by=by, at=at, official=official)
    return row


def record_follow_up(
    *,
    pack: Pack,
    household_ref: int,
    by: Scope,
    at: datetime,
    visited_at: datetime,
    situation: str,
    note: str = "",
    key: str = "",
) -> FollowUp:
    """Record a follow-up; one that found things worse says so in words.

    Raises Household.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED,
    VALUE_NOT_LISTED, VISIT_IN_FUTURE, TEXT_MISSING, KEY_USED.
    """
    act = "record_follow_up"
    with transaction.atomic():
        household = _locked(pack, act, household_ref, by)
        where = f"household {household.household_no}"
        if key and (earlier := FollowUp.objects.filter(key=key).first()) is not None:
            if earlier.household_id != household.pk:
                raise refusals.key_used(where)
            return earlier
        valid = words_under(pack, "situation")
        if situation not in valid:
            raise refusals.not_a_word(
                where, zh="现状", en="Situation", given=situation, valid=valid
            )
        if visited_at > at:
            raise _in_future(where)
        if situation == "worse" and not note.strip():
            raise refusals.missing_text(where, zh="变差的情况", en="what has become worse")
        row = FollowUp.objects.create(
            household=household,
            division=household.division,
            visited_at=visited_at,
            on=local_day(visited_at),
            by=by.official,
            role=by.role,
            situation=situation,
            note=note.strip(),
            recorded_at=at,
            key=key,
        )
        _told(act, household, by=by, at=at, situation=situation)
    return row


def record_supervision_visit(
    *, pack: Pack, division: str, by: Scope, at: datetime, on: date, finding: str
) -> SupervisionVisit:
    """Record that a level above came to see a division, and what it found.

    Raises ProblemError ACT_NOT_PERMITTED, TEXT_MISSING, VISIT_IN_FUTURE; LookupError for a division
    outside the scope.
    """
    act = "record_supervision_visit"
    where = f"division {division}"
    if not by.covers(division):
        raise LookupError(division)
    if not by.can(act):
        raise refusals.not_permitted(where, title=act_title(pack, act))
    if not finding.strip():
        raise refusals.missing_text(where, zh="督查发现", en="what was found")
    if on > local_day(at):
        raise _in_future(where)
    with transaction.atomic():
        row = SupervisionVisit.objects.create(
            division=division, on=on, by=by.official, finding=finding.strip(), recorded_at=at
        )
        record(
            act=act,
            official=by,
            subject_kind="division",
            subject=division,
            division=division,
            at=at,
            detail={"on": on.isoformat()},
        )
    return row


def _locked(pack: Pack, act: str, household_ref: int, by: Scope) -> Household:
    household = held_household(by, household_ref)
    if not by.can(act):
        raise refusals.not_permitted(
            f"household {household.household_no}", title=act_title(pack, act)
        )
    return household


def _in_future(where: str) -> ProblemError:
    return refusals.refusal(
        "VISIT_IN_FUTURE",
        where,
        zh="走访时间在现在之后。",
        en="The time of the visit lies in the future.",
        fix_zh="请核对手机时间和填写的时间。",
        fix_en="Check the phone's clock and the time you gave.",
    )


def _told(act: str, household: Household, *, by: Scope, at: datetime, **detail: Any) -> None:
    record(
        act=act,
        official=by,
        subject_kind="household",
        subject=str(household.household_ref),
        division=household.division,
        at=at,
        detail={"role": by.role, **detail},
    )
