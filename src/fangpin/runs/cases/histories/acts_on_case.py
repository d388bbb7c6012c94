"""Acts on clues and cases as a case file may tell of them.

What the file leaves out is filled with ordinary data, so that a case says only what it is about.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from fangpin.casework.alerts.acts import END_REASONS, end_alert
from fangpin.casework.alerts.models import Alert
from fangpin.casework.alerts.states import AlertState
from fangpin.casework.cases import acts
from fangpin.casework.cases.acts.comparison import Finding, standing_comparisons
from fangpin.casework.cases.assessment import assess
from fangpin.casework.cases.gate import words_under
from fangpin.casework.cases.models import Appeal, CounterEvidence, Objection, Visit
from fangpin.casework.cases.states import REASONS
from fangpin.casework.registry.models import HouseholdJoin
from fangpin.casework.registry.provisional import NewHousehold, form_of_unregistered
from fangpin.policy.calendar import visit_due
from fangpin.policy.procedure import edition_of
from fangpin.runs.cases.histories.play import Play, causes_of_clues
from fangpin.runs.cases.histories.stage import Stage
from fangpin.values.month import Month

ENTITLED, ATTENDING = 30, 24
"""An ordinary meeting: four of five come."""


def _raise_alert(play: Play) -> None:
    """As the monthly run does: one open alert a household; an open case takes it as a clue."""
    stage, entry, day = play.stage, play.entry, play.day
    ranks = {one.severity: one.rank for one in stage.pack.severities}
    severity = entry.severity or stage.pack.severities[-1].severity
    run = stage.run_of(day)
    open_alert = Alert.objects.filter(household=stage.household, state=AlertState.OPEN).first()
    if open_alert is None:
        stage.alerts += 1
        Alert.objects.create(
            alert_no=f"CASE-{stage.alerts}",
            household=stage.household,
            division=stage.division,
            severity=severity,
            severity_rank=ranks.get(severity, 9),
            cause=entry.cause or next(iter(stage.pack.causes), ""),
            suggested_category=entry.category or "",
            raised_date=day,
            raised_month=int(Month.last_complete(day)),
            updated_month=int(Month.last_complete(day)),
            due_date=visit_due(stage.pack, severity, on=day),
            first_run=run,
            last_run=run,
        )
    acts.join_alerts(pack=stage.pack, by=play.by, at=play.at)


def _end_alert(play: Play) -> None:
    reasons = words_under(play.stage.pack, END_REASONS.removesuffix("."))
    end_alert(
        alert_no=_alert_no(play),
        by=play.by,
        at=play.at,
        reason=END_REASONS + (play.entry.reason or next(iter(reasons), "")),
        reasons=[END_REASONS + code for code in reasons],
    )


def _alert_no(play: Play) -> str:
    alert = play.stage.latest_alert()
    return alert.alert_no if alert else ""


def _report_clue(play: Play) -> None:
    entry = play.entry
    alert = play.stage.latest_alert() if entry.channel == "rule" else None
    acts.report_clue(
        **play.of_household(),
        channel=entry.channel or _first_channel(play),
        on=entry.on,
        cause=entry.cause or "",
        note=entry.note or "",
        alert_no=alert.alert_no if alert is not None and alert.state == AlertState.OPEN else "",
    )


def _register_household(play: Play) -> None:
    """Someone whom no registry lists is met in the village; the history goes on with them."""
    entry, stage = play.entry, play.stage
    form = form_of_unregistered(stage.pack)
    if form is None:
        raise LookupError("the pack has no form for such households")
    case = acts.register_household(
        pack=stage.pack,
        new=NewHousehold(
            division=stage.division,
            form=form,
            head_name=entry.name or "不在册户",
            count_of_members=stage.household.count_of_members,
        ),
        by=play.by,
        at=play.at,
        channel=entry.channel or _first_channel(play),
        on=entry.on,
        cause=entry.cause or "",
        note=entry.note or "",
    )
    stage.listed, stage.household = stage.listed or stage.household, case.household


def _join_household(play: Play) -> None:
    stage = play.stage
    to = stage.listed or stage.household
    acts.join_household(
        **play.of_household(),
        to_ref=to.pk,
        note="户口已迁入，证件一致。" if play.entry.note is None else play.entry.note,
    )
    stage.listed, stage.household = None, to


def _part_household(play: Play) -> None:
    """The last joining to the registry's household is taken back; the history follows the other."""
    stage = play.stage
    join = HouseholdJoin.objects.filter(household=stage.household).order_by("pk").last()
    one = join.provisional.household if join is not None else stage.household
    acts.part_household(
        pack=stage.pack,
        household_ref=one.pk,
        by=play.by,
        at=play.at,
        note="查明不是同一户。" if play.entry.note is None else play.entry.note,
    )
    stage.listed, stage.household = stage.household, one


