"""Healthcare security and health: settlements, insurance, chronic and serious disease."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fangpin.synthetic.chance import between, stream
from fangpin.synthetic.chenzhou.bills import INPATIENT
from fangpin.synthetic.chenzhou.families import FORMER_POOR
from fangpin.synthetic.tables import Repeated, Row, Table, event_table
from fangpin.synthetic.world import Bill, World
from fangpin.values.month import Month

RESIDENTS_FEE_FEN = {2018: 18000, 2019: 22000, 2020: 25000}
"""What a resident pays for a year's insurance."""
_CHRONIC_NAMES = {
    "I10": "高血压",
    "E11": "糖尿病",
    "J44": "慢性阻塞性肺疾病",
    "M32": "系统性红斑狼疮",
    "N18": "慢性肾功能衰竭",
    "K74": "肝硬化",
    "I25": "冠心病",
}


def _settlements(world: World, month: Month) -> Iterator[Row]:
    """Bills that reach the department in this month, late ones with their own dates."""
    for bill in world.bills_sent_in(month):
        yield Row(bill.person, world.household(bill.person.household_no), _settlement(bill))


def _settlement(bill: Bill) -> dict[str, object]:
    stay = bill.visit == INPATIENT
    return {
        "settlement_id": bill.number,
        "admission_date": bill.admitted,
        "discharge_date": bill.settled if stay else None,
        "settle_date": bill.settled,
        "hospital_name": bill.hospital,
        "hospital_level": bill.hospital_level,
        "visit_type": bill.visit,
        "diagnosis_icd10": bill.diagnosis,
        "total_fee": bill.total_fen,
        "basic_fund_paid": bill.fund_fen,
        "serious_illness_paid": bill.serious_fen,
        "medical_aid_paid": bill.aid_fen,
        "other_paid": 0,
        "self_paid_in_policy": bill.in_policy_fen,
        "self_paid_out_policy": bill.out_policy_fen,
        "personal_cash": bill.self_paid_fen,
        "settle_place": "异地" if bill.away else "本地",
        "refund": "是" if bill.refund else "否",
    }


def _insured(world: World, month: Month) -> Iterator[Row]:
    """Everybody with a number, paid or not; a year is paid for in the last months before it."""
    values = {
        (insured, helped): _insurance(month, insured=insured, helped=helped)
        for insured in (True, False)
        for helped in (True, False)
    }
    for household in world.households:
        helped = household.kind == FORMER_POOR or household.subsistence is not None
        for person in household.members:
            if person.number_in(month) and person.is_there(month):
                yield Row(person, household, values[person.insured, helped])


def _insurance(month: Month, *, insured: bool, helped: bool) -> Repeated:
    fee = RESIDENTS_FEE_FEN.get(month.year - 1, 25000)
    return Repeated(
        {
            "report_month": month,
            "insured_year": month.year,
            "insured_type": "城乡居民",
            "status": "正常参保" if insured else "未参保",
            "pay_date": date(month.year - 1, 11, 20) if insured else None,
            "subsidy_class": "资助参保" if helped else "",
            "own_paid": (fee // 2 if helped else fee) if insured else 0,
        }
    )


def _chronic(world: World, month: Month) -> Iterator[Row]:
    """New registrations of the month; the first file also brings those of the years before."""
    for household in world.households:
        for person in household.members:
            if not (person.chronic_disease and person.identifier and person.is_there(month)):
                continue
            chance = stream(world.seed, "chronic", person.person_no)
            since = Month.of(between(chance, 2014, 2018), between(chance, 1, 12))
            if chance.random() < 0.2:
                since = Month(between(chance, world.first_month, world.last_month))
            if since == month or (month == world.first_month and since < month):
                code = person.chronic_disease
                values: dict[str, object] = {
                    "disease_code": code,
                    "disease_name": _CHRONIC_NAMES.get(code.split(".")[0], "慢性病"),
                    "valid_from": since.first_day,
                    "valid_to": date(9999, 12, 31),
                }
                yield Row(person, household, values)


TABLES = (
    Table(
        "yibao.settlement",
        "settlement_id admission_date discharge_date settle_date hospital_name hospital_level"
        " visit_type diagnosis_icd10 total_fee basic_fund_paid serious_illness_paid"
        " medical_aid_paid other_paid self_paid_in_policy self_paid_out_policy personal_cash"
        " settle_place refund",
        _settlements,
    ),
    Table(
        "yibao.enrol",
        "report_month insured_year insured_type status pay_date subsidy_class own_paid",
        _insured,
    ),
    Table("yibao.chronic", "disease_code disease_name valid_from valid_to", _chronic),
    event_table("weijian.serious", "disease diagnosed treated family_doctor"),
    event_table("weijian.birth_death", "event event_date"),
)
