"""An invented village with households to visit, for looking at the phone and testing it in a browser.

Names, figures and events are made up. It stands on 2020-12-14.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

from fangpin.casework.alerts.models import Alert, AlertReason, EvidenceRow, Run
from fangpin.casework.cases import acts
from fangpin.casework.cases.models import Case
from fangpin.casework.divisions.actions import sync_divisions
from fangpin.casework.officials.models import Official, Post
from fangpin.casework.officials.scope import Scope, scope_of
from fangpin.casework.registry.models import Household, HouseholdMonth, Member
from fangpin.policy import Pack
from fangpin.values.month import Month
from tests.casework.cases_world import Office, pack
from tests.cast import Cast, Person

CLOCK = date(2020, 12, 14)
LAST = int(Month.parse("2020-11"))
VILLAGE = "431022202204"
PASSWORD = "looking-at-phones"
OFFICIALS = (
    ("cun", "何建国", "village_cadre", VILLAGE),
    ("xiang", "谭志华", "township_reviewer", "431022202"),
    ("xian", "黄建军", "county_approver", "431022"),
)


@dataclass(frozen=True)
class Family:
    """One household: whom, why, since when."""

    head: str
    group: str
    severity: str
    cause: str
    zh: str
    en: str
    days: int
    """Since the alert was raised."""
    item: str = ""
    figures: tuple[int, ...] = ()
    members: tuple[tuple[str, str, int, str], ...] = ()
    wages: tuple[int | None, ...] = ()
    attributes: tuple[tuple[str, Any], ...] = ()


FAMILIES = (
    Family(
        "陈有田",
        "6 组",
        "orange",
        "illness",
        "连续 3 个月自付医疗超过 400 元，合计 1,366 元，是同期家庭收入的 1.9 倍。",
        "Medical expense above 400 yuan for 3 months in a row, 1,366 yuan in all, 1.9 times the "
        "household's income.",
        6,
        "medical_self_paid",
        (436, 472, 458),
        (
            ("陈有田", "head", 58, "chronic"),
            ("刘桂香", "spouse", 55, "healthy"),
            ("陈小莲", "child", 17, "healthy"),
        ),
        (2600, 2580, 2400, 1100, 0, 0, 0, 0, 600, 640, 1180, 1180),
        (("is_former_poor", True), ("labour_count", 1), ("ill_or_disabled_count", 1)),
    ),
    Family(
        "吴满秀",
        "2 组",
        "red",
        "disaster",
        "12 月 11 日山体滑坡，房屋受损登记损失 18,600 元，没有保险赔付。",
        "Landslide on 11 December: loss of 18,600 yuan to the house, without insurance.",
        4,
        members=(("吴满秀", "head", 49, "healthy"), ("李国强", "spouse", 51, "healthy")),
        wages=(1800, 1800, 1750, 1800, 1820, 1800, 1790, 1800, 1800, None, None, 1800),
        attributes=(("is_former_poor", True), ("labour_count", 2)),
    ),
    Family(
        "欧阳国强",
        "9 组",
        "yellow",
        "unstable_employment",
        "务工收入连续 2 个月为零，此前月均 2,450 元。",
        "No wages for 2 months; before that 2,450 yuan a month.",
        2,
        members=(
            ("欧阳国强", "head", 44, "healthy"),
            ("朱秀莲", "spouse", 42, "healthy"),
            ("欧阳石", "child", 12, "healthy"),
            ("欧阳冬", "child", 9, "healthy"),
            ("王妹生", "parent", 71, "chronic"),
        ),
        wages=(2450, 2450, 2400, 2500, 2450, 2450, 2450, 2460, 2450, 2400, 0, 0),
        attributes=(("labour_count", 2), ("children_compulsory_age", 2)),
    ),
    Family(
        "黄冬云",
        "1 组",
        "yellow",
        "schooling",
        "两名子女在读大学，本学期费用 11,800 元，人均收入低于监测线。",
        "Two children at university, 11,800 yuan this term; income a head is below the line.",
        0,
        members=(("黄冬云", "head", 47, "healthy"), ("谢石贵", "spouse", 48, "healthy")),
        wages=(900, 900, 950, 900, 880, 900, 900, 900, 920, 900, 900, 900),
        attributes=(("labour_count", 2), ("students", 2)),
    ),
    Family(
        "罗石贵",
        "4 组",
        "blue",
        "disability",
        "新办二级残疾证 3 个月，未享受补贴。",
        "A new grade-2 disability card for 3 months, without its allowance.",
        0,
        members=(("罗石贵", "head", 63, "disabled"),),
        wages=(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
        attributes=(("labour_count", 0), ("ill_or_disabled_count", 1), ("elderly_count", 1)),
    ),
)
_RANKS = {"red": 1, "orange": 2, "yellow": 3, "blue": 4}


def seed() -> dict[str, Case]:
    """Fill the database; head's name -> case."""
    policy = pack()
    sync_divisions(divisions=policy.divisions)
    people = {row[0]: _official(*row) for row in OFFICIALS}
    run = Run.objects.create(
        as_of=date(2020, 12, 8),
        month=LAST,
        folder="2020-12-08-seed",
        key="seed",
        pack=policy.id,
        loaded_at=datetime(2020, 12, 8, tzinfo=UTC),
        count_of_households=900,
        coverage={"renshe.employ": list(range(LAST - 23, LAST + 1))},
    )
    cases = {}
    for ref, family in enumerate(FAMILIES, start=1):
        household = _household(ref, family)
        alert = _alert(run, household, family)
        cases[family.head] = _case(policy, people, household, alert, family)
    for ref, name in enumerate(("段细春", "邓桂英"), start=50):
        _household(ref, replace(FAMILIES[1], head=name, group="3 组"))
    _monitored(policy, people)
    _done(policy, people)
    return cases


