"""A case of a demonstration's past, told act by act by those whose steps they are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fangpin.casework.cases import acts
from fangpin.casework.cases.gate import local_day, words_under
from fangpin.casework.cases.models import Case, PublicNotice
from fangpin.casework.cases.progress import standing_of
from fangpin.casework.followup.acts import name_contact, record_follow_up
from fangpin.casework.followup.models import FollowUp
from fangpin.casework.measures.acts import deliver_measure, make_plan
from fangpin.casework.measures.fitness import guards_of_measure
from fangpin.casework.measures.models import Measure, Resource
from fangpin.casework.measures.plans import PlannedMeasure
from fangpin.casework.measures.states import ALIVE, MeasureState
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.models import Household, Member
from fangpin.decisions.measures import to_be_named
from fangpin.policy import Pack
from fangpin.policy.models.demos import DemoResource
from fangpin.policy.procedure import procedure_of
from fangpin.runs.demo.offices import Offices, draw, moment

AFTER = {
    "assignment": 1,
    "visit": 2,
    "consent": 2,
    "comparison": 3,
    "deliberation": 4,
    "notice": 4,
    "notice_end": 9,
    "review": 10,
    "approval": 11,
    "announcement": 12,
    "plan": 13,
    "help": 15,
}
"""Step -> days after the first clue, when nobody is late."""


MONTH = 30
"""Days between two deliveries of help."""
VISITS = 21
"""Days between two follow-ups: one in every calendar month at least."""


@dataclass(frozen=True, slots=True)
class Story:
    """One case: its household, its first clue, how far it goes, and what help comes of it."""

    household: Household
    clue: date
    channel: str
    cause: str
    judgement: str
    place: str
    chair: str
    second_verifier: str
    alert_no: str = ""
    is_at_risk: bool = True
    not_at_risk: str = ""
    last_step: str | None = "help"
    """None: only the clue."""
    category: str = ""
    """Decided otherwise than the figures suggest, with the judgement as its reason."""
    measures: Sequence[DemoResource] = ()


def play(
    story: Story,
    *,
    pack: Pack,
    offices: Offices,
    until: date,
    case: Case | None = None,
    since: date | None = None,
) -> Case:
    """Play a case as far as its last step, and no further than a day.

    A `case` under way is taken up again on the day after `since`, in its own order.
    """
    village = story.household.division
    procedure = procedure_of(pack, kind="identification", at=story.clue)

    def who(act: str) -> Scope:
        """Whoever owns the step that an act completes: the first of its roles."""
        step = next(one for one in procedure.steps if one.act == act)
        return offices.of(step.by[0], village)

    cadre, reviewer = who("record_visit"), who("assign")
    if case is None:
        case = acts.report_clue(
            pack=pack,
            household_ref=story.household.household_ref,
            by=cadre if not story.alert_no else reviewer,
            at=moment(story.clue),
            channel=story.channel,
            cause=story.cause,
            alert_no=story.alert_no,
        )
    done = standing_of(pack, case).done
    shift = _shift(story, case, done, since)

    def day_of(step: str) -> date | None:
        """The day of a step still to be done; None once the story ends before it."""
        if step in done:
            return None
        day = story.clue + timedelta(days=AFTER[step]) + shift
        reached = list(AFTER)[: list(AFTER).index(story.last_step) + 1] if story.last_step else []
        return day if step in reached and day <= until else None

    def act(name: str, by: Any, day: date, minutes: int = 0, **given: Any) -> None:
        getattr(acts, name)(
            pack=pack, case_no=case.case_no, by=by, at=moment(day, minutes), **given
        )

    if (day := day_of("assignment")) is not None:
        act("assign", reviewer, day, to=cadre.official)
    if (day := day_of("visit")) is not None:
        act("record_visit", cadre, day, 5, visit=_visit(story, cadre.official, day))
    if not story.is_at_risk and (day := day_of("consent")) is not None:
        way = next(one for one in procedure.exits if one.act == "find_not_at_risk")
        reason = next(iter(words_under(pack, way.reasons)))
        act("find_not_at_risk", reviewer, day, 20, reason=reason, note=story.not_at_risk)
        return case
    if (day := day_of("consent")) is not None:
        form = next(iter(words_under(pack, "consent_form")))
        act("record_consent", who("record_consent"), day, 10, form=form, signed_date=day)
    if (day := day_of("comparison")) is not None:
        asked = list(pack.departments)[:4]
        approver = who("close_comparison")
        act("request_comparison", approver, day, departments=asked)
        for department in asked:
            act("answer_comparison", approver, day, 5, department=department)
        act("close_comparison", approver, day, 10)
    if (day := day_of("deliberation")) is not None:
        _deliberate(story, case, pack=pack, by=who("hold_deliberation"), day=day)
    if (day := day_of("notice")) is not None:
        act("post_notice", who("post_notice"), day, 15, place=story.place)
    if (day := day_of("notice_end")) is not None:
        act("end_notice", who("end_notice"), day, 20)
    if (day := day_of("review")) is not None:
        act(
            "review_at_township",
            who("review_at_township"),
            day,
            opinion=story.judgement,
            category=story.category,
        )
    if (day := day_of("approval")) is not None:
        act("approve_at_county", who("approve_at_county"), day, opinion=story.judgement)
    if (day := day_of("announcement")) is not None:
        act("announce", who("announce"), day)
    _help(story, case, pack=pack, planner=who("make_plan"), cadre=cadre, day_of=day_of, until=until)
    return case


def keep_helping(
    household: Household, *, pack: Pack, cadre: Scope, since: date, until: date
) -> None:
    """Go on with monthly deliveries and follow-ups of a household after a day and up to another."""
    for measure in Measure.objects.filter(household=household, state=MeasureState.IN_FORCE):
        last = measure.deliveries.order_by("-on").values_list("on", flat=True).first()
        _deliver(measure, pack=pack, by=cadre, first=_next(last, since, MONTH), until=until)
    visits = FollowUp.objects.filter(household=household).order_by("-on")
    last = visits.values_list("on", flat=True).first()
    _follow_up(household, pack=pack, by=cadre, first=_next(last, since, VISITS), until=until)


def _next(last: date | None, since: date, days: int) -> date:
    """The next day of a rhythm, not before the day after `since`."""
    following = since + timedelta(days=1)
    return max(last + timedelta(days=days), following) if last else following


def _shift(story: Story, case: Case, done: frozenset[str], since: date | None) -> timedelta:
    """How much later the rest of a case comes when it has rested until `since`.

    A notice that stands is not ended before its days are full.
    """
    coming = next((step for step in AFTER if step not in done), None)
    if since is None or coming is None:
        return timedelta()
    planned = story.clue + timedelta(days=AFTER[coming])
    day = max(planned, since + timedelta(days=1))
    notice = PublicNotice.objects.filter(act__case=case, act__is_undone=False).last()
    if notice is not None and notice.ended_at is None:
        day = max(day, local_day(notice.earliest_end))
    return day - planned


def _visit(story: Story, cadre: str, day: date) -> acts.VisitRecord:
    return acts.VisitRecord(
        visited_at=moment(day),
        verifiers=(cadre, story.second_verifier),
        is_at_risk=story.is_at_risk,
        judgement=story.judgement if story.is_at_risk else story.not_at_risk,
        causes=(acts.CauseFound(story.cause),) if story.is_at_risk else (),
        entry_seconds=240 + draw(story.household.household_ref) % 300,
    )


def _deliberate(story: Story, case: Case, *, pack: Pack, by: Scope, day: date) -> None:
    attending = 24 + draw("votes", story.household.household_ref) % 8
    acts.hold_deliberation(
        pack=pack,
        by=by,
        at=moment(day, 10),
        meeting=acts.MeetingRecord(
            division=story.household.division,
            held_date=day,
            body=next(iter(words_under(pack, "deliberation_body"))),
            place=story.place,
            chair=story.chair,
            count_of_entitled=34,
            count_of_attending=attending,
        ),
        items=[acts.Votes(case.case_no, attending - 1, 0, 1)],
    )


def _help(
    story: Story,
    case: Case,
    *,
    pack: Pack,
    planner: Scope,
    cadre: Scope,
    day_of: Callable[[str], date | None],
    until: date,
) -> None:
    """The plan, the first deliveries, the contact, and a follow-up each month until the day."""
    if (day := day_of("plan")) is not None:
        made = [planned_in_story(one, story, pack=pack, day=day) for one in story.measures]
        make_plan(
            pack=pack,
            case_no=case.case_no,
            by=planner,
            at=moment(day),
            measures=[one for one in made if one is not None],
        )
        name_contact(
            pack=pack,
            household_ref=story.household.household_ref,
            by=planner,
            at=moment(day, 5),
            official=cadre.official,
        )
    if (day := day_of("help")) is None:
        return
    for measure in Measure.objects.filter(household=story.household):
        _deliver(measure, pack=pack, by=cadre, first=day, until=until)
    first = day + timedelta(days=10)
    _follow_up(story.household, pack=pack, by=cadre, first=first, until=until)


def _deliver(measure: Measure, *, pack: Pack, by: Scope, first: date, until: date) -> None:
    day = first
    while day <= until:
        deliver_measure(
            pack=pack,
            measure_id=measure.pk,
            by=by,
            at=moment(day),
            on=day,
            amount=measure.monthly_amount,
        )
        day += timedelta(days=MONTH)


def _follow_up(household: Household, *, pack: Pack, by: Scope, first: date, until: date) -> None:
    situations = list(words_under(pack, "situation"))
    day = first
    while day <= until:
        record_follow_up(
            pack=pack,
            household_ref=household.household_ref,
            by=by,
            at=moment(day, 10),
            visited_at=moment(day),
            situation=situations[draw(household.household_ref, day) % 2],
        )
        day += timedelta(days=VISITS)


def planned_in_story(
    one: DemoResource, story: Story, *, pack: Pack, day: date
) -> PlannedMeasure | None:
    """A measure with the place and the member that it must name; None where there is none left."""
    village, wanted = story.household.division, to_be_named(pack, one.measure)
    resource = next(
        (
            row
            for row in Resource.objects.filter(measure=one.measure, title=one.title)
            if village.startswith(row.division)
            and row.measures.filter(state__in=ALIVE).count() < row.quota
        ),
        None,
    )
    member = _member_for(one.measure, story.household, pack=pack, day=day)
    if (resource is None and "place" in wanted) or (member is None and "person" in wanted):
        return None
    return PlannedMeasure(
        measure=one.measure,
        from_date=day,
        person_ref=member.person_ref if member and "person" in wanted else None,
        resource_no=resource.resource_no if resource else "",
        monthly_amount=one.monthly_amount,
        reason=story.judgement,
    )


def _member_for(measure: str, household: Household, *, pack: Pack, day: date) -> Member | None:
    """The first member against whom no condition of the measure speaks; None where there is none."""
    return next(
        (
            member
            for member in household.members.order_by("-is_head", "birth_date", "person_ref")
            if all(
                guard.is_met is not False
                for guard in guards_of_measure(
                    pack, measure, household=household, member=member, at=day
                )
                if guard.of == "person"
            )
        ),
        None,
    )
