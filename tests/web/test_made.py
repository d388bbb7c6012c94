"""What one test does to the invented prefecture is never seen by the next."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.web.conftest import Made, stamps_of


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A prefecture of one file in one folder, and no row."""
    folder, home = tmp_path / "as made", tmp_path / "home"
    (folder / "deliveries").mkdir(parents=True)
    (folder / "deliveries" / "receipt.json").write_text("as made")
    shutil.copytree(folder, home)
    return Made(folder, home, stamps=stamps_of(home))


def content(home: Path) -> dict[str, str | None]:
    """The folders and files that a test finds in its home."""
    return {
        str(one.relative_to(home)): one.read_text() if one.is_file() else None
        for one in home.rglob("*")
    }


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


def a_file_that_was_a_folder(home: Path) -> None:
    shutil.rmtree(home / "deliveries")
    (home / "deliveries").write_text("no folder")


def a_folder_that_was_a_file(home: Path) -> None:
    file = home / "deliveries" / "receipt.json"
    file.unlink()
    file.mkdir()
    (file / "more").write_text("more")


@pytest.mark.parametrize(
    "change",
    [
        in_place,
        another_file_of_that_name,
        one_more,
        one_less,
        at_the_top,
        a_file_that_was_a_folder,
        a_folder_that_was_a_file,
    ],
)
def test_what_one_test_changed_is_undone_for_the_next(
    made: Made, change: Callable[[Path], None]
) -> None:
    as_made = {"deliveries": None, "deliveries/receipt.json": "as made"}
    for _ in range(2):
        change(made.home)
        assert content(made.home) != as_made
        made.take_back()
        assert content(made.home) == as_made


def test_a_home_that_was_only_read_is_left_as_it_is(made: Made) -> None:
    before = made.stamps
    content(made.home)
    made.take_back()
    assert made.stamps is before
