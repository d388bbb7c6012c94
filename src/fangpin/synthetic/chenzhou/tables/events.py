"""Houses, water, disasters, registration, accidents, calls; and what people own, for cross-checks."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from fangpin.synthetic.chance import between, stream
from fangpin.synthetic.chenzhou.bills import COUNTY_NAMES
from fangpin.synthetic.chenzhou.families import FORMER_POOR
from fangpin.synthetic.tables import Row, Table, event_table
from fangpin.synthetic.world import Household, World
from fangpin.values.month import Month

_VEHICLES = {"小型轿车": 78_000, "轻型货车": 52_000, "普通二轮摩托车": 4_800}
_VEHICLE_WORDS = {"普通二轮摩托车": "摩托车"}


def _rebuilt_in(world: World, household: Household) -> Month | None:
    """The month in which a dangerous house is rebuilt; None: not within the world's time."""
    if household.house_grade != "C":
        return None
    chance = stream(world.seed, "house", household.household_no)
    if chance.random() < 0.5:
        return None
    return world.first_month.plus(between(chance, 3, 20))


def _houses(world: World, month: Month) -> Iterator[Row]:
    """The first file brings every house; later ones those rebuilt."""
    for household in world.households:
        if not household.head.identifier:
            continue
        rebuilt = _rebuilt_in(world, household)
        first = month == world.first_month
        if not first and rebuilt != month:
            continue
        done = rebuilt == month
        danger = household.house_grade == "C" and not done
        values: dict[str, object] = {
            "house_no": f"F{household.household_no}",
            "grade": "A" if done else household.house_grade,
            "assessed": date(month.year, month.number, 8) if done else date(2018, 9, 10),
            "rebuild_state": "已改造" if done else "拟改造" if danger else "无需改造",
            "changed": date(month.year, month.number, 8),
        }
        yield Row(household.head, household, values)


def _renovations(world: World, month: Month) -> Iterator[Row]:
    for household in world.households:
        if _rebuilt_in(world, household) == month and household.head.identifier:
            values: dict[str, object] = {
                "plan_year": month.year,
                "kind": "修缮加固",
                "subsidy": 1_500_000,
                "finished": date(month.year, month.number, 8),
            }
            yield Row(household.head, household, values)


def _outages(world: World, month: Month) -> Iterator[Row]:
    """In autumn one village in 250 is without water for some days, else one in 1,000."""
    chance = stream(world.seed, "water", int(month))
    dry = 0.004 if month.number in (9, 10, 11) else 0.001
    seen: dict[str, Household] = {}
    for household in world.households:
        seen.setdefault(household.village, household)
    for village in sorted(seen):
        if chance.random() >= dry:
            continue
        begun = date(month.year, month.number, between(chance, 2, 15))
        days = between(chance, 1, 12)
        values: dict[str, object] = {
            "division": village,
            "project": f"{seen[village].village_name}供水工程",
            "served_households": between(chance, 120, 600),
            "outage_from": begun,
            "outage_to": begun + timedelta(days=days),
            "outage_days": days,
            "quality_pass": "否" if chance.random() < 0.1 else "是",
        }
        yield Row(None, seen[village], values)


def _registered(world: World, month: Month) -> Iterator[Row]:
    """The whole register first; then the families in which somebody was born or died."""
    first = month == world.first_month
    for household in world.households:
        changed = any(
            p.joined == month or (p.died is not None and Month.containing(p.died) == month)
            for p in household.members
        )
        if not first and not changed:
            continue
        for person in household.members:
            if not person.number_in(month) or not person.is_there(month):
                continue
            values: dict[str, object] = {
                "hukou_no": f"{household.village[:9]}{household.household_no[-6:]}",
                "relation": person.relation,
                "sex": person.sex,
                "ethnic": "汉族",
                "birth_date": person.birth,
                "address": household.village_name,
                "division": household.village,
                "hukou_kind": "农业家庭户口",
                "report_month": month,
            }
            yield Row(person, household, values)


def _calls(world: World, month: Month) -> Iterator[Row]:
    """Some households in need ask for help themselves, a month after it began; some without."""
    chance = stream(world.seed, "calls", int(month))
    count = 0
    for household in world.households:
        asking = bool(household.need_months) and household.need_months[0].plus(1) == month
        draw = chance.random()
        if household.household_no in world.planted or not household.head.identifier:
            continue
        if not household.head.is_there(month):
            continue
        if (asking and draw < 0.15) or draw < 0.0001:
            count += 1
            day = date(month.year, month.number, between(chance, 1, 26))
            values: dict[str, object] = {
                "call_no": f"{day:%Y%m%d}{count:04d}",
                "received": day,
                "channel": "12345" if draw < 0.08 else "12317",
                "matter": "生活困难，申请帮扶",
                "reply_due": day + timedelta(days=15),
            }
            yield Row(household.head, household, values)


def _fires(world: World, month: Month) -> Iterator[Row]:
    """About one household in 20,000 a month; winter is worse."""
    chance = stream(world.seed, "fires", int(month))
    share = 0.0001 if month.number in (12, 1, 2) else 0.00004
    for position, household in enumerate(world.households):
        if chance.random() >= share or household.household_no in world.planted:
            continue
        if household.head.identifier and household.head.is_there(month):
            day = date(month.year, month.number, between(chance, 1, 27))
            values: dict[str, object] = {
                "event_no": f"H{day:%Y%m%d}{position:05d}",
                "happened_on": day,
                "address": household.village_name,
                "dwelling": "是" if chance.random() < 0.6 else "否",
                "loss": 100_00 * between(chance, 10, 300),
            }
            yield Row(household.head, household, values)


def _quarterly(month: Month) -> bool:
    return month.number % 3 == 0


