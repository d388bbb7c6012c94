"""An invented prefecture in the case database and on disk, for looking at pages and testing them.

Everything here is made up: names, figures, notices. It stands on 2020-12-14.
"""

from __future__ import annotations

import json
import random
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

from fangpin.casework.alerts.models import Alert, AlertReason, EvidenceRow, Run
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.models import Official, Post
from fangpin.casework.officials.scope import Scope, scope_of
from fangpin.casework.registry.models import DivisionCount, Household, HouseholdMonth, Member
from fangpin.policy import Pack, load_pack
from fangpin.values.month import Month
from tests.web.seed_cases import seed_cases
from tests.web.seed_links import seed_links
from tests.web.seed_unsure import seed_unsure

PACK_FOLDER = Path(__file__).parent / "packs" / "web_test"
CLOCK = date(2020, 12, 14)
AS_OF = date(2020, 12, 8)
LAST = int(Month.parse("2020-11"))
PASSWORD = "looking-at-pages"
LI_ZHUXI = 101
SHISHAN = "431022202204"
FOREIGN_VILLAGE = "431026101201"
FOREIGN = 202
FOREIGN_NAME = "欧阳外"

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
_COVERED = {
    **dict.fromkeys(("labour.wages", "civil.relief", "medical.settlement"), 1),
    **dict.fromkeys(("rural.business", "rural.inputs"), 1),
    "school.fees": 6,
}
"""Feed -> how many months lie between two deliveries."""
ROLES = (
    ("city", "曹丽", "city_analyst", "4310", ""),
    ("county", "何建国", "county_approver", "431022", ""),
    ("town", "唐敏", "township_reviewer", "431022202", ""),
    ("village", "李石生", "village_cadre", SHISHAN, ""),
    ("owner", "周医保", "data_owner", "431022", "medical"),
    ("province", "省督查", "provincial_supervisor", "43", ""),
    ("outsider", "外县人", "county_approver", "431027", ""),
)


@dataclass(frozen=True, slots=True)
class Seed:
    """What was made; `case_nos` are the numbers of the cases by household."""

    pack: Pack
    runs: list[Run]
    case_nos: dict[int, str]

    def scope(self, username: str) -> Scope:
        """What an official of the prefecture may see on its day."""
        user = get_user_model().objects.get(username=username)
        return scope_of(user=user, on=CLOCK, roles=self.pack.roles)


def seed(*, home: Path, households: int = 40) -> Seed:
    """Fill the database and the deliveries of a home; `households` a village."""
    pack = load_pack(PACK_FOLDER)
    chance = random.Random(20201214)
    _divisions(pack)
    _officials()
    runs = _runs()
    villages = [row.code for row in pack.divisions if row.level == "village"]
    reference = 1000
    for village in villages:
        made = []
        for _ in range(households):
            reference += 1
            made.append(_household(reference, village, chance))
        Household.objects.bulk_create(made)
        DivisionCount.objects.create(
            division=village, count_of_households=households * 9, count_of_members=households * 31
        )
        _alerts(made, runs, chance)
    _li_zhuxi(runs)
    _foreign(runs)
    _deliveries(pack, home / "deliveries", chance)
    seed_links(home, runs[-1])
    seed_unsure(home, pack, runs[-1])
    return Seed(pack, runs, seed_cases(pack, runs))


def _divisions(pack: Pack) -> None:
    rows = sorted(pack.divisions, key=lambda row: len(row.code))
    for row in rows:
        Division.objects.create(
            code=row.code,
            level=row.level,
            name_zh=row.name.zh,
            name_en=row.name.en,
            parent_id=row.parent,
        )


def _officials() -> None:
    hashed = make_password(PASSWORD)
    for username, name, role, division, department in ROLES:
        user = get_user_model().objects.create(username=username, password=hashed)
        official = Official.objects.create(user=user, name=name)
        Post.objects.create(
            official=official,
            role=role,
            division=division,
            department=department,
            from_date=date(2019, 1, 1),
        )
    nobody = get_user_model().objects.create(username="nobody", password=hashed)
    Official.objects.create(user=nobody, name="无岗位")


def _runs() -> list[Run]:
    runs = []
    for back in range(23, -1, -1):
        month = Month(LAST - back)
        as_of = month.plus(1).first_day.replace(day=8)
        runs.append(
            Run.objects.create(
                as_of=as_of,
                month=month,
                folder=f"{as_of}-seed",
                key=f"key-{month}",
                pack="web_test",
                loaded_at=datetime(2020, 12, 8, tzinfo=UTC),
                count_of_households=16000,
                coverage={
                    feed: [one for one in range(LAST - 30, month + 1) if (one + 1) % length == 0]
                    for feed, length in _COVERED.items()
                },
                outcomes={
                    "medical_sustained": {"hit": 3, "no_hit": 15_985, "cannot_tell": 12},
                    "disaster_loss": {"hit": 9, "no_hit": 13_991, "cannot_tell": 2_000},
                },
            )
        )
    return runs


