"""The truth of Chenzhou: eleven counties' households on their real villages, month by month."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from random import Random

from fangpin.synthetic.chance import between, stream
from fangpin.synthetic.chenzhou import article
from fangpin.synthetic.chenzhou.bills import day_in, everyday_bills
from fangpin.synthetic.chenzhou.everyday import everyday_records
from fangpin.synthetic.chenzhou.families import Families, Place
from fangpin.synthetic.chenzhou.identity_numbers import Numbers
from fangpin.synthetic.chenzhou.livelihoods import (
    BASIC_PENSION,
    brought_home,
    give_support,
    give_work,
    reach_usual_level,
)
from fangpin.synthetic.chenzhou.misfortunes import RATES, death, flood
from fangpin.synthetic.need import months_of_need
from fangpin.synthetic.world import Household, Person, Record, Shock, World
from fangpin.values.month import Month

FLOODS = (
    (date(2019, 6, 9), "洪涝"),
    (date(2019, 7, 8), "洪涝"),
    (date(2020, 6, 4), "洪涝"),
    (date(2020, 1, 25), "低温冷冻"),
)
IDENTIFIED = Month.of(2020, 5)
FLOODED_VILLAGES_SHARE = 0.012
STRUCK_IN_FLOODED_VILLAGE = 0.6


def build_county(
    *, places: Sequence[Place], households: int, seed: int, first_month: Month, last_month: Month
) -> World:
    """Households shared out over the villages in proportion, their months, shocks and true need.

    Raises ValueError when there is no village or the months are in the wrong order.
    """
    if not places:
        raise ValueError("a world needs at least one village")
    if last_month < first_month or households < 2:
        raise ValueError("a world needs two households and a last month not before its first")
    world = World(
        seed=seed,
        first_month=first_month,
        last_month=last_month,
        households=[],
        bills=[],
        records=[],
        shocks=[],
        planted=frozenset(article.ARTICLE_HOUSEHOLDS),
    )
    numbers = Numbers()
    families = Families(start=first_month.first_day, numbers=numbers)
    by_code = {place.code: place for place in places}
    planted = [
        plant(world, place=by_code[code], numbers=numbers)
        for code, plant in (
            (article.LI_VILLAGE, article.plant_li_zhuxi),
            (article.SHU_VILLAGE, article.plant_shu_taoying),
        )
        if code in by_code
    ]
    world.households += planted
    flooded = _floods(seed, places)
    serials: dict[str, int] = {}
    for position in range(households - len(planted)):
        place = places[position * len(places) // (households - len(planted))]
        county = place.code[:6]
        serials[county] = serials.get(county, 1) + 1
        number = f"{county}{serials[county]:08d}"
        chance = stream(seed, "household", number)
        household = families.household(chance, place=place, household_no=number)
        give_work(chance, household, world=world)
        give_support(chance, household, world=world)
        reach_usual_level(chance, household, world=world)
        _live(chance, household, world, families=families, floods=flooded.get(place.code, ()))
        world.households.append(household)
    _number_bills(world)
    _settle_truth(world)
    _identify(world)
    return world


def _floods(seed: int, places: Sequence[Place]) -> dict[str, list[tuple[date, str, str]]]:
    """Village -> (day, event number, kind) of the storms that strike it."""
    chance = stream(seed, "floods")
    found: dict[str, list[tuple[date, str, str]]] = {}
    for day, kind in FLOODS:
        for place in places:
            if chance.random() < FLOODED_VILLAGES_SHARE:
                event = f"{place.code[:6]}{day:%Y%m%d}"
                found.setdefault(place.code, []).append((day, event, kind))
    return found


def _live(
    chance: Random,
    household: Household,
    world: World,
    *,
    families: Families,
    floods: Sequence[tuple[date, str, str]],
) -> None:
    """Births, deaths, everyday bills, storms and misfortunes of one household."""
    _births_and_deaths(chance, household, world, families)
    world.bills += everyday_bills(chance, household, world)
    everyday_records(household, world)
    for day, event, kind in floods:
        inside = world.first_month <= Month.containing(day) <= world.last_month
        if inside and chance.random() < STRUCK_IN_FLOODED_VILLAGE:
            struck = flood(chance, household, world, day=day, event=event, kind=kind)
            if struck:
                household.shocks.append(struck)
    for misfortune, rate in RATES:
        if chance.random() < rate and len(household.shocks) < 2:
            shock = misfortune(chance, household, world)
            if shock is not None:
                household.shocks.append(shock)


def _births_and_deaths(
    chance: Random, household: Household, world: World, families: Families
) -> None:
    mothers = [
        p
        for p in household.members
        if p.sex == "女" and 21 <= p.age_on(world.first_month.first_day) <= 34
    ]
    if mothers and household.members[0] in mothers[:1]:
        mothers = []
    if mothers and mothers[0].relation == "配偶" and chance.random() < 0.06:
        month = Month(between(chance, world.first_month, world.last_month))
        day = day_in(chance, month, first=1)
        child = families.newborn(chance, household=household, day=day)
        child.joined = month
        household.members.append(child)
        world.records.append(
            Record(
                feed="weijian.birth_death",
                month=month,
                person=child,
                values={"event": "出生", "event_date": day},
            )
        )
    if len(household.members) < 2:
        return
    for person in household.members[1:]:
        age = person.age_on(world.first_month.first_day)
        share = 0.14 if age >= 74 else 0.03 if age >= 60 else 0.0
        if person.identifier and chance.random() < share:
            month = Month(between(chance, world.first_month, world.last_month))
            death(world, person, day_in(chance, month, first=1))


def _settle_truth(world: World) -> None:
    """Income and expense of every month, true need, and whether each shock brought it about."""
    bills: dict[str, dict[int, int]] = {}
    for bill in world.bills:
        number = bill.person.household_no
        at = world.offset(Month.containing(bill.settled))
        if at >= 0:
            months = bills.setdefault(number, {})
            months[at] = months.get(at, 0) + bill.self_paid_fen // 100
    for household in world.households:
        income, expense = _cash(household, world, bills.get(household.household_no, {}))
        household.income_by_month, household.expense_by_month = income, expense
        household.need_months = months_of_need(household, world, income=income, expense=expense)
        for shock in household.shocks:
            begun = Month.containing(shock.struck)
            shock.need_months = [] if shock.is_noise else _brought_about(household, world, shock)
            shock.is_in_need = any(month >= begun for month in shock.need_months)
            world.shocks.append(shock)


def _brought_about(household: Household, world: World, shock: Shock) -> list[Month]:
    """Months of need from the shock on that there would not have been without its cost."""
    start = world.offset(Month.containing(shock.struck))
    stretch = max(min(shock.lasts_months, len(world.months()) - start), 1)
    spared = list(household.expense_by_month)
    for at in range(start, min(start + stretch, len(spared))):
        spared[at] -= shock.cost // stretch
    without = set(
        months_of_need(household, world, income=household.income_by_month, expense=spared)
    )
    begun = Month.containing(shock.struck)
    return [m for m in household.need_months if m >= begun and m not in without]


def _cash(household: Household, world: World, bills: dict[int, int]) -> tuple[list[int], list[int]]:
    """What came in and what had to be paid, yuan a month; who works away lives off a third."""
    income: list[int] = []
    expense: list[int] = []
    losses: dict[int, int] = {}
    for shock in household.shocks:
        if shock.kind in ("disaster", "business_failure", "school_cost", "death_of_earner"):
            own = 8000 if shock.kind == "death_of_earner" else shock.cost
            losses[world.offset(Month.containing(shock.struck))] = own
    for at, month in enumerate(world.months()):
        wages = sum(brought_home(p, at) for p in household.members if p.is_there(month))
        pensions = sum(BASIC_PENSION for p in household.members if draws_pension(p, month))
        support = sum(
            spell.amount
            for spell in (household.subsistence, household.hardship)
            if spell is not None and spell.is_paid(month)
        )
        farm = household.farm_year // 12
        income.append(wages + pensions + support + farm + household.gifts_of(month))
        expense.append(bills.get(at, 0) + losses.get(at, 0))
    return income, expense


def draws_pension(person: Person, month: Month) -> bool:
    """Sixty at the month's beginning, alive and known by an identity number."""
    return bool(person.identifier) and person.is_aged(60, month) and person.is_there(month)


def _identify(world: World) -> None:
    """Officials had found about a third of those long in need by May 2020, by visiting."""
    if not world.first_month <= IDENTIFIED <= world.last_month:
        return
    for household in world.households:
        long_in_need = sum(month <= IDENTIFIED for month in household.need_months) >= 6
        chance = stream(world.seed, "identified", household.household_no)
        if long_in_need and household.household_no not in world.planted and chance.random() < 0.35:
            unstable = household.exit_year is not None
            household.category = "脱贫不稳定户" if unstable else "边缘易致贫户"
            household.identified = IDENTIFIED


def _number_bills(world: World) -> None:
    """Give every bill its settlement number in order of day; nobody is billed after death."""
    world.bills = [b for b in world.bills if b.person.died is None or b.settled <= b.person.died]
    world.bills.sort(key=lambda b: (b.settled, b.person.person_no, b.visit, b.total_fen))
    for position, bill in enumerate(world.bills, start=1):
        bill.number = f"{bill.settled:%Y%m}{position:08d}"
