"""Human resources: monthly work monitoring, pensions, public-welfare posts, unemployment, injury."""

from __future__ import annotations

from collections.abc import Iterator

from fangpin.synthetic.chenzhou.county import draws_pension
from fangpin.synthetic.chenzhou.livelihoods import BASIC_PENSION, is_at_school
from fangpin.synthetic.tables import Repeated, Row, Table, event_table
from fangpin.synthetic.world import Person, World
from fangpin.values.month import Month

PUBLIC_POST = "公益性岗位"


def _work(world: World, month: Month) -> Iterator[Row]:
    """Every adult who is not at school: those without work with a wage of nought."""
    at = world.offset(month)
    idle = Repeated({"report_month": month, "working": "否", "month_wage": 0})
    for household in world.households:
        for person in household.members:
            if not person.identifier or not person.is_aged(16, month):
                continue
            if not person.is_there(month):
                continue
            job = person.job
            wage = job.wage_by_month[at] if job is not None else 0
            if job is None or (wage == 0 and month not in job.unpaid_leave):
                if job is not None or not is_at_school(person, month):
                    yield Row(person, household, idle)
                continue
            changed = job.changed_employer
            employer = changed[1] if changed and month >= changed[0] else job.employer
            values: dict[str, object] = {
                "report_month": month,
                "working": "是",
                "work_province": job.province,
                "work_city": job.city,
                "work_county": job.county,
                "employer": employer,
                "industry": job.industry,
                "channel": job.channel,
                "month_wage": wage * 100,
                "work_from": job.began,
            }
            yield Row(person, household, values)


def _pensions(world: World, month: Month) -> Iterator[Row]:
    values = Repeated(
        {"report_month": month, "scheme": "城乡居民", "month_amount": BASIC_PENSION * 100}
    )
    for household in world.households:
        for person in household.members:
            if draws_pension(person, month):
                yield Row(person, household, values)


def _posts(world: World, month: Month) -> Iterator[Row]:
    at = world.offset(month)
    for household in world.households:
        for person in household.members:
            if not _holds_post(person, at) or not person.is_there(month):
                continue
            assert person.job is not None
            values: dict[str, object] = {
                "report_month": month,
                "post": "保洁员" if person.sex == "女" else "护林员",
                "unit": f"{household.village_name}村民委员会",
                "month_pay": person.job.wage_by_month[at] * 100,
                "post_from": person.job.began,
            }
            yield Row(person, household, values)


def _holds_post(person: Person, at: int) -> bool:
    job = person.job
    return job is not None and job.channel == PUBLIC_POST and job.wage_by_month[at] > 0


TABLES = (
    Table(
        "renshe.employ",
        "report_month working work_province work_city work_county employer industry channel"
        " month_wage work_from",
        _work,
    ),
    Table("renshe.pension", "report_month scheme month_amount", _pensions),
    Table("renshe.post", "report_month post unit month_pay post_from", _posts),
    event_table("renshe.unemploy", "registered reason"),
    event_table("renshe.injury", "injured assessed grade"),
)
