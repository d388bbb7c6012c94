"""Workers that are killed, stalled or several: each upload is received once and ends once."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from fangpin.values.files import TEMPORARY
from fangpin.values.identifiers import check_digit
from tests.forking import Forked, Mother
from tests.postgres import binaries, throw_away_cluster

BILLS, RELIEF = "medical.settlement", "civil.relief"


def bills(count: int = 40) -> str:
    """A month of bills as a department would export them."""
    lines = ["编号,身份证号,月份,金额"]
    for number in range(count):
        first = f"43102219{50 + number % 45}0{1 + number % 9}15{number:03}"
        lines.append(f"B{number},{first}{check_digit(first)},2020-11,{100 + number}.50")
    return "\n".join(lines) + "\n"


class Office:
    """An installation whose uploads and workers are processes."""

    def __init__(self, mother: Mother, home: Path, database: str) -> None:
        self.mother, self.home = mother, home
        self.place = (str(home), database)
        self.later = 0
        self.until_a_lease_has_lapsed(minutes=0)

    def run(self, *words: str) -> dict[str, Any]:
        code, told = self.mother.run(*self.place, *words)
        assert code == 0
        return json.loads(told.splitlines()[-1])

    def until_a_lease_has_lapsed(self, minutes: int = 1) -> None:
        """The machine's clock goes on by so much, at once."""
        self.later += 60 * minutes
        (self.home / "later").write_text(str(self.later))

    def submit(self, feed: str, text: str, *, name: str = "bills.csv") -> None:
        file = self.home.parent / name
        file.write_text(text, encoding="utf-8")
        self.run("submit", feed, str(file))

    def hanging_worker(self, where: str, *, beats: bool = False) -> Forked:
        """A worker that stops there; one that does not beat lets its lease lapse."""
        words = ("work", "--hang", where, *(["--beats"] if beats else []))
        process = self.mother.start(*self.place, *words)
        assert json.loads(process.stdout.readline()) == {"hangs": where}
        return process

    def work_until_all_ended(self) -> None:
        """The next worker comes when every lease has lapsed."""
        self.until_a_lease_has_lapsed()
        self.run("work")
        assert all(one["outcome"] for one in self.tell()["uploads"]), "the jobs were taken over"

    def tell(self) -> dict[str, Any]:
        return self.run("tell")


@pytest.fixture(scope="module")
def mother() -> Iterator[Mother]:
    """Whose children are the processes of every installation."""
    clean = {name: value for name, value in os.environ.items() if "FANGPIN" not in name}
    made = Mother("tests.runs.upload_process", clean)
    yield made
    made.close()


@pytest.fixture(scope="module")
def new_home(mother: Mother, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose SQLite database is made and empty."""
    home = tmp_path_factory.mktemp("new") / "home"
    home.mkdir()
    assert mother.run(str(home), "", "migrate") == (0, "")
    return home


@pytest.fixture(scope="module")
def cluster(mother: Mother, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A cluster whose database `postgres` is made and empty; others are copied from it."""
    if binaries() is None:
        pytest.skip("PostgreSQL's programs are not on this machine")
    with throw_away_cluster() as url:
        assert mother.run(str(tmp_path_factory.mktemp("unused")), url, "migrate") == (0, "")
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, mother: Mother, tmp_path: Path) -> Office:
    home, database = tmp_path / "home", ""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("new_home"), home)
    else:
        home.mkdir()
        database = copied_database(request.getfixturevalue("cluster"))
    return Office(mother, home, database)


def copied_database(url: str) -> str:
    """The address of a database of its own."""
    name = f"office_{uuid.uuid4().hex}"
    server = urlsplit(url)
    folder = parse_qs(server.query)["host"][0]
    with psycopg.connect(host=folder, user="fangpin", dbname="template1", autocommit=True) as asked:
        asked.execute(f"CREATE DATABASE {name} TEMPLATE postgres")  # type: ignore[arg-type]
    return url.replace("/postgres?", f"/{name}?")


def nothing_half(home: Path) -> bool:
    return not list((home / "deliveries").rglob(f"{TEMPORARY}*"))


@pytest.mark.parametrize("where", ["checking", "storing", "received"])
def test_a_killed_worker_s_upload_is_finished_by_the_next_exactly_once(
    office: Office, where: str
) -> None:
    office.submit(BILLS, bills())
    worker = office.hanging_worker(where)
    worker.kill()
    before = office.tell()["uploads"][0]
    assert (before["outcome"], before["state"]) == ("", "running")
    office.work_until_all_ended()
    told = office.tell()
    [upload] = told["uploads"]
    assert upload["outcome"] == "accepted"
    assert (upload["read"], upload["accepted"], upload["tries"]) == (40, 40, 2)
    assert told["deliveries"] == [f"{BILLS}/{upload['delivery']}"]
    assert told["acts"] == ["submit_upload", "check_upload"]
    assert told["spooled"] == []
    assert nothing_half(office.home)


def test_a_worker_that_was_thought_dead_changes_nothing_when_it_wakes_up(office: Office) -> None:
    office.submit(BILLS, bills())
    stalled = office.hanging_worker("checking")
    office.work_until_all_ended()
    before = office.tell()
    (office.home / "go").touch()
    assert stalled.wait() == 0
    after = office.tell()
    assert after == before
    assert after["acts"] == ["submit_upload", "check_upload"]
    assert len(after["deliveries"]) == 1


def test_two_workers_take_two_jobs_and_one_feed_is_checked_by_one_at_a_time(
    office: Office,
) -> None:
    office.submit(BILLS, bills())
    office.submit(BILLS, bills(30), name="second.csv")
    office.submit(RELIEF, bills(20), name="relief.csv")
    first = office.hanging_worker("checking", beats=True)
    assert office.run("work") == {"jobs": 1}
    outcomes = [(one["feed"], one["outcome"]) for one in office.tell()["uploads"]]
    assert outcomes == [(BILLS, ""), (BILLS, ""), (RELIEF, "accepted")]
    (office.home / "go").touch()
    assert first.wait() == 0
    office.work_until_all_ended()
    assert [one["outcome"] for one in office.tell()["uploads"]] == ["accepted"] * 3


def test_two_uploads_of_the_same_bytes_make_one_delivery(office: Office) -> None:
    office.submit(BILLS, bills())
    office.submit(BILLS, bills(), name="the same.csv")
    office.work_until_all_ended()
    told = office.tell()
    assert [one["outcome"] for one in told["uploads"]] == ["accepted", "already_received"]
    assert told["uploads"][1]["delivery"] == told["uploads"][0]["delivery"]
    assert len(told["deliveries"]) == 1


def test_an_upload_that_kills_every_worker_is_given_up_and_says_so(office: Office) -> None:
    office.submit(BILLS, bills())
    for _ in range(3):
        office.hanging_worker("checking").kill()
        office.until_a_lease_has_lapsed()
    office.work_until_all_ended()
    told = office.tell()
    [upload] = told["uploads"]
    assert (upload["outcome"], upload["state"], upload["tries"]) == ("failed", "given_up", 4)
    assert told["deliveries"] == []
    assert told["spooled"] == []
