"""Help for a household: planned with places that exist, delivered, and stopped only by people."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.cases import acts
from fangpin.casework.measures import acts as help_acts
from fangpin.casework.measures import offers, queries
from fangpin.casework.measures.models import Measure, MeasureDelivery, Resource
from fangpin.casework.measures.offers import ResourceRecord, offer_resource
from fangpin.casework.measures.places import resources
from fangpin.casework.measures.plans import PlannedMeasure
from fangpin.casework.measures.queries import MeasureFilters
from fangpin.casework.registry.models import Household, Member
from fangpin.policy.models.demos import DemoResource
from fangpin.runs.demo.story import Story, planned_in_story
from fangpin.values.problem import ProblemError
from tests.casework.cases_world import Office, build_household, moment, opened
from tests.cast import COUNTY

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Office:
    """The offices on the day on which the county approved the household's case."""
    office = opened()
    with_a_worker(Household.objects.get())
    return office.until_approval()


def with_a_worker(household: Household) -> Household:
    Member.objects.create(
        person_ref=household.household_ref * 10,
        household=household,
        name="李某",
        relation="head",
        is_head=True,
        birth_date=date(1980, 1, 1),
        attributes={"work_skill": "ordinary", "posts_held": 0},
    )
    return household


def offer_posts(office: Office, quota: int) -> str:
    offered = offer_resource(
        pack=office.pack,
        by=office.scope(office.cast.approver),
        at=moment(office.day),
        offer=ResourceRecord(
            division=COUNTY,
            measure="public_welfare_post",
            title="护林员",
            quota=quota,
            from_date=date(2020, 1, 1),
            monthly_amount=Decimal("800"),
        ),
    )
    return offered.resource_no


def plan(office: Office, *measures: PlannedMeasure, key: str = "") -> None:
    help_acts.make_plan(
        pack=office.pack,
        case_no=office.case_no,
        by=office.scope(office.cast.reviewer),
        at=moment(office.day),
        measures=measures,
        key=key,
    )


def post(office: Office, resource_no: str | None = None) -> PlannedMeasure:
    """A post of the household's able member; without a number one of enough places."""
    number = offer_posts(office, 9) if resource_no is None else resource_no
    able = Member.objects.get(household=office.case().household)
    return PlannedMeasure(
        "public_welfare_post", office.day, person_ref=able.person_ref, resource_no=number
    )


def allowance(office: Office) -> PlannedMeasure:
    return PlannedMeasure("subsistence_allowance", office.day)


def codes_of(refused: pytest.ExceptionInfo[ProblemError]) -> list[str]:
    return [problem.code for problem in refused.value.problems]


def test_a_post_and_an_allowance_bring_the_case_to_its_end(office: Office) -> None:
    plan(office, post(office, offer_posts(office, 1)), allowance(office))
    office.act("announce", office.cast.reviewer)
    first = Measure.objects.get(measure="public_welfare_post")

    help_acts.deliver_measure(
        pack=office.pack,
        measure_id=first.pk,
        by=office.scope(office.cast.cadre),
        at=moment(office.day),
        on=office.day,
        amount=Decimal("800"),
    )

    assert (office.case().state, office.case().outcome) == ("ended", "identified")
    assert first.monthly_amount == Decimal("800")
    assert MeasureDelivery.objects.get().act is not None
    second = help_acts.deliver_measure(
        pack=office.pack,
        measure_id=first.pk,
        by=office.scope(office.cast.cadre),
        at=moment(office.later(30).day),
        on=office.later(30).day,
    )
    assert second.act is None


@pytest.mark.parametrize(
    ("measure", "amount", "code"),
    [
        ("subsistence_allowance", Decimal("0"), "MONTHLY_AMOUNT"),
        ("subsistence_allowance", Decimal("-260"), "MONTHLY_AMOUNT"),
        ("subsistence_allowance", Decimal("260.005"), "MONTHLY_AMOUNT"),
        ("temporary_assistance", Decimal("260"), "MEASURE_NOT_MONTHLY"),
    ],
)
def test_what_cannot_be_an_amount_a_month_is_refused(
    office: Office, measure: str, amount: Decimal, code: str
) -> None:
    wrong = PlannedMeasure(measure, office.day, monthly_amount=amount, reason="入户商定")

    with pytest.raises(ProblemError) as refused:
        plan(office, post(office), wrong)
    assert codes_of(refused) == [code]
    assert not Measure.objects.exists()
    plan(office, post(office), replace(allowance(office), monthly_amount=Decimal("260")))
    paid = dict(Measure.objects.values_list("measure", "monthly_amount"))
    assert paid == {"public_welfare_post": 800, "subsistence_allowance": 260}
    entry = AuditEntry.objects.get(act="make_plan")
    assert entry.detail["monthly_amounts"] == {
        "public_welfare_post": "800.00",
        "subsistence_allowance": "260",
    }