def _first_channel(play: Play) -> str:
    procedures = play.stage.pack.procedures_in_force(play.day)
    channels = [one.channels for one in procedures if one.kind == "identification"]
    return "inspection" if any("inspection" in some for some in channels) else channels[0][0]


def _dispatch_alert(play: Play) -> None:
    done = acts.dispatch_alerts(
        pack=play.stage.pack, alert_nos=[_alert_no(play)], by=play.by, at=play.at
    )
    for error in done.refused.values():
        raise error


def _assign(play: Play) -> None:
    acts.assign(**play.of_case())


def _record_visit(play: Play) -> None:
    acts.record_visit(**play.of_case(), visit=_visit_told(play))


def _supplement_visit(play: Play) -> None:
    acts.supplement_visit(**play.of_case(), visit=_visit_told(play))


def _visit_told(play: Play) -> acts.VisitRecord:
    entry, stage = play.entry, play.stage
    case = stage.latest_case()
    is_elimination = case is not None and case.kind == "elimination"
    at_risk = not is_elimination if entry.at_risk is None else entry.at_risk
    verifiers = entry.verifiers if entry.verifiers is not None else 2
    if isinstance(verifiers, int):
        verifiers = [f"核实人{place}" for place in range(1, verifiers + 1)]
    causes = entry.causes
    if causes is None:
        causes = causes_of_clues(stage) if at_risk else []
    form = entry.form or _form_of(play)
    answers = {**_all_is_well(play, form), **entry.answers}
    return acts.VisitRecord(
        visited_at=stage.moment(entry.visited) if entry.visited is not None else play.at,
        verifiers=tuple(verifiers),
        is_at_risk=at_risk,
        judgement="入户核实情况属实。" if entry.judgement is None else entry.judgement,
        form=form,
        is_household_found=entry.found is not False,
        is_in_severe_difficulty=bool(entry.severe),
        coping=entry.coping or "",
        causes=tuple(acts.CauseFound(cause, _note_of(stage, cause)) for cause in causes),
        answers=tuple(acts.Answer(field, _written(value)) for field, value in answers.items()),
        corrections=tuple(
            acts.CorrectedLine(line, amount, "入户核实")
            for line, amount in entry.corrections.items()
        ),
        papers=tuple(_papers(play, "record_visit")),
    )


def _form_of(play: Play) -> str:
    """The form of visits of this kind of case, where the pack has one; else that of every visit."""
    case = play.stage.latest_case()
    of_kind = f"{case.kind}_visit" if case is not None else ""
    return of_kind if of_kind in play.stage.pack.forms else "visit"


def _all_is_well(play: Play, form: str) -> dict[str, Decimal | bool | str]:
    """Before an elimination an ordinary visit finds that every condition it asks for holds."""
    case = play.stage.latest_case()
    stated = play.stage.pack.forms.get(form)
    if case is None or case.kind != "elimination" or stated is None:
        return {}
    return {field.field: True for field in stated.fields if field.type == "truth"}


def _papers(play: Play, act: str) -> list[acts.PaperOfAct]:
    """The kinds of attachment that the step of this act asks for."""
    case = play.stage.latest_case()
    assert case is not None
    procedure = edition_of(play.stage.pack, procedure=case.procedure, from_date=case.procedure_from)
    kinds = [kind for step in procedure.steps if step.act == act for kind in step.evidence]
    return [
        acts.PaperOfAct(kind, f"{place:064x}", "image/jpeg", 1)
        for place, kind in enumerate(kinds, start=1)
    ]


def _note_of(stage: Stage, cause: str) -> str:
    stated = stage.pack.causes.get(cause)
    return "见入户记录" if stated is not None and stated.note_required else ""


def _written(value: Decimal | bool | str) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _record_consent(play: Play) -> None:
    entry = play.entry
    acts.record_consent(
        **play.of_case(),
        form=entry.form or next(iter(words_under(play.stage.pack, "consent_form")), ""),
        signed_date=entry.signed or play.day,
        is_read_aloud=bool(entry.read_aloud),
        papers=tuple(_papers(play, "record_consent")),
    )


