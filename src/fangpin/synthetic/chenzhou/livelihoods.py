"""Work, schooling and regular support: the months before anything befalls a household."""

from __future__ import annotations

from datetime import date
from random import Random

from fangpin.synthetic.chance import Weighted, between, pick
from fangpin.synthetic.chenzhou.families import LOST, NONE, ORDINARY, SKILLED, WEAK
from fangpin.synthetic.world import Household, Job, Person, Spell, World
from fangpin.values.month import Month

BASIC_PENSION = 103
"""Yuan a month of the residents' basic pension in 2019 and 2020, as the article states it."""
POST_PAY = 250

_AWAY = (
    ("广东省", "深圳市", "宝安区"),
    ("广东省", "广州市", "番禺区"),
    ("广东省", "东莞市", "东莞市"),
    ("广东省", "韶关市", "乐昌市"),
    ("浙江省", "宁波市", "慈溪市"),
    ("湖南省", "长沙市", "长沙县"),
)
_EMPLOYERS = {
    "制造业": ("某某电子厂", "某某鞋业公司", "某某玩具厂", "某某五金制品厂"),
    "建筑业": ("某某建筑劳务公司", "某某装修队"),
    "居民服务业": ("某某家政公司", "某某餐馆"),
    "批发和零售业": ("某某超市", "某某批发部"),
}
_WORK = Weighted({"away": 0.62, "near": 0.27, "workshop": 0.06, "post": 0.05})


def give_work(chance: Random, household: Household, *, world: World) -> None:
    """A job for about six in ten able adults; seasonal workers rest part of the year."""
    for person in household.members:
        age = person.age_on(world.first_month.first_day)
        able = person.work_ability in (SKILLED, ORDINARY) and age >= 18
        free = able and person.identifier and _stage_at_entry(person, world) == ""
        if free and chance.random() < 0.62:
            person.job = _job(chance, person, world)
        elif person.work_ability == WEAK and person.identifier and chance.random() < 0.06:
            person.job = _post(chance, household, world)


def _job(chance: Random, person: Person, world: World) -> Job:
    where = _WORK.pick(chance)
    if where == "post":
        where = "near"
    industry = pick(chance, tuple(_EMPLOYERS))
    province, city, county = (
        ("湖南省", "郴州市", "本县") if where != "away" else pick(chance, _AWAY)
    )
    level = {"away": 3300, "near": 2200, "workshop": 1700}[where]
    level += 100 * between(chance, -6, 12) + (500 if person.work_ability == SKILLED else 0)
    seasonal = chance.random() < 0.18
    wages = []
    for month in world.months():
        wages.append(_wage(chance, month, level=level, seasonal=seasonal))
    return Job(
        province=province,
        city=city,
        county=county,
        employer=pick(chance, _EMPLOYERS[industry]),
        industry=industry,
        channel="帮扶车间" if where == "workshop" else "自主就业",
        away=province != "湖南省",
        wage_by_month=wages,
        began=date(between(chance, 2014, 2018), between(chance, 1, 12), between(chance, 1, 28)),
    )


def _wage(chance: Random, month: Month, *, level: int, seasonal: bool) -> int:
    """A month's wage: noise of a tenth, half pay at Spring Festival, the pause of early 2020."""
    if seasonal and month.number in (2, 7):
        return 0
    share = 0.9 + 0.2 * chance.random()
    if month.number == 2:
        share *= 0.6
    if month in (Month.of(2020, 2), Month.of(2020, 3)):
        paused = 0.28 if month.number == 2 else 0.08
        share *= 0 if chance.random() < paused else 0.9
    return round(level * share / 10) * 10


def _post(chance: Random, household: Household, world: World) -> Job:
    """A public-welfare post in the village: cleaning or guarding the forest."""
    return Job(
        province="湖南省",
        city="郴州市",
        county="本县",
        employer=household.village_name,
        industry="公共管理",
        channel="公益性岗位",
        away=False,
        wage_by_month=[POST_PAY + 50 * between(chance, 0, 6)] * len(world.months()),
        began=date(2018, between(chance, 1, 12), 1),
    )


