"""A run on Spark lets the cluster score its claims: it is shown names and never a number."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fangpin.feeds.arrivals import arrivals
from fangpin.lake.engine import Engine, EngineLost
from fangpin.lake.engines import spark
from fangpin.lake.engines.duckdb import kept_reader
from fangpin.lake.engines.spark_sessions import SparkAddress
from fangpin.lake.home import Home
from fangpin.linkage.claims import probable, scores
from fangpin.linkage.claims.sides import Sides
from fangpin.linkage.review.desk import open_desk
from fangpin.linkage.review.queue import decide
from fangpin.policy.pack import Pack
from fangpin.runs.monthly import run_month
from fangpin.values.files import TEMPORARY, files_in
from tests.engines.same_files import computed, differing
from tests.engines.seen_by_spark import seen_by_spark
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

pytestmark = pytest.mark.spark

DAY = date(2020, 7, 15)
LI = number("1971-03-08", 33)
STRANGER = number("1966-06-06", 66)
VILLAGERS = [
    citizen("A", 1, "李竹喜", "1971-03-08", 33),
    citizen("A", 2, "王玉兰", "1973-06-21", 42),
    citizen("B", 1, "李竹青", "1971-03-08", 51),
    citizen("C", 1, "陈永明", "1950-01-02", 11, village="H02"),
    citizen("D", 1, "陈永明", "1950-01-02", 13, village="H02"),
    citizen("E", 1, "Ana de la Cruz", "1962-02-02", 24),
]
BILLS_OF_CLAIMS = [
    claim("1", None, "李竹喜", born="1971-03-08", village="H01", own_share="700"),
    claim("2", with_wrong_digit(LI, 15), "李竹禧", born="1971-03-08"),
    claim("3", LI[:8] + LI[9] + LI[8] + LI[10:], "李竹喜", village="H01"),
    claim("4", None, "陈永明", born="1950-01-02", village="H02"),
    claim("5", with_wrong_digit(STRANGER, 16), "赵不在册", born="1971-03-08", village="H01"),
    # The number stands where the name should.
    claim("6", "", STRANGER, born="1950-01-02", village="H02"),
    claim("7", None, "ANA DE LA CRUZ", born="1962-02-03", village="H01"),
]


@pytest.fixture(scope="module")
def valley_rules(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    pytest.importorskip("splink")
    return valley_pack(repository, tmp_path_factory.mktemp("valley"))


@pytest.fixture
def received(tmp_path: Path, valley_rules: Pack) -> Home:
    """A home with claims of all kinds, of which an official has said what he knows."""
    valley = Valley(tmp_path / "received", valley_rules)
    valley.send(REGISTRY, VILLAGERS, on=EARLY)
    valley.send(BILLS, BILLS_OF_CLAIMS)
    valley.send(WAGES, [{"worker_name": "陈永明", "id_number": "", "month": "2020-02", "wage": 9}])
    with open_desk(
        home=valley.home, pack=valley_rules, arrivals=arrivals(valley.home), as_of=DAY
    ) as desk:
        pairs = desk.engine.rows("SELECT claim_ref, person_ref FROM candidates ORDER BY person_ref")
        said = desk.evidence_of({claim_ref for claim_ref, _ in pairs})
        claim_ref, person_ref = next(
            one for one in pairs if said[one[0]]["name"] == "陈永明" and said[one[0]]["birth"]
        )
    decide(
        home=valley.home,
        kind="different",
        claim_ref=claim_ref,
        person_ref=person_ref,
        by="Wang",
        at=datetime(2020, 7, 1, tzinfo=UTC),
        reason="seen at a visit",
    )
    shutil.rmtree(valley.home.links)
    return valley.home


@pytest.fixture
def by_duckdb(received: Home, tmp_path: Path, valley_rules: Pack, on_duckdb: Engine) -> Path:
    home = tmp_path / "by duckdb"
    shutil.copytree(received.root, home)
    run_month(home=Home(home), pack=valley_rules, engine=on_duckdb, as_of=DAY)
    return home


@pytest.fixture
def by_spark(received: Home, tmp_path: Path) -> Home:
    home = tmp_path / "by spark"
    shutil.copytree(received.root, home)
    return Home(home)


@pytest.fixture(params=["spark", "connect"])
def address(request: pytest.FixtureRequest) -> SparkAddress:
    """Spark in this process, then behind a Connect server."""
    if request.param == "connect":
        return SparkAddress(master=request.getfixturevalue("connect_address"))
    request.getfixturevalue("small_spark")
    return SparkAddress()


def words_in(folder: Path) -> Iterator[str]:
    """What lies in the files of a folder."""
    for file in files_in(folder):
        if file.suffix == ".parquet":
            yield repr(kept_reader().rows(f"SELECT * FROM read_parquet('{file}')"))


def test_the_cluster_scores_claims_without_ever_seeing_a_number(
    by_duckdb: Path,
    by_spark: Home,
    valley_rules: Pack,
    address: SparkAddress,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        seen_by_spark(by_spark.spill, monkeypatch) as seen,
        spark.connect(address=address, spill=by_spark.spill) as engine,
    ):
        run_month(home=by_spark, pack=valley_rules, engine=engine, as_of=DAY)
        left = [one.tableName for one in engine.lend().sql("SHOW TABLES").collect()]
        assert left and not [name for name in left if "splink" in name or "shown_" in name]
        assert "李竹禧" not in "".join(words_in(by_spark.spill)), "names are not left behind"
    assert differing(by_duckdb, by_spark.root) == []

    assert "赵不在册" in seen.rows["shown_claims"], "the cluster compares names"
    assert any("shown_claims.parquet" in file for file in seen.files)
    written = [one["id_number"] for one in (*VILLAGERS, *BILLS_OF_CLAIMS) if one["id_number"]]
    for one in {*written, STRANGER}:
        assert one not in seen and one[:15] not in seen and one[6:] not in seen
    assert not list(files_in(by_spark.spill))


def test_an_installation_may_keep_its_claims_to_itself(
    by_duckdb: Path,
    by_spark: Home,
    valley_rules: Pack,
    small_spark: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with (
        seen_by_spark(by_spark.spill, monkeypatch) as seen,
        spark.connect(address=SparkAddress(scores_claims=False), spill=by_spark.spill) as engine,
    ):
        run_month(home=by_spark, pack=valley_rules, engine=engine, as_of=DAY)
    assert differing(by_duckdb, by_spark.root) == []
    assert "赵不在册" not in seen and "李竹喜" in seen, "the registry's names are there anyway"


def test_without_splink_no_claim_is_shown(
    received: Home,
    by_spark: Home,
    valley_rules: Pack,
    on_duckdb: Engine,
    small_spark: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scores, "has_splink", lambda: False)
    run_month(home=received, pack=valley_rules, engine=on_duckdb, as_of=DAY)
    with (
        seen_by_spark(by_spark.spill, monkeypatch) as seen,
        spark.connect(address=SparkAddress(), spill=by_spark.spill) as engine,
    ):
        result = run_month(home=by_spark, pack=valley_rules, engine=engine, as_of=DAY)
    assert not result.is_linkage_whole
    assert differing(received.root, by_spark.root) == []
    assert "赵不在册" not in seen


@pytest.mark.parametrize("moment", ["before Splink", "within Splink", "after Splink"])
def test_a_spark_that_is_lost_while_it_scores_leaves_nothing_half_done(
    by_duckdb: Path,
    by_spark: Home,
    valley_rules: Pack,
    on_duckdb: Engine,
    connect_address: str,
    moment: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from splink.internals.linker_components.inference import LinkerInference

    place, name = {
        "before Splink": (probable, "_make_sides"),
        "within Splink": (LinkerInference, "predict"),
        "after Splink": (Sides, "bring"),
    }[moment]
    address = SparkAddress(master=connect_address)
    with (
        monkeypatch.context() as within,
        pytest.raises(EngineLost) as lost,
        spark.connect(address=address, spill=by_spark.spill) as engine,
    ):
        as_before = getattr(place, name)

        def lose(*given: object, **named: object) -> object:
            engine.lend().client.release_session()
            return as_before(*given, **named)

        within.setattr(place, name, lose)
        run_month(home=by_spark, pack=valley_rules, engine=engine, as_of=DAY)
    assert [problem.code for problem in lost.value.problems] == ["SPARK_LOST"]
    assert not [name for name in computed(by_spark.root) if name.startswith(("links", "runs"))]
    assert not list(by_spark.root.rglob(f"{TEMPORARY}*")) and not list(by_spark.spill.iterdir())

    run_month(home=by_spark, pack=valley_rules, engine=on_duckdb, as_of=DAY)
    assert differing(by_duckdb, by_spark.root) == []