def _request_comparison(play: Play) -> None:
    departments = play.entry.departments or list(play.stage.pack.departments)[:1]
    acts.request_comparison(**play.of_case(), departments=departments)


def _answer_comparison(play: Play) -> None:
    """The department named, or every one that has not answered yet."""
    entry = play.entry
    if entry.department is not None:
        asked = [entry.department]
    else:
        case = play.stage.latest_case()
        asked = [one.department for one in standing_comparisons(case) if not one.answer]
    for department in asked or [next(iter(play.stage.pack.departments), "")]:
        acts.answer_comparison(
            **play.of_case(),
            department=department,
            findings=[Finding(item, _written(value)) for item, value in entry.findings.items()],
        )


def _reply(play: Play) -> None:
    """A written answer to the finding of an item, or to each that has none yet."""
    entry = play.entry
    found = CounterEvidence.objects.filter(
        comparison__in=standing_comparisons(play.stage.latest_case()), is_superseded=False
    )
    rows = found.filter(item=entry.item) if entry.item else found.filter(reply="")
    for finding in [row.pk for row in rows] or [0]:
        acts.reply_to_counter_evidence(
            **play.of_case(),
            finding=finding,
            reply="村里核实并书面说明。" if entry.reply is None else entry.reply,
        )


def _close_comparison(play: Play) -> None:
    acts.close_comparison(**play.of_case())


def _hold_deliberation(play: Play) -> None:
    entry = play.entry
    entitled = ENTITLED if entry.entitled is None else entry.entitled
    attending = ATTENDING if entry.attending is None else entry.attending
    against = entry.count_against or 0
    abstained = entry.abstained or 0
    count_for = attending - against - abstained if entry.count_for is None else entry.count_for
    bodies = words_under(play.stage.pack, "deliberation_body")
    acts.hold_deliberation(
        pack=play.stage.pack,
        by=play.by,
        at=play.at,
        meeting=acts.MeetingRecord(
            division=play.stage.division,
            held_date=entry.held or play.day,
            body=entry.body or next(iter(bodies), ""),
            place="村部会议室",
            chair="主持人",
            count_of_entitled=entitled,
            count_of_attending=attending,
        ),
        items=[
            acts.Votes(play.case_no, count_for, against, abstained, entry.opinion or "同意上报")
        ],
    )


def _post_notice(play: Play) -> None:
    posted = play.entry.posted
    acts.post_notice(
        **play.of_case(),
        place="村务公开栏",
        posted_at=play.stage.moment(posted) if posted is not None else None,
    )


def _record_objection(play: Play) -> None:
    acts.record_objection(**play.of_case(), text=play.entry.text or "该户有人在外务工。")


def _answer_objection(play: Play) -> None:
    """The oldest objection that has no answer yet."""
    open_ones = Objection.objects.filter(
        notice__act__case=play.stage.latest_case(), answered_at__isnull=True
    )
    first = open_ones.order_by("raised_at", "id").first()
    acts.answer_objection(
        **play.of_case(),
        objection=first.pk if first else 0,
        answer="已入户复核并告知。" if play.entry.answer is None else play.entry.answer,
        is_upheld=bool(play.entry.upheld),
    )


def _end_notice(play: Play) -> None:
    acts.end_notice(**play.of_case())


def _review(play: Play) -> None:
    acts.review_at_township(**play.of_case(), **_decision(play, "审核同意上报。"))


def _approve(play: Play) -> None:
    acts.approve_at_county(**play.of_case(), **_decision(play, "审定同意。"))


def _decision(play: Play, opinion: str) -> dict[str, Any]:
    """What is decided: as written; else as reviewed, as the figures suggest, or the pack's first."""
    entry, stage = play.entry, play.stage
    given: dict[str, Any] = {"opinion": opinion if entry.opinion is None else entry.opinion}
    case = stage.latest_case()
    if case is None or case.kind == "elimination":
        if entry.kind is not None:
            given["elimination_kind"] = entry.kind
        if entry.natural_reason is not None:
            given["natural_reason"] = entry.natural_reason
        return given
    is_review = entry.act == "review_at_township"
    if entry.category is not None:
        given["category"] = entry.category
    elif is_review or not case.log.filter(act="review_at_township", is_undone=False).exists():
        suggested = assess(stage.pack, case, on=play.day).suggested_category
        in_force = stage.pack.categories_in_force(case.first_clue_date)
        given["category"] = suggested or (in_force[0].category if in_force else "")
    if entry.causes is not None:
        given["causes"] = entry.causes
    elif (
        is_review
        and not Visit.objects.filter(
            act__case=case, act__is_undone=False, causes__isnull=False
        ).exists()
    ):
        given["causes"] = causes_of_clues(stage)
    return given


