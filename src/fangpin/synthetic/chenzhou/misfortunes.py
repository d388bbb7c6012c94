"""What befalls households, with its true date and cost; and noise that only looks like it.

Each function changes the household's life, leaves the traces that departments will report, and
returns the Shock. Whether there is need is decided afterwards, from the household's own means.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from fangpin.synthetic.chance import between, pick
from fangpin.synthetic.chenzhou.bills import (
    CHRONIC_VISIT,
    INPATIENT,
    OUTPATIENT,
    day_in,
    refund_of,
    self_paid_bill,
)
from fangpin.synthetic.chenzhou.livelihoods import school_stage
from fangpin.synthetic.world import Bill, Household, Person, Record, Shock, World
from fangpin.values.month import Month

SERIOUS_DISEASES = {
    "C34.9": "肺癌",
    "C16.9": "胃癌",
    "C50.9": "乳腺癌",
    "N18.5": "终末期肾病",
    "I21.9": "急性心肌梗死",
    "I63.9": "脑梗死",
    "M87.0": "股骨头坏死",
}
UPPER_FEES = {"普通高中": (2000, 1000, 800), "中职": (2400, 1200, 600)}
HIGHER_FEES = {"本科": (5200, 1200, 800), "高职高专": (6800, 1200, 700)}


def _first_month(chance: Random, world: World, *, leave: int = 0) -> Month:
    return Month(
        between(chance, world.first_month, max(world.last_month - leave, world.first_month))
    )


def _adult(chance: Random, household: Household, month: Month) -> Person | None:
    grown = [
        p
        for p in household.members
        if p.identifier and p.died is None and p.age_on(month.first_day) >= 18
    ]
    return pick(chance, grown) if grown else None


def _earner(household: Household, world: World, month: Month) -> Person | None:
    at = world.offset(month)
    living = [p for p in household.members if p.job and p.died is None]
    earning = [p for p in living if p.job and sum(p.job.wage_by_month[at:]) > 0]
    return max(earning, key=lambda p: p.job.wage_by_month[at] if p.job else 0) if earning else None


def _stop_wages(person: Person, world: World, *, first: Month, months: int) -> int:
    """Set wages to zero and give back what is lost."""
    assert person.job is not None
    wages = person.job.wage_by_month
    start = world.offset(first)
    end = min(start + months, len(wages))
    lost = sum(wages[start:end])
    wages[start:end] = [0] * (end - start)
    return lost


def chronic_illness(chance: Random, household: Household, world: World) -> Shock | None:
    """Small self-paid outpatient bills every month, 6 to 14 months; who is ill may stop earning."""
    month = _first_month(chance, world, leave=2)
    person = _adult(chance, household, month)
    if person is None:
        return None
    earner = _earner(household, world, month)
    if earner is not None and chance.random() < 0.5:
        person = earner
    length = min(between(chance, 6, 14), world.last_month - month + 1)
    level = between(chance, 24, 65) * 10
    disease = person.chronic_disease or pick(chance, ("M32.9", "E11.9", "N18.3", "I25.1"))
    shock = _shock("chronic_illness", household, person, date(month.year, month.number, 5), length)
    for step in range(length):
        at = month.plus(step)
        own = level + 10 * between(chance, -4, 4)
        bill = self_paid_bill(
            person,
            county=household.village[:6],
            visit=CHRONIC_VISIT if person.chronic_disease else OUTPATIENT,
            day=day_in(chance, at),
            in_policy=own * 7 // 10,
            out_policy=own - own * 7 // 10,
            diagnosis=disease,
            insured_share=0.45,
        )
        _bill(world, shock, bill)
    if person.job and chance.random() < 0.7:
        shock.cost += _stop_wages(person, world, first=month, months=length)
        shock.traces += [("renshe.employ", month.plus(step)) for step in range(length)]
    if not person.chronic_disease:
        person.chronic_disease, person.health = disease, "长期慢性病"
    return shock


def large_illness(chance: Random, household: Household, world: World) -> Shock | None:
    """One to three hospital stays of a serious disease; self-paid 6,000 to 60,000 yuan in all."""
    month = _first_month(chance, world)
    person = _adult(chance, household, month)
    if person is None:
        return None
    code = pick(chance, tuple(SERIOUS_DISEASES))
    stays = min(between(chance, 1, 3), world.last_month - month + 1)
    whole = round(6000 * 10 ** chance.random())
    shock = _shock("large_illness", household, person, day_in(chance, month), stays)
    for step in range(stays):
        own = whole // stays
        bill = self_paid_bill(
            person,
            county=household.village[:6],
            visit=INPATIENT,
            day=day_in(chance, month.plus(step), first=12),
            in_policy=own * 6 // 10,
            out_policy=own - own * 6 // 10,
            diagnosis=code,
            stay_days=between(chance, 6, 11),
            insured_share=0.62,
            poor=household.exit_year is not None,
            city_hospital=True,
        )
        _bill(world, shock, bill)
    person.health = "患有大病"
    values: dict[str, object] = {
        "disease": SERIOUS_DISEASES[code],
        "diagnosed": shock.struck,
        "treated": "是",
        "family_doctor": pick(chance, ("是", "是", "否")),
    }
    _record(world, shock, "weijian.serious", month, person, values)
    if person.job:
        shock.cost += _stop_wages(person, world, first=month, months=between(chance, 2, 6))
    return shock


def job_loss(chance: Random, household: Household, world: World) -> Shock | None:
    """The best earner's wage falls to nothing for three to ten months."""
    month = _first_month(chance, world)
    person = _earner(household, world, month)
    if person is None or person.job is None or person.job.channel == "公益性岗位":
        return None
    length = min(between(chance, 3, 10), world.last_month - month + 1)
    shock = _shock("job_loss", household, person, date(month.year, month.number, 1), length)
    shock.cost = _stop_wages(person, world, first=month, months=length)
    shock.traces += [("renshe.employ", month.plus(step)) for step in range(length)]
    if chance.random() < 0.6:
        values: dict[str, object] = {
            "registered": day_in(chance, month, first=1),
            "reason": pick(chance, ("企业停产", "合同到期", "企业裁员", "本人意愿")),
        }
        _record(world, shock, "renshe.unemploy", month, person, values)
    return shock


