"""Cases of the invented prefecture, one in every state, worked by the acts that the console calls.

All in 石山村 and its neighbour 樟树下村 of 宜章县, but one of another county. Everything is made up.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from fangpin.casework.alerts.models import Alert, AlertReason, Run
from fangpin.casework.cases import acts
from fangpin.casework.cases.acts.comparison import Finding
from fangpin.casework.cases.models import Case
from fangpin.casework.declarations.acts import Declared, receive_declaration
from fangpin.casework.officials.scope import Scope
from fangpin.casework.registry.models import Household, HouseholdMonth, Member
from fangpin.policy import Pack

SHISHAN = "431022202204"
ZHANGSHUXIA = "431022202205"
FOREIGN_VILLAGE = "431026101201"
FOREIGN_HOUSEHOLD = 202
RECEIPT = "AAAA-BBBB-CCCC"
FOREIGN_RECEIPT = "DDDD-EEEE-FFFF"
TO_DISPATCH = 300
OVERDUE_VISIT = 301
TO_VISIT = 302
TO_COMPARE = 303
TO_DELIBERATE = 304
TO_DELIBERATE_TOO = 305
TO_NOTICE = 306
ON_NOTICE = 307
TO_REVIEW = 308
TO_APPROVE = 309
IDENTIFIED = 310
NOT_AT_RISK = 311
RETURNED = 312
GREEN = 313
TO_ELIMINATE = 314
REFUSED = 315
TO_ANNOUNCE = 316
TO_DISPATCH_ELSEWHERE = 317

MEETING = {
    "body": "villagers_assembly",
    "place": "村部会议室",
    "chair": "李石生",
    "entitled": "36",
    "attending": "30",
}
"""What a meeting's form is answered with."""

_DAY = date(2020, 12, 14)
_PEOPLE = {
    TO_DISPATCH: ("何满香", "illness", SHISHAN, 4),
    TO_DISPATCH_ELSEWHERE: ("郑秋香", "unstable_employment", ZHANGSHUXIA, 3),
    OVERDUE_VISIT: ("陈有田", "illness", SHISHAN, 3),
    TO_VISIT: ("吴满秀", "disaster", SHISHAN, 4),
    TO_COMPARE: ("欧阳国强", "unstable_employment", SHISHAN, 5),
    TO_DELIBERATE: ("黄冬云", "schooling", SHISHAN, 4),
    TO_DELIBERATE_TOO: ("罗石贵", "disability", SHISHAN, 2),
    TO_NOTICE: ("张细春", "illness", SHISHAN, 3),
    ON_NOTICE: ("谢秋生", "illness", SHISHAN, 1),
    TO_REVIEW: ("曾满石", "illness", SHISHAN, 4),
    TO_APPROVE: ("王秀莲", "disaster", SHISHAN, 3),
    IDENTIFIED: ("周秋香", "illness", SHISHAN, 2),
    NOT_AT_RISK: ("朱妹生", "unstable_employment", SHISHAN, 3),
    RETURNED: ("邓小石", "housing", SHISHAN, 3),
    GREEN: ("段冬生", "disaster", ZHANGSHUXIA, 5),
    TO_ELIMINATE: ("雷国", "illness", SHISHAN, 2),
    REFUSED: ("吴有田", "unstable_employment", ZHANGSHUXIA, 4),
    TO_ANNOUNCE: ("曹细春", "schooling", SHISHAN, 5),
}
_WHY = {
    "illness": (
        "medical_sustained",
        "MED-03",
        "连续 4 个月自付医疗超过 400 元，合计 1,926 元。",
        "Medical expense above 400 yuan for 4 months in a row, 1,926 yuan in all.",
    ),
    "unstable_employment": (
        "wage_lost",
        "INC-01",
        "务工收入连续 3 个月为零，此前月均 2,400 元。",
        "No wages for 3 months; before that 2,400 yuan a month.",
    ),
    "disaster": (
        "disaster_loss",
        "DIS-01",
        "灾情登记损失 46,000 元，没有保险赔付。",
        "Disaster loss of 46,000 yuan without insurance.",
    ),
    "schooling": (
        "school_burden",
        "EDU-01",
        "两名以上子女在读，本学期费用 8,600 元。",
        "Two or more children at school, 8,600 yuan this term.",
    ),
    "disability": (
        "disability_new",
        "DIA-02",
        "新办二级残疾证，3 个月未享受补贴。",
        "A new grade-2 disability card, 3 months without aid.",
    ),
    "housing": ("housing_unsafe", "HOU-01", "房屋鉴定为 D 级。", "The house was graded D."),
}


