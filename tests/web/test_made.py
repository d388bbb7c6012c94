"""What one test does to the invented prefecture is never seen by the next."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web.conftest import Made


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A prefecture of one file in one folder, and no row."""
    folder = tmp_path / "made" / "home"
    (folder / "deliveries").mkdir(parents=True)
    (folder / "deliveries" / "receipt.json").write_text("as made")
    return Made(folder)


def put_back(made: Made, home: Path) -> dict[str, str]:
    """The files that a test finds in its home."""
    home.mkdir()
    made.put_back(home)
    return {str(one.relative_to(home)): one.read_text() for one in home.rglob("*") if one.is_file()}


def in_place(home: Path) -> None:
    file = home / "deliveries" / "receipt.json"
    before = file.stat()
    file.write_text("altered")
    assert file.stat().st_size == before.st_size


def another_file_of_that_name(home: Path) -> None:
    file = home / "deliveries" / "receipt.json"
    before = file.stat()
    (home / "other").write_text("altered")
    os.utime(home / "other", ns=(before.st_atime_ns, before.st_mtime_ns))
    (home / "other").replace(file)


def one_more(home: Path) -> None:
    (home / "deliveries" / "more").mkdir()


def one_less(home: Path) -> None:
    (home / "deliveries" / "receipt.json").unlink()


def at_the_top(home: Path) -> None:
    (home / "secret.key").write_text("k")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change", [in_place, another_file_of_that_name, one_more, one_less, at_the_top]
)
def test_a_home_that_was_changed_is_not_handed_on(
    made: Made, tmp_path: Path, change: Callable[[Path], None]
) -> None:
    as_made = {"deliveries/receipt.json": "as made"}
    for turn in range(3):
        home = tmp_path / str(turn)
        assert put_back(made, home) == as_made
        if turn == 1:
            change(home)
        made.take_back(home)
        assert (made.spare is None) == (turn == 1)
        assert home.exists() == (turn == 1)
