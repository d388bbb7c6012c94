"""A county whose village has a code on its wall, and a household that the registry knows."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.casework.cases_world import build_household
from tests.cast import VILLAGE, Cast, build_cast, build_divisions
from tests.field.conftest import set_up
from tests.public.world import KNOWN, Village
from tests.standing import standing


@pytest.fixture
def installation(settings: Any, tmp_path: Path) -> Path:
    """The home of an installation with the pack of the prefecture, its clock on a day of May."""
    return set_up(settings, tmp_path)


@pytest.fixture(scope="module")
def once_built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cast]:
    """The rows of `village`, made once for the tests of a file, but for those that a key makes."""
    with standing(django_db_blocker, build_offices) as made:
        yield made


@pytest.fixture
def village(once_built: Cast, installation: Path, db: None) -> Village:
    """The offices, the village and one household, whose head has the number `KNOWN`."""
    from fangpin.casework.registry.models import Household, Member
    from fangpin.web.ground.keys import door_keys

    Member.objects.create(
        person_ref=door_keys().person_ref(KNOWN),
        household=Household.objects.get(),
        name="李某",
        relation="head",
        is_head=True,
    )
    return Village(VILLAGE, door_keys().village_check(VILLAGE), copy.deepcopy(once_built))


def build_offices() -> Cast:
    """The divisions, the offices and one household."""
    build_divisions()
    build_household()
    return build_cast()