def accident(chance: Random, household: Household, world: World) -> Shock | None:
    """A road or work accident: a stay with a large bill and months without wages."""
    month = _first_month(chance, world)
    person = _adult(chance, household, month)
    if person is None:
        return None
    day = day_in(chance, month, first=1)
    months_out = min(between(chance, 3, 8), world.last_month - month + 1)
    shock = _shock("accident", household, person, day, months_out)
    number = f"{household.village[:6]}{day:%Y%m%d}{len(world.shocks) % 1000:03d}"
    at_work = person.job is not None and chance.random() < 0.3
    if at_work:
        assessed = min(day + timedelta(days=40), world.last_month.last_day)
        values: dict[str, object] = {
            "injured": day,
            "assessed": assessed,
            "grade": between(chance, 4, 10),
        }
        _record(world, shock, "renshe.injury", Month.containing(assessed), person, values)
    else:
        values = {
            "accident_no": number,
            "happened_on": day,
            "injury": pick(chance, ("重伤", "重伤", "轻伤")),
            "liability": pick(chance, ("主要", "同等", "次要", "无责")),
        }
        _record(world, shock, "gongan.accident", month, person, values)
    own = between(chance, 40, 260) * 100
    leave = day + timedelta(days=between(chance, 8, 20))
    if Month.containing(leave) <= world.last_month:
        bill = self_paid_bill(
            person,
            county=household.village[:6],
            visit=INPATIENT,
            day=leave,
            in_policy=own // 2,
            out_policy=own - own // 2,
            diagnosis=pick(chance, ("S72.0", "S06.9", "S82.0")),
            stay_days=7,
            insured_share=0.5,
        )
        _bill(world, shock, bill)
    if person.job:
        shock.cost += _stop_wages(person, world, first=month.plus(1), months=months_out)
    return shock


def business_failure(chance: Random, household: Household, world: World) -> Shock | None:
    """Animals culled or a project given up: the year's farm income is lost with the outlay."""
    month = _first_month(chance, world)
    loss = household.farm_year + between(chance, 20, 150) * 100
    head = household.head
    if not head.identifier or household.farm_year == 0:
        return None
    day = day_in(chance, month, first=1)
    shock = _shock("business_failure", household, head, day, 6)
    shock.cost = loss
    heads = between(chance, 8, 60)
    if chance.random() < 0.6:
        values: dict[str, object] = {
            "culled": day,
            "species": pick(chance, ("生猪", "家禽")),
            "heads": heads,
            "compensation": heads * 8000,
        }
        _record(world, shock, "nongye.epidemic", month, head, values)
        shock.cost -= heads * 80
    else:
        values = {
            "changed": day,
            "project": pick(chance, ("生姜种植", "黄牛养殖", "烤烟种植", "肉鸡养殖")),
            "role": "自主经营",
            "dividend": 0,
            "state": "失败",
        }
        _record(world, shock, "nongye.industry", month, head, values)
    return shock


