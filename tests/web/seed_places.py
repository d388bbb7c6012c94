"""Where and when the invented prefecture stands: its day, divisions, officials and monthly runs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password

from fangpin.casework.alerts.models import Run
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.models import Official, Post
from fangpin.policy import Pack
from fangpin.values.month import Month

PACK_FOLDER = Path(__file__).parent / "packs" / "web_test"
CLOCK = date(2020, 12, 14)
AS_OF = date(2020, 12, 8)
LAST = int(Month.parse("2020-11"))
PASSWORD = "looking-at-pages"
SHISHAN = "431022202204"
FOREIGN_VILLAGE = "431026101201"
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


def seed_divisions(pack: Pack) -> None:
    rows = sorted(pack.divisions, key=lambda row: len(row.code))
    for row in rows:
        Division.objects.create(
            code=row.code,
            level=row.level,
            name_zh=row.name.zh,
            name_en=row.name.en,
            parent_id=row.parent,
        )


def seed_officials() -> None:
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


def seed_runs() -> list[Run]:
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
