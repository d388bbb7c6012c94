"""Planning help for a household: what is checked before a measure is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from fangpin.casework.cases import refusals
from fangpin.casework.cases.models import CaseAct, Episode
from fangpin.casework.cases.states import EpisodeState
from fangpin.casework.measures.fitness import guards_of_measure
from fangpin.casework.measures.models import Measure, Resource
from fangpin.casework.measures.monthly import check_monthly
from fangpin.casework.measures.states import ALIVE
from fangpin.casework.registry.models import Household, Member
from fangpin.decisions.measures import to_be_named
from fangpin.policy import Pack
from fangpin.policy.models.lists import MeasureKind
from fangpin.values.problem import Problem, ProblemError


@dataclass(frozen=True, slots=True)
class PlannedMeasure:
    """One measure of a plan; `reason` says why where a condition of the pack is not met.

    Without `monthly_amount` it pays what its place does; None of both: not settled yet.
    """

    measure: str
    from_date: date
    person_ref: int | None = None
    resource_no: str = ""
    department: str = ""
    until_date: date | None = None
    monthly_amount: Decimal | None = None
    reason: str = ""


def write_plan(
    *,
    pack: Pack,
    household: Household,
    planned: Sequence[PlannedMeasure],
    by: str,
    at: datetime,
    on: date,
    act: CaseAct | None,
    where: str,
) -> list[Measure]:
    """Write the measures of a plan, all or none, in the caller's transaction.

    Raises ProblemError with every reason: PLAN_EMPTY, VALUE_NOT_LISTED, MEASURE_NOT_OFFERED,
    MEMBER_UNKNOWN, RESOURCE_UNKNOWN, RESOURCE_FULL, MEASURE_WITHOUT_PERSON, MEASURE_WITHOUT_PLACE,
    CONDITION_NEEDS_REASON, MEASURE_PERIOD, and what `check_monthly` does.
    """
    if not planned:
        raise refusals.refusal(
            "PLAN_EMPTY",
            where,
            zh="帮扶计划没有任何措施。",
            en="The plan has no measure.",
            fix_zh="请至少选择一项措施。",
            fix_en="Choose at least one measure.",
        )
    problems: list[Problem] = []
    rows: list[Measure] = []
    episode = Episode.objects.filter(household=household, state=EpisodeState.MONITORED).first()
    _hold_places(planned)
    for one in planned:
        try:
            rows.append(
                _checked(
                    pack,
                    household,
                    one,
                    planned=frozenset(other.measure for other in planned),
                    before=rows,
                    episode=episode,
                    by=by,
                    at=at,
                    on=on,
                    act=act,
                    where=where,
                )
            )
        except ProblemError as error:
            problems += error.problems
    if problems:
        raise ProblemError(problems)
    for row in rows:
        row.save()
    return rows


def _checked(
    pack: Pack,
    household: Household,
    one: PlannedMeasure,
    *,
    planned: frozenset[str],
    before: Sequence[Measure],
    episode: Episode | None,
    by: str,
    at: datetime,
    on: date,
    act: CaseAct | None,
    where: str,
) -> Measure:
    kind = pack.measures.get(one.measure)
    if kind is None:
        raise refusals.not_a_word(
            where, zh="帮扶措施", en="Measure", given=one.measure, valid=pack.measures
        )
    if kind.until_date is not None and one.from_date >= kind.until_date:
        raise refusals.refusal(
            "MEASURE_NOT_OFFERED",
            where,
            zh=f"“{kind.title.zh}”自 {kind.until_date} 起不再作为新的措施。",
            en=f"'{kind.title.en}' is no new measure from {kind.until_date} on.",
            fix_zh="请选择其他措施。",
            fix_en="Choose another measure.",
        )
    if one.until_date is not None and one.until_date <= one.from_date:
        raise refusals.refusal(
            "MEASURE_PERIOD",
            where,
            zh="措施的结束日期应在开始日期之后。",
            en="A measure ends after it begins.",
            fix_zh="请改正起止日期。",
            fix_en="Mend the dates.",
        )
    _named(pack, kind, one, where)
    check_monthly(kind, one.monthly_amount, where)
    member = _member(household, one, where)
    resource = _place(household, one, before=before, on=on, where=where)
    unmet = [
        guard
        for guard in guards_of_measure(
            pack, kind.measure, household=household, member=member, at=on, planned=planned
        )
        if guard.is_met is False
    ]
    if unmet and not one.reason.strip():
        raise refusals.refusal(
            "CONDITION_NEEDS_REASON",
            where,
            zh=f"“{kind.title.zh}”的条件不满足：{'；'.join(guard.words.zh for guard in unmet)}。",
            en=f"Conditions of '{kind.title.en}' are not met: "
            f"{'; '.join(guard.words.en for guard in unmet)}.",
            fix_zh="请改选措施或成员；确需安排的，写明理由。",
            fix_en="Choose another measure or member, or give the reason for it.",
            measure=kind.measure,
        )
    return Measure(
        household=household,
        division=household.division,
        episode=episode,
        planned_by_act=act,
        measure=one.measure,
        person_ref=one.person_ref,
        resource=resource,
        department=one.department or kind.department or "",
        from_date=one.from_date,
        until_date=one.until_date,
        monthly_amount=one.monthly_amount
        if one.monthly_amount is not None
        else (resource.monthly_amount if resource else None),
        reason=one.reason.strip(),
        planned_at=at,
        planned_by=by,
    )


def _named(pack: Pack, kind: MeasureKind, one: PlannedMeasure, where: str) -> None:
    """Refuse a measure that leaves open what the pack wants named."""
    wanted = to_be_named(pack, kind.measure)
    problems: list[Problem] = []
    if "person" in wanted and one.person_ref is None:
        problems += refusals.refusal(
            "MEASURE_WITHOUT_PERSON",
            where,
            zh=f"“{kind.title.zh}”没有写给谁。",
            en=f"'{kind.title.en}' does not say whom it is for.",
            fix_zh="请选择家里的一位成员。",
            fix_en="Choose a member of the household.",
            measure=kind.measure,
        ).problems
    if "place" in wanted and not one.resource_no:
        problems += refusals.refusal(
            "MEASURE_WITHOUT_PLACE",
            where,
            zh=f"“{kind.title.zh}”没有写占用哪个名额。",
            en=f"'{kind.title.en}' does not say which place it takes.",
            fix_zh="请选择一个名额；没有合适的，由县级在“措施与名额”登记。",
            fix_en="Choose a place; where none fits, the county records it under "
            "'Measures and places'.",
            measure=kind.measure,
        ).problems
    if problems:
        raise ProblemError(problems)


def _member(household: Household, one: PlannedMeasure, where: str) -> Member | None:
    if one.person_ref is None:
        return None
    member = Member.objects.filter(household=household, person_ref=one.person_ref).first()
    if member is None:
        raise refusals.refusal(
            "MEMBER_UNKNOWN",
            where,
            zh="所选成员不在这一户。",
            en="The member chosen does not belong to this household.",
            fix_zh="请重新选择家庭成员。",
            fix_en="Choose a member of the household.",
        )
    return member


def _hold_places(planned: Sequence[PlannedMeasure]) -> None:
    """Hold the resources of a plan, in one order for everybody, until the plan is written."""
    named = Resource.objects.filter(resource_no__in={one.resource_no for one in planned})
    list(named.select_for_update().order_by("pk").values_list("pk"))


def _place(
    household: Household,
    one: PlannedMeasure,
    *,
    before: Sequence[Measure],
    on: date,
    where: str,
) -> Resource | None:
    """The resource with a place left, also beside the measures of the plan that stand before."""
    if not one.resource_no:
        return None
    resource = Resource.objects.filter(resource_no=one.resource_no, measure=one.measure).first()
    over = resource is not None and resource.to_date is not None and resource.to_date <= on
    if resource is None or over or not household.division.startswith(resource.division):
        raise refusals.refusal(
            "RESOURCE_UNKNOWN",
            where,
            zh="没有这项资源，或不面向这一户所在的地方。",
            en="There is no such resource for households of this place.",
            fix_zh="请重新选择岗位或名额。",
            fix_en="Choose another place.",
        )
    held = resource.measures.filter(state__in=ALIVE).count()
    if held + sum(row.resource_id == resource.pk for row in before) >= resource.quota:
        raise refusals.refusal(
            "RESOURCE_FULL",
            where,
            zh=f"“{resource.title}”的 {resource.quota} 个名额已满。",
            en=f"All {resource.quota} places of '{resource.title}' are held.",
            fix_zh="请选择其他岗位，或由县级增加名额。",
            fix_en="Choose another, or let the county add places.",
        )
    return resource