def test_places_are_offered_under_their_name_again_after_others_took_it(office: Office) -> None:
    """Renamed places keep their number; the same name offered anew is another resource."""
    number = offer_posts(office, 2)
    approver = {"pack": office.pack, "by": office.scope(office.cast.approver)}
    now = {**approver, "at": moment(office.day)}
    given = {"title": "护路员", "provider": "", "quota": 2, "monthly_amount": None}
    offers.correct_places(**now, resource_no=number, **given)
    again = offer_posts(office, 3)
    assert again != number
    assert dict(Resource.objects.values_list("resource_no", "title")) == {
        number: "护路员",
        again: "护林员",
    }
    plan(office, post(office, again), post(office, again))
    with pytest.raises(ProblemError) as refused:
        offer_posts(office, 1)
    assert codes_of(refused) == ["PLACES_HELD"]
    with pytest.raises(ProblemError) as refused:
        offers.close_places(**now, resource_no=again, on=office.day, note="没有资金")
    assert codes_of(refused) == ["PLACES_IN_USE"]
    assert refused.value.problems[0].fix_zh.startswith("请乡镇审核人或县级审批人先停止这些户")
    cadre = {**now, "by": office.scope(office.cast.cadre)}
    for act in (offers.close_places, offers.reopen_places):
        more = {"on": office.day, "note": "-"} if act is offers.close_places else {}
        with pytest.raises(Resource.DoesNotExist):
            act(**cadre, resource_no=number, **more)


def test_a_place_that_is_held_is_given_to_nobody_else(office: Office) -> None:
    number = offer_posts(office, 1)
    plan(office, post(office, number))

    with pytest.raises(ProblemError) as refused:
        help_acts.amend_plan(
            pack=office.pack,
            household_ref=1,
            by=office.scope(office.cast.reviewer),
            at=moment(office.day),
            measures=[post(office, number)],
        )
    assert codes_of(refused) == ["RESOURCE_FULL"]
    assert [one.left for one in resources(office.scope(office.cast.cadre), on=office.day)] == [0]


def test_one_plan_gives_the_last_place_to_one_of_its_measures(office: Office) -> None:
    last = replace(post(office, offer_posts(office, 1)), reason="两人轮岗。")
    with pytest.raises(ProblemError) as refused:
        plan(office, last, last)
    assert codes_of(refused) == ["RESOURCE_FULL"]


def test_safety_net_support_does_not_stand_alone_where_someone_can_work(office: Office) -> None:
    with pytest.raises(ProblemError) as refused:
        plan(office, allowance(office))
    assert codes_of(refused) == ["CONDITION_NEEDS_REASON"]
    assert not Measure.objects.exists()


def test_a_post_names_the_member_it_is_for_and_the_place_it_takes(office: Office) -> None:
    named = post(office)
    for left_open, code in (
        (replace(named, resource_no=""), "MEASURE_WITHOUT_PLACE"),
        (replace(named, person_ref=None), "MEASURE_WITHOUT_PERSON"),
    ):
        with pytest.raises(ProblemError) as refused:
            plan(office, left_open, allowance(office))
        assert codes_of(refused) == [code]
        assert not Measure.objects.exists(), "all of a plan or none of it"
    with pytest.raises(ProblemError) as refused:
        plan(office, PlannedMeasure("public_welfare_post", office.day))
    assert codes_of(refused) == ["MEASURE_WITHOUT_PERSON", "MEASURE_WITHOUT_PLACE"]
    assert all("公益岗位帮扶" in one.zh and one.fix_zh for one in refused.value.problems)

    plan(office, named, allowance(office))
    assert Measure.objects.count() == 2, "an allowance is the household's and takes no place"


def test_relocation_is_no_new_measure_after_its_last_day(office: Office) -> None:
    with pytest.raises(ProblemError) as refused:
        plan(office, PlannedMeasure("relocation", date(2022, 1, 1)), post(office))
    assert codes_of(refused) == ["MEASURE_NOT_OFFERED"]


def test_help_ends_only_by_a_human_with_a_reason(office: Office) -> None:
    plan(office, post(office))
    measure = Measure.objects.get()

    with pytest.raises(ProblemError) as refused:
        help_acts.stop_measure(
            pack=office.pack,
            measure_id=measure.pk,
            by=office.scope(office.cast.reviewer),
            at=moment(office.day),
            on=office.day,
            reason="because",
            note="岗位到期",
        )
    assert codes_of(refused) == ["REASON_UNKNOWN"]
    help_acts.stop_measure(
        pack=office.pack,
        measure_id=measure.pk,
        by=office.scope(office.cast.reviewer),
        at=moment(office.day),
        on=office.day,
        reason="contract_ended",
        note="合同到期，已另行安排",
    )
    measure.refresh_from_db()
    assert (measure.state, measure.end_reason) == ("ended", "contract_ended")
    assert measure.end_note == "合同到期，已另行安排"


