"""The two households that the tests know by name: Li Zhuxi of Shishan, and one of another county."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from fangpin.casework.alerts.models import Alert, EvidenceRow, Run
from fangpin.casework.registry.models import Household, HouseholdMonth, Member
from fangpin.values.month import Month
from tests.web.seed_alerts import reason
from tests.web.seed_places import FOREIGN_VILLAGE, LAST, SHISHAN

LI_ZHUXI = 101
FOREIGN = 202
FOREIGN_NAME = "欧阳外"


def seed_li_zhuxi(runs: list[Run]) -> None:
    household = Household.objects.create(
        household_ref=LI_ZHUXI,
        household_no="H431022-0417",
        division=SHISHAN,
        head_name="李竹喜",
        address="6 组",
        masked_phone="138****2291",
        count_of_members=3,
        attributes={"household_size": 3, "workers": 2, "status": "out_of_poverty"},
    )
    people = (
        (1, "李竹喜", "head", True, "male", date(1962, 3, 9), {"health": "chronic", "able": True}),
        (
            2,
            "李桂香",
            "spouse",
            False,
            "female",
            date(1965, 8, 1),
            {"health": "healthy", "able": True},
        ),
        (3, "李秋莲", "child", False, "female", date(2003, 2, 17), {"health": "healthy"}),
    )
    for number, name, relation, is_head, sex, birth, attributes in people:
        Member.objects.create(
            person_ref=number,
            household=household,
            name=name,
            relation=relation,
            is_head=is_head,
            sex=sex,
            birth_date=birth,
            masked_id="431022********" + f"{number:04d}",
            attributes=attributes,
        )
    for back in range(24):
        month = LAST - 23 + back
        HouseholdMonth.objects.create(household=household, month=month, amounts=_li_amounts(back))
    first = next(run for run in runs if run.month == LAST - 4)
    last = runs[-1]
    alert = Alert.objects.create(
        alert_no="A202008-LZX000000417",
        household=household,
        division=SHISHAN,
        severity="orange",
        severity_rank=2,
        cause="illness",
        suggested_category="marginal",
        raised_date=first.as_of,
        raised_month=first.month,
        updated_month=last.month,
        due_date=date(2020, 12, 16),
        first_run=first,
        last_run=last,
    )
    zh = (
        "2020 年 4 月到 6 月，连续 3 个月自付医疗超过 400 元，合计 1,366 元，是同期家庭收入的 1.9 倍；"
        "3 月刚住院一次，自付 1,260 元，务工收入也断了。"
    )
    en = (
        "From April to June 2020 medical expense stayed above 400 yuan for 3 months, 1,366 yuan "
        "in all, 1.9 times the household's income; in March a stay in hospital cost 1,260 yuan, "
        "and wages stopped."
    )
    for run, severity, rank in ((first, "yellow", 3), (last, "orange", 2)):
        reason(
            alert,
            run,
            "medical_sustained",
            "MED-03",
            "illness",
            zh,
            en,
            severity=severity,
            severity_rank=rank,
            thresholds={"medical.monthly_threshold": "400"},
        )
    reason(
        alert,
        last,
        "wage_lost",
        "INC-01",
        "unstable_employment",
        "务工收入连续 7 个月为零，此前月均 2,600 元。",
        "No wages for 7 months; before that 2,600 yuan a month.",
        severity="yellow",
        severity_rank=3,
    )
    for month, amount, row, kind, hospital in (
        ("2020-11", "458.00", 18231, "clinic", "县人民医院"),
        ("2020-10", "472.00", 17904, "clinic", "县人民医院"),
        ("2020-09", "436.00", 16377, "clinic", "长村乡卫生院"),
    ):
        EvidenceRow.objects.create(
            alert=alert,
            run=last,
            rule="medical_sustained",
            item="medical",
            feed="medical.settlement",
            delivery=f"{month}-01",
            row_no=row,
            month=Month.parse(month),
            amount=Decimal(amount),
            detail={"kind": kind, "hospital": hospital},
        )


def _li_amounts(back: int) -> dict[str, str]:
    wage = 2600 if back < 15 else 1180 if back == 15 else 0 if back < 22 else 800
    business = (980, 1000, 620, 0, 180, 0, 0, 0, 620, 700, 0, 240, 1000, 760, 520)
    amounts = {
        "wage": wage,
        "business": business[back]
        if back < len(business)
        else (0, 0, 0, 0, 0, 620, 610, 0, 0)[back - 15],
        "transfer": 220 if back < 16 else 240 if back < 22 else 840,
        "medical": (
            90,
            95,
            88,
            93,
            90,
            85,
            92,
            90,
            96,
            110,
            90,
            85,
            90,
            80,
            96,
            510,
            1260,
            90,
            88,
            480,
            495,
            436,
            472,
            458,
        )[back],
    }
    if back in (4, 10, 16):
        amounts["school"] = 1050
    if back in (3, 5, 15, 17):
        amounts["production"] = 620
    return {item: f"{value:.2f}" for item, value in amounts.items()}


def seed_foreign(runs: list[Run]) -> None:
    """A household of another county; its name must never reach an outsider."""
    household = Household.objects.create(
        household_ref=FOREIGN,
        household_no="H431026-9999",
        division=FOREIGN_VILLAGE,
        head_name=FOREIGN_NAME,
        count_of_members=1,
    )
    Member.objects.create(
        person_ref=9, household=household, name=FOREIGN_NAME, relation="head", is_head=True
    )
    alert = Alert.objects.create(
        alert_no="A202012-FOREIGN",
        household=household,
        division=FOREIGN_VILLAGE,
        severity="red",
        severity_rank=1,
        cause="disaster",
        raised_date=runs[-1].as_of,
        raised_month=runs[-1].month,
        updated_month=runs[-1].month,
        due_date=date(2020, 12, 1),
        first_run=runs[-1],
        last_run=runs[-1],
    )
    reason(
        alert,
        runs[-1],
        "disaster_loss",
        "DIS-01",
        "disaster",
        "损失 9,999 元。",
        "Loss of 9,999 yuan.",
    )