def _announce(play: Play) -> None:
    acts.announce(**play.of_case(), note=play.entry.note or "")


def _tell_applicant(play: Play) -> None:
    note = play.entry.note
    acts.tell_applicant(**play.of_case(), note="已当面告知结果。" if note is None else note)


def _return(play: Play) -> None:
    entry = play.entry
    acts.return_for_correction(
        **play.of_case(),
        to_step=entry.to_step or "",
        reason=play.reason(REASONS["return_for_correction"]),
        note="材料需补正。" if entry.note is None else entry.note,
    )


def _exit(function: Callable[..., Any]) -> Callable[[Play], None]:
    def leave(play: Play) -> None:
        case = play.stage.latest_case()
        prefixes = [
            way.reasons
            for procedure in play.stage.pack.procedures
            for way in procedure.exits
            if way.act == play.entry.act and case is not None and procedure.kind == case.kind
        ]
        note = play.entry.note
        function(
            **play.of_case(),
            reason=play.reason(prefixes[0] if prefixes else ""),
            note="入户核实后认定。" if note is None else note,
        )

    return leave


def _green_channel(play: Play) -> None:
    entry = play.entry
    acts.open_green_channel(
        **play.of_case(),
        cause=entry.cause or (causes_of_clues(play.stage) or [""])[0],
        reason="先行救助，后补程序。" if entry.reason is None else entry.reason,
    )


def _propose_elimination(play: Play) -> None:
    acts.propose_elimination(**play.of_household())


def _roll_back(play: Play) -> None:
    acts.roll_back_elimination(
        **play.of_household(),
        reason=play.reason(REASONS["roll_back_elimination"]),
        note="原标注不符合条件。" if play.entry.note is None else play.entry.note,
    )


def _appeal(play: Play) -> None:
    text = play.entry.text
    acts.appeal(**play.of_case(), text="对结果有异议。" if text is None else text)


def _answer_appeal(play: Play) -> None:
    found = Appeal.objects.filter(case__household=play.stage.household)
    latest = found.order_by("raised_at", "id").last()
    acts.answer_appeal(
        pack=play.stage.pack,
        appeal_id=latest.pk if latest else 0,
        by=play.by,
        at=play.at,
        answer="已复核。" if play.entry.answer is None else play.entry.answer,
        is_upheld=bool(play.entry.upheld),
    )


ON_CASES: dict[str, Callable[[Play], None]] = {
    "raise_alert": _raise_alert,
    "end_alert": _end_alert,
    "report_clue": _report_clue,
    "register_household": _register_household,
    "join_household": _join_household,
    "part_household": _part_household,
    "dispatch_alert": _dispatch_alert,
    "assign": _assign,
    "record_visit": _record_visit,
    "supplement_visit": _supplement_visit,
    "record_consent": _record_consent,
    "request_comparison": _request_comparison,
    "answer_comparison": _answer_comparison,
    "reply_to_counter_evidence": _reply,
    "close_comparison": _close_comparison,
    "hold_deliberation": _hold_deliberation,
    "post_notice": _post_notice,
    "record_objection": _record_objection,
    "answer_objection": _answer_objection,
    "end_notice": _end_notice,
    "review_at_township": _review,
    "approve_at_county": _approve,
    "announce": _announce,
    "tell_applicant": _tell_applicant,
    "return_for_correction": _return,
    "find_not_at_risk": _exit(acts.find_not_at_risk),
    "refuse": _exit(acts.refuse),
    "withdraw": _exit(acts.withdraw),
    "keep_in_monitoring": _exit(acts.keep_in_monitoring),
    "open_green_channel": _green_channel,
    "propose_elimination": _propose_elimination,
    "roll_back_elimination": _roll_back,
    "appeal": _appeal,
    "answer_appeal": _answer_appeal,
}
"""Act of a case file -> what plays it."""