def school_cost(chance: Random, household: Household, world: World) -> Shock | None:
    """A child goes on to a fee-paying school or university in September."""
    for year in range(world.first_month.year, world.last_month.year + 1):
        month = Month.of(year, 9)
        if not world.first_month.plus(1) <= month <= world.last_month:
            continue
        for person in household.members:
            now, before = school_stage(person, month), school_stage(person, month.plus(-1))
            if not person.identifier or now == before:
                continue
            fees = next((f for s, f in HIGHER_FEES.items() if now.startswith(s)), None)
            if fees is None:
                continue
            private = chance.random() < 0.5
            tuition = fees[0] + (between(chance, 40, 110) * 100 if private else 0)
            shock = _shock("school_cost", household, person, date(year, 9, 1), 1)
            shock.cost = tuition + fees[1] + fees[2]
            values: dict[str, object] = {
                "stage": "本科" if now.startswith("本科") else "高职高专",
                "public_school": "否" if private else "是",
                "charged": date(year, 9, 1),
                "tuition": tuition * 100,
                "lodging": fees[1] * 100,
                "books": fees[2] * 100,
            }
            _record(world, shock, "jiaoyu.fee", month, person, values)
            return shock
    return None


def end_of_support(chance: Random, household: Household, world: World) -> Shock | None:
    """The subsistence allowance is stopped."""
    support = household.subsistence
    if support is None or support.stopped is not None:
        return None
    month = Month(between(chance, world.first_month.plus(1), world.last_month.plus(-3)))
    support.stopped = month
    support.stop_reason = pick(chance, ("收入超标", "家庭人口变化", "未按期复核"))
    length = world.last_month - month + 1
    shock = _shock("end_of_support", household, household.head, month.first_day, length)
    shock.cost = support.amount * length
    shock.traces.append(("minzheng.dibao", month.plus(-1)))
    return shock


def death_of_earner(chance: Random, household: Household, world: World) -> Shock | None:
    """The best earner dies; wages end for good."""
    month = _first_month(chance, world)
    person = _earner(household, world, month)
    if person is None or len(household.members) < 2 or household.shocks:
        return None
    day = day_in(chance, month, first=1)
    length = world.last_month - month + 1
    shock = _shock("death_of_earner", household, person, day, length)
    shock.cost = 8000 + _stop_wages(person, world, first=month.plus(1), months=length)
    death(world, person, day, shock=shock)
    return shock


def death(world: World, person: Person, day: date, *, shock: Shock | None = None) -> None:
    """A person dies: three departments know it, each in its own words."""
    person.died = day
    month = Month.containing(day)
    for feed, values in (
        ("gongan.cancel", {"reason": "死亡", "cancelled": day}),
        ("weijian.birth_death", {"event": "死亡", "event_date": day}),
        ("minzheng.cremation_marriage", {"event": "火化", "event_date": day}),
    ):
        _record(world, shock, feed, month, person, dict(values))


def large_bill_of_the_well_off(chance: Random, household: Household, world: World) -> Shock | None:
    """Noise: one large bill that a well-off family pays from its savings."""
    if not household.well_off:
        return None
    month = _first_month(chance, world)
    person = _adult(chance, household, month)
    if person is None:
        return None
    own = between(chance, 200, 350) * 100
    shock = _shock("large_bill_of_the_well_off", household, person, day_in(chance, month), 1)
    shock.is_noise = True
    bill = self_paid_bill(
        person,
        county=household.village[:6],
        visit=INPATIENT,
        day=shock.struck,
        in_policy=own // 2,
        out_policy=own - own // 2,
        diagnosis="K80.2",
        stay_days=2,
        city_hospital=True,
    )
    _bill(world, shock, bill)
    return shock


