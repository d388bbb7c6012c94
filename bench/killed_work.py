"""The work around `bench/killed_server.py`: cases to act on, and what is there afterwards."""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

from casework_fill import AT, DAY, VILLAGE

PASSWORD = "bench-of-kills"


def prepare(home: str, url: str, cases: int) -> list[str]:
    """A database with one reviewer and so many open cases; their numbers."""
    _start(home, url)
    from datetime import date

    from django.contrib.auth import get_user_model
    from django.contrib.auth.hashers import make_password
    from django.core.management import call_command

    from fangpin.casework.cases.acts import report_clue
    from fangpin.casework.divisions.actions import sync_divisions
    from fangpin.casework.officials.models import Official, Post
    from fangpin.casework.officials.scope import Scope
    from fangpin.casework.registry.models import Household
    from fangpin.web.ground.pack import installation_pack

    call_command("migrate", verbosity=0)
    pack = installation_pack()
    sync_divisions(divisions=pack.divisions)
    user = get_user_model().objects.create(username="reviewer", password=make_password(PASSWORD))
    official = Official.objects.create(user=user, name="reviewer")
    Post.objects.create(
        official=official,
        role="township_reviewer",
        division=VILLAGE[:9],
        from_date=date(2019, 1, 1),
    )
    Household.objects.bulk_create(
        Household(
            household_ref=ref,
            household_no=f"H{ref:08d}",
            division=VILLAGE,
            head_name="某",
            count_of_members=3,
            attributes={"members": 3},
        )
        for ref in range(1, cases + 1)
    )
    by = Scope(
        official="reviewer",
        role="township_reviewer",
        divisions=(VILLAGE[:9],),
        may=frozenset(pack.roles["township_reviewer"].may),
    )
    return [
        report_clue(pack=pack, household_ref=ref, by=by, at=AT, channel="inspection").case_no
        for ref in range(1, cases + 1)
    ]


def verify(home: str, url: str, answered: list[str]) -> dict[str, Any]:
    """Of the acts that were acknowledged: lost, doubled, or without their audit entry."""
    _start(home, url)
    from fangpin.casework.audit.models import AuditEntry
    from fangpin.casework.cases.models import CaseAct

    keys = Counter(CaseAct.objects.exclude(key="").values_list("key", flat=True))
    cases = Counter(CaseAct.objects.filter(act="assign").values_list("case__case_no", flat=True))
    told = Counter(AuditEntry.objects.filter(act="assign").values_list("subject", flat=True))
    return {
        "lost": sum(key not in keys for key in answered),
        "doubled": sum(count > 1 for count in cases.values()),
        "without_audit": sum(told[case] != count for case, count in cases.items()),
        "stored": len(cases),
    }


def _start(home: str, url: str) -> None:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="fangpin.web.settings",
        FANGPIN_HOME=home,
        FANGPIN_DATABASE_URL=url,
        FANGPIN_PACK="cn_hunan_chenzhou",
        FANGPIN_CLOCK=DAY.isoformat(),
    )
    import django

    django.setup()
