"""Review, approval, announcement, and the return of a case for correction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from fangpin.casework.cases import refusals
from fangpin.casework.cases.assessment import Assessment, assess
from fangpin.casework.cases.episodes import begin_or_renew, end_by_elimination
from fangpin.casework.cases.gate import Turn, perform
from fangpin.casework.cases.models import CaseAct, Decision, DecisionCause, Visit
from fangpin.casework.cases.states import OUTCOME_OF_KIND
from fangpin.casework.officials.scope import Scope
from fangpin.policy import Pack
from fangpin.policy.procedure import steps_from

STABLE = "stable"
NATURAL = "natural"


def review_at_township(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    opinion: str,
    category: str = "",
    causes: Sequence[str] = (),
    elimination_kind: str = STABLE,
    natural_reason: str = "",
    key: str = "",
    version: int | None = None,
) -> CaseAct:
    """Review a case at the township and pass it to the county, with an opinion in words.

    Raises also ProblemError OBJECTION_UNANSWERED, TEXT_MISSING and what `approve_at_county` raises
    of category, causes and conditions.
    """

    def effect(turn: Turn, entry: CaseAct) -> dict[str, Any]:
        turn.said(opinion, zh="审核意见", en="Opinion of the review")
        return _decide(turn, entry, opinion, category, causes, elimination_kind, natural_reason)[1]

    return perform(
        "review_at_township",
        pack=pack,
        case_no=case_no,
        by=by,
        at=at,
        key=key,
        version=version,
        effect=effect,
    )


def approve_at_county(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    opinion: str = "",
    category: str = "",
    causes: Sequence[str] = (),
    elimination_kind: str = "",
    natural_reason: str = "",
    key: str = "",
    version: int | None = None,
) -> CaseAct:
    """Decide: an identification begins (or renews) the time in monitoring, an elimination ends it.

    Category and causes are those of the review unless given anew. The category must be in force on
    the day of the first clue; another than the figures suggest needs an opinion in words. An
    elimination must meet every condition of the pack and have no clue waiting. Raises also
    ProblemError CATEGORY_NOT_IN_FORCE, CATEGORY_NEEDS_REASON, CAUSE_MISSING, CONDITIONS_NOT_MET,
    NEW_CLUE, TEXT_MISSING, VALUE_NOT_LISTED.
    """

    def effect(turn: Turn, entry: CaseAct) -> dict[str, Any]:
        reviewed = latest_decision(turn)
        decision, detail = _decide(
            turn,
            entry,
            opinion,
            category or (reviewed.category if reviewed else ""),
            causes
            or ([one.cause for one in reviewed.causes.order_by("place")] if reviewed else ()),
            elimination_kind or (reviewed.elimination_kind if reviewed else STABLE),
            natural_reason or (reviewed.natural_reason if reviewed else ""),
        )
        turn.case.outcome = OUTCOME_OF_KIND[turn.case.kind]
        if turn.case.kind == "identification":
            turn.case.category = decision.category
            begin_or_renew(turn.case, decision=decision, on=turn.on)
        else:
            end_by_elimination(turn.case, decision=decision, on=turn.on)
        return detail

    return perform(
        "approve_at_county",
        pack=pack,
        case_no=case_no,
        by=by,
        at=at,
        key=key,
        version=version,
        effect=effect,
    )


def announce(
    *, pack: Pack, case_no: str, by: Scope, at: datetime, note: str = "", key: str = ""
) -> CaseAct:
    """Record that the result was announced in the village: an announcement, not another notice."""
    return perform("announce", pack=pack, case_no=case_no, by=by, at=at, key=key, note=note)


def tell_applicant(
    *, pack: Pack, case_no: str, by: Scope, at: datetime, note: str, key: str = ""
) -> CaseAct:
    """Record that whoever applied was told the result, and how; also where an exit ended the case.

    Raises also ProblemError TEXT_MISSING.
    """

    def effect(turn: Turn, _entry: CaseAct) -> dict[str, Any]:
        turn.said(note, zh="告知方式和内容", en="How the applicant was told, and what")
        return {"outcome": turn.case.outcome}

    return perform(
        "tell_applicant",
        pack=pack,
        case_no=case_no,
        by=by,
        at=at,
        key=key,
        note=note,
        effect=effect,
    )


def return_for_correction(
    *,
    pack: Pack,
    case_no: str,
    by: Scope,
    at: datetime,
    to_step: str,
    reason: str,
    note: str,
    key: str = "",
    version: int | None = None,
) -> CaseAct:
    """Return a case to an earlier step: that step and all after it are to be done again.

    What was done stays on record, and the clocks run on. Raises also ProblemError RETURN_NOT_OPEN,
    TEXT_MISSING.
    """

    def effect(turn: Turn, entry: CaseAct) -> dict[str, Any]:
        turn.said(note, zh="退回说明", en="What is to be corrected")
        allowed = {
            code
            for step in turn.standing.open
            if by.role in step.by
            for code in step.may_return_to
            if code in turn.standing.done
        }
        if to_step not in allowed:
            titles = [step.title for step in turn.procedure.steps if step.step in allowed]
            raise refusals.refusal(
                "RETURN_NOT_OPEN",
                turn.where,
                zh="现在不能退回到这个环节；可以退回："
                f"{'、'.join(title.zh for title in titles) or '（无）'}。",
                en="The case cannot be returned to this step now; it can go back to: "
                f"{', '.join(title.en for title in titles) or 'none'}.",
                fix_zh="只能在轮到您审核或审批时退回。",
                fix_en="A case is returned by whoever has it for review or approval.",
            )
        undone = steps_from(turn.procedure, to_step)
        turn.case.log.filter(step__in=undone, is_undone=False).exclude(pk=entry.pk).update(
            is_undone=True
        )
        turn.is_log_changed = True
        return {"to": to_step}

    return perform(
        "return_for_correction",
        pack=pack,
        case_no=case_no,
        by=by,
        at=at,
        key=key,
        reason=reason,
        note=note,
        version=version,
        effect=effect,
    )


def latest_decision(turn: Turn) -> Decision | None:
    """The review that stands; None before one."""
    return (
        Decision.objects.filter(act__case=turn.case, act__is_undone=False)
        .order_by("-act__seq")
        .first()
    )


def _decide(
    turn: Turn,
    entry: CaseAct,
    opinion: str,
    category: str,
    causes: Sequence[str],
    elimination_kind: str,
    natural_reason: str,
) -> tuple[Decision, dict[str, Any]]:
    found = assess(turn.pack, turn.case, on=turn.on)
    if turn.case.kind == "elimination":
        _refuse_elimination(turn, found, elimination_kind, natural_reason)
        category, causes = "", ()
    else:
        elimination_kind = natural_reason = ""
        category = category or found.suggested_category
        causes = causes or _causes_of_visit(turn)
        _refuse_category(turn, found, category, opinion)
        if not causes:
            raise refusals.refusal(
                "CAUSE_MISSING",
                turn.where,
                zh="没有风险类型，不能认定。",
                en="Nothing is identified without a risk cause.",
                fix_zh="请至少选择一个风险类型，主要的放在最前。",
                fix_en="Choose at least one cause, the main one first.",
            )
        for cause in causes:
            turn.known(turn.pack.causes, cause, zh="风险类型", en="Risk cause")
    decision = Decision.objects.create(
        act=entry,
        category=category,
        suggested_category=found.suggested_category,
        elimination_kind=elimination_kind,
        natural_reason=natural_reason,
        opinion=opinion.strip(),
        income_total=found.income_total,
        income_per_head=found.income_per_head,
        self_paid=found.self_paid,
        line=found.line,
    )
    DecisionCause.objects.bulk_create(
        DecisionCause(decision=decision, cause=cause, place=place)
        for place, cause in enumerate(dict.fromkeys(causes), start=1)
    )
    return decision, {"category": category, "causes": list(causes), "kind": elimination_kind}


def _causes_of_visit(turn: Turn) -> list[str]:
    visit = (
        Visit.objects.filter(act__case=turn.case, act__is_undone=False)
        .order_by("-act__seq")
        .first()
    )
    if visit is None:
        return []
    return list(visit.causes.order_by("place").values_list("cause", flat=True))


def _refuse_category(turn: Turn, found: Assessment, category: str, opinion: str) -> None:
    """CATEGORY_NOT_IN_FORCE, CATEGORY_NEEDS_REASON."""
    in_force = {
        one.category: one for one in turn.pack.categories_in_force(turn.case.first_clue_date)
    }
    if category not in in_force:
        titles = [one.title for one in in_force.values()]
        raise refusals.refusal(
            "CATEGORY_NOT_IN_FORCE",
            turn.where,
            zh=f"{turn.case.first_clue_date} 没有这一类别；当时有效："
            f"{'、'.join(title.zh for title in titles) or '（无）'}。",
            en=f"On {turn.case.first_clue_date} there was no such category; in force then: "
            f"{', '.join(title.en for title in titles) or 'none'}.",
            fix_zh="请选择线索发现之日有效的类别。",
            fix_en="Choose a category in force on the day of the first clue.",
            valid=sorted(in_force),
        )
    if category != found.suggested_category and not opinion.strip():
        suggested = in_force.get(found.suggested_category)
        raise refusals.refusal(
            "CATEGORY_NEEDS_REASON",
            turn.where,
            zh="所选类别与测算建议"
            f"（{suggested.title.zh if suggested else '无法判断'}）不同，请写明理由。",
            en="The category differs from what the figures suggest "
            f"({suggested.title.en if suggested else 'cannot tell'}); say why.",
            fix_zh="在意见中写明理由：收入线是参考，不是唯一标准。",
            fix_en="Give the reason in the opinion: the line is a reference, not the only measure.",
        )


def _refuse_elimination(
    turn: Turn, found: Assessment, elimination_kind: str, natural_reason: str
) -> None:
    """CONDITIONS_NOT_MET, NEW_CLUE: leaving monitoring cannot skip its conditions."""
    turn.listed("elimination_kind", elimination_kind, zh="消除方式", en="Kind of elimination")
    if elimination_kind == NATURAL:
        turn.listed("natural_reason", natural_reason, zh="自然消除原因", en="Natural reason")
    if turn.case.clues.exclude(alert__state="ended").exists():
        raise refusals.refusal(
            "NEW_CLUE",
            turn.where,
            zh="消除期间出现新的线索，不能消除。",
            en="A new clue has come while the elimination was under way.",
            fix_zh="请选择“继续监测”，并核实新的线索。",
            fix_en="Keep the household in monitoring and verify the new clue.",
        )
    answer = found.elimination(
        turn.pack, kind=elimination_kind, at=turn.on, natural_reason=natural_reason
    )
    if answer.is_open is True:
        return
    lacking = answer.lacking
    told = [
        (one.title, ("不满足", "not met") if one.is_met is False else ("无法判断", "cannot tell"))
        for one in lacking
    ]
    raise refusals.refusal(
        "CONDITIONS_NOT_MET",
        turn.where,
        zh="消除条件未全部满足："
        + "；".join(f"{title.zh}（{state[0]}）" for title, state in told)
        + "。",
        en="Conditions of the elimination do not all hold: "
        + "; ".join(f"{title.en} ({state[1]})" for title, state in told)
        + ".",
        fix_zh="请选择“继续监测”，或补齐依据后再办。",
        fix_en="Keep the household in monitoring, or bring the proof first.",
        conditions=[one.condition for one in lacking],
    )
