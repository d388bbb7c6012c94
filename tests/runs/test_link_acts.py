"""Decisions on claims as acts of officials, and runs that follow them with their evidence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from fangpin.casework.alerts.models import Alert, EvidenceRow
from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.claims.models import Candidate
from fangpin.casework.officials.scope import Scope
from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.holds import refuse_delivery
from fangpin.lake.engines.duckdb import connect
from fangpin.linkage.review.desk import Desk, open_desk
from fangpin.linkage.review.queue import queue
from fangpin.linkage.review.split import resting_on_claim, row_of_number
from fangpin.policy import Pack
from fangpin.policy.calendar import WorkingCalendar
from fangpin.runs.acts.evidence_rows import alerts_resting_on, latest_run_folder
from fangpin.runs.acts.links import (
    DECIDE_LINKS,
    decide_link,
    split_claim,
    split_fact,
    split_link,
    undo_decision,
    undo_link,
)
from fangpin.runs.acts.references import references_of_household
from fangpin.runs.loading.alerts import load_run
from fangpin.runs.parts.linked_rows import links_of_household
from fangpin.values.problem import ProblemError
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
from tests.looking import rows_of

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
def valley_rules_of_runs(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return valley_pack(repository, tmp_path_factory.mktemp("valley"))


@pytest.fixture
def valley(tmp_path: Path, valley_rules_of_runs: Pack) -> Valley:
    opened = Valley(tmp_path, valley_rules_of_runs)
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


@pytest.fixture(scope="module")
def received(tmp_path_factory: pytest.TempPathFactory, valley_rules_of_runs: Pack) -> Valley:
    """Twelve months of bills; one without a number, joined to Li by name, raised an alert."""
    made = Valley(tmp_path_factory.mktemp("received"), valley_rules_of_runs)
    made.send(REGISTRY, PEOPLE, on=EARLY)
    for month in range(1, 13):
        day = f"{2019 if month > 5 else 2020}-{month:02}-09"
        rows = [claim(f"{month}", number("1950-01-02", 11), "陈永明", day=day, own_share="1")]
        if month == 5:
            rows.append(
                claim("x", None, "李竹喜", born="1971-03-08", village="H01", own_share="9000",
                      day="2020-05-10")
            )  # fmt: skip
            rows.append(
                claim("y", number("1980-01-02", 13), "陈永明", own_share="9000", day="2020-05-11")
            )
        made.send(BILLS, rows, on=date(2020, 6, 5))
    return made


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory, received: Valley) -> Valley:
    """The year of bills after its run."""
    made = received.copied(tmp_path_factory.mktemp("judged"))
    made.run(AS_OF)
    return made


@pytest.fixture
def a_year(tmp_path: Path, received: Valley) -> Valley:
    """An installation that has received the year of bills and has made no run yet."""
    return received.copied(tmp_path)


@pytest.fixture
def a_judged_year(tmp_path: Path, judged: Valley) -> Valley:
    """One that has made its run, which is not loaded yet."""
    return judged.copied(tmp_path)


def loaded(valley: Valley, on: date) -> dict[int, tuple[str, str]]:
    """Household -> state of its alert and why it ended, after the run of a day is loaded."""
    load_run(
        run_folder=valley.run(on).folder,
        pack=valley.pack,
        calendar=WorkingCalendar(valley.pack),
        at=AT,
    )
    return {alert.household_id: (alert.state, alert.end_reason) for alert in Alert.objects.all()}


def test_an_alert_that_rested_on_a_split_claim_ends_and_keeps_its_history(
    a_judged_year: Valley,
) -> None:
    li, chen = a_judged_year.ref("A"), a_judged_year.ref("D")
    assert loaded(a_judged_year, AS_OF) == {li: ("open", ""), chen: ("open", "")}
    kept = Alert.objects.get(household_id=li).evidence.count()
    (link,) = links_of_household(run_folder=a_judged_year.run(AS_OF).folder, household_ref=li)

    split_claim(
        home=a_judged_year.home,
        claim_ref=link.claim_ref,
        person_ref=link.person_ref,
        rows=len(link.rows),
        by=analyst("H"),
        at=AT,
        reason="another of that name",
    )

    assert loaded(a_judged_year, date(2020, 6, 20)) == {
        li: ("ended", "source_corrected"),
        chen: ("open", ""),
    }
    assert Alert.objects.get(household_id=li).evidence.count() == kept


def test_an_alert_that_rested_on_a_split_row_ends(a_judged_year: Valley) -> None:
    li, chen = a_judged_year.ref("A"), a_judged_year.ref("D")
    loaded(a_judged_year, AS_OF)
    cited = EvidenceRow.objects.get(alert__household_id=chen)
    row = row_of_number(
        arrivals=arrivals(a_judged_year.home),
        feed=cited.feed,
        delivery=cited.delivery,
        row_no=cited.row_no,
    )
    assert row is not None

    split_fact(
        home=a_judged_year.home,
        row=row,
        household_ref=chen,
        by=analyst("H"),
        at=AT,
        reason="the number of another",
    )

    assert loaded(a_judged_year, date(2020, 6, 20)) == {
        li: ("open", ""),
        chen: ("ended", "source_corrected"),
    }


def test_an_alert_that_rested_on_a_claim_ends_when_its_delivery_is_refused(
    a_judged_year: Valley,
) -> None:
    li, chen = a_judged_year.ref("A"), a_judged_year.ref("D")
    loaded(a_judged_year, AS_OF)
    (may,) = {one.delivery for one in EvidenceRow.objects.filter(alert__household_id=li)}
    refuse_delivery(a_judged_year.home, delivery=may, feed=BILLS, by="fang", at=AT, reason="误")
    again = claim("5", number("1950-01-02", 11), "陈永明", day="2020-05-09", own_share="2")
    a_judged_year.send(BILLS, [again], on=date(2020, 6, 19))

    assert loaded(a_judged_year, date(2020, 6, 20)) == {
        li: ("ended", "source_corrected"),
        chen: ("ended", "source_corrected"),
    }


def test_an_alert_that_rested_on_a_claim_ends_when_its_row_is_corrected(
    a_judged_year: Valley,
) -> None:
    li, chen = a_judged_year.ref("A"), a_judged_year.ref("D")
    loaded(a_judged_year, AS_OF)
    said = {"born": "1971-03-08", "village": "H01", "day": "2020-05-10"}
    a_judged_year.send(
        BILLS, [claim("x", None, "李竹喜", own_share="9", **said)], on=date(2020, 6, 19)
    )

    assert loaded(a_judged_year, date(2020, 6, 20)) == {
        li: ("ended", "source_corrected"),
        chen: ("open", ""),
    }


def test_a_correction_that_lost_its_number_takes_nothing_back(a_judged_year: Valley) -> None:
    """Of two namesakes nobody knows whose it is: the family had the bill, and keeps its alert."""
    li, chen = a_judged_year.ref("A"), a_judged_year.ref("D")
    loaded(a_judged_year, AS_OF)
    lost = claim("y", None, "陈永明", own_share="9000", day="2020-05-11")
    a_judged_year.send(BILLS, [lost], on=date(2020, 6, 19))
    assert loaded(a_judged_year, date(2020, 6, 20)) == {li: ("open", ""), chen: ("open", "")}

    mended = lost | {"id_number": number("1980-01-02", 13), "own_share": "9"}
    a_judged_year.send(BILLS, [mended], on=date(2020, 6, 21))
    assert loaded(a_judged_year, date(2020, 6, 22)) == {
        li: ("open", ""),
        chen: ("ended", "source_corrected"),
    }


def test_a_split_that_is_taken_back_raises_the_alert_anew(a_judged_year: Valley) -> None:
    li = a_judged_year.ref("A")
    loaded(a_judged_year, AS_OF)
    (link,) = links_of_household(run_folder=a_judged_year.run(AS_OF).folder, household_ref=li)
    said = split_claim(
        home=a_judged_year.home,
        claim_ref=link.claim_ref,
        person_ref=link.person_ref,
        rows=1,
        by=analyst("H"),
        at=AT,
        reason="another of that name",
    )
    loaded(a_judged_year, date(2020, 6, 20))
    undo_decision(
        home=a_judged_year.home,
        decision=said.id,
        by=analyst("H"),
        at=AT.replace(day=21),
        reason="no",
    )

    loaded(a_judged_year, date(2020, 6, 25))

    states = list(Alert.objects.filter(household_id=li).values_list("state", flat=True))
    assert sorted(states) == ["ended", "open"]


# ── rows under a number of before its correction, and of people who left ────────────────────────


def corrected(valley: Valley, *, serial: int = 35) -> None:
    """The registry gives Li another number, or no longer lists him (serial 0)."""
    rows = [citizen("A", 1, "李竹喜", "1971-03-08", serial)] if serial else []
    rows.append(citizen("A", 2, "王玉兰", "1973-06-21", 42))
    valley.send(REGISTRY, [{**row, "month": "2020-05"} for row in rows], on=date(2020, 6, 4))


@pytest.mark.parametrize("serial", [35, 0])
def test_a_row_under_a_former_number_or_of_one_who_left_is_split_and_taken_back(
    a_year: Valley, serial: int
) -> None:
    delivery = a_year.send(
        BILLS, [claim("z", LI, "李竹喜", day="2020-04-10", own_share="70")], on=date(2020, 6, 5)
    )
    corrected(a_year, serial=serial)
    li = a_year.ref("A")
    loaded(a_year, AS_OF)
    before = a_year.bills("A", as_of=AS_OF)
    assert before["2020-04"] == 70
    row = row_of_number(arrivals=arrivals(a_year.home), feed=BILLS, delivery=delivery, row_no=2)
    assert row is not None

    said = split_fact(
        home=a_year.home, row=row, household_ref=li, by=analyst("H01"), at=AT, reason="not his"
    )
    assert "2020-04" not in a_year.bills("A", as_of=AS_OF)
    lived = references_of_household(home=a_year.home, household_ref=li)
    assert lived[a_year.person(LI)] == a_year.person(number("1971-03-08", 35) if serial else LI), (
        "the household's page lists what was decided of it"
    )
    with pytest.raises(Candidate.DoesNotExist):
        undo_decision(
            home=a_year.home, decision=said.id, by=analyst("H02"), at=AT, reason="elsewhere"
        )
    undo_decision(
        home=a_year.home, decision=said.id, by=analyst("H01"), at=AT, reason="his after all"
    )

    assert a_year.bills("A", as_of=AS_OF) == before


def test_a_claim_given_to_someone_whose_number_is_corrected_later_is_split_from_him(
    a_judged_year: Valley,
) -> None:
    """What was said of him under the one number is answered under the other."""
    loaded(a_judged_year, AS_OF)
    (link,) = links_of_household(
        run_folder=a_judged_year.run(AS_OF).folder, household_ref=a_judged_year.ref("A")
    )
    split = {"claim_ref": link.claim_ref, "rows": 1, "by": analyst("H"), "at": AT}
    with desk(a_judged_year) as opened:
        decide_link(
            desk=opened,
            kind="same",
            claim_ref=link.claim_ref,
            person_ref=a_judged_year.person(LI),
            by=analyst("H"),
            at=AT.replace(day=9),
            reason="seen",
        )
    corrected(a_judged_year)
    loaded(a_judged_year, AS_OF)
    new = a_judged_year.person(number("1971-03-08", 35))
    (found,) = links_of_household(
        run_folder=a_judged_year.run(AS_OF).folder, household_ref=a_judged_year.ref("A")
    )
    assert (found.person_ref, found.step) == (new, "decided")

    said = split_claim(
        home=a_judged_year.home, person_ref=new, reason="another of that name", **split
    )

    assert a_judged_year.bills("A", as_of=AS_OF) == {}
    undo_decision(
        home=a_judged_year.home, decision=said.id, by=analyst("H"), at=AT, reason="his after all"
    )
    assert a_judged_year.bills("A", as_of=AS_OF) == {"2020-05": 9000}
