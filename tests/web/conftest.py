"""The invented prefecture, and officials who are signed in to it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from tests.web.seed import CLOCK, PACK_FOLDER, Seed, seed

SignIn = Callable[..., Client]


@pytest.fixture
def installation(settings: Any, tmp_path: Path) -> Path:
    """The home of an installation with the test pack, its clock at the demonstration's day."""
    home = tmp_path / "home"
    home.mkdir()
    settings.FANGPIN = dataclasses.replace(
        settings.FANGPIN, home=home, pack=str(PACK_FOLDER), packs=None, clock=CLOCK, demo=True
    )
    return home


@pytest.fixture
def prefecture(installation: Path, db: None) -> Seed:
    """The invented prefecture, two households a village and the two that have names."""
    return seed(home=installation, households=2)


@pytest.fixture
def signed_in() -> SignIn:
    """A browser of an official, in Chinese unless told otherwise."""

    def sign_in(username: str, *, language: str = "zh-hans") -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(username=username))
        client.cookies["fangpin_language"] = language
        return client

    return sign_in