def test_the_outsider_sees_no_help_and_stops_none(office: Office) -> None:
    plan(office, post(office))
    outsider = office.scope(office.cast.outsider)

    assert queries.measures_of_household(outsider, 1) == []
    with pytest.raises(Measure.DoesNotExist):
        help_acts.stop_measure(
            pack=office.pack,
            measure_id=Measure.objects.get().pk,
            by=outsider,
            at=moment(office.day),
            on=office.day,
            reason="contract_ended",
            note="-",
        )


def test_in_the_green_channel_help_comes_first_and_the_procedure_after(office: Office) -> None:
    with_a_worker(build_household(2))
    reviewer = office.scope(office.cast.reviewer)
    case = acts.report_clue(
        pack=office.pack,
        household_ref=2,
        by=reviewer,
        at=moment(office.day),
        channel="inspection",
        cause="disaster",
    )
    there = office.on(case)
    with pytest.raises(ProblemError) as refused:
        plan(there, post(there))
    assert codes_of(refused) == ["STEP_NOT_OPEN"]

    there.act("open_green_channel", office.cast.reviewer, cause="disaster", reason="山洪冲毁房屋")
    plan(there, post(there))
    help_acts.deliver_measure(
        pack=office.pack,
        measure_id=Measure.objects.get().pk,
        by=reviewer,
        at=moment(office.day),
        on=office.day,
    )
    assert there.case().state == "open"
    assert there.case().step == "assignment"


def test_income_is_shown_before_and_after_help_began(office: Office) -> None:
    plan(office, post(office))
    measure = Measure.objects.get()
    help_acts.deliver_measure(
        pack=office.pack,
        measure_id=measure.pk,
        by=office.scope(office.cast.cadre),
        at=moment(office.day),
        on=office.day,
    )
    months = queries.effect_on_income(
        office.scope(office.cast.cadre),
        measure.household,
        pack=office.pack,
        on=date(2020, 9, 1),
        months=6,
    )
    assert [one.is_after for one in months] == [False, False, True, True, True, True]
    assert months[-1].line == Decimal("6000")


def test_the_rows_behind_a_count_are_those_of_the_scope_page_by_page(office: Office) -> None:
    resource_no = offer_posts(office, quota=3)
    plan(office, post(office, resource_no), allowance(office))
    reviewer = office.scope(office.cast.reviewer)
    posts = MeasureFilters(measure="public_welfare_post", state="planned")
    held = MeasureFilters(resource=queries.resource(reviewer, resource_no).pk)

    for filters in (posts, held):
        found = queries.measure_page(reviewer, filters=filters)
        assert [one.measure for one in found.measures] == ["public_welfare_post"]
        assert (found.count_capped, found.is_capped, found.next) == (1, False, None)
    first = queries.measure_page(reviewer, filters=MeasureFilters(), limit=1)
    rest = queries.measure_page(reviewer, filters=MeasureFilters(), after=first.next, limit=1)
    planned = [one.measure for one in (*first.measures, *rest.measures)]
    assert sorted(planned) == ["public_welfare_post", "subsistence_allowance"]
    assert first.count_capped == 2 and rest.next is None
    ended = MeasureFilters(measure="public_welfare_post", state="ended")
    assert queries.measure_page(reviewer, filters=ended).measures == ()

    outsider = office.scope(office.cast.outsider)
    for filters in (posts, held, MeasureFilters()):
        assert queries.measure_page(outsider, filters=filters).count_capped == 0
    with pytest.raises(Resource.DoesNotExist):
        queries.resource(outsider, resource_no)


def test_a_demonstration_plans_a_post_for_who_may_have_it_while_a_place_is_left(
    office: Office,
) -> None:
    """Told cases keep to the rule that people keep to: without a place or a member, no post."""
    household = office.case().household
    offer_posts(office, 1)
    wanted = DemoResource.model_validate(
        {
            "division": COUNTY,
            "measure": "public_welfare_post",
            "title": "护林员",
            "quota": 1,
            "from": date(2020, 1, 1),
        }
    )
    story = Story(household, office.day, "rule", "illness", "主要劳动力生病。", "", "", "")

    def planned() -> PlannedMeasure | None:
        return planned_in_story(wanted, story, pack=office.pack, day=office.day)

    Member.objects.create(
        person_ref=99,
        household=household,
        name="李老",
        relation="parent",
        is_head=True,
        birth_date=date(1930, 1, 1),
        attributes={"work_skill": "weak", "posts_held": 0},
    )
    found = planned()
    assert found is not None and found.person_ref == 10, "nobody of ninety keeps a forest"
    plan(office, found)
    assert planned() is None, "the only place is held"
    Measure.objects.all().delete()
    Member.objects.exclude(person_ref=99).delete()
    assert planned() is None, "nobody is left who may have it"