def bill_taken_back(chance: Random, household: Household, world: World) -> Shock | None:
    """Noise: a large bill settled wrongly and refunded whole in the following month."""
    month = _first_month(chance, world, leave=2)
    person = _adult(chance, household, month)
    if person is None:
        return None
    own = between(chance, 60, 220) * 100
    shock = _shock("bill_taken_back", household, person, day_in(chance, month), 2)
    shock.is_noise = True
    bill = self_paid_bill(
        person,
        county=household.village[:6],
        visit=INPATIENT,
        day=shock.struck,
        in_policy=own,
        out_policy=0,
        diagnosis="I63.9",
        stay_days=2,
    )
    _bill(world, shock, bill)
    _bill(world, shock, refund_of(bill))
    return shock


def change_of_employer(chance: Random, household: Household, world: World) -> Shock | None:
    """Noise: a new employer, a deregistration, one thin month; the pay goes on."""
    month = _first_month(chance, world)
    person = _earner(household, world, month)
    if person is None or person.job is None or person.job.channel == "公益性岗位":
        return None
    shock = _shock("change_of_employer", household, person, month.first_day, 1)
    shock.is_noise = True
    at = world.offset(month)
    shock.cost = person.job.wage_by_month[at] // 2
    person.job.wage_by_month[at] -= shock.cost
    person.job.changed_employer = (month, "某某新工业公司")
    values: dict[str, object] = {"registered": month.first_day, "reason": "本人意愿"}
    _record(world, shock, "renshe.unemploy", month, person, values)
    return shock


def flood(
    chance: Random, household: Household, world: World, *, day: date, event: str, kind: str
) -> Shock | None:
    """A storm strikes a village: fields and perhaps the house; relief covers a tenth."""
    head = household.head
    if not head.identifier or not head.is_there(Month.containing(day)):
        return None
    damaged = chance.random() < 0.12
    collapsed = damaged and chance.random() < 0.2
    crop = between(chance, 5, 60)
    loss = crop * 90 + (between(chance, 80, 400) * 100 if damaged else 0)
    shock = _shock("disaster", household, head, day, 1)
    shock.cost = loss - loss // 10
    values: dict[str, object] = {
        "event_no": event,
        "event_type": kind,
        "happened_on": day,
        "house_damage": _house_damage(chance, damaged=damaged, collapsed=collapsed),
        "crop_area": crop / 10,
        "loss": loss * 100,
        "relief": loss * 10,
    }
    _record(world, shock, "yingji.disaster", Month.containing(day), head, values)
    return shock


def _house_damage(chance: Random, *, damaged: bool, collapsed: bool) -> str:
    if collapsed:
        return "倒塌"
    if damaged:
        return "严重损坏"
    return "一般损坏" if chance.random() < 0.2 else "无"


def end_of_gifts(chance: Random, household: Household, world: World) -> Shock | None:
    """The child who supported old parents can no longer pay."""
    if household.gifts_month == 0:
        return None
    month = Month(between(chance, world.first_month.plus(2), world.last_month.plus(-3)))
    household.gifts_stopped = household.supporter_in_distress = month
    length = world.last_month - month + 1
    shock = _shock("end_of_gifts", household, household.head, month.first_day, length)
    shock.cost = household.gifts_month * length
    shock.traces += [("nongye.household_report", month.plus(step)) for step in range(length)]
    return shock


Misfortune = Callable[[Random, Household, World], Shock | None]

RATES: tuple[tuple[Misfortune, float], ...] = (
    (chronic_illness, 0.024),
    (large_illness, 0.028),
    (job_loss, 0.030),
    (accident, 0.008),
    (business_failure, 0.010),
    (school_cost, 0.35),
    (end_of_support, 0.10),
    (end_of_gifts, 0.03),
    (death_of_earner, 0.004),
    (large_bill_of_the_well_off, 0.10),
    (bill_taken_back, 0.004),
    (change_of_employer, 0.030),
)
"""Share of households that meet each within the world's time, where it can strike at all."""


def _shock(
    kind: str, household: Household, person: Person, struck: date, lasts_months: int
) -> Shock:
    return Shock(
        kind=kind,
        household_no=household.household_no,
        person_no=person.person_no,
        struck=struck,
        lasts_months=lasts_months,
        cost=0,
    )


def _bill(world: World, shock: Shock, bill: Bill) -> None:
    world.bills.append(bill)
    shock.cost += bill.self_paid_fen // 100
    shock.traces.append(("yibao.settlement", Month.containing(bill.settled)))


def _record(
    world: World,
    shock: Shock | None,
    feed: str,
    month: Month,
    person: Person,
    values: dict[str, object],
) -> None:
    world.records.append(Record(feed=feed, month=month, person=person, values=values))
    if shock is not None:
        shock.traces.append((feed, month))