def reach_usual_level(chance: Random, household: Household, *, world: World) -> None:
    """By 2019 almost every household had found a living: farms, trades, help from its children.

    The level a head and year is drawn; what wages and pensions leave short is farmed, or given by
    children who live elsewhere when nobody at home can work. One in sixty stays poor.
    """
    heads = len(household.members)
    draw = chance.random()
    if draw < 1 / 60:
        level = between(chance, 36, 60) * 100
    elif household.exit_year is not None:
        level = between(chance, 66, 120) * 100
    else:
        level = between(chance, 76, 180) * 100
    months = len(world.months())
    earned = sum(
        _brought_home_in_all(person, world)
        for person in household.members
        if person.job is not None
    )
    pensions = sum(p.is_aged(60, world.first_month) for p in household.members) * BASIC_PENSION
    support = sum(s.amount for s in (household.subsistence, household.hardship) if s is not None)
    year = earned * 12 // months + 12 * (pensions + support + household.gifts_month)
    missing = level * heads - year - household.farm_year
    if missing <= 0 or household.hardship is not None:
        return
    if household.gifts_month:
        household.gifts_month += (missing // 12 // 50 + 1) * 50
    else:
        household.farm_year += missing // 100 * 100


def _brought_home_in_all(person: Person, world: World) -> int:
    return sum(brought_home(person, at) for at in range(len(world.months())))


def brought_home(person: Person, at: int) -> int:
    """Yuan of a wage that reach the household; who works far away lives off a third of it."""
    if person.job is None:
        return 0
    wage = person.job.wage_by_month[at]
    return wage * 2 // 3 if person.job.away else wage


def give_support(chance: Random, household: Household, *, world: World) -> None:
    """Dibao for the weak and poor, tekun for those without anybody: drawn by weakness, not rules."""
    day = world.first_month.first_day
    weak = sum(p.work_ability in (LOST, NONE) and p.age_on(day) >= 16 for p in household.members)
    earners = sum(p.job is not None for p in household.members)
    alone = len(household.members) == 1 and household.head.age_on(day) >= 66
    began = date(between(chance, 2012, 2018), between(chance, 1, 12), 1)
    if alone and chance.random() < 0.10:
        household.gifts_month, household.gifts_from = 0, ""
        household.hardship = Spell(kind="分散供养", amount=480, began=began)
        return
    leaning = 0.02 + (0.35 if weak and not earners else 0.0) + (0.05 if household.exit_year else 0)
    if not household.well_off and chance.random() < leaning:
        kind = pick(chance, ("A", "B", "B", "C", "C"))
        each = {"A": 330, "B": 230, "C": 150}[kind]
        amount = each * min(len(household.members), 3)
        household.subsistence = Spell(kind=kind, amount=amount, began=began)


def school_stage(person: Person, month: Month) -> str:
    """The school a person attends in a month as the registry writes it; empty when at none."""
    entry = month.year if month.number >= 9 else month.year - 1
    age = entry - person.birth.year - ((person.birth.month, person.birth.day) > (8, 31))
    if 3 <= age <= 5:
        return "学前教育"
    if 6 <= age <= 11:
        return "小学"
    if 12 <= age <= 14:
        return ("七年级", "八年级", "九年级")[age - 12]
    if 15 <= age <= 17:
        years = ("一年级", "二年级", "三年级")[age - 15]
        if person.upper_school == "senior":
            return f"普通高中{years}"
        if person.upper_school == "vocational" or age == 15:
            return f"中职{years}"
        return ""
    if 18 <= age <= 20 and person.upper_school == "senior":
        years = ("一年级", "二年级", "三年级")[age - 18]
        if person.higher_school == "college":
            return f"高职高专{years}"
    if 18 <= age <= 21 and person.upper_school == "senior" and person.higher_school == "bachelor":
        return "本科"
    return ""


def is_at_school(person: Person, month: Month) -> bool:
    """Whether a person attends any school in a month; nobody does from 23 years on."""
    return not person.is_aged(23, month) and school_stage(person, month) != ""


def _stage_at_entry(person: Person, world: World) -> str:
    return school_stage(person, world.first_month)