def moment(day: date, hour: int = 2) -> datetime:
    """A moment of a working day, in UTC (ten in the morning in China)."""
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Hands:
    """The officials of one village as they act on one case, on one day."""

    pack: Pack
    case_no: str
    village: str
    day: date

    def on(self, day: date) -> Hands:
        return replace(self, day=day)

    def scope(self, role: str) -> Scope:
        """Someone of the village, its township or its county."""
        names = {"village_cadre": "village", "township_reviewer": "town"}
        width = {"village_cadre": 12, "township_reviewer": 9}.get(role, 6)
        return Scope(
            official=names.get(role, "county"),
            role=role,
            divisions=(self.village[:width],),
            may=frozenset(self.pack.roles[role].may),
        )

    def act(self, name: str, role: str, *, hour: int = 2, **given: Any) -> Any:
        return getattr(acts, name)(
            pack=self.pack,
            case_no=self.case_no,
            by=self.scope(role),
            at=moment(self.day, hour),
            **given,
        )

    def visit(self, cause: str, *, is_at_risk: bool = True) -> Hands:
        self.act(
            "record_visit",
            "village_cadre",
            visit=acts.VisitRecord(
                visited_at=moment(self.day, 1),
                verifiers=("village", "王村医"),
                is_at_risk=is_at_risk,
                judgement="户主慢性病长期服药，儿子停工在家，靠低保和零工；亲友能帮的有限。"
                if is_at_risk
                else "儿子已在广东厂里上班，收入稳定，自述没有困难。",
                coping="partly" if is_at_risk else "able",
                causes=(acts.CauseFound(cause),) if is_at_risk else (),
                answers=(
                    acts.Answer("members", "3", "3", "agrees"),
                    acts.Answer("unsafe_house", "false"),
                    acts.Answer("unsafe_water", "false"),
                    acts.Answer("wages_12_months", "9600", "8400", "partly"),
                    acts.Answer("savings", "none"),
                ),
            ),
        )
        return self

    def consent(self) -> Hands:
        self.act("record_consent", "village_cadre", form="signature", signed_date=self.day)
        return self

    def compare(self) -> Hands:
        self.act("request_comparison", "county_approver", departments=["police", "traffic"])
        for department in ("police", "traffic"):
            self.act("answer_comparison", "county_approver", department=department)
        self.act("close_comparison", "county_approver")
        return self

    def deliberate(self) -> Hands:
        meeting = acts.MeetingRecord(
            division=self.village,
            held_date=self.day,
            body="villagers_assembly",
            place="村部会议室",
            chair="李石生",
            count_of_entitled=36,
            count_of_attending=30,
        )
        acts.hold_deliberation(
            pack=self.pack,
            by=self.scope("village_cadre"),
            at=moment(self.day),
            meeting=meeting,
            items=[acts.Votes(self.case_no, 28, 1, 1, "同意上报")],
        )
        return self

    def post(self) -> Hands:
        self.act("post_notice", "village_cadre", place="村务公开栏")
        return self

    def end_notice(self) -> Hands:
        self.act("end_notice", "village_cadre", hour=3)
        return self

    def review(self) -> Hands:
        self.act(
            "review_at_township",
            "township_reviewer",
            opinion="材料齐全，情况属实，同意上报。",
            category="marginal",
        )
        return self

    def approve(self) -> Hands:
        self.act("approve_at_county", "county_approver", opinion="同意纳入。")
        return self


