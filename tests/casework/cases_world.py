"""A county in which cases are worked: the national pack, the cast, and a household of the village."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from fangpin.casework.alerts.models import Alert, Run
from fangpin.casework.cases import acts
from fangpin.casework.cases.models import Case
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.models import Household, HouseholdMonth
from fangpin.policy import Pack, load_pack
from fangpin.values.month import Month
from tests.cast import VILLAGE, Cast, Person, build_cast, build_divisions

PACKS = Path(__file__).parents[2] / "packs"
DAY = date(2020, 5, 10)


@cache
def pack(name: str = "cn_hunan_chenzhou") -> Pack:
    """A pack of the repository, loaded once."""
    return load_pack(PACKS / name)


def moment(day: date, hour: int = 2) -> datetime:
    """A moment of a working day, in UTC (ten in the morning in China)."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def build_household(ref: int = 1, *, division: str = VILLAGE, **attributes: Any) -> Household:
    """A family of three lifted out of poverty, with 17,000 yuan in 2019."""
    household = Household.objects.create(
        household_ref=ref,
        household_no=f"H{ref:06d}",
        division=division,
        head_name="李某",
        count_of_members=3,
        attributes={"members": 3, "is_former_poor": True, "labour_count": 1, **attributes},
    )
    HouseholdMonth.objects.create(
        household=household,
        month=int(Month.parse("2019-01")),
        amounts={"annual_net_income": "17000.00"},
    )
    return household


def build_alert(household: Household, *, raised: date = DAY) -> Alert:
    """An open alert of a household, raised by the run of its day."""
    run, _ = Run.objects.get_or_create(
        as_of=raised,
        defaults={
            "month": int(Month.last_complete(raised)),
            "folder": "f",
            "key": "k",
            "pack": "test",
            "loaded_at": moment(raised),
            "count_of_households": 1,
        },
    )
    return Alert.objects.create(
        alert_no=f"A-{household.household_ref}",
        household=household,
        division=household.division,
        severity="red",
        severity_rank=1,
        cause="illness",
        raised_date=raised,
        raised_month=run.month,
        updated_month=run.month,
        due_date=raised + timedelta(days=3),
        first_run=run,
        last_run=run,
    )


@dataclass(frozen=True)
class Office:
    """The offices of the county as they act on one case, a day after the other."""

    cast: Cast
    pack: Pack
    case_no: str = ""
    day: date = DAY

    def on(self, case: Case) -> Office:
        return replace(self, case_no=case.case_no)

    def later(self, days: int) -> Office:
        """The same offices some days later."""
        return replace(self, day=self.day + timedelta(days=days))

    def scope(self, person: Person) -> Scope:
        """What someone may see and do, with the roles of the pack."""
        from fangpin.casework.officials.scope import scope_of

        return scope_of(user=person.user, on=self.day, roles=self.pack.roles)

    def act(self, name: str, person: Person, **given: Any) -> Any:
        """Do an act on the case as someone, at ten in the morning of the day."""
        given.setdefault("at", moment(self.day))
        return getattr(acts, name)(
            pack=self.pack, case_no=self.case_no, by=self.scope(person), **given
        )

    def case(self) -> Case:
        return Case.objects.get(case_no=self.case_no)

    def visit(self, person: Person | None = None, **changes: Any) -> Any:
        """A visit by two that found the household at risk of illness."""
        record = acts.VisitRecord(
            visited_at=moment(self.day, 1),
            verifiers=("cadre", "王村医"),
            is_at_risk=True,
            judgement="户主长期服药，收入只有低保和零工。",
            causes=(acts.CauseFound("illness"),),
        )
        return self.act("record_visit", person or self.cast.cadre, visit=replace(record, **changes))

    def deliberate(self, **changes: Any) -> Any:
        """A meeting of 30 of 36 villagers' representatives, 28 in favour."""
        record = acts.MeetingRecord(
            division=self.case().division,
            held_date=self.day,
            body="villagers_assembly",
            place="村部",
            chair="何建国",
            count_of_entitled=36,
            count_of_attending=30,
        )
        votes = acts.Votes(self.case_no, 28, 1, 1)
        return acts.hold_deliberation(
            pack=self.pack,
            by=self.scope(self.cast.cadre),
            at=moment(self.day),
            meeting=replace(record, **changes),
            items=[votes],
        )

    def compare(self) -> None:
        """Two departments asked; both have nothing on record."""
        approver = self.cast.approver
        self.act("request_comparison", approver, departments=["gongan", "ziran"])
        for department in ("gongan", "ziran"):
            self.act("answer_comparison", approver, department=department)
        self.act("close_comparison", approver)

    def until_review(self) -> Office:
        """From a case just opened to the end of its notice; the offices on that day."""
        self.act("assign", self.cast.reviewer)
        first = self.later(1)
        first.visit()
        first.act("record_consent", self.cast.cadre, form="signature", signed_date=first.day)
        first.compare()
        second = self.later(2)
        second.deliberate()
        second.act("post_notice", self.cast.cadre, place="村务公开栏")
        third = second.later(5)
        third.act("end_notice", self.cast.cadre)
        return third

    def until_approval(self) -> Office:
        """Up to the county's approval; the offices on that day."""
        office = self.until_review()
        office.act("review_at_township", self.cast.reviewer, opinion="同意上报")
        last = office.later(1)
        last.act("approve_at_county", self.cast.approver)
        return last


def opened() -> Office:
    """The offices on the day of an alert, with the household's case just opened."""
    build_divisions()
    cast = build_cast()
    alert = build_alert(build_household())
    opening = Office(cast, pack())
    acts.report_clue(
        pack=opening.pack,
        household_ref=alert.household_id,
        by=opening.scope(cast.reviewer),
        at=moment(DAY),
        channel="rule",
        cause="illness",
        alert_no=alert.alert_no,
    )
    return opening.on(Case.objects.get())
