"""A month costs what arrived in it: counted in files read and written, not in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.home import Home
from fangpin.policy.pack import Pack
from tests.ledger.village import Lake, bill
from tests.looking import rows_of
from tests.runs.hillside import receive_until

BEFORE, AFTER = date(2020, 6, 15), date(2020, 7, 15)


@dataclass
class Work:
    """What an engine was asked to read, and what the home gained."""

    home: Home
    read: set[str] = field(default_factory=set)
    before: set[Path] = field(default_factory=set)

    def written(self, *folders: Path) -> list[str]:
        """The files that these folders gained, by their place in the home."""
        return sorted(
            file.relative_to(self.home.root).as_posix()
            for folder in folders
            for file in folder.rglob("*")
            if file.is_file() and file not in self.before
        )


@pytest.fixture(scope="module")
def once_judged(tmp_path_factory: pytest.TempPathFactory, hillside: Pack) -> Lake:
    found = receive_until(Lake(tmp_path_factory.mktemp("judged"), hillside), BEFORE)
    found.run(BEFORE)
    return found


@pytest.fixture
def lake(once_judged: Lake, tmp_path: Path) -> Lake:
    """A year that was received and judged."""
    return once_judged.copied(tmp_path)


@pytest.fixture
def work(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> Work:
    """Watches every engine from here on."""
    work = Work(lake.home, before={file for file in lake.home.root.rglob("*") if file.is_file()})
    asked = Engine.view_files

    def view_files(self: Engine, name: str, files: Sequence[Path], **options: Any) -> None:
        work.read |= {file.relative_to(work.home.root).as_posix() for file in files}
        asked(self, name, files, **options)

    monkeypatch.setattr(Engine, "view_files", view_files)
    return work


def two_feeds_arrive(lake: Lake) -> None:
    """June 2020: bills and wages, no relief and no registry."""
    rows = [bill("june", "ann", "2020-06-10", "90.55", "inpatient")]
    lake.receive("health.bills", rows, on=date(2020, 7, 5), month="2020-06")
    wages = [{"id_number": "ann", "month": "2020-06", "wage": "100", "bonus": "1.5"}]
    lake.receive("work.wages", wages, on=date(2020, 7, 6), month="2020-06")


def test_a_month_of_two_feeds_rolls_up_these_two_alone(lake: Lake, work: Work) -> None:
    two_feeds_arrive(lake)
    lake.run(AFTER)

    ledger = work.written(lake.home.ledger)
    assert [name.split("/")[1] for name in ledger] == ["health.bills", "work.wages"]
    assert all("/2020-07-0" in name for name in ledger)
    assert work.written(lake.home.registry, lake.home.links, lake.home.replays) == []
    (timeline,) = work.written(lake.home.timeline)
    assert timeline.startswith("timeline/2020-07-")


def test_a_month_of_two_feeds_reads_no_facts_but_theirs_and_what_is_cited(
    lake: Lake, work: Work
) -> None:
    two_feeds_arrive(lake)
    work.read.clear()
    folder = lake.run(AFTER).folder

    facts = {Path(name).parts[1:3] for name in work.read if name.endswith("/facts.parquet")}
    cited = {row["feed"] for row in rows_of(folder / "evidence.parquet")}
    assert {feed for feed, delivery in facts if delivery < "2020-07"} <= cited
    assert "relief.pay" not in cited


def test_a_day_that_nothing_arrived_for_writes_no_ledger(lake: Lake, work: Work) -> None:
    lake.run(date(2020, 6, 20))

    assert work.written(lake.home.ledger, lake.home.timeline, lake.home.registry) == []