def seed_cases(pack: Pack, runs: list[Run]) -> dict[int, str]:
    """Household -> the number of its case; those to dispatch have an alert and no case."""
    numbers: dict[int, str] = {}
    for ref, days in _DAYS_AGO.items():
        start = _DAY - timedelta(days=days)
        hands = _opened(pack, runs, ref, start)
        if hands is not None:
            _work(ref, hands, _PEOPLE[ref][1])
            numbers[ref] = hands.case_no
    numbers[FOREIGN_HOUSEHOLD] = _foreign(pack)
    for receipt_no, division, name in (
        (RECEIPT, SHISHAN, "黄冬"),
        (FOREIGN_RECEIPT, FOREIGN_VILLAGE, "欧阳外"),
    ):
        _declare(pack, receipt_no, division, name)
    return numbers


def _declare(pack: Pack, receipt_no: str, division: str, name: str) -> None:
    """A declaration whose identity number nobody could read."""
    receive_declaration(
        pack=pack,
        declared=Declared(
            division=division,
            name=name,
            masked_phone="138****0000",
            phone_digest="a" * 64,
            sealed_phone=b"sealed",
            identity_ref=None,
            sealed_identity=b"sealed",
            cause="illness",
            text="妻子住院，没有收入。",
        ),
        receipt_no=receipt_no,
        at=moment(_DAY - timedelta(days=3)),
    )


_DAYS_AGO = {
    TO_DISPATCH: 2,
    TO_DISPATCH_ELSEWHERE: 2,
    OVERDUE_VISIT: 9,
    TO_VISIT: 2,
    TO_COMPARE: 5,
    TO_DELIBERATE: 6,
    TO_DELIBERATE_TOO: 6,
    TO_NOTICE: 7,
    ON_NOTICE: 9,
    TO_REVIEW: 13,
    TO_APPROVE: 14,
    IDENTIFIED: 22,
    NOT_AT_RISK: 12,
    RETURNED: 14,
    GREEN: 3,
    TO_ELIMINATE: 250,
    REFUSED: 30,
    TO_ANNOUNCE: 16,
}


def _work(ref: int, hands: Hands, cause: str) -> None:
    day = hands.day

    def after(days: int) -> Hands:
        return hands.on(day + timedelta(days=days))

    if ref == OVERDUE_VISIT:
        return
    if ref == TO_VISIT:
        return
    if ref == GREEN:
        hands.act(
            "open_green_channel", "township_reviewer", cause="disaster", reason="房屋倒塌，先安置。"
        )
        return
    if ref == NOT_AT_RISK:
        after(2).visit(cause, is_at_risk=False)
        after(3).act(
            "find_not_at_risk",
            "township_reviewer",
            reason="income_stable",
            note="电话和入户都核实，儿子月收入 4,000 元。",
        )
        return
    after(1).visit(cause)
    after(1).consent()
    if ref == TO_COMPARE:
        asked = after(1)
        asked.act(
            "request_comparison", "county_approver", departments=["police", "traffic", "land"]
        )
        after(2).act("answer_comparison", "county_approver", department="police")
        after(3).act(
            "answer_comparison",
            "county_approver",
            department="traffic",
            findings=[Finding("production", "30000")],
        )
        return
    after(2).compare()
    if ref in (TO_DELIBERATE, TO_DELIBERATE_TOO):
        return
    after(3).deliberate()
    if ref == TO_NOTICE:
        return
    after(4).post()
    if ref == ON_NOTICE:
        after(4).act(
            "record_objection", "village_cadre", hour=5, text="他家去年买了一辆面包车，应该核实。"
        )
        return
    after(9).end_notice()
    if ref == TO_REVIEW:
        return
    if ref == RETURNED:
        after(10).act(
            "return_for_correction",
            "township_reviewer",
            to_step="deliberation",
            reason="papers_incomplete",
            note="会议记录缺签到表，请补开会议。",
        )
        return
    after(10).review()
    if ref == TO_APPROVE:
        return
    if ref == REFUSED:
        after(11).act(
            "refuse",
            "county_approver",
            reason="counter_evidence",
            note="名下有经营实体，收入稳定。",
        )
        after(15).act("appeal", "village_cadre", text="店已转让半年，请重新核实。")
        return
    after(11).approve()
    if ref == TO_ANNOUNCE:
        return
    after(12).act("announce", "village_cadre", note="村务公开栏")
    if ref == TO_ELIMINATE:
        _propose(hands)


