"""Households of the invented prefecture and their alerts, many and alike."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from fangpin.casework.alerts.models import Alert, AlertReason, Run
from fangpin.casework.registry.models import Household
from tests.web.seed_places import CLOCK

_SURNAMES = "李王张刘陈黄周罗谢曾邓何欧吴朱雷曹段"
_GIVEN = (
    "有田",
    "国强",
    "桂香",
    "满秀",
    "冬云",
    "石贵",
    "妹生",
    "细春",
    "秀莲",
    "小石",
    "国",
    "冬",
)
_RULES = (
    (
        "medical_sustained",
        "MED-03",
        "illness",
        "连续 {n} 个月自付医疗超过 400 元，合计 {m} 元。",
        "Medical expense above 400 yuan for {n} months in a row, {m} yuan in all.",
    ),
    (
        "wage_lost",
        "INC-01",
        "unstable_employment",
        "务工收入连续 {n} 个月为零，此前月均 {m} 元。",
        "No wages for {n} months; before that {m} yuan a month.",
    ),
    (
        "disaster_loss",
        "DIS-01",
        "disaster",
        "灾情登记损失 {m} 元，没有保险赔付。",
        "Disaster loss of {m} yuan without insurance.",
    ),
    (
        "school_burden",
        "EDU-01",
        "schooling",
        "两名以上子女在读，本学期费用 {m} 元。",
        "Two or more children at school, {m} yuan this term.",
    ),
    (
        "disability_new",
        "DIA-02",
        "disability",
        "新办二级残疾证，{n} 个月未享受补贴。",
        "A new grade-2 disability card, {n} months without aid.",
    ),
    ("housing_unsafe", "HOU-01", "housing", "房屋鉴定为 D 级。", "The house was graded D."),
)
_SEVERITIES = (("red", 1), ("orange", 2), ("yellow", 3), ("blue", 4))


def household(reference: int, village: str, chance: random.Random) -> Household:
    return Household(
        household_ref=reference,
        household_no=f"H{village[:6]}-{reference:05d}",
        division=village,
        head_name=chance.choice(_SURNAMES) + chance.choice(_GIVEN),
        address=f"{chance.randint(1, 12)} 组",
        masked_phone=f"138****{chance.randint(1000, 9999)}",
        count_of_members=chance.randint(1, 6),
        attributes={"household_size": 3, "workers": 2, "status": "ordinary"},
    )


def seed_alerts(made: list[Household], runs: list[Run], chance: random.Random) -> None:
    for household in made:
        heavy = {"431022": 0.62, "431026": 0.7, "431081": 0.16, "431024": 0.22}
        if chance.random() > heavy.get(household.division[:6], 0.4):
            continue
        place = min(int(chance.betavariate(1.8, 1.1) * len(runs)), len(runs) - 1)
        run = runs[place]
        severity, rank = chance.choices(_SEVERITIES, (9, 22, 34, 35))[0]
        rule, code, cause, zh, en = chance.choices(_RULES, (40, 26, 16, 12, 8, 6))[0]
        is_old = place < len(runs) - 2 and chance.random() < 0.93
        alert = Alert.objects.create(
            alert_no=f"A{run.as_of:%Y%m}-{household.household_ref:06d}",
            household=household,
            division=household.division,
            severity=severity,
            severity_rank=rank,
            cause=cause,
            state="ended" if is_old else "open",
            ended_at=datetime(2020, 12, 8, tzinfo=UTC) if is_old else None,
            ended_by="village" if is_old else "",
            end_reason="alert_end.resolved" if is_old else "",
            step=chance.choice(("to_assign", "to_assign", "to_visit", "to_review")),
            suggested_category="marginal" if rank < 3 else "",
            raised_date=run.as_of,
            raised_month=run.month,
            updated_month=run.month,
            due_date=CLOCK + timedelta(days=chance.randint(-9, 16)),
            first_run=run,
            last_run=run,
        )
        n, m = chance.randint(2, 5), f"{chance.randint(800, 46000):,}"
        reason(alert, run, rule, code, cause, zh.format(n=n, m=m), en.format(n=n, m=m))


def reason(
    alert: Alert, run: Run, rule: str, code: str, cause: str, zh: str, en: str, **more: object
) -> AlertReason:
    given = {
        "edition": 4,
        "kind": "alert",
        "severity": alert.severity,
        "severity_rank": alert.severity_rank,
        "due_date": alert.due_date,
        "month": run.month,
        "figures": {"medical_run": 3, "medical_sum": "1366.00"},
        "thresholds": {},
        **more,
    }
    return AlertReason.objects.create(
        alert=alert,
        run=run,
        rule=rule,
        code=code,
        cause=cause,
        sentence_zh=zh,
        sentence_en=en,
        **given,
    )
