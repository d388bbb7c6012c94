"""One browser and two villages for all tests of the phone."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.chromium import chromium
from tests.field.phone.phone import Phone
from tests.field.served import Server


@contextmanager
def village(repository: Path, home: Path) -> Iterator[Server]:
    """It is served as long as the block runs."""
    made = Server(repository, home)
    made.start()
    yield made
    made.stop()


@pytest.fixture(scope="package")
def as_made(repository: Path) -> Iterator[Path]:
    """The home of a village that no phone has called yet."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        with village(repository, home):
            pass
        yield home


@pytest.fixture(scope="package")
def server(repository: Path, as_made: Path) -> Iterator[Server]:
    """The village that phones write to: a household whose visit is recorded is one test's alone."""
    home = Path(shutil.copytree(as_made, as_made.parent / "written"))
    with village(repository, home) as made:
        yield made


@pytest.fixture(scope="package")
def untouched(repository: Path, as_made: Path) -> Iterator[Server]:
    """The village as it is made: what the other tests write would change its screens."""
    home = Path(shutil.copytree(as_made, as_made.parent / "untouched"))
    with village(repository, home) as made:
        yield made


@pytest.fixture(scope="package")
def browser() -> Iterator[Any]:
    with chromium() as launched:
        yield launched


@pytest.fixture
def phone(browser: Any, server: Server) -> Iterator[Phone]:
    """A phone out of its box; `set_up` signs the cadre in."""
    made = Phone(browser, server)
    yield made
    made.context.close()
