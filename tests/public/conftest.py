"""A county whose village has a code on its wall, and a household that the registry knows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.casework.cases_world import build_household
from tests.cast import VILLAGE, build_cast, build_divisions
from tests.field.conftest import set_up
from tests.public.world import KNOWN, Village

DATABASE_LINE = "the door ran on "


def pytest_terminal_summary(terminalreporter: Any) -> None:
    terminalreporter.line(f"{DATABASE_LINE}{connection.vendor}")


@pytest.fixture
def installation(settings: Any, tmp_path: Path) -> Path:
    """The home of an installation with the pack of the prefecture, its clock on a day of May."""
    return set_up(settings, tmp_path)


@pytest.fixture
def village(installation: Path, db: None) -> Village:
    """The offices, the village and one household, whose head has the number `KNOWN`."""
    from fangpin.casework.registry.models import Member
    from fangpin.web.ground.keys import door_keys

    build_divisions()
    cast = build_cast()
    household = build_household()
    Member.objects.create(
        person_ref=door_keys().person_ref(KNOWN),
        household=household,
        name="李某",
        relation="head",
        is_head=True,
    )
    return Village(VILLAGE, door_keys().village_check(VILLAGE), cast)