def _household(reference: int, village: str, chance: random.Random) -> Household:
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


def _alerts(made: list[Household], runs: list[Run], chance: random.Random) -> None:
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
        _reason(alert, run, rule, code, cause, zh.format(n=n, m=m), en.format(n=n, m=m))


def _reason(
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


def _li_zhuxi(runs: list[Run]) -> None:
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
        _reason(
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
    _reason(
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


def _foreign(runs: list[Run]) -> None:
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
    _reason(
        alert,
        runs[-1],
        "disaster_loss",
        "DIS-01",
        "disaster",
        "损失 9,999 元。",
        "Loss of 9,999 yuan.",
    )


def _deliveries(pack: Pack, folder: Path, chance: random.Random) -> None:
    lengths = {"monthly": 1, "quarterly": 3, "term": 6, "yearly": 12}
    for feed, contract in pack.contracts.items():
        if contract.frequency == "event":
            continue
        order = 0
        for back in range(23, -1, -1):
            month = Month(LAST - back)
            if (month + 1) % lengths[contract.frequency]:
                continue
            if (feed == "emergency.disasters" and back == 0) or (
                feed == "water.drinking" and back == 11
            ):
                continue
            order += 1
            late = chance.choices((0, 0, 2, 6), (80, 10, 6, 4))[0]
            received = month.plus(1).first_day.replace(day=2) + timedelta(
                days=chance.randint(0, 2) + (late and late + 3)
            )
            if received > CLOCK:
                received = CLOCK
            read = chance.randint(300, 18_300)
            bad = int(read * chance.choice((0, 0, 0, 0, 0.004, 0.021))) if back else 0
            if feed == "finance.card" and back == 0:
                read, bad = 9_620, 203
            duplicate = chance.choice((0, 0, 3))
            write_delivery(
                folder,
                feed=feed,
                delivery=f"{month}-01",
                department=pack.owners[feed],
                month=month,
                received=received,
                order=order,
                read=read,
                quarantined=bad,
                duplicate=duplicate,
                with_rows=feed == "finance.card" and back == 0,
            )


def write_delivery(
    folder: Path,
    *,
    feed: str,
    delivery: str,
    department: str,
    month: Month,
    received: date,
    order: int,
    read: int,
    quarantined: int,
    duplicate: int,
    with_rows: bool,
) -> None:
    """One delivery as the feeds package leaves it on disk."""
    place = folder / feed / delivery
    place.mkdir(parents=True)
    bad_id = quarantined * 3 // 4
    counts = {"ID_CHECKSUM": bad_id, "AMOUNT_BAD": quarantined - bad_id} if quarantined else {}
    told = {
        "feed": feed,
        "delivery": delivery,
        "department": department,
        "received": received.isoformat(),
        "month": str(month),
        "months": [str(month), str(month)],
        "sha256": f"{order:064d}",
        "read": read,
        "accepted": read - quarantined - duplicate,
        "quarantined": quarantined,
        "duplicate": duplicate,
        "order": order,
        "is_registry": feed == "rural.persons",
        "counts_by_code": counts,
        "superseded": [],
        "findings": [],
    }
    (place / "delivery.json").write_text(json.dumps(told), encoding="utf-8")
    if with_rows:
        _write_quarantine(place / "quarantine.parquet", bad_id, quarantined - bad_id)


def _write_quarantine(file: Path, bad_ids: int, bad_amounts: int) -> None:
    connection = duckdb.connect()
    connection.execute(
        'CREATE TABLE q (row_no INTEGER, code VARCHAR, severity VARCHAR, "column" VARCHAR, '
        "value_masked VARCHAR, message_zh VARCHAR, message_en VARCHAR, repair_zh VARCHAR, "
        "repair_en VARCHAR)"
    )
    rows = [
        (
            14 + 37 * at,
            "ID_CHECKSUM",
            "row",
            "身份证号",
            f"431022********{at:03d}1",
            "身份证号校验码不对",
            "The identity number's check digit is wrong",
            "对照户口本改正号码，重新报送这一行",
            "Correct the number from the household register and send the row again",
        )
        for at in range(bad_ids)
    ] + [
        (
            29 + 61 * at,
            "AMOUNT_BAD",
            "row",
            "金额",
            f"¥1,2{at:02d}元",
            "金额不是数字",
            "The amount is no number",
            "只写数字，不带货币符号和单位",
            "Write digits only, without sign or unit",
        )
        for at in range(bad_amounts)
    ]
    connection.executemany("INSERT INTO q VALUES (?,?,?,?,?,?,?,?,?)", rows)
    connection.execute(f"COPY q TO '{file}' (FORMAT parquet)")
    connection.close()