def _vehicles(world: World, month: Month) -> Iterator[Row]:
    if not _quarterly(month):
        return
    for household in world.households:
        if household.vehicle and household.head.identifier:
            county = "ABCDEFGHJKL"[list(COUNTY_NAMES).index(household.household_no[:6])]
            number = int(household.household_no[-5:])
            values: dict[str, object] = {
                "plate": f"湘L{county}{number:05d}",
                "report_month": month,
                "kind": _VEHICLE_WORDS.get(household.vehicle, household.vehicle),
                "registered": date(2014 + number % 5, number % 12 + 1, number % 27 + 1),
                "price": _VEHICLES[household.vehicle] * 100,
                "use_kind": "非营运",
            }
            yield Row(household.head, household, values)


def _estates(world: World, month: Month) -> Iterator[Row]:
    """Flats in town of the well-off, and flats of those who were moved out of the mountains."""
    if not _quarterly(month):
        return
    for household in world.households:
        town = household.well_off and int(household.household_no[-1]) < 4
        if not (town or household.relocated) or not household.head.identifier:
            continue
        values: dict[str, object] = {
            "estate_no": f"湘{household.household_no}",
            "report_month": month,
            "kind": "商品房" if town else "安置房",
            "area": 118 if town else 25 * len(household.members),
            "place": "城区" if town else "集中安置区",
            "registered": date(2017, 6, 1),
        }
        yield Row(household.head, household, values)


def _companies(world: World, month: Month) -> Iterator[Row]:
    if not _quarterly(month):
        return
    for household in world.households:
        if household.shop and household.head.identifier:
            values: dict[str, object] = {
                "company_no": f"92{household.household_no}MA",
                "report_month": month,
                "role": "法定代表人",
                "capital": 3_000_000 if household.shop == "个体工商户" else 50_000_000,
                "state": "存续" if household.well_off else "歇业",
            }
            yield Row(household.head, household, values)


def _payroll(world: World, month: Month) -> Iterator[Row]:
    """Village teachers and the like in well-off families."""
    if not _quarterly(month):
        return
    for household in world.households:
        if household.well_off and int(household.household_no[-2:]) < 12:
            for person in household.members[1:2]:
                if person.identifier and person.is_aged(22, month) and person.is_there(month):
                    values: dict[str, object] = {
                        "report_month": month,
                        "unit": "某某镇中心学校",
                        "kind": "在编",
                    }
                    yield Row(person, household, values)


def _borrowers(world: World) -> Iterator[Household]:
    for household in world.households:
        borrows = household.kind == FORMER_POOR and int(household.household_no[-2:]) < 20
        if borrows and household.head.identifier and household.household_no not in world.planted:
            yield household


def _loans(world: World, month: Month) -> Iterator[Row]:
    for household in _borrowers(world):
        left = max(30 - (month - world.first_month), 0)
        values: dict[str, object] = {
            "loan_no": f"XD{household.household_no}",
            "report_month": month,
            "principal": 3_000_000,
            "balance": left * 100_000,
            "due": date(2021, 6, 30),
        }
        yield Row(household.head, household, values)


def _overdue(world: World, month: Month) -> Iterator[Row]:
    """Borrowers in need fall behind month after month; a few forgetful ones by some days."""
    for household in _borrowers(world):
        begun = [m for m in household.need_months if m <= month]
        forgetful = household.household_no.endswith("07")
        if month not in household.need_months and not forgetful:
            continue
        values: dict[str, object] = {
            "loan_no": f"XD{household.household_no}",
            "report_month": month,
            "overdue_days": 30 * len(begun) if begun else 4,
        }
        yield Row(household.head, household, values)


def _taxed(world: World, month: Month) -> Iterator[Row]:
    if month.number != 3:
        return
    year = month.year - 1
    months = [m for m in world.months() if m.year == max(year, world.first_month.year)]
    for household in world.households:
        for person in household.members:
            if person.job is None or not person.identifier or not person.is_there(month):
                continue
            paid = [person.job.wage_by_month[world.offset(m)] for m in months]
            total = sum(paid) * 12 // len(months)
            if total > 30_000 and person.job.away:
                values: dict[str, object] = {
                    "tax_year": year,
                    "band": "6万元以下" if total <= 60_000 else "6万至12万元",
                }
                yield Row(person, household, values)


TABLES = (
    Table("zhujian.house", "house_no grade assessed rebuild_state changed", _houses),
    Table("zhujian.reloc", "plan_year kind subsidy finished", _renovations),
    Table(
        "shuili.outage",
        "division project served_households outage_from outage_to outage_days quality_pass",
        _outages,
    ),
    event_table(
        "yingji.disaster",
        "event_no event_type happened_on house_damage crop_area loss relief",
    ),
    Table("yingji.fire", "event_no happened_on address dwelling loss", _fires),
    Table(
        "gongan.hukou",
        "hukou_no relation sex ethnic birth_date address division hukou_kind report_month",
        _registered,
    ),
    event_table("gongan.cancel", "reason cancelled"),
    event_table("gongan.accident", "accident_no happened_on injury liability"),
    Table(
        "gongan.vehicle",
        "plate report_month kind registered price use_kind",
        _vehicles,
    ),
    Table("ziran.estate", "estate_no report_month kind area place registered", _estates),
    Table("shichang.company", "company_no report_month role capital state", _companies),
    Table("caizheng.civil_staff", "report_month unit kind", _payroll),
    Table("jinrong.loan", "loan_no report_month principal balance due", _loans),
    Table("jinrong.overdue", "loan_no report_month overdue_days", _overdue),
    Table("shuiwu.iit", "tax_year band", _taxed),
    Table("xinfang.call", "call_no received channel matter reply_due", _calls),
)
