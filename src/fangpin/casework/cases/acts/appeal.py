"""Appeals: a household does not accept a result, and is answered in writing."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.cases import refusals
from fangpin.casework.cases.gate import act_title, local_day
from fangpin.casework.cases.models import Appeal, Case
from fangpin.casework.officials.scope import Scope, within
from fangpin.policy import Pack

APPEAL_DAYS = "procedure.appeal_days"
"""The parameter that says within how many days an appeal is answered."""


def appeal(
    *, pack: Pack, case_no: str, by: Scope, at: datetime, text: str, key: str = ""
) -> Appeal:
    """Record an appeal against a case, open or ended.

    Raises Case.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, TEXT_MISSING.
    """
    with transaction.atomic():
        case = within(Case.objects.select_for_update(), by).get(case_no=case_no)
        where = f"case {case.case_no}"
        if key and (earlier := Appeal.objects.filter(key=key).first()) is not None:
            if earlier.case_id != case.pk:
                raise refusals.key_used(where)
            return earlier
        if not by.can("appeal"):
            raise refusals.not_permitted(where, title=act_title(pack, "appeal"))
        if not text.strip():
            raise refusals.missing_text(where, zh="申诉内容", en="the appeal")
        day = local_day(at)
        days = int(pack.parameter(APPEAL_DAYS, at=day, division=case.division).number)
        row = Appeal.objects.create(
            case=case,
            division=case.division,
            text=text.strip(),
            raised_at=at,
            recorded_by=by.official,
            due_date=day + timedelta(days=days),
            key=key,
        )
        _told("appeal", case, by=by, at=at)
    return row


def answer_appeal(
    *, pack: Pack, appeal_id: int, by: Scope, at: datetime, answer: str, is_upheld: bool
) -> Appeal:
    """Answer an appeal in writing; one that is upheld is followed by a new clue or a rollback.

    Raises Appeal.DoesNotExist outside the scope; ProblemError ACT_NOT_PERMITTED, TEXT_MISSING,
    APPEAL_ANSWERED.
    """
    with transaction.atomic():
        row = within(Appeal.objects.select_for_update(), by).get(pk=appeal_id)
        where = f"case {row.case.case_no}"
        if not by.can("answer_appeal"):
            raise refusals.not_permitted(where, title=act_title(pack, "answer_appeal"))
        if row.answered_at is not None:
            raise refusals.refusal(
                "APPEAL_ANSWERED",
                where,
                zh=f"这件申诉已于 {local_day(row.answered_at)} 答复。",
                en=f"This appeal was answered on {local_day(row.answered_at)}.",
                fix_zh="如仍不服，请另行登记申诉。",
                fix_en="Record another appeal if the household still disagrees.",
            )
        if not answer.strip():
            raise refusals.missing_text(where, zh="答复", en="the answer")
        row.answer, row.is_upheld = answer.strip(), is_upheld
        row.answered_at, row.answered_by = at, by.official
        row.save()
        _told("answer_appeal", row.case, by=by, at=at)
    return row


def _told(act: str, case: Case, *, by: Scope, at: datetime) -> None:
    record(
        act=act,
        official=by,
        subject_kind="case",
        subject=case.case_no,
        division=case.division,
        at=at,
        detail={"role": by.role},
    )
