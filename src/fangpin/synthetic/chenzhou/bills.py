"""Medical bills: what insurance pays and what people bear, everyday ones and those of an illness."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from fangpin.synthetic.chance import between, pick
from fangpin.synthetic.world import Bill, Household, Person, World
from fangpin.values.month import Month

OUTPATIENT, CHRONIC_VISIT, INPATIENT = "门诊", "门诊慢特病", "住院"
COUNTY_NAMES = {
    "431002": "北湖区",
    "431003": "苏仙区",
    "431021": "桂阳县",
    "431022": "宜章县",
    "431023": "永兴县",
    "431024": "嘉禾县",
    "431025": "临武县",
    "431026": "汝城县",
    "431027": "桂东县",
    "431028": "安仁县",
    "431081": "资兴市",
}
_SMALL = ("J06.9", "K29.5", "M54.5", "J20.9", "L30.9", "K02.9")
_STAYS = ("J18.9", "K80.2", "M51.2", "S82.0", "I63.9", "K35.8")


def self_paid_bill(
    person: Person,
    *,
    county: str,
    visit: str,
    day: date,
    in_policy: int,
    out_policy: int,
    diagnosis: str,
    stay_days: int = 0,
    insured_share: float = 0.6,
    poor: bool = False,
    city_hospital: bool = False,
) -> Bill:
    """A bill of which the person bears the two given sums (yuan); insurance bears its share."""
    own = (in_policy + out_policy) * 100
    total = round(own / (1 - insured_share)) if insured_share < 1 else own
    paid = total - own
    aid = paid // 10 if poor and visit == INPATIENT else 0
    serious = paid // 8 if visit == INPATIENT and total > 2_000_000 else 0
    name = COUNTY_NAMES.get(county, "郴州市")
    return Bill(
        person=person,
        visit=visit,
        admitted=day - timedelta(days=stay_days),
        settled=day,
        hospital="郴州市第一人民医院" if city_hospital else f"{name}人民医院",
        hospital_level="三级" if city_hospital else "二级",
        diagnosis=diagnosis,
        total_fen=total,
        fund_fen=paid - aid - serious,
        serious_fen=serious,
        aid_fen=aid,
        in_policy_fen=in_policy * 100,
        out_policy_fen=out_policy * 100,
    )


def refund_of(bill: Bill) -> Bill:
    """The same bill taken back whole a month later: opposite signs, the first settlement's date."""
    return Bill(
        person=bill.person,
        visit=bill.visit,
        admitted=bill.admitted,
        settled=bill.settled,
        hospital=bill.hospital,
        hospital_level=bill.hospital_level,
        diagnosis=bill.diagnosis,
        total_fen=-bill.total_fen,
        fund_fen=-bill.fund_fen,
        serious_fen=-bill.serious_fen,
        aid_fen=-bill.aid_fen,
        in_policy_fen=-bill.in_policy_fen,
        out_policy_fen=-bill.out_policy_fen,
        away=bill.away,
        refund=True,
        sent_months_late=bill.sent_months_late + 1,
    )


def everyday_bills(chance: Random, household: Household, world: World) -> list[Bill]:
    """Colds, back pain, the odd stay: about a visit a year and person, a stay in fifteen years."""
    found: list[Bill] = []
    county = household.village[:6]
    poor = household.exit_year is not None
    months = world.months()
    for person in household.members:
        if not person.identifier and person.joined is None:
            continue
        old = person.age_on(world.first_month.first_day) >= 60
        often = 0.14 if person.chronic_disease else 0.10 if old else 0.05
        for month in months:
            draw = chance.random()
            if draw >= often or not person.is_there(month):
                continue
            day = day_in(chance, month)
            if draw < often * 0.06:
                bill = self_paid_bill(
                    person,
                    county=county,
                    visit=INPATIENT,
                    day=day,
                    in_policy=between(chance, 3, 18) * 50,
                    out_policy=between(chance, 0, 8) * 25,
                    diagnosis=pick(chance, _STAYS),
                    stay_days=between(chance, 3, 8),
                    insured_share=0.7,
                    poor=poor,
                )
                bill.away = person.job is not None and person.job.away and chance.random() < 0.5
                if bill.away or chance.random() < 0.06:
                    bill.sent_months_late = between(chance, 1, 2)
            else:
                chronic = bool(person.chronic_disease) and chance.random() < 0.6
                bill = self_paid_bill(
                    person,
                    county=county,
                    visit=CHRONIC_VISIT if chronic else OUTPATIENT,
                    day=day,
                    in_policy=between(chance, 10, 70),
                    out_policy=between(chance, 0, 20),
                    diagnosis=person.chronic_disease if chronic else pick(chance, _SMALL),
                    insured_share=0.55 if chronic else 0.4,
                )
            found.append(bill)
            if chance.random() < 0.008 and month.plus(3) < world.last_month:
                found.append(refund_of(bill))
    return found


def day_in(chance: Random, month: Month, *, first: int = 3) -> date:
    """A day of a month not before its third (or `first`) and not after its 27th."""
    return date(month.year, month.number, between(chance, first, 27))
