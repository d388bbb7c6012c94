"""The console knows no country: the survey pack, with regions and rounds, needs no line of code."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from fangpin.casework.alerts.models import Alert, AlertReason, Run
from fangpin.casework.divisions.models import Division
from fangpin.casework.officials.models import Official, Post
from fangpin.casework.registry.models import DivisionCount, Household, HouseholdMonth, Member
from fangpin.policy import load_pack
from fangpin.values.month import Month
from tests.web.conftest import SignIn
from tests.web.pages import text_of

AS_OF = date(2020, 12, 10)
JUDGED = int(Month.parse("2020-11"))


@pytest.fixture
def survey(settings: Any, tmp_path: Path, repository: Path, db: None) -> int:
    """One household of the survey pack with an alert; its reference."""
    settings.FANGPIN = dataclasses.replace(
        settings.FANGPIN,
        home=tmp_path,
        pack=str(repository / "packs" / "wb_hfps"),
        packs=None,
        clock=date(2020, 12, 14),
        demo=True,
    )
    pack = load_pack(repository / "packs" / "wb_hfps")
    for row in sorted(pack.divisions, key=lambda row: len(row.code)):
        Division.objects.create(
            code=row.code,
            level=row.level,
            name_zh=row.name.zh,
            name_en=row.name.en,
            parent_id=row.parent,
        )
    lowest = max(pack.divisions, key=lambda row: (len(row.code), row.code))
    top = pack.divisions.chain(lowest.code)[0]
    role = next(role for role in pack.roles.values() if "see_household" in role.may)
    everything = max(pack.roles.values(), key=lambda role: len(role.may))
    for username, held, division in (
        ("visitor", role, lowest.code),
        ("approver", everything, top.code),
    ):
        official = Official.objects.create(
            user=get_user_model().objects.create(username=username), name=username.title()
        )
        Post.objects.create(
            official=official, role=held.role, division=division, from_date=date(2020, 1, 1)
        )
    household = Household.objects.create(
        household_ref=7,
        household_no="HH-7",
        division=lowest.code,
        head_name="Amina",
        count_of_members=4,
        attributes={"consumption_quintile": 1},
    )
    DivisionCount.objects.create(division=lowest.code, count_of_households=1, count_of_members=4)
    Member.objects.create(
        person_ref=1, household=household, name="Amina", relation="head", is_head=True
    )
    HouseholdMonth.objects.create(household=household, month=JUDGED, amounts={"food_insecure": "1"})
    run = Run.objects.create(
        as_of=AS_OF,
        month=JUDGED,
        folder="run",
        key="key",
        pack="wb_hfps",
        loaded_at=datetime(2020, 12, 10, tzinfo=UTC),
        count_of_households=1,
    )
    rule = next(rule for rule in pack.rules if rule.kind == "alert")
    severity = pack.severities[0]
    alert = Alert.objects.create(
        alert_no="A202012-7",
        household=household,
        division=lowest.code,
        severity=severity.severity,
        severity_rank=severity.rank,
        cause=rule.cause or "",
        raised_date=AS_OF,
        raised_month=JUDGED,
        updated_month=JUDGED,
        due_date=date(2020, 12, 13),
        first_run=run,
        last_run=run,
    )
    AlertReason.objects.create(
        alert=alert,
        run=run,
        rule=rule.rule,
        code=rule.code,
        edition=rule.edition,
        severity=severity.severity,
        severity_rank=severity.rank,
        month=JUDGED,
        due_date=alert.due_date,
        sentence_zh="近12个月有3轮食物不安全。",
        sentence_en="Food insecure in 3 rounds of 12 months.",
        figures=dict.fromkeys(rule.figures, 3),
        thresholds={},
    )
    return household.household_ref


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("username", ["visitor", "approver"])
def test_every_page_opens_with_the_survey_pack(
    survey: int, signed_in: SignIn, username: str, language: str
) -> None:
    client = signed_in(username, language=language)
    pages = ["/queue/", "/households/", f"/households/{survey}/"]
    pages += ["/overview/", "/feeds/"] if username == "approver" else []
    for path in pages:
        response = client.get(path)
        assert response.status_code == 200, path
        if "household" in path or "queue" in path:
            assert "Amina" in text_of(response)
    household = text_of(client.get(f"/households/{survey}/"))
    assert ("Urgent" if language == "en" else "紧急") in household
    assert ("Food insecure in 3 rounds" if language == "en" else "3轮食物不安全") in household
