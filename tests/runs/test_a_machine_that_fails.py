"""Whichever write fails, by a full disk or by `kill -9`: what was whole stays, and the next try ends
with the bytes of an undisturbed one."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fangpin.lake.home import Home
from fangpin.linkage.review.queue import decide
from fangpin.policy.pack import Pack
from fangpin.runs.acts.evidence_rows import latest_run_folder
from fangpin.values.files import TEMPORARY
from fangpin.values.problem import ProblemError
from tests.forking import Mother
from tests.ledger.village import write_csv
from tests.linkage.valley import (
    BILLS,
    EARLY,
    REGISTRY,
    WAGES,
    Valley,
    citizen,
    claim,
    number,
    valley_pack,
    with_wrong_digit,
)
from tests.looking import rows_of
from tests.runs.interrupted import do_month, failing_at, take_file

BORN = "1971-03-08"
OLD, NEW = number(BORN, 33), number(BORN, 35)
FIRST, SECOND = date(2020, 4, 10), date(2020, 7, 10)
MOST = 80
"""More writes than anything here makes."""


@pytest.fixture(scope="module")
def rules(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return valley_pack(repository, tmp_path_factory.mktemp("rules"))


@pytest.fixture(scope="module")
def received(rules: Pack, tmp_path_factory: pytest.TempPathFactory) -> Valley:
    """A home with a run in force, and much that came since: a corrected number, claims, a decision."""
    valley = Valley(tmp_path_factory.mktemp("received"), rules)
    wife = citizen("A", 2, "王玉兰", "1973-06-21", 42)
    valley.send(REGISTRY, [citizen("A", 1, "李竹喜", BORN, 33), wife], on=EARLY)
    bills = [
        claim("1", with_wrong_digit(OLD, 16), "李竹喜", born=BORN),
        claim("2", None, "王玉兰", born="1973-06-21", village="H01"),
    ]
    delivery = valley.send(BILLS, bills)
    valley.run(FIRST)
    said = rows_of(valley.home.deliveries / BILLS / delivery / "claims.parquet")[-1]
    decide(
        home=valley.home,
        kind="different",
        claim_ref=said["claim_ref"],
        person_ref=valley.person(number("1973-06-21", 42)),
        by="fang",
        at=datetime(2020, 5, 3, 4, tzinfo=UTC),
        reason="another of that name",
    )
    moved = [citizen("N", 1, "李竹喜", BORN, 35), wife | {"household_no": "N"}]
    valley.send(REGISTRY, [one | {"month": "2020-05"} for one in moved], on=date(2020, 5, 2))
    wages = [
        {"worker_name": "李竹喜", "id_number": one, "month": "2020-05", "wage": paid, "bonus": ""}
        for one, paid in ((OLD, "10"), (NEW, "20"))
    ]
    valley.send(WAGES, wages, on=date(2020, 6, 3))
    return valley


def visible(home: Home, *parts: str) -> dict[str, bytes]:
    """Every file that a reader may see."""
    return {
        file.relative_to(home.root).as_posix(): file.read_bytes()
        for part in parts
        for file in sorted((home.root / part).rglob("*"))
        if file.is_file() and TEMPORARY not in file.as_posix()
    }


LAKE = ("registry", "ledger", "links", "timeline", "runs")


def full() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def no_disk(try_it: Callable[[], object]) -> Callable[[int], bool]:
    """Whether a try ends though the disk is full from a write on; else it has told what to do."""

    def attempt(number: int) -> bool:
        try:
            with failing_at(number, full):
                try_it()
        except ProblemError as error:
            (problem,) = error.problems
            assert problem.code == "DISK_FULL" and problem.fix_zh and "repeat" in problem.fix_en
            return False
        return True

    return attempt


@pytest.fixture
def mother() -> Iterator[Mother]:
    made = Mother("tests.runs.interrupted", os.environ)
    yield made
    made.close()


def killed(mother: Mother, pack: Pack, home: Home, *words: str) -> Callable[[int], bool]:
    """Whether a process ends that is killed at a write, if it makes so many."""

    def attempt(number: int) -> bool:
        code, told = mother.run(str(pack.directory), str(home.root), str(number), *words)
        assert (code, told) in [(0, "ended\n"), (-9, "")]
        return code == 0

    return attempt


def until_it_ends(attempt: Callable[[int], bool], look: Callable[[], None]) -> int:
    """Try again and again, each time a write further; returns how many tries it took."""
    for place in range(1, MOST):
        ended = attempt(place)
        look()
        if ended:
            return place
    raise AssertionError(f"{MOST} tries were not enough")


@pytest.mark.parametrize("how", ["a full disk", "kill -9"])
def test_of_a_run(rules: Pack, received: Valley, tmp_path: Path, mother: Mother, how: str) -> None:
    whole, home = (Home(tmp_path / name) for name in ("whole", "home"))
    for one in (whole, home):
        shutil.copytree(received.home.root, one.root)
    do_month(whole, rules, SECOND)
    expected, before = visible(whole, *LAKE), latest_run_folder(home)
    attempt = (
        no_disk(lambda: do_month(home, rules, SECOND))
        if how == "a full disk"
        else killed(mother, rules, home, "run", SECOND.isoformat())
    )

    def look() -> None:
        left = visible(home, *LAKE)
        assert left.items() <= expected.items(), "every visible file is whole"
        if left != expected:
            assert latest_run_folder(home) == before, "the last whole run stays in force"

    assert until_it_ends(attempt, look) > 10
    assert visible(home, *LAKE) == expected
    home.sweep()
    assert not list(home.root.rglob(f"{TEMPORARY}*"))


@pytest.mark.parametrize("how", ["a full disk", "kill -9"])
@pytest.mark.parametrize("feed", [REGISTRY, BILLS])
def test_of_receiving(
    rules: Pack, received: Valley, tmp_path: Path, mother: Mother, how: str, feed: str
) -> None:
    shared = citizen("Q", 1, "周大力", "1950-01-01", 5, month="2020-07")
    rows = {
        REGISTRY: [shared, shared | {"person_no": 2, "name": "周小妹", "relation": "other"}],
        BILLS: [claim("7", with_wrong_digit(NEW, 3), "李竹喜", born=BORN), claim("8", "x", "王")],
    }[feed]
    file = write_csv(tmp_path / "sent.csv", rules, feed, rows)
    whole, home = (Home(tmp_path / name) for name in ("whole", "home"))
    for one in (whole, home):
        shutil.copytree(received.home.root, one.root)
    assert take_file(whole, rules, feed, file, SECOND) == "accepted"
    expected, before = visible(whole, "deliveries"), visible(home, "deliveries")
    attempt = (
        no_disk(lambda: take_file(home, rules, feed, file, SECOND))
        if how == "a full disk"
        else killed(mother, rules, home, "receive", feed, str(file), SECOND.isoformat())
    )

    def look() -> None:
        assert visible(home, "deliveries") in (before, expected)

    assert until_it_ends(attempt, look) > 3
    assert visible(home, "deliveries") == expected
    assert take_file(home, rules, feed, file, SECOND) == "already_received"
    assert do_month(home, rules, SECOND).name == do_month(whole, rules, SECOND).name
    assert visible(home, *LAKE) == visible(whole, *LAKE)
