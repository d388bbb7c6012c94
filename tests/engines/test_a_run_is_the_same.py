"""A monthly run on Spark leaves the files that DuckDB leaves: same names, rows, types and order."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from fangpin.backtest.replay import replay
from fangpin.feeds.receive import receive
from fangpin.lake.engine import Engine
from fangpin.lake.engines import duckdb
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault, write_installation_key
from fangpin.policy import load_pack
from fangpin.policy.pack import Pack
from fangpin.runs.monthly import run_month
from fangpin.synthetic.chenzhou.bench_month import write_bench_month
from fangpin.values.files import TEMPORARY
from fangpin.values.month import Month
from tests.engines.same_files import differing
from tests.ledger.village import KEY, Lake, bill, person
from tests.runs.hillside import year

pytestmark = pytest.mark.spark


def run_on_both(
    received: Path, folder: Path, pack: Pack, here: Engine, there: Engine, *, as_of: date
) -> tuple[Path, Path]:
    """Run the month on both engines, each in a copy of what was received."""
    homes = folder / "by_duckdb", folder / "by_spark"
    for home, engine in zip(homes, (here, there), strict=True):
        shutil.copytree(received, home)
        run_month(home=Home(home), pack=pack, engine=engine, as_of=as_of)
    return homes


def test_corrections_moves_and_relief_end_in_the_same_files(
    tmp_path: Path, repository: Path, on_duckdb: Engine, there: Engine
) -> None:
    """The hillside: an ill household, a correction, a household that moves, one with relief."""
    hillside = load_pack(repository / "tests" / "rules" / "hillside")
    day = date(2020, 6, 15)
    received = Lake(tmp_path, hillside)
    for sent in year():
        if sent.month in (None, "2019-09", "2020-03", "2020-04", "2020-05"):
            received.receive(sent.feed, sent.rows, on=sent.on, month=sent.month)
    homes = run_on_both(received.home.root, tmp_path, hillside, on_duckdb, there, as_of=day)
    assert differing(*homes) == []
    assert not list(homes[1].rglob(f"{TEMPORARY}*"))

    replays = [
        replay(
            Home(home),
            hillside,
            rule="high_bills",
            parameters={},
            from_month=Month.parse("2020-04"),
            to_month=Month.parse("2020-05"),
            engine=engine,
        )
        for home, engine in zip(homes, (on_duckdb, there), strict=True)
    ]
    assert replays[0] == replays[1]


def test_households_under_other_numbers_end_in_the_same_files(
    tmp_path: Path, repository: Path, on_duckdb: Engine, there: Engine
) -> None:
    """Two households get another number; others are listed under the number that one of them had."""
    hillside = load_pack(repository / "tests" / "rules" / "hillside")
    lake = Lake(tmp_path, hillside)
    listings = (
        {"A": ["ann", "abe"], "B": ["bob"]},
        {"N": ["ann", "abe", "baby"], "M": ["bob"]},
        {"N": ["ann", "abe"], "A": ["cleo"], "M": ["bob"]},
    )
    for place, homes in enumerate(listings, start=1):
        people = [
            person(home, no, name, month=f"2020-0{place}", relation="head" if no == 1 else "other")
            for home, names in homes.items()
            for no, name in enumerate(names, start=1)
        ]
        lake.receive("registry.people", people, on=date(2020, place, 5))
        paid = [
            {"household_no": home, "month": month, "paid": f"{place}00"}
            for home in "ABMN"
            for month in ("2020-01", f"2020-0{place}")[: min(place, 2)]
        ]
        lake.receive("relief.pay", paid, on=date(2020, place, 8))
        bills = [
            bill(f"{name}{place}", name, f"2020-0{place}-03", "900") for name in ("ann", "bob")
        ]
        lake.receive("health.bills", bills, on=date(2020, place, 9))
    both = run_on_both(lake.home.root, tmp_path, hillside, on_duckdb, there, as_of=date(2020, 4, 5))
    assert differing(*both) == []
    assert list((both[0] / "links" / "facts" / "relief.pay").glob("*.parquet"))
    assert list((both[0] / "ledger" / "relief.pay").glob("relink-*.parquet"))


def test_a_county_of_the_shipped_pack_ends_in_the_same_files(
    tmp_path: Path, repository: Path, on_duckdb: Engine, on_spark: Engine
) -> None:
    """Every feed, item, indicator and rule of the pack, over some hundred made-up people."""
    pack = load_pack(repository / "packs" / "cn_hunan_chenzhou")
    planned = write_bench_month(
        pack=pack, folder=tmp_path / "files", persons=600, seed=7, months_of_history=1
    )
    home = Home(tmp_path / "received")
    home.prepare()
    write_installation_key(home, KEY)
    with duckdb.connect(threads=1, spill=home.spill) as engine:
        vault = Vault(home=home, engine=engine)
        for sent in (*planned.history, *planned.new):
            receive(
                home=home,
                pack=pack,
                feed=sent.feed,
                file=sent.file,
                original_name=sent.file.name,
                received=sent.received,
                month=sent.month,
                engine=engine,
                vault=vault,
            )
    homes = run_on_both(home.root, tmp_path, pack, on_duckdb, on_spark, as_of=date(2020, 12, 10))
    assert differing(*homes) == []