def _official(username: str, name: str, role: str, division: str) -> Person:
    user = get_user_model().objects.create(username=username, password=make_password(PASSWORD))
    official = Official.objects.create(user=user, name=name)
    Post.objects.create(official=official, role=role, division=division, from_date=date(2019, 1, 1))
    return Person(user)


def by(policy: Pack, person: Person) -> Scope:
    """What someone may do on the day."""
    return scope_of(user=person.user, on=CLOCK, roles=policy.roles)


def _household(ref: int, family: Family) -> Household:
    household = Household.objects.create(
        household_ref=ref,
        household_no=f"H431022-{400 + ref:04d}",
        division=VILLAGE,
        head_name=family.head,
        address=family.group,
        masked_phone=f"138****{4410 + ref}",
        count_of_members=len(family.members) or 2,
        attributes={"members": len(family.members) or 2, **dict(family.attributes)},
    )
    for at, (name, relation, age, health) in enumerate(family.members):
        Member.objects.create(
            person_ref=ref * 100 + at,
            household=household,
            name=name,
            relation=relation,
            is_head=at == 0,
            sex="female" if relation == "spouse" else "male",
            birth_date=date(CLOCK.year - age, 3, 9),
            masked_id="431022********" + f"{ref:02d}{at:02d}",
            attributes={"health": health},
        )
    for at, wage in enumerate(family.wages):
        month = LAST - len(family.wages) + 1 + at
        amounts = {} if wage is None else {"wage_employment": f"{wage}.00"}
        if family.figures and at >= len(family.wages) - len(family.figures):
            paid = family.figures[at - len(family.wages) + len(family.figures)]
            amounts["medical_self_paid"] = f"{paid}.00"
        HouseholdMonth.objects.create(household=household, month=month, amounts=amounts)
    return household


def _alert(run: Run, household: Household, family: Family) -> Alert:
    raised = CLOCK - timedelta(days=family.days)
    alert = Alert.objects.create(
        alert_no=f"A202012-{household.household_ref:04d}",
        household=household,
        division=VILLAGE,
        severity=family.severity,
        severity_rank=_RANKS[family.severity],
        cause=family.cause,
        raised_date=raised,
        raised_month=LAST,
        updated_month=LAST,
        due_date=raised + timedelta(days=5),
        first_run=run,
        last_run=run,
    )
    AlertReason.objects.create(
        alert=alert,
        run=run,
        rule="seed",
        code="SEED-01",
        cause=family.cause,
        sentence_zh=family.zh,
        sentence_en=family.en,
        edition=1,
        kind="alert",
        severity=family.severity,
        severity_rank=_RANKS[family.severity],
        due_date=alert.due_date,
        month=LAST,
        figures={},
        thresholds={},
    )
    for back, amount in enumerate(reversed(family.figures)):
        EvidenceRow.objects.create(
            alert=alert,
            run=run,
            rule="seed",
            item=family.item,
            feed="yibao.settlement",
            delivery="2020-12-01",
            row_no=100 + back,
            month=LAST - back,
            amount=Decimal(amount),
            detail={},
        )
    return alert


def _case(
    policy: Pack, people: dict[str, Person], household: Household, alert: Alert, family: Family
) -> Case:
    at = datetime(2020, 12, 14, 1, tzinfo=UTC)
    case = acts.report_clue(
        pack=policy,
        household_ref=household.household_ref,
        by=by(policy, people["xiang"]),
        at=at,
        channel="rule",
        cause=family.cause,
        alert_no=alert.alert_no,
    )
    acts.assign(pack=policy, case_no=case.case_no, by=by(policy, people["xiang"]), at=at)
    case.refresh_from_db()
    return case


def _cast(people: dict[str, Person]) -> Cast:
    nobody = people["xian"]
    return Cast(
        analyst=nobody,
        county_analyst=nobody,
        approver=people["xian"],
        reviewer=people["xiang"],
        cadre=people["cun"],
        data_owner=nobody,
        supervisor=nobody,
        outsider=nobody,
        visitor=nobody,
    )


def _opened(policy: Pack, people: dict[str, Person], ref: int, name: str, day: date) -> Office:
    family = replace(FAMILIES[1], head=name, group="5 组", figures=(), item="")
    household = _household(ref, family)
    HouseholdMonth.objects.create(
        household=household,
        month=int(Month.parse("2019-01")),
        amounts={"annual_net_income": "9000.00"},
    )
    case = acts.report_clue(
        pack=policy,
        household_ref=household.household_ref,
        by=by(policy, people["xiang"]),
        at=datetime(day.year, day.month, day.day, 1, tzinfo=UTC),
        channel="inspection",
        on=day,
        cause="illness",
        note="走访时发现。",
    )
    return Office(_cast(people), policy, case.case_no, day)


def _monitored(policy: Pack, people: dict[str, Person]) -> None:
    """A household that was identified in November: to be followed up each month."""
    _opened(policy, people, 30, "曹竹英", date(2020, 11, 2)).until_approval()


def _done(policy: Pack, people: dict[str, Person]) -> None:
    """A household whose visit is recorded already."""
    office = _opened(policy, people, 31, "段国", date(2020, 12, 10))
    office.act("assign", people["xiang"])
    office.visit(people["cun"], verifiers=("cun", "王村医"))
