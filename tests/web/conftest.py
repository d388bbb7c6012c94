"""The invented prefecture, and officials who are signed in to it."""

from __future__ import annotations

import dataclasses
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
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


@dataclasses.dataclass(slots=True)
class Made:
    """The prefecture as it was made once: its rows by table, its folder of deliveries."""

    folder: Path
    seed: Seed | None = None
    rows: dict[str, list[tuple[Any, ...]]] = dataclasses.field(default_factory=dict)
    spare: Path | None = None
    """A copy of the folder in which the last test changed nothing."""
    stamps: dict[str, tuple[int, int, int]] = dataclasses.field(default_factory=dict)
    """What the copy that a test works on looked like before it."""

    def make(self, home: Path) -> Seed:
        """Seed SQLite and remember what was written, to be put back in milliseconds."""
        self.seed = seed(home=home, households=2)
        shutil.copytree(home, self.folder)
        raw = connection.connection
        for table in connection.introspection.table_names():
            if not table.startswith(
                ("django_migrations", "django_content_type", "auth_permission")
            ):
                self.rows[table] = [tuple(row) for row in raw.execute(f'SELECT * FROM "{table}"')]
        return self.seed

    def put_back(self, home: Path) -> None:
        if self.spare is not None and not any(home.iterdir()):
            self.spare.replace(home)
        else:
            shutil.copytree(self.folder, home, dirs_exist_ok=True)
            self.stamps = stamps_of(home)
        self.spare = None
        with connection.cursor():
            raw = connection.connection
        for table, rows in self.rows.items():
            if rows:
                holes = ",".join("?" * len(rows[0]))
                raw.executemany(f'INSERT INTO "{table}" VALUES ({holes})', rows)

    def take_back(self, home: Path) -> None:
        """Keep the folder for the next test when this one changed nothing in it: most only read."""
        if stamps_of(home) == self.stamps:
            self.spare = home.replace(self.folder.with_name("spare"))


def stamps_of(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Everything in a folder -> which file it is, its size and when it was written last."""
    return {
        f"{place}/{name}".removeprefix(str(folder)): (
            found.st_ino,
            found.st_size,
            found.st_mtime_ns,
        )
        for place, folders, files in os.walk(folder)
        for name in (*folders, *files, ".")
        for found in [os.lstat(f"{place}/{name}")]
    }


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """What the first test of this process made, for the tests after it."""
    return Made(tmp_path_factory.mktemp("made") / "home")


@pytest.fixture
def prefecture(installation: Path, db: None, made: Made) -> Iterator[Seed]:
    """The invented prefecture, two households a village and those that have names."""
    if connection.vendor != "sqlite":
        yield seed(home=installation, households=2)
    elif made.seed is None:
        yield made.make(installation)
    else:
        made.put_back(installation)
        yield made.seed
        made.take_back(installation)


@pytest.fixture
def signed_in() -> SignIn:
    """A browser of an official, in Chinese unless told otherwise."""

    def sign_in(username: str, *, language: str = "zh-hans") -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(username=username))
        client.cookies["fangpin_language"] = language
        return client

    return sign_in
