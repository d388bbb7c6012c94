"""Civil affairs, the disabled persons' federation, finance and forestry: what is paid to whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fangpin.synthetic.chance import between, stream
from fangpin.synthetic.chenzhou.tables.registry import GRAIN_FEN_PER_TENTH_MU
from fangpin.synthetic.tables import Row, Table, event_table
from fangpin.synthetic.world import Household, Person, World
from fangpin.values.month import Month

_OPEN_END = date(9999, 12, 31)
_CATEGORIES = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
_GRADES = ("一级", "二级", "三级", "四级")
CARE_FEN = 6500
LIVING_FEN = 6500
OLD_AGE_FEN = 10000


def _subsistence(world: World, month: Month) -> Iterator[Row]:
    for household in world.households:
        spell = household.subsistence
        if spell is None or not spell.is_paid(month) or not household.head.identifier:
            continue
        last = spell.stopped is not None and month.plus(1) >= spell.stopped
        values: dict[str, object] = {
            "family_no": f"DB{household.household_no}",
            "report_month": month,
            "urban_rural": "农村",
            "allowance_class": spell.kind,
            "persons": min(len(household.members), 3),
            "monthly_amount": spell.amount * 100,
            "valid_from": spell.began,
            "valid_to": month.last_day if last else _OPEN_END,
            "stop_reason": spell.stop_reason if last else "",
        }
        yield Row(household.head, household, values)


def _hardship(world: World, month: Month) -> Iterator[Row]:
    for household in world.households:
        spell = household.hardship
        if spell is None or not spell.is_paid(month) or not household.head.identifier:
            continue
        values: dict[str, object] = {
            "report_month": month,
            "mode": "分散",
            "care_level": "全自理",
            "monthly_amount": spell.amount * 100,
            "valid_from": spell.began,
            "valid_to": _OPEN_END,
        }
        yield Row(household.head, household, values)


def _temporary_aid(world: World, month: Month) -> Iterator[Row]:
    """Small grants, and help for about a quarter of the households struck two months before."""
    yield from event_table("minzheng.temp_aid", "").rows(world, month)
    struck = month.plus(-2)
    for shock in world.shocks:
        if shock.is_noise or Month.containing(shock.struck) != struck or not shock.is_in_need:
            continue
        household = world.household(shock.household_no)
        chance = stream(world.seed, "aid", shock.household_no, int(month))
        if household.household_no in world.planted or chance.random() > 0.25:
            continue
        if not household.head.identifier or not household.head.is_there(month):
            continue
        values: dict[str, object] = {
            "reason": "灾害" if shock.kind == "disaster" else "重病或生活困难",
            "amount": 100 * 100 * between(chance, 8, 40),
            "granted": date(month.year, month.number, between(chance, 5, 25)),
        }
        yield Row(household.head, household, values)


def _orphans(world: World, month: Month) -> Iterator[Row]:
    """Grandchildren who live with grandparents because nobody else cares for them."""
    for household in world.households:
        if any(p.relation in ("之子", "之儿媳") for p in household.members):
            continue
        for person in household.members:
            if person.relation not in ("之孙子", "之孙女") or not person.identifier:
                continue
            alone = stream(world.seed, "orphan", person.person_no).random() < 0.12
            if alone and not person.is_aged(18, month):
                values: dict[str, object] = {
                    "report_month": month,
                    "kind": "事实无人抚养",
                    "amount": 75000,
                }
                yield Row(person, household, values)


def _on_the_verge(world: World, month: Month) -> Iterator[Row]:
    """Families recognised, among them former recipients whose allowance stops this month."""
    yield from event_table("minzheng.low_margin", "").rows(world, month)
    for household in world.households:
        spell = household.subsistence
        if spell is None or spell.stopped != month or not household.head.identifier:
            continue
        if stream(world.seed, "verge", household.household_no).random() < 0.5:
            values: dict[str, object] = {
                "kind": "低保边缘家庭",
                "recognised": date(month.year, month.number, 15),
                "valid_to": date(month.year + 1, month.number, 15),
            }
            yield Row(household.head, household, values)


def _disabled(world: World, month: Month) -> Iterator[tuple[Person, Household]]:
    for household in world.households:
        for person in household.members:
            if person.disability is not None and person.is_there(month):
                yield person, household


def _certificates(world: World, month: Month) -> Iterator[Row]:
    """The first file brings all certificates in force; later ones the new ones."""
    for person, household in _disabled(world, month):
        disability = person.disability
        assert disability is not None
        issued = Month.containing(disability.issued)
        if issued == month or (month == world.first_month and issued < month):
            values: dict[str, object] = {
                "category": _CATEGORIES[disability.category - 1],
                "grade": _GRADES[disability.grade - 1],
                "issued": disability.issued,
                "state": "有效",
            }
            yield Row(person, household, values)


def _disability_allowances(world: World, month: Month) -> Iterator[Row]:
    """Care for grades one and two, living for disabled persons of dibao families."""
    for person, household in _disabled(world, month):
        assert person.disability is not None
        supported = household.subsistence is not None and household.subsistence.is_paid(month)
        living = LIVING_FEN if supported else 0
        care = CARE_FEN if person.disability.grade <= 2 else 0
        if living or care:
            values: dict[str, object] = {
                "report_month": month,
                "living": living,
                "care": care,
                "amount": living + care,
            }
            yield Row(person, household, values)


def _card(world: World, month: Month) -> Iterator[Row]:
    """Grain in May, forest in November, old age every quarter, family planning in August."""
    chance = stream(world.seed, "card", int(month))
    paid = date(month.year, month.number, 18)
    for household in world.households:
        if household.household_no in world.planted:
            continue
        head = household.head
        if head.identifier and head.is_there(month):
            if month.number == 5 and household.land_tenths_mu:
                amount = household.land_tenths_mu * GRAIN_FEN_PER_TENTH_MU
                yield _payment(chance.random(), head, household, paid, "耕地地力保护补贴", amount)
            if month.number == 8 and head.is_aged(60, month) and chance.random() < 0.1:
                yield _payment(chance.random(), head, household, paid, "计划生育奖励", 96000)
            if int(household.household_no[-3:]) < 8:
                yield _payment(chance.random(), head, household, paid, "优抚金", 60000)
        if month.number % 3 == 0:
            for person in household.members:
                if person.identifier and person.is_aged(80, month) and person.is_there(month):
                    draw = chance.random()
                    yield _payment(draw, person, household, paid, "高龄补贴", OLD_AGE_FEN)


def _payment(
    draw: float, person: Person, household: Household, paid: date, subsidy: str, amount: int
) -> Row:
    """One payment; about one in 300 comes back from the bank."""
    values: dict[str, object] = {
        "batch": f"{household.village[:6]}{paid:%Y%m}{subsidy}",
        "subsidy": subsidy,
        "amount": amount,
        "paid": paid,
        "state": "退回" if draw < 0.003 else "成功",
        "payee_state": "正常",
        "bank_tail": f"{int(draw * 1e8) % 10000:04d}",
    }
    return Row(person, household, values)


def _forest(world: World, month: Month) -> Iterator[Row]:
    if month.number != 11:
        return
    for household in world.households:
        chance = stream(world.seed, "forest", household.household_no)
        if household.household_no in world.planted or not household.head.identifier:
            continue
        if chance.random() < 0.15 and household.head.is_there(month):
            tenths = between(chance, 10, 80)
            values: dict[str, object] = {
                "pay_year": month.year,
                "kind": "公益林" if chance.random() < 0.7 else "退耕还林",
                "area": tenths / 10,
                "amount": tenths * 160,
            }
            yield Row(household.head, household, values)


TABLES = (
    Table(
        "minzheng.dibao",
        "family_no report_month urban_rural allowance_class persons monthly_amount valid_from"
        " valid_to stop_reason",
        _subsistence,
    ),
    Table(
        "minzheng.tekun",
        "report_month mode care_level monthly_amount valid_from valid_to",
        _hardship,
    ),
    Table("minzheng.temp_aid", "reason amount granted", _temporary_aid),
    Table("minzheng.low_margin", "kind recognised valid_to", _on_the_verge),
    Table("minzheng.orphan", "report_month kind amount", _orphans),
    event_table("minzheng.cremation_marriage", "event event_date"),
    Table(
        "canlian.cert",
        "category grade issued state",
        _certificates,
        identifier_is_certificate=True,
    ),
    Table("canlian.allow", "report_month living care amount", _disability_allowances),
    Table(
        "caizheng.card",
        "batch subsidy amount paid state payee_state bank_tail",
        _card,
    ),
    Table("linye.eco", "pay_year kind area amount", _forest),
)
