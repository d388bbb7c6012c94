"""Small events of ordinary life that departments report and nobody is in need for."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from fangpin.synthetic.chance import between, pick, stream
from fangpin.synthetic.chenzhou.bills import day_in
from fangpin.synthetic.world import Household, Person, Record, World
from fangpin.values.month import Month

LIGHT_ACCIDENTS = 0.014
LIGHT_INJURIES_AT_WORK = 0.014
RECOGNISED_ON_THE_VERGE = 0.012
SMALL_GRANTS = 0.016
NEW_CERTIFICATES = 0.12
"""Shares of households (of disabled persons for certificates) within the world's time."""


def everyday_records(household: Household, world: World) -> None:
    """Light accidents, small work injuries, small grants: records without a shock."""
    chance = stream(world.seed, "everyday", household.household_no)
    _renew_certificates(chance, household, world)
    person = pick(chance, household.members)
    month = Month(between(chance, world.first_month, world.last_month))
    known = bool(person.identifier) and person.is_there(month) and person.is_aged(16, month)
    if not known:
        return
    day = day_in(chance, month, first=1)
    draw = chance.random()
    if draw < LIGHT_ACCIDENTS:
        values: dict[str, object] = {
            "accident_no": f"{household.village[:6]}{day:%Y%m%d}Q{household.household_no[-4:]}",
            "happened_on": day,
            "injury": pick(chance, ("轻伤", "轻伤", "未受伤")),
            "liability": pick(chance, ("全部", "主要", "次要", "无责")),
        }
        _add(world, "gongan.accident", month, person, values)
        return
    draw -= LIGHT_ACCIDENTS
    if draw < LIGHT_INJURIES_AT_WORK:
        values = {"injured": day, "assessed": day, "grade": between(chance, 8, 10)}
        _add(world, "renshe.injury", month, person, values)
        return
    draw -= LIGHT_INJURIES_AT_WORK
    if household.well_off or household.subsistence is not None:
        return
    if draw < RECOGNISED_ON_THE_VERGE:
        kind = pick(chance, ("低保边缘家庭", "刚性支出困难家庭"))
        values = {"kind": kind, "recognised": day, "valid_to": day + timedelta(days=365)}
        _add(world, "minzheng.low_margin", month, person, values)
    elif draw < RECOGNISED_ON_THE_VERGE + SMALL_GRANTS:
        values = {"reason": "生活困难", "amount": 10_000 * between(chance, 3, 10), "granted": day}
        _add(world, "minzheng.temp_aid", month, person, values)


def _renew_certificates(chance: Random, household: Household, world: World) -> None:
    """Some certificates are issued within the world's time."""
    for person in household.members:
        if person.disability is not None and chance.random() < NEW_CERTIFICATES:
            month = Month(between(chance, world.first_month.plus(1), world.last_month))
            if person.is_there(month):
                person.disability.issued = day_in(chance, month, first=1)


def _add(world: World, feed: str, month: Month, person: Person, values: dict[str, object]) -> None:
    world.records.append(Record(feed=feed, month=month, person=person, values=values))
