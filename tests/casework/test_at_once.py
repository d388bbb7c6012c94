"""Two officials at once: what both did stands, as if one had come after the other."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fangpin.casework.alerts.models import Alert
from fangpin.casework.cases import acts
from fangpin.casework.cases.models import Case, CaseAct, Clue, Episode, Meeting
from fangpin.casework.cases.progress import standing_of
from fangpin.casework.measures import acts as help_acts
from fangpin.casework.measures.models import Measure, MeasureDelivery
from fangpin.casework.registry.models import Household, Provisional
from fangpin.casework.uploads.actions import decline_readings
from fangpin.casework.uploads.models import Upload
from fangpin.values.problem import ProblemError
from tests.casework.at_once import overlapping, side_by_side
from tests.casework.cases_world import DAY, Office, build_household, moment, opened, pack
from tests.casework.test_measures import allowance, offer_posts, plan, post, with_a_worker
from tests.casework.test_unregistered import met
from tests.casework.test_uploads import OWNER
from tests.casework.test_uploads import PACK as SENDERS
from tests.cast import build_cast, build_divisions

pytestmark = pytest.mark.usefixtures("two_writers")


def errors(outcomes: Any) -> list[Exception]:
    return [one for one in outcomes if isinstance(one, Exception)]


def codes(outcomes: Any) -> list[str]:
    return [error.problems[0].code for error in errors(outcomes) if isinstance(error, ProblemError)]


def _clue(office: Office, **given: Any) -> Case:
    return acts.report_clue(
        pack=office.pack,
        household_ref=Household.objects.get().household_ref,
        by=office.scope(office.cast.cadre),
        at=moment(office.day, 3),
        **{"channel": "inspection", "cause": "illness", **given},
    )


@pytest.mark.parametrize("is_clue_first", [False, True])
def test_a_clue_that_joins_a_case_takes_no_act_back(is_clue_first: bool) -> None:
    office = opened()
    office.act("assign", office.cast.reviewer)
    day = office.later(1)
    pair = [lambda: day.visit(), lambda: _clue(day)]
    if is_clue_first:
        pair.reverse()
    outcomes = overlapping(*pair)
    assert not errors(outcomes), outcomes
    case = office.case()
    assert case.version == CaseAct.objects.count() == 2
    assert Clue.objects.count() == 2
    assert case.step == standing_of(office.pack, case).open[0].step
    assert Alert.objects.get().step == case.step
    day.act("record_consent", office.cast.cadre, form="signature", signed_date=day.day)


def test_a_clue_beside_the_end_of_a_case_opens_the_next_one() -> None:
    office = opened()
    office.act("assign", office.cast.reviewer)
    day = office.later(1)
    day.visit(is_at_risk=False)
    outcomes = overlapping(
        lambda: day.act(
            "find_not_at_risk",
            office.cast.reviewer,
            reason="income_stable",
            note="外出务工，收入稳定。",
        ),
        lambda: _clue(day),
    )
    assert not errors(outcomes), outcomes
    first, second = Case.objects.order_by("id")
    assert (first.state, first.outcome != "", second.state) == ("ended", True, "open")


def deliver(office: Office, measure: Measure) -> MeasureDelivery:
    return help_acts.deliver_measure(
        pack=office.pack,
        measure_id=measure.pk,
        by=office.scope(office.cast.cadre),
        at=moment(office.day),
        on=office.day,
    )


def test_two_helps_that_arrive_at_once_are_both_on_record() -> None:
    office = opened()
    with_a_worker(Household.objects.get())
    office = office.until_approval()
    plan(office, post(office), allowance(office))
    office.act("announce", office.cast.reviewer)
    first, second = Measure.objects.order_by("id")
    outcomes = overlapping(lambda: deliver(office, first), lambda: deliver(office, second))
    assert not errors(outcomes), outcomes
    assert MeasureDelivery.objects.count() == 2
    assert MeasureDelivery.objects.filter(act__isnull=False).count() == 1, "one completes the step"


def test_the_last_place_is_given_once() -> None:
    office = opened()
    with_a_worker(Household.objects.get())
    office = office.until_approval()
    number = offer_posts(office, 1)
    last = post(office, number)
    other = with_a_worker(build_household(2))
    theirs = replace(last, person_ref=other.household_ref * 10)
    outcomes = overlapping(
        lambda: plan(office, last),
        lambda: help_acts.amend_plan(
            pack=office.pack,
            household_ref=other.household_ref,
            by=office.scope(office.cast.reviewer),
            at=moment(office.day),
            measures=[theirs],
        ),
    )
    assert codes(outcomes) == ["RESOURCE_FULL"]
    assert Measure.objects.count() == 1


def test_two_cadres_who_meet_one_household_write_it_down_once() -> None:
    build_divisions()
    office = Office(build_cast(), pack())
    outcomes = overlapping(lambda: met(office), lambda: met(office))
    assert codes(outcomes) == ["HOUSEHOLD_KNOWN"]
    assert Provisional.objects.count() == Case.objects.count() == 1


def test_one_meeting_that_is_recorded_twice_in_other_orders_is_one_meeting() -> None:
    office = opened()
    build_household(2)
    case = acts.report_clue(
        pack=office.pack,
        household_ref=2,
        by=office.scope(office.cast.cadre),
        at=moment(DAY),
        channel="inspection",
    )
    for one in (office, office.on(case)):
        one.act("assign", office.cast.reviewer)
        day = one.later(1)
        day.visit()
        day.act("record_consent", office.cast.cadre, form="signature", signed_date=day.day)
        day.compare()
    day = office.later(2)

    def meet(*case_nos: str) -> Any:
        return acts.hold_deliberation(
            pack=day.pack,
            by=day.scope(day.cast.cadre),
            at=moment(day.day),
            meeting=acts.MeetingRecord(
                division=case.division,
                held_date=day.day,
                body="villagers_assembly",
                place="村部",
                chair="何建国",
                count_of_entitled=36,
                count_of_attending=30,
            ),
            items=[acts.Votes(case_no, 28, 1, 1) for case_no in case_nos],
        )

    both = (office.case_no, case.case_no)
    outcomes = side_by_side(lambda: meet(*both), lambda: meet(*reversed(both)))
    assert codes(outcomes) == ["STEP_DONE"], outcomes
    assert Meeting.objects.count() == 1


@pytest.mark.parametrize("is_approved_first", [False, True])
def test_a_household_is_in_monitoring_once_though_it_returns_by_two_doors(
    is_approved_first: bool,
) -> None:
    """An elimination is found wrong while the county approves the household anew."""
    office = opened().until_approval()
    Case.objects.update(state="ended", ended_by="approver", ended_at=moment(office.day))
    Episode.objects.update(state="eliminated", eliminated_date=office.day)
    again = office.later(30)
    case = _clue(again)
    last = again.on(case).until_review()
    last.act("review_at_township", last.cast.reviewer, opinion="同意上报")
    pair = [
        lambda: last.act("approve_at_county", last.cast.approver),
        lambda: acts.roll_back_elimination(
            pack=last.pack,
            household_ref=case.household_id,
            by=last.scope(last.cast.approver),
            at=moment(last.day),
            reason="mark_wrong",
            note="收入核算有误。",
        ),
    ]
    outcomes = overlapping(*(pair if is_approved_first else reversed(pair)))
    assert Episode.objects.filter(state="monitored").count() == 1
    assert codes(outcomes) == (["NOTHING_TO_ROLL_BACK"] if is_approved_first else []), outcomes
    assert len(errors(outcomes)) == is_approved_first


def test_two_who_decline_the_same_readings_say_it_once() -> None:
    def decline() -> Upload:
        return decline_readings(
            pack=SENDERS, feed="bills", delivery="d", by=OWNER, at=moment(DAY), on=DAY
        )

    one, other = overlapping(decline, decline)
    assert one == other == Upload.objects.get()
