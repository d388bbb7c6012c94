"""The cross-check: departments are asked, answer, and what speaks against need is replied to.

Counter-evidence never refuses anyone: it has to be answered in writing before the step is complete,
and officials weigh both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fangpin.casework.cases import refusals
from fangpin.casework.cases.gate import Turn, perform
from fangpin.casework.cases.models import CaseAct, Comparison, CounterEvidence
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack

NO_RECORD = "no_record"
FOUND = "found"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a department found: a ledger item of the pack, with its figure as text."""

    item: str
    figure: str = ""


def request_comparison(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    departments: Iterable[str],
    key: str = "",
) -> CaseAct:
    """Ask departments about the household; one that was asked already is not asked again.

    Raises also ProblemError VALUE_NOT_LISTED.
    """

    def effect(turn: Turn, entry: CaseAct) -> dict[str, Any]:
        asked = {one.department for one in standing_comparisons(turn.case)}
        wanted = [
            turn.known(pack.departments, code, zh="部门", en="Department")
            for code in dict.fromkeys(departments)
            if code not in asked
        ]
        Comparison.objects.bulk_create(
            Comparison(act=entry, case=turn.case, department=code) for code in wanted
        )
        return {"departments": wanted}

    return perform(
        "request_comparison", pack=pack, case_no=case_no, by=by, at=at, key=key, effect=effect
    )


def answer_comparison(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    department: str,
    findings: Iterable[Finding] = (),
    key: str = "",
) -> CaseAct:
    """Record a department's answer: nothing on record, or what it found; again, if it corrects it.

    Raises also ProblemError NOT_ASKED, VALUE_NOT_LISTED.
    """

    def effect(turn: Turn, _entry: CaseAct) -> dict[str, Any]:
        asked = {one.department: one for one in standing_comparisons(turn.case)}
        if department not in asked:
            raise refusals.refusal(
                "NOT_ASKED",
                turn.where,
                zh="此件没有请这个部门比对。",
                en="This department was not asked about this case.",
                fix_zh="请先发起比对，再登记反馈。",
                fix_en="Ask it first, then record its answer.",
            )
        row = asked[department]
        rows = [
            CounterEvidence(
                comparison=row,
                item=turn.known(pack.items, found.item, zh="比对项目", en="Item"),
                figure=found.figure,
            )
            for found in findings
        ]
        row.findings.update(is_superseded=True)
        CounterEvidence.objects.bulk_create(rows)
        row.answer = FOUND if rows else NO_RECORD
        row.answered_at, row.answered_by = at, by.official
        row.save()
        return {"department": department, "answer": row.answer, "findings": len(rows)}

    return perform(
        "answer_comparison", pack=pack, case_no=case_no, by=by, at=at, key=key, effect=effect
    )


def reply_to_counter_evidence(
    *, pack: Pack, case_no: str, by: Scope, at: datetime, finding: int, reply: str, key: str = ""
) -> CaseAct:
    """Record the written answer to one finding; `finding` is its id.

    Raises also ProblemError TEXT_MISSING, FINDING_UNKNOWN.
    """

    def effect(turn: Turn, _entry: CaseAct) -> dict[str, Any]:
        row = CounterEvidence.objects.filter(
            pk=finding, comparison__in=standing_comparisons(turn.case)
        ).first()
        if row is None:
            raise refusals.refusal(
                "FINDING_UNKNOWN",
                turn.where,
                zh="此件没有这条比对结果。",
                en="This case has no such finding.",
                fix_zh="请刷新页面。",
                fix_en="Reload the page.",
            )
        row.reply = turn.said(reply, zh="书面说明", en="Written answer")
        row.replied_at, row.replied_by = at, by.official
        row.save()
        return {"item": row.item}

    return perform(
        "reply_to_counter_evidence",
        pack=pack,
        case_no=case_no,
        by=by,
        at=at,
        key=key,
        effect=effect,
    )


def close_comparison(
    *, pack: Pack, case_no: str, by: Scope, at: datetime, key: str = ""
) -> CaseAct:
    """Complete the cross-check once every department has answered and every finding is replied to.

    Raises also ProblemError COMPARISON_OPEN, COUNTER_EVIDENCE_UNANSWERED, NOBODY_ASKED.
    """

    def effect(turn: Turn, _entry: CaseAct) -> dict[str, Any]:
        asked = standing_comparisons(turn.case)
        waiting = [one.department for one in asked if not one.answer]
        if not asked:
            raise refusals.refusal(
                "NOBODY_ASKED",
                turn.where,
                zh="还没有请任何部门比对。",
                en="No department has been asked yet.",
                fix_zh="请先选择部门并发起比对。",
                fix_en="Choose departments and ask them first.",
            )
        if waiting:
            titles = [pack.departments[code].short for code in waiting if code in pack.departments]
            raise refusals.refusal(
                "COMPARISON_OPEN",
                turn.where,
                zh=f"还有部门没有反馈：{'、'.join(title.zh for title in titles)}。",
                en=f"Departments have not answered yet: {', '.join(t.en for t in titles)}.",
                fix_zh="登记反馈（包括“无记录”）后再完成比对。",
                fix_en="Record their answers, 'no record' included.",
                departments=waiting,
            )
        open_findings = CounterEvidence.objects.filter(
            comparison__in=asked, reply="", is_superseded=False
        ).count()
        if open_findings:
            raise refusals.refusal(
                "COUNTER_EVIDENCE_UNANSWERED",
                turn.where,
                zh=f"有 {open_findings} 条比对结果没有书面说明。",
                en=f"{open_findings} findings have no written answer yet.",
                fix_zh="请农户或村里书面说明；比对结果本身不作为不予纳入的理由。",
                fix_en="Let the household or the village answer in writing; a finding alone refuses "
                "nobody.",
                count=open_findings,
            )
        return {"departments": len(asked)}

    return perform(
        "close_comparison", pack=pack, case_no=case_no, by=by, at=at, key=key, effect=effect
    )


def standing_comparisons(case: Any) -> list[Comparison]:
    """The case's comparisons whose asking was not undone by a return."""
    return list(Comparison.objects.filter(case=case, act__is_undone=False).order_by("id"))
