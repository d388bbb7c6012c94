"""The rural departments' tables: persons of the national system, yearly income, land, herds."""

from __future__ import annotations

from collections.abc import Iterator

from fangpin.synthetic.chance import stream
from fangpin.synthetic.chenzhou.county import draws_pension
from fangpin.synthetic.chenzhou.families import FORMER_POOR
from fangpin.synthetic.chenzhou.livelihoods import BASIC_PENSION, brought_home, school_stage
from fangpin.synthetic.tables import Row, Table, event_table
from fangpin.synthetic.world import Household, World
from fangpin.values.month import Month

GRAIN_FEN_PER_TENTH_MU = 1750
"""About 175 yuan a mu a year."""
SURVEY_MONTH = 12


def is_quarter_end(world: World, month: Month) -> bool:
    """The registry comes with the first month and with the last of every quarter."""
    return month == world.first_month or month.number % 3 == 0


def _persons(world: World, month: Month) -> Iterator[Row]:
    if not is_quarter_end(world, month):
        return
    for household in world.households:
        monitored = household.identified is not None and household.identified <= month
        shared = {
            "household_kind": household.kind,
            "lifted_year": household.exit_year,
            "monitoring_category": household.category if monitored else "无",
            "risk_eliminated": "否" if monitored else None,
            "identified_month": household.identified if monitored else None,
            "relocated": "是" if household.relocated else "否",
            "address": f"{household.village_name}{_group(household)}",
            "natural_village": _group(household),
            "phone": household.head.phone,
            "ethnic": "汉族",
            "report_month": month,
        }
        for person in household.members:
            if not person.is_there(month):
                continue
            stage = school_stage(person, month)
            if not stage:
                stage = "学龄前儿童" if not person.is_aged(6, month) else "非在校生"
            yield Row(
                person,
                household,
                shared
                | {
                    "person_no": person.person_no,
                    "relation": person.relation,
                    "sex": person.sex,
                    "birth_date": person.birth,
                    "student_state": stage,
                    "work_skill": person.work_ability,
                    "health": person.health,
                    "education": person.education,
                },
            )


def _group(household: Household) -> str:
    return f"第{int(household.household_no[-2:]) % 12 + 1}组"


def _surveys(world: World, month: Month) -> Iterator[Row]:
    """The income of the year that ends; with the first month also that of the year before."""
    if month == world.first_month:
        for household in world.households:
            yield _survey(world, household, month.year - 1)
    if month.number == SURVEY_MONTH:
        for household in world.households:
            yield _survey(world, household, month.year)


def _survey(world: World, household: Household, year: int) -> Row:
    """A year's income in fen; the year before the world began was like its first, a bit lower."""
    steady = year >= world.first_month.year or household.household_no in world.planted
    share = 100 if steady else 94
    shown = max(year, world.first_month.year)
    months = [m for m in world.months() if m.year == shown]
    scale = 12 / len(months) * share
    wage = transfer = given = 0
    for month in months:
        at = world.offset(month)
        for person in household.members:
            if person.is_there(month):
                wage += brought_home(person, at)
                transfer += BASIC_PENSION if draws_pension(person, month) else 0
        given += household.gifts_of(month)
        for spell in (household.subsistence, household.hardship):
            transfer += spell.amount if spell and spell.is_paid(month) else 0
    grain = household.land_tenths_mu * GRAIN_FEN_PER_TENTH_MU
    private = round(given * scale)
    wages = round(wage * scale)
    transfers = round(transfer * scale) + private + grain
    cost = round(household.farm_year * 45)
    business = household.farm_year * 100 + cost
    return Row(
        household.head,
        household,
        {
            "survey_year": year,
            "wage_income": wages,
            "business_income": business,
            "business_cost": cost,
            "property_income": 0,
            "transfer_income": transfers,
            "private_transfers": private,
            "insurance_payout": 0,
            "net_income": wages + business - cost + transfers,
        },
    )


def _reports(world: World, month: Month) -> Iterator[Row]:
    """What children give their parents, and whether they still can."""
    for household in world.households:
        if not household.gifts_month:
            continue
        fallen = household.supporter_in_distress
        distressed = fallen is not None and fallen <= month
        values: dict[str, object] = {
            "report_month": month,
            "alimony": household.gifts_of(month) * 100,
            "supporter_state": "负债" if distressed else "正常",
            "how_known": f"村干部入户，{household.gifts_from}给付",
        }
        yield Row(household.head, household, values)


def _grain(world: World, month: Month) -> Iterator[Row]:
    if month.number != 5:
        return
    for household in world.households:
        if household.land_tenths_mu and household.head.identifier:
            amount = household.land_tenths_mu * GRAIN_FEN_PER_TENTH_MU
            values: dict[str, object] = {
                "subsidy_year": month.year,
                "area": household.land_tenths_mu / 10,
                "amount": amount,
            }
            yield Row(household.head, household, values)


def _land(world: World, month: Month) -> Iterator[Row]:
    """Old people without hands lease a part of their land."""
    if month.number != 11:
        return
    for household in world.households:
        tenths = household.land_tenths_mu // 2
        if household.gifts_month and tenths:
            values: dict[str, object] = {
                "lease_year": month.year,
                "area": tenths / 10,
                "rent": tenths * 2000,
            }
            yield Row(household.head, household, values)


def _projects(world: World, month: Month) -> Iterator[Row]:
    """Failures are records of the truth; each November co-operatives pay former poor members."""
    yield from event_table("nongye.industry", "").rows(world, month)
    if month.number != 11:
        return
    chance = stream(world.seed, "dividends", month.year)
    for household in world.households:
        if household.kind == FORMER_POOR and chance.random() < 0.35:
            if household.household_no in world.planted:
                continue
            values: dict[str, object] = {
                "project": "村级光伏电站",
                "role": "入股分红",
                "dividend": 100 * int(60 + 240 * chance.random()),
                "state": "正常",
                "changed": month.last_day,
            }
            yield Row(household.head, household, values)


TABLES = (
    Table(
        "nongye.national_persons",
        "person_no relation sex birth_date ethnic natural_village address phone household_kind"
        " lifted_year monitoring_category risk_eliminated identified_month relocated"
        " student_state work_skill health education report_month",
        _persons,
    ),
    Table(
        "nongye.income_survey",
        "survey_year wage_income business_income business_cost property_income transfer_income"
        " private_transfers insurance_payout net_income",
        _surveys,
    ),
    Table(
        "nongye.household_report",
        "report_month alimony supporter_state how_known",
        _reports,
    ),
    Table("nongye.grain", "subsidy_year area amount", _grain),
    Table("nongye.land", "lease_year area rent", _land),
    Table("nongye.industry", "project role dividend state changed", _projects),
    event_table("nongye.epidemic", "species heads compensation culled"),
)
