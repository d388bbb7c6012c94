"""A household's way through the procedure, act by act, and what is refused on the way."""

from __future__ import annotations

from datetime import date

import pytest

from fangpin.casework.alerts.models import Alert
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases import acts, queries
from fangpin.casework.cases.acts.comparison import Finding
from fangpin.casework.cases.models import Case, CaseAct, Episode
from fangpin.casework.cases.progress import clocks_of
from fangpin.values.problem import ProblemError
from tests.casework.cases_world import Office, moment, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    """The offices on the day of an alert, with the household's case just opened by a batch."""
    return opened()


def code_of(refused: pytest.ExceptionInfo[ProblemError]) -> str:
    return refused.value.problems[0].code


def test_the_way_from_alert_to_approval_is_one_act_a_step(office: Office) -> None:
    last = office.until_approval()

    case = last.case()
    assert (case.state, case.outcome) == ("open", "identified")
    assert case.category == "unstable_out_of_poverty"
    assert case.step == "announcement"
    episode = Episode.objects.get()
    assert episode.identified_date == last.day
    assert [one.cause for one in episode.causes.all()] == ["illness"]
    assert Alert.objects.get().end_reason == "alert_end.identified"
    clocks = {one.clock.clock: one for one in clocks_of(last.pack, case, on=last.day)}
    assert clocks["identification"].running == "met"
    assert clocks["identification"].deadline == date(2020, 5, 25)
    assert clocks["plan"].running == "running"


def test_every_act_leaves_one_audit_entry(office: Office) -> None:
    office.until_approval()

    told = list(
        AuditEntry.objects.filter(subject_kind="case").order_by("id").values_list("act", flat=True)
    )
    assert told == ["report_clue", *CaseAct.objects.order_by("seq").values_list("act", flat=True)]


def test_a_notice_shorter_than_the_pack_requires_cannot_be_ended(office: Office) -> None:
    office.act("assign", office.cast.reviewer)
    office.visit()
    office.act("record_consent", office.cast.cadre, form="signature", signed_date=office.day)
    office.compare()
    office.deliberate()
    office.act("post_notice", office.cast.cadre, place="公开栏")

    with pytest.raises(ProblemError) as refused:
        office.later(4).act("end_notice", office.cast.cadre)
    assert code_of(refused) == "NOTICE_TOO_SHORT"
    office.later(5).act("end_notice", office.cast.cadre)


def test_approval_before_the_notice_is_refused_and_names_what_is_missing(office: Office) -> None:
    office.act("assign", office.cast.reviewer)

    with pytest.raises(ProblemError) as refused:
        office.act("approve_at_county", office.cast.approver)
    assert code_of(refused) == "STEP_NOT_OPEN"
    assert "Township review" in refused.value.problems[0].en


def test_an_act_sent_twice_with_its_key_is_done_once(office: Office) -> None:
    first = office.act("assign", office.cast.reviewer, key="k-1")
    again = office.act("assign", office.cast.reviewer, key="k-1")

    assert first == again
    assert CaseAct.objects.count() == 1
    with pytest.raises(ProblemError) as refused:
        office.visit(office.cast.cadre, verifiers=("cadre",))
    assert code_of(refused) == "TOO_FEW_VERIFIERS"


def test_two_officials_at_once_one_wins_and_the_other_is_told(office: Office) -> None:
    version = office.case().version
    office.act("assign", office.cast.reviewer, version=version)

    with pytest.raises(ProblemError) as refused:
        office.act("assign", office.cast.reviewer, version=version)
    assert code_of(refused) == "STEP_DONE"


def test_the_outsider_finds_no_case(office: Office) -> None:
    outsider = office.scope(office.cast.outsider)

    with pytest.raises(Case.DoesNotExist):
        office.act("assign", office.cast.outsider)
    with pytest.raises(Case.DoesNotExist):
        queries.case(outsider, office.case_no)
    assert queries.worklist(outsider).cases == ()
    assert queries.log(outsider, office.case()) == []


def test_a_cadre_may_not_approve(office: Office) -> None:
    last = office.until_review()
    last.act("review_at_township", office.cast.reviewer, opinion="同意")

    with pytest.raises(ProblemError) as refused:
        last.act("approve_at_county", office.cast.cadre)
    assert code_of(refused) == "ACT_NOT_PERMITTED"


def test_a_returned_case_does_its_steps_again_and_keeps_what_was_done(office: Office) -> None:
    last = office.until_review()
    last.act(
        "return_for_correction",
        office.cast.reviewer,
        to_step="deliberation",
        reason="reason.return.papers_incomplete".removeprefix("reason.return."),
        note="会议记录缺签到表",
    )

    case = last.case()
    assert case.step == "deliberation"
    assert CaseAct.objects.filter(act="hold_deliberation", is_undone=True).count() == 1
    last.deliberate()
    assert last.case().step == "notice"


def test_nobody_is_refused_from_a_desk(office: Office) -> None:
    office.act("assign", office.cast.reviewer)

    with pytest.raises(ProblemError) as refused:
        office.act(
            "find_not_at_risk", office.cast.reviewer, reason="income_stable", note="电话核实"
        )
    assert code_of(refused) == "STEP_NOT_OPEN"

    office.visit(is_at_risk=False, causes=())
    office.act(
        "find_not_at_risk", office.cast.reviewer, reason="income_stable", note="儿子已在外务工"
    )
    assert (office.case().state, office.case().outcome) == ("ended", "not_at_risk")
    assert Alert.objects.get().state == "ended"


def test_a_later_clue_joins_the_open_case_and_an_earlier_day_moves_its_clock(
    office: Office,
) -> None:
    joined = acts.report_clue(
        pack=office.pack,
        household_ref=1,
        by=office.scope(office.cast.cadre),
        at=moment(office.later(2).day),
        channel="declaration",
        on=date(2020, 5, 6),
    )

    assert joined.case_no == office.case_no
    assert Case.objects.count() == 1
    assert office.case().first_clue_date == date(2020, 5, 6)


def test_counter_evidence_is_answered_in_writing_and_refuses_nobody(office: Office) -> None:
    approver = office.cast.approver
    office.act("assign", office.cast.reviewer)
    office.act("record_consent", office.cast.cadre, form="hand_print", signed_date=office.day)
    office.act("request_comparison", approver, departments=["gongan"])
    office.act(
        "answer_comparison",
        approver,
        department="gongan",
        findings=[Finding("vehicle_value", "30000")],
    )

    with pytest.raises(ProblemError) as refused:
        office.act("close_comparison", approver)
    assert code_of(refused) == "COUNTER_EVIDENCE_UNANSWERED"
    finding = queries.comparisons(office.scope(approver), office.case())[0].findings.get()
    office.act("reply_to_counter_evidence", office.cast.cadre, finding=finding.pk, reply="车已报废")
    office.act("close_comparison", approver)
    assert office.case().state == "open"
