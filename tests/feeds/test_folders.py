"""Folders as departments keep them: half files wait, and one that is away keeps no other waiting."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pytest
from fsspec.implementations.local import LocalFileSystem

from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.receipt import Receipt
from fangpin.feeds.sources.folder import RemoteFolder
from fangpin.feeds.sources.settings import FolderSource, read_sources
from fangpin.values.problem import ProblemError
from tests.feeds.builders import Desk, csv_text, wage_row
from tests.feeds.test_sources import FILE, FOLDER, pulled

MONTHS = ("2020-01", "2020-02", "2020-03")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "incoming"
    folder.mkdir()
    return folder


def put(file: Path, month: str, *places: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [wage_row(place, month=month) for place in places or (1,)]
    file.write_text(csv_text(rows), encoding="utf-8")


def named(folder: Path, name: bytes) -> Path:
    """A file whose name is these bytes."""
    return folder / os.fsdecode(name)


class Troubled(LocalFileSystem):
    """A folder in which something happens to a file while it is read."""

    protocol = "troubled"
    happens: Any = staticmethod(lambda path: None)

    def open(self, path: str, *arguments: Any, **keywords: Any) -> Any:
        type(self).happens(path)
        return super().open(path, *arguments, **keywords)


@pytest.fixture
def troubled() -> Iterator[type[Troubled]]:
    fsspec.register_implementation("troubled", Troubled, clobber=True)
    yield Troubled
    Troubled.happens = staticmethod(lambda path: None)


def grows(path: str) -> None:
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(",".join(wage_row(9)) + "\n")


def breaks(path: str) -> None:
    raise RuntimeError(f"session of reader with geheim was lost: {path}")


@pytest.mark.parametrize(
    ("happens", "code"),
    [
        (grows, "SOURCE_FILE_CHANGING"),
        (os.unlink, "SOURCE_FILE_CHANGING"),
        (breaks, "SOURCE_UNREACHABLE"),
    ],
)
def test_a_file_in_trouble_waits_and_keeps_no_other_waiting(
    desk: Desk, folder: Path, troubled: type[Troubled], happens: Any, code: str
) -> None:
    for name, month in zip("abc", MONTHS, strict=True):
        put(folder / f"{name}.csv", month)
    troubled.happens = staticmethod(lambda path: happens(path) if path.endswith("b.csv") else None)
    told: list[Receipt] = []
    url = f"troubled://{folder}"
    with pytest.raises(ProblemError) as raised:
        pulled(desk, FOLDER, told=told.append, WAGES_FOLDER=url)
    assert [problem.code for problem in raised.value.problems] == [code]
    assert "geheim" not in str(raised.value)
    assert [one.outcome for one in told] == ["accepted", "accepted"]
    assert len(arrivals(desk.home)) == 2

    troubled.happens = staticmethod(lambda path: None)
    put(folder / "b.csv", "2020-02", 1, 2)
    (late,) = pulled(desk, FOLDER, WAGES_FOLDER=url)
    assert (late.outcome, late.accepted) == ("accepted", 2)


def test_a_file_that_grows_between_two_looks_is_still_being_written(
    desk: Desk, folder: Path, troubled: type[Troubled], monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder / "a.csv", "2020-03")
    put(folder / "b.csv", "2020-02")
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        grows(str(folder / "a.csv"))

    monkeypatch.setattr("fangpin.feeds.sources.folder.time.sleep", wait)
    text = FOLDER.replace("quiet_seconds: 0", "quiet_seconds: 5")
    (receipt,) = pulled(desk, text, WAGES_FOLDER=str(folder))
    assert waited == [5] and arrivals(desk.home)[0].month == receipt.month
    monkeypatch.setattr("fangpin.feeds.sources.folder.time.sleep", lambda seconds: None)
    assert [one.accepted for one in pulled(desk, text, WAGES_FOLDER=str(folder))] == [2]


def test_what_programs_leave_beside_files_is_no_file(desk: Desk, folder: Path) -> None:
    put(folder / "三月.CSV", "2020-03")
    for name in (
        "~$三月.csv",
        ".三月.csv",
        ".~lock.三月.csv#",
        "四月.csv.part",
        "四月.csv.filepart",
        "四月.csv~",
    ):
        put(folder / name, "2020-04")
    text = FOLDER.replace('"*.csv"', '"*"')
    assert [one.accepted for one in pulled(desk, text, WAGES_FOLDER=str(folder))] == [1]
    desk.home.sources.rename(desk.folder / "forgotten")
    again = pulled(desk, FOLDER, WAGES_FOLDER=str(folder))
    assert [one.outcome for one in again] == ["already_received"], "a name in capitals is meant too"


@pytest.mark.parametrize(
    ("pattern", "taken"), [("*.csv", 1), ("**/*.csv", 3), ("*/*.csv", 1), ("2020/**/*.csv", 2)]
)
def test_folders_within_are_read_where_the_pattern_names_them(
    desk: Desk, folder: Path, pattern: str, taken: int
) -> None:
    put(folder / "a.csv", "2020-01")
    put(folder / "2020" / "二月.csv", "2020-02")
    put(folder / "2020" / "三月" / "三月.csv", "2020-03")
    put(folder / ".old" / "b.csv", "2020-04")
    text = FOLDER.replace("*.csv", pattern)
    assert len(pulled(desk, text, WAGES_FOLDER=str(folder))) == taken
    assert pulled(desk, text, WAGES_FOLDER=str(folder)) == []


def test_a_pattern_that_means_nothing_is_told(desk: Desk, folder: Path) -> None:
    with pytest.raises(ProblemError) as raised:
        pulled(desk, FOLDER.replace("*.csv", "**.csv"), WAGES_FOLDER=str(folder))
    assert raised.value.problems[0].code == "SOURCE_PATTERN"


def test_new_content_of_the_same_size_is_seen_without_a_time_of_change(desk: Desk) -> None:
    files = fsspec.filesystem("memory")
    files.makedirs("/wages", exist_ok=True)
    try:
        for wage in ("1000", "2000"):
            files.pipe("/wages/a.csv", csv_text([wage_row(1, wage=wage)]).encode())
            (receipt,) = pulled(desk, FOLDER, WAGES_FOLDER="memory://wages")
            assert (receipt.outcome, receipt.accepted) == ("accepted", 1)
    finally:
        files.rm("/wages", recursive=True)


def test_a_file_above_the_limit_is_refused_and_no_more_of_it_is_copied(
    desk: Desk, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder / "a.csv", "2020-03")
    monkeypatch.setattr(
        "fangpin.feeds.sources.pull.Limits", lambda: Limits(file_bytes=20), raising=True
    )
    (receipt,) = pulled(desk, FOLDER, WAGES_FOLDER=str(folder))
    assert (receipt.outcome, receipt.findings[0].code) == ("refused", "FILE_TOO_LARGE")


def test_an_option_that_is_no_text_is_not_repeated(desk: Desk) -> None:
    text = (
        FOLDER + "    options: {password: 1234567.5, user: 2020-01-01, more: {pin: [7654321.5]}}\n"
    )
    (desk.home.root / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError) as raised:
        read_sources(desk.home, pack=desk.pack, variables={"WAGES_FOLDER": "x"})
    assert {problem.code for problem in raised.value.problems} == {"WRONG_TYPE"}
    for secret in ("1234567", "2020-01-01", "7654321"):
        assert secret not in str(raised.value)


def test_an_option_may_hold_others_and_variables(desk: Desk) -> None:
    text = FOLDER + (
        "    options:\n      client_kwargs: {verify: false, proxies: [one, '${PROXY}']}\n"
        "      config_kwargs: {retries: {max_attempts: 2}}\n"
    )
    (desk.home.root / FILE).write_text(text, encoding="utf-8")
    variables = {"WAGES_FOLDER": "s3://x", "PROXY": "two"}
    source = read_sources(desk.home, pack=desk.pack, variables=variables)["wages_folder"]
    assert isinstance(source, FolderSource)
    assert source.options == {
        "client_kwargs": {"verify": False, "proxies": ["one", "two"]},
        "config_kwargs": {"retries": {"max_attempts": 2}},
    }


def test_what_an_option_says_leaves_the_patience_beside_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {}
    monkeypatch.setattr(
        "fsspec.core.url_to_fs", lambda url, **settings: asked.update(settings) or (None, "")
    )
    options: dict[str, Any] = {
        "config_kwargs": {"read_timeout": 90, "retries": {"mode": "standard"}}
    }
    RemoteFolder(
        FolderSource(
            source="a", feed="labour.wages", kind="folder", url="s3://wages", options=options
        )
    )
    assert asked["config_kwargs"] == {
        "connect_timeout": 30,
        "read_timeout": 90,
        "retries": {"max_attempts": 0, "mode": "standard"},
    }


def test_a_local_file_named_in_gbk_is_taken_once(desk: Desk, folder: Path) -> None:
    put(named(folder, "三月.csv".encode("gbk")), "2020-03")
    (receipt,) = pulled(desk, FOLDER, WAGES_FOLDER=str(folder))
    assert (receipt.outcome, receipt.accepted) == ("accepted", 1)
    assert pulled(desk, FOLDER, WAGES_FOLDER=str(folder)) == []
