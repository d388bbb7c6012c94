"""A visit that was written without a signal, joined with what happened here in the meantime.

Facts are joined field by field, from the value that the phone had when it went out: only a field
that both sides changed, each to another value, is a conflict, and people choose. Verdict, photos
and signature belong to whoever made them and never conflict.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from fangpin.casework.cases.acts.visit import (
    Answer,
    VisitRecord,
    record_visit,
    supplement_visit,
)
from fangpin.casework.cases.asking import questions
from fangpin.casework.cases.assessment import latest_visit
from fangpin.casework.cases.gate import local_day
from fangpin.casework.cases.models import Case, CaseAct
from fangpin.casework.cases.progress import standing_of
from fangpin.casework.officials.scope import Scope, within
from fangpin.policy import Pack


@dataclass(frozen=True, slots=True)
class Seen:
    """One field as the phone had it; `chosen_over` is the other side's value that was looked at
    when the official chose, None before a conflict was told."""

    system: str
    chosen_over: str | None = None


class VisitConflictError(Exception):
    """Both sides changed the same fields: field -> (mine, theirs). Nothing was changed."""

    def __init__(self, fields: Mapping[str, tuple[str, str]], *, version: int) -> None:
        super().__init__(", ".join(fields))
        self.fields = dict(fields)
        self.version = version


def record_visit_from_apart(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    visit: VisitRecord,
    seen: Mapping[str, Seen],
    key: str = "",
) -> CaseAct:
    """Record a visit that was written apart; one more visit where the step is done already.

    Raises Case.DoesNotExist outside the scope, VisitConflictError, and what `record_visit` and
    `supplement_visit` raise; nothing is changed then.
    """
    with transaction.atomic():
        case = within(Case.objects.select_for_update(), by).get(case_no=case_no)
        form = pack.forms.get(visit.form)
        now = (
            {one.field.field: one.system for one in questions(pack, form, case, on=local_day(at))}
            if form
            else {}
        )
        joined, conflicts = join(visit.answers, seen=seen, now=now)
        if conflicts:
            raise VisitConflictError(conflicts, version=case.version)
        is_first = standing_of(pack, case).step_of("record_visit") is not None
        act = record_visit if is_first else supplement_visit
        whole = joined if is_first else joined + _carried_over(case, visit)
        return act(
            pack=pack, case_no=case_no, by=by, at=at, key=key, visit=replace(visit, answers=whole)
        )


def _carried_over(case: Case, visit: VisitRecord) -> tuple[Answer, ...]:
    """What the visit that stands found in fields that this one says nothing of."""
    before = latest_visit(case)
    if before is None or before.form != visit.form:
        return ()
    given = {answer.field for answer in visit.answers}
    return tuple(
        Answer(one.field, one.found_value, one.found_value, _verdict_of_same(one.found_value))
        for one in before.answers.order_by("id")
        if one.field not in given
    )


def _verdict_of_same(found: str) -> str:
    return "agrees" if found else ""


def join(
    answers: tuple[Answer, ...], *, seen: Mapping[str, Seen], now: Mapping[str, str]
) -> tuple[tuple[Answer, ...], dict[str, tuple[str, str]]]:
    """Answers after a three-way join, and the fields that people must choose: (mine, theirs).

    `now` is the system's present value by field. A field that nobody else touched keeps the
    phone's answer; one that the phone left as it was takes the present value.
    """
    joined: list[Answer] = []
    conflicts: dict[str, tuple[str, str]] = {}
    for answer in answers:
        had = seen.get(answer.field, Seen(answer.system))
        theirs, mine = now.get(answer.field, ""), answer.found
        if theirs not in (had.system, mine):
            if mine == (had.system if had.chosen_over is None else had.chosen_over):
                mine = theirs
            elif had.chosen_over != theirs:
                conflicts[answer.field] = (mine, theirs)
        joined.append(
            replace(answer, system=theirs, found=mine, verdict=_verdict(answer, theirs, mine))
        )
    return tuple(joined), conflicts


def _verdict(answer: Answer, system: str, found: str) -> str:
    """How the finding stands to the system's value; `partly` only people can say."""
    if not system or not found:
        return ""
    if answer.verdict == "partly":
        return "partly"
    return "agrees" if system == found else "differs"