def _propose(hands: Hands) -> None:
    """A household identified long ago, whose elimination is now proposed.

    Its identification ended without a plan recorded here: the log of measures is another room's.
    """
    case = Case.objects.get(case_no=hands.case_no)
    Case.objects.filter(pk=case.pk).update(
        state="ended", ended_at=moment(hands.day), ended_by="village", step="", due_date=None
    )
    case.turns.all().delete()
    acts.propose_elimination(
        pack=hands.pack,
        household_ref=TO_ELIMINATE,
        by=hands.scope("village_cadre"),
        at=moment(_DAY - timedelta(days=1)),
    )


def _opened(pack: Pack, runs: list[Run], ref: int, start: date) -> Hands | None:
    name, cause, village, size = _PEOPLE[ref]
    household = Household.objects.create(
        household_ref=ref,
        household_no=f"H{village[:6]}-{ref:04d}",
        division=village,
        head_name=name,
        address=f"{ref % 9 + 1} 组",
        masked_phone=f"139****{2000 + ref}",
        count_of_members=size,
        attributes={"household_size": size, "workers": 1, "status": "ordinary"},
    )
    Member.objects.create(
        person_ref=ref,
        household=household,
        name=name,
        relation="head",
        is_head=True,
        sex="male",
        birth_date=date(1964, 5, 2),
        masked_id=f"431022********{ref:04d}",
        attributes={"health": "chronic"},
    )
    last = runs[-1].month
    HouseholdMonth.objects.bulk_create(
        HouseholdMonth(
            household=household,
            month=last - back,
            amounts={"wage": "700.00", "transfer": "240.00", "medical": "430.00"},
        )
        for back in range(13)
    )
    run = next((one for one in reversed(runs) if one.as_of <= start), runs[0])
    severity, rank = ("red", 1) if cause == "disaster" else ("orange", 2)
    alert = Alert.objects.create(
        alert_no=f"A{start:%Y%m}-CASE{ref:06d}",
        household=household,
        division=village,
        severity=severity,
        severity_rank=rank,
        cause=cause,
        suggested_category="marginal",
        raised_date=start,
        raised_month=run.month,
        updated_month=run.month,
        due_date=start + timedelta(days=5),
        first_run=run,
        last_run=run,
    )
    rule, code, zh, en = _WHY[cause]
    AlertReason.objects.create(
        alert=alert,
        run=run,
        rule=rule,
        code=code,
        kind="alert",
        edition=4,
        severity=severity,
        severity_rank=rank,
        cause=cause,
        month=run.month,
        due_date=alert.due_date,
        sentence_zh=zh,
        sentence_en=en,
    )
    if ref in (TO_DISPATCH, TO_DISPATCH_ELSEWHERE):
        return None
    hands = Hands(pack, "", village, start)
    done = acts.dispatch_alerts(
        pack=pack,
        alert_nos=[alert.alert_no],
        by=hands.scope("township_reviewer"),
        at=moment(start),
        to="village" if village == SHISHAN else "",
    )
    assert not done.refused, done.refused
    return replace(hands, case_no=done.cases[alert.alert_no].case_no)


def _foreign(pack: Pack) -> str:
    """The case of the household that no outsider may find a trace of."""
    household = Household.objects.get(household_ref=FOREIGN_HOUSEHOLD)
    hands = Hands(pack, "", household.division, _DAY - timedelta(days=3))
    alert = Alert.objects.get(household=household)
    done = acts.dispatch_alerts(
        pack=pack,
        alert_nos=[alert.alert_no],
        by=hands.scope("township_reviewer"),
        at=moment(hands.day),
    )
    assert not done.refused, done.refused
    return done.cases[alert.alert_no].case_no
