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


@dataclasses.dataclass(slots=True)
class Made:
    """The prefecture as it was made once: its rows by table, its folder of deliveries.

    All tests find it in the same place, so that what the program remembers of unchanged folders is
    remembered from test to test, as in an installation.
    """

    folder: Path
    """As it was made: only copied from."""
    home: Path
    """What tests work on, one after the other."""
    seed: Seed | None = None
    rows: dict[str, list[tuple[Any, ...]]] = dataclasses.field(default_factory=dict)
    stamps: dict[str, tuple[int, int, int]] = dataclasses.field(default_factory=dict)
    """What the home looks like when nothing in it was changed."""

    def make(self) -> Seed:
        """Seed SQLite and remember what was written, to be put back in milliseconds."""
        self.home.mkdir()
        self.seed = seed(home=self.home, households=2)
        shutil.copytree(self.home, self.folder)
        self.stamps = stamps_of(self.home)
        raw = connection.connection
        for table in connection.introspection.table_names():
            if not table.startswith(
                ("django_migrations", "django_content_type", "auth_permission")
            ):
                columns = [row[1] for row in raw.execute(f'PRAGMA table_info("{table}")')]
                # The + keeps a value as it is stored: nothing is made a date that becomes a text again.
                stored = ", ".join(f'+"{column}"' for column in columns)
                self.rows[table] = raw.execute(f'SELECT {stored} FROM "{table}"').fetchall()
        return self.seed

    def put_back(self) -> None:
        """The rows, into a database that has none."""
        with connection.cursor():
            raw = connection.connection
        for table, rows in self.rows.items():
            if rows:
                holes = ",".join("?" * len(rows[0]))
                raw.executemany(f'INSERT INTO "{table}" VALUES ({holes})', rows)

    def take_back(self) -> None:
        """Undo what a test did to the home; most only read."""
        found = stamps_of(self.home)
        if found == self.stamps:
            return
        for name in sorted(found.keys() - self.stamps.keys()):
            remove(self.home / name)
        for name in sorted(self.stamps):
            if found.get(name) == self.stamps[name]:
                continue
            as_made, here = self.folder / name, self.home / name
            if as_made.is_dir() and not as_made.is_symlink():
                if not here.is_dir():
                    remove(here)
                    here.mkdir()
            else:
                remove(here)
                shutil.copy2(as_made, here, follow_symlinks=False)
        self.stamps = stamps_of(self.home)


def remove(path: Path) -> None:
    """A file, a folder with all that is in it, or nothing."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def stamps_of(folder: Path) -> dict[str, tuple[int, int, int]]:
    """Everything below a folder -> which file it is, its size and when it was written last."""
    stamps = {}
    waiting = [""]
    while waiting:
        inside = waiting.pop()
        with os.scandir(f"{folder}/{inside}") as entries:
            for entry in entries:
                found = entry.stat(follow_symlinks=False)
                name = f"{inside}{entry.name}"
                stamps[name] = (found.st_ino, found.st_size, found.st_mtime_ns)
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(f"{name}/")
    return stamps


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """What the first test of this process made, for the tests after it."""
    folder = tmp_path_factory.mktemp("made")
    return Made(folder / "as made", folder / "home")


@pytest.fixture
def installation(request: pytest.FixtureRequest, settings: Any, tmp_path: Path) -> Path:
    """The home of an installation with the test pack, its clock at the demonstration's day."""
    if "prefecture" in request.fixturenames and connection.vendor == "sqlite":
        home: Path = request.getfixturevalue("made").home
    else:
        home = tmp_path / "home"
        home.mkdir()
    settings.FANGPIN = dataclasses.replace(
        settings.FANGPIN, home=home, pack=str(PACK_FOLDER), packs=None, clock=CLOCK, demo=True
    )
    return home


@pytest.fixture
def prefecture(installation: Path, db: None, made: Made) -> Iterator[Seed]:
    """The invented prefecture, two households a village and those that have names."""
    if connection.vendor != "sqlite":
        yield seed(home=installation, households=2)
        return
    if made.seed is None:
        made.make()
    else:
        made.put_back()
    assert made.seed is not None
    yield made.seed
    made.take_back()


@pytest.fixture
def signed_in() -> SignIn:
    """A browser of an official, in Chinese unless told otherwise."""

    def sign_in(username: str, *, language: str = "zh-hans") -> Client:
        client = Client()
        client.force_login(get_user_model().objects.get(username=username))
        client.cookies["fangpin_language"] = language
        return client

    return sign_in
