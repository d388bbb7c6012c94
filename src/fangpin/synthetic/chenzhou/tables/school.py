"""Education: enrolment in March and September, fees in September, aid in spring and autumn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fangpin.synthetic.chance import stream
from fangpin.synthetic.chenzhou.families import FORMER_POOR
from fangpin.synthetic.chenzhou.livelihoods import school_stage
from fangpin.synthetic.chenzhou.misfortunes import HIGHER_FEES, UPPER_FEES
from fangpin.synthetic.tables import Row, Table, event_table
from fangpin.synthetic.world import Household, Person, World
from fangpin.values.month import Month

_STAGES = {
    "学前教育": "学前教育",
    "小学": "小学",
    "七年级": "初中",
    "八年级": "初中",
    "九年级": "初中",
}
_TERMS = (3, 9)
LEAVING_SHARE = 0.003
"""Share of junior pupils who are not at school in a term."""


def stage_of(school: str) -> str:
    """The stage of education that a registry's school belongs to."""
    if school in _STAGES:
        return _STAGES[school]
    return next(stage for stage in ("高中", "中职", "高职高专", "本科") if stage in school)


def _pupils(world: World, month: Month) -> Iterator[tuple[Person, Household, str]]:
    for household in world.households:
        for person in household.members:
            if person.identifier and not person.is_aged(23, month) and person.is_there(month):
                school = school_stage(person, month)
                if school:
                    yield person, household, school


def _enrolled(world: World, month: Month) -> Iterator[Row]:
    if month.number not in _TERMS:
        return
    for person, household, school in _pupils(world, month):
        stage = stage_of(school)
        draw = stream(world.seed, "school", person.person_no, int(month)).random()
        planted = household.household_no in world.planted
        left = stage == "初中" and draw < LEAVING_SHARE and not planted
        values: dict[str, object] = {
            "report_month": month,
            "school": f"{household.village_name}小学" if stage == "小学" else f"某某{stage}学校",
            "stage": stage,
            "grade": school,
            "boarding": "是" if stage not in ("学前教育", "小学") else "否",
            "status": "辍学" if left else "休学" if draw > 0.999 and not planted else "在校",
        }
        yield Row(person, household, values)


def _watched(world: World, month: Month) -> Iterator[Row]:
    """Junior pupils who left in the last term and what became of them."""
    before = (month.plus(-back) for back in range(12))
    term = next(earlier for earlier in before if earlier.number in _TERMS)
    if term < world.first_month:
        term = world.first_month
    for person, household, school in _pupils(world, term):
        if stage_of(school) != "初中" or household.household_no in world.planted:
            continue
        draw = stream(world.seed, "school", person.person_no, int(term)).random()
        if draw < LEAVING_SHARE and month - term <= 5:
            values: dict[str, object] = {
                "report_month": month,
                "reason": "厌学" if draw < LEAVING_SHARE / 2 else "外出务工",
                "proved": "否",
                "found": date(term.year, term.number, 20),
                "returned": "是" if month - term >= 2 else "否",
            }
            yield Row(person, household, values)


def _fees(world: World, month: Month) -> Iterator[Row]:
    """Every pupil above compulsory school; the dear ones are records of the truth."""
    if month.number != 9:
        return
    dear = list(event_table("jiaoyu.fee", "").rows(world, month))
    yield from dear
    known = {row.person.person_no for row in dear if row.person}
    for person, household, school in _pupils(world, month):
        stage = stage_of(school)
        name = "普通高中" if stage == "高中" else stage
        fees = UPPER_FEES.get(name) or HIGHER_FEES.get(name)
        if fees is None or person.person_no in known:
            continue
        free = stage == "中职"
        values: dict[str, object] = {
            "stage": stage,
            "public_school": "是",
            "tuition": 0 if free else fees[0] * 100,
            "lodging": fees[1] * 100,
            "books": fees[2] * 100,
            "charged": date(month.year, 9, 1),
        }
        yield Row(person, household, values)


def _aid(world: World, month: Month) -> Iterator[Row]:
    """Grants for children of former poor and dibao families, in May and November."""
    if month.number not in (5, 11):
        return
    for person, household, school in _pupils(world, month):
        helped = household.kind == FORMER_POOR or household.subsistence is not None
        if not helped or household.household_no in world.planted:
            continue
        stage = stage_of(school)
        kind, yuan = {
            "学前教育": ("其他", 500),
            "小学": ("寄宿生生活补助", 250),
            "初中": ("寄宿生生活补助", 625),
            "高中": ("国家助学金", 1000),
            "中职": ("雨露计划", 1500),
            "高职高专": ("雨露计划", 1500),
            "本科": ("国家助学金", 1650),
        }[stage]
        values: dict[str, object] = {
            "stage": stage,
            "kind": kind,
            "amount": yuan * 100,
            "paid": date(month.year, month.number, 22),
        }
        yield Row(person, household, values)


TABLES = (
    Table("jiaoyu.enrol", "report_month school stage grade boarding status", _enrolled),
    Table("jiaoyu.dropout", "report_month reason proved found returned", _watched),
    Table("jiaoyu.fee", "stage public_school tuition lodging books charged", _fees),
    Table("jiaoyu.aid", "stage kind amount paid", _aid),
)
