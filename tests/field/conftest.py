"""A county whose village has a cadre with a phone."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.field.world import Field, build_field
from tests.standing import standing


@pytest.fixture
def installation(settings: Any, tmp_path: Path) -> Path:
    """The home of an installation with the pack of the prefecture, its clock on a day of May."""
    return set_up(settings, tmp_path)


def set_up(settings: Any, folder: Path) -> Path:
    """Point the settings at a new home."""
    from tests.casework.cases_world import DAY

    home = folder / "home"
    home.mkdir()
    settings.FANGPIN = dataclasses.replace(
        settings.FANGPIN, home=home, pack="cn_hunan_chenzhou", packs=None, clock=DAY
    )
    return home


@pytest.fixture(scope="module")
def once_built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Field]:
    """What `field` finds, made once for the tests of a file."""
    with standing(django_db_blocker, build_field) as made:
        yield made


@pytest.fixture
def field(once_built: Field, installation: Path, db: None) -> Field:
    """The offices, a household of the village whose visit is assigned, and one of the next village."""
    pack = once_built.office.pack
    return dataclasses.replace(copy.deepcopy(once_built, {id(pack): pack}), home=installation)
