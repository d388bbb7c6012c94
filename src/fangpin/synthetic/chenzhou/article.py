"""The founding article's two households, planted by hand where a reader can find them by name.

Red Net, 2020-12-14. Facts the article does not give (ages, the split of the 17,000 yuan, the spouse)
are chosen here and nowhere else.
"""

from __future__ import annotations

from datetime import date

from fangpin.synthetic.chenzhou.bills import OUTPATIENT, self_paid_bill
from fangpin.synthetic.chenzhou.families import (
    CHRONIC,
    FORMER_POOR,
    HEALTHY,
    MAN,
    NONE,
    ORDINARY,
    ORDINARY_HOUSEHOLD,
    SERIOUS,
    WEAK,
    WOMAN,
    Place,
)
from fangpin.synthetic.chenzhou.identity_numbers import Numbers
from fangpin.synthetic.world import Household, Job, Person, Record, Shock, World
from fangpin.values.month import Month

LI_HOUSEHOLD_NO = "43102200000001"
SHU_HOUSEHOLD_NO = "43102600000001"
LI_VILLAGE = "431022202204"
SHU_VILLAGE = "431026109207"
LI_WAGES = (
    {
        Month.of(2019, 1): 600,
        Month.of(2019, 2): 250,
        Month.of(2019, 3): 250,
        Month.of(2019, 4): 1150,
    }
    | {Month.of(2019, number): 1200 for number in range(5, 13)}
    | {Month.of(2020, 1): 1200}
)
"""Month -> wage in yuan; none from February 2020 on. Before the summer of 2019 he had odd jobs."""
LI_LOST_WAGE = 1200
LI_FARM_YEAR = 6200
"""With the wages of May 2019 to January 2020 (10,800) the 17,000 yuan of the year in which the alert
came: the twelve months to April 2020, three months into the illness."""
LI_ON_LEAVE = (Month.of(2020, 2), Month.of(2020, 3))
"""The works stood still and kept him on its list without pay; in April he was let go."""
LI_MONTHLY_BILL = 450
LI_ILL_FROM, LI_ILL_TO = Month.of(2020, 2), Month.of(2020, 11)
SHU_ALIMONY = 300
SHU_DAUGHTER_IN_DEBT = Month.of(2020, 3)
SHU_POST_PAY = 250
SHU_POST_FROM = Month.of(2020, 4)
ARTICLE_HOUSEHOLDS = (LI_HOUSEHOLD_NO, SHU_HOUSEHOLD_NO)


def plant_li_zhuxi(world: World, *, place: Place, numbers: Numbers) -> Household:
    """Three persons, lifted out in 2018; from February 2020 450 yuan a month and no wage."""
    number = LI_HOUSEHOLD_NO
    li = _person(numbers, place, f"{number}01", "李竹喜", MAN, date(1974, 5, 12), "户主", "初中")
    wife = _person(numbers, place, f"{number}02", "邓满秀", WOMAN, date(1977, 9, 3), "配偶", "小学")
    child = _person(numbers, place, f"{number}03", "李思源", MAN, date(2006, 3, 21), "之子", "小学")
    child.work_ability, child.phone = NONE, ""
    wife.work_ability, wife.health, wife.chronic_disease = WEAK, CHRONIC, "M32.9"
    li.job = Job(
        province="湖南省",
        city="郴州市",
        county="宜章县",
        employer="某某竹木制品厂",
        industry="制造业",
        channel="自主就业",
        away=False,
        wage_by_month=[LI_WAGES.get(m, 0) for m in world.months()],
        began=date(2017, 3, 1),
        unpaid_leave=LI_ON_LEAVE,
    )
    household = Household(
        household_no=number,
        village=place.code,
        village_name=place.name,
        kind=FORMER_POOR,
        exit_year=2018,
        members=[li, wife, child],
        buffer=2500,
        land_tenths_mu=0,
        farm_year=LI_FARM_YEAR,
    )
    shock = Shock(
        kind="chronic_illness",
        household_no=number,
        person_no=wife.person_no,
        struck=date(2020, 2, 10),
        lasts_months=LI_ILL_TO - LI_ILL_FROM + 1,
        cost=0,
    )
    for step in range(shock.lasts_months):
        month = LI_ILL_FROM.plus(step)
        if not world.first_month <= month <= world.last_month:
            continue
        world.bills.append(
            self_paid_bill(
                wife,
                county="431022",
                visit=OUTPATIENT,
                day=date(month.year, month.number, 10),
                in_policy=300,
                out_policy=LI_MONTHLY_BILL - 300,
                diagnosis="M32.9",
                insured_share=0.4,
            )
        )
        shock.cost += LI_MONTHLY_BILL + LI_LOST_WAGE
        shock.traces += [("yibao.settlement", month), ("renshe.employ", month)]
    if shock.traces:
        household.shocks.append(shock)
    return household


def plant_shu_taoying(world: World, *, place: Place, numbers: Numbers) -> Household:
    """A widow alone: 300 yuan alimony and 103 pension a month, an operation in December 2018."""
    number = SHU_HOUSEHOLD_NO
    shu = _person(numbers, place, f"{number}01", "舒桃英", WOMAN, date(1953, 7, 8), "户主", "小学")
    shu.work_ability, shu.health = WEAK, SERIOUS
    began = SHU_POST_FROM.first_day
    shu.job = Job(
        province="湖南省",
        city="郴州市",
        county="汝城县",
        employer=place.name,
        industry="公共管理",
        channel="公益性岗位",
        away=False,
        wage_by_month=[SHU_POST_PAY if m >= SHU_POST_FROM else 0 for m in world.months()],
        began=began,
    )
    world.records.append(
        Record(
            feed="weijian.serious",
            month=world.first_month,
            person=shu,
            values={
                "disease": "股骨头坏死",
                "diagnosed": date(2018, 12, 6),
                "treated": "是",
                "family_doctor": "是",
            },
        )
    )
    return Household(
        household_no=number,
        village=place.code,
        village_name=place.name,
        kind=ORDINARY_HOUSEHOLD,
        exit_year=None,
        members=[shu],
        buffer=600,
        land_tenths_mu=0,
        farm_year=0,
        gifts_month=SHU_ALIMONY,
        gifts_from="小女儿",
        supporter_in_distress=SHU_DAUGHTER_IN_DEBT,
    )


def _person(
    numbers: Numbers,
    place: Place,
    person_no: str,
    name: str,
    sex: str,
    birth: date,
    relation: str,
    education: str,
) -> Person:
    return Person(
        household_no=person_no[:-2],
        person_no=person_no,
        name=name,
        sex=sex,
        birth=birth,
        identifier=numbers.give(division=place.code, birth=birth, sex=sex, wish=211),
        relation=relation,
        health=HEALTHY,
        work_ability=ORDINARY,
        education=education,
        phone="139" + person_no[-8:],
    )
