"""Decisions on claims as acts of officials, and runs that follow them with their evidence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.officials.scope import Scope
from fangpin.feeds.arrivals import arrivals
from fangpin.lake.engines.duckdb import connect
from fangpin.linkage.desk import Desk, open_desk
from fangpin.linkage.review import queue
from fangpin.linkage.split import resting_on_claim
from fangpin.runs.evidence_rows import alerts_resting_on, latest_run_folder
from fangpin.runs.link_acts import DECIDE_LINKS, decide_link, split_link, undo_link
from fangpin.values.problem import ProblemError
from tests.ledger.village import rows_of
from tests.linkage.valley import (
    BILLS,
    EARLY,
    REGISTRY,
    Valley,
    citizen,
    claim,
    number,
    valley_pack,
)

pytestmark = pytest.mark.django_db

AT = datetime(2020, 6, 10, 2, tzinfo=UTC)
AS_OF = date(2020, 6, 15)
LI = number("1971-03-08", 33)
PEOPLE = [
    citizen("A", 1, "李竹喜", "1971-03-08", 33),
    citizen("C", 1, "陈永明", "1950-01-02", 11, village="H02"),
    citizen("D", 1, "陈永明", "1980-01-02", 13, village="H02"),
]


def analyst(*divisions: str, may: frozenset[str] = frozenset({DECIDE_LINKS})) -> Scope:
    return Scope(official="fang", role="county_analyst", divisions=divisions, may=may)


@pytest.fixture(scope="session")
def valley_rules_of_runs(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> object:
    return valley_pack(repository, tmp_path_factory.mktemp("valley"))


@pytest.fixture
def valley(tmp_path: Path, valley_rules_of_runs: object) -> Valley:
    opened = Valley(tmp_path, valley_rules_of_runs)  # type: ignore[arg-type]
    opened.send(REGISTRY, PEOPLE, on=EARLY)
    # A bill that is an alert of its own, by the hillside's rules.
    opened.send(
        BILLS,
        [
            claim("1", None, "李竹喜", born="1971-03-08", village="H01", own_share="9000",
                  day="2020-05-10"),
            claim("2", None, "陈永明", village="H02", day="2020-05-11"),
        ],
        on=date(2020, 6, 5),
    )  # fmt: skip
    return opened


@contextmanager
def desk(valley: Valley) -> Iterator[Desk]:
    with open_desk(
        home=valley.home, pack=valley.pack, arrivals=arrivals(valley.home), as_of=AS_OF
    ) as opened:
        yield opened


def test_a_linked_row_raises_a_hit_that_cites_it(valley: Valley) -> None:
    run = valley.run(AS_OF)

    cited = {
        (row["household_ref"], row["feed"], row["row_no"])
        for row in rows_of(run.folder / "evidence.parquet")
    }
    assert (valley.ref("A"), BILLS, 2) in cited
    assert run.is_linkage_whole


def test_a_split_ends_what_rested_on_the_link_with_the_next_run(valley: Valley) -> None:
    before = valley.run(AS_OF)
    hits = {(row["household_ref"], row["rule"]) for row in rows_of(before.folder / "hits.parquet")}
    (claimed,) = {
        row["claim_ref"]
        for file in valley.snapshot(AS_OF).linked.files.values()
        for row in rows_of(file)
    }
    with desk(valley) as opened, connect(threads=1) as engine:
        rows = resting_on_claim(desk=opened, claim_ref=claimed, person_ref=valley.person(LI))
        folder = latest_run_folder(valley.home)
        assert folder == before.folder
        resting = alerts_resting_on(engine=engine, run_folder=folder, rows=rows)
        decide_link(
            desk=opened,
            kind="different",
            claim_ref=claimed,
            person_ref=valley.person(LI),
            by=analyst("H"),
            at=AT,
            reason="another of that name",
        )

    assert resting and set(resting) <= hits
    after = valley.run(AS_OF)
    assert after.folder != before.folder
    left = {(row["household_ref"], row["rule"]) for row in rows_of(after.folder / "hits.parquet")}
    assert not set(resting) & left
    assert before.folder.exists(), "what was said then stays readable"


def test_a_decision_needs_the_permission_and_the_persons_division(valley: Valley) -> None:
    with desk(valley) as opened:
        waiting = queue(desk=opened)[0]
        said = {
            "desk": opened,
            "kind": "same",
            "claim_ref": waiting.claim_ref,
            "person_ref": waiting.person_ref,
            "at": AT,
            "reason": "seen",
        }
        with pytest.raises(ProblemError, match="ACT_NOT_PERMITTED"):
            decide_link(by=analyst("H", may=frozenset()), **said)
        with pytest.raises(ProblemError, match="PAIR_NOT_FOUND"):
            decide_link(by=analyst("H01"), **said)
        with pytest.raises(ProblemError, match="LINK_WITHOUT_REASON"):
            decide_link(by=analyst("H02"), **{**said, "reason": ""})
        assert not AuditEntry.objects.exists()
        assert not list(valley.home.decisions.glob("*"))

        decide_link(by=analyst("H02"), **said)

    entry = AuditEntry.objects.get()
    assert (entry.act, entry.official, entry.subject) == (
        "link_same",
        "fang",
        str(waiting.claim_ref),
    )
    assert entry.division == "H02"


def test_an_undo_and_a_split_row_leave_their_entries(valley: Valley) -> None:
    delivery = valley.send(BILLS, [claim("9", LI, "陈永明")], on=date(2020, 6, 6))
    with desk(valley) as opened:
        with pytest.raises(ProblemError, match="PAIR_NOT_FOUND"):
            split_link(
                desk=opened,
                feed=BILLS,
                delivery=delivery,
                row_no=2,
                by=analyst("H02"),
                at=AT,
                reason="his",
            )
        row, said = split_link(
            desk=opened,
            feed=BILLS,
            delivery=delivery,
            row_no=2,
            by=analyst("H"),
            at=AT,
            reason="his",
            belongs_to=valley.person(number("1950-01-02", 11)),
        )
    assert row.household_ref == valley.ref("A")
    with desk(valley) as opened:
        undo_link(desk=opened, decision=said.id, by=analyst("H"), at=AT, reason="it was hers")

    acts = list(AuditEntry.objects.order_by("id").values_list("act", flat=True))
    assert acts == ["link_split", "link_undo"]
