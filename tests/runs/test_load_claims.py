"""The queue of doubtful pairs follows the lake: what a run proposes, and what officials said of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from fangpin.casework.audit.models import AuditEntry
from fangpin.casework.claims import queries as claims
from fangpin.casework.claims.models import Candidate
from fangpin.casework.officials.scope import Scope
from fangpin.feeds.arrivals import arrivals
from fangpin.lake.vault import Vault
from fangpin.linkage.decisions import all_decisions, standing
from fangpin.linkage.review.desk import open_desk
from fangpin.linkage.review.queue import rows_of
from fangpin.policy.pack import Pack
from fangpin.runs.acts.links import DECIDE_LINKS, decide_candidate, undo_decision
from fangpin.runs.loading.claims import ClaimsReport, load_claims
from fangpin.runs.parts.linked_rows import link_of, links_of_household
from tests.linkage.valley import (
    BILLS,
    EARLY,
    REGISTRY,
    Valley,
    citizen,
    claim,
    number,
    valley_pack,
    with_wrong_digit,
)

pytestmark = pytest.mark.django_db

AT = datetime(2020, 6, 20, 2, tzinfo=UTC)
AS_OF, NEXT = date(2020, 6, 15), date(2020, 7, 15)
LI = number("1971-03-08", 33)
OLD_CHEN, YOUNG_CHEN = number("1950-01-02", 11), number("1980-01-02", 13)
PEOPLE = [
    citizen("A", 1, "李竹喜", "1971-03-08", 33),
    citizen("C", 1, "陈永明", "1950-01-02", 11, village="H02"),
    citizen("D", 1, "陈永明", "1980-01-02", 13, village="H02"),
]
ANALYST = Scope(
    official="fang", role="county_analyst", divisions=("H",), may=frozenset({DECIDE_LINKS})
)


@pytest.fixture(scope="session")
def valley_rules_of_claims(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Pack:
    return valley_pack(repository, tmp_path_factory.mktemp("valley"))


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory, valley_rules_of_claims: Pack) -> Valley:
    """A bill of one of two namesakes, one of Li with a wrong digit and another name; both scored."""
    opened = Valley(tmp_path_factory.mktemp("scored"), valley_rules_of_claims)
    opened.send(REGISTRY, PEOPLE, on=EARLY)
    opened.send(
        BILLS,
        [
            claim("1", None, "陈永明", village="H02", day="2020-05-11"),
            claim("2", with_wrong_digit(LI, 15), "李大有", day="2020-05-12"),
        ],
        on=date(2020, 6, 5),
    )
    with open_desk(home=opened.home, pack=opened.pack, arrivals=arrivals(opened.home), as_of=AS_OF):
        return opened


@pytest.fixture
def valley(tmp_path: Path, scored: Valley) -> Valley:
    """One that is this test's own."""
    return scored.copied(tmp_path)


def load(valley: Valley, as_of: date = AS_OF) -> ClaimsReport:
    return load_claims(home=valley.home, pack=valley.pack, as_of=as_of, at=AT)


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for one in Candidate.objects.all():
        found[one.state] = found.get(one.state, 0) + 1
    return found


def of_chen(valley: Valley, who: str = OLD_CHEN) -> Candidate:
    return Candidate.objects.get(person_ref=valley.person(who))


def decide(valley: Valley, kind: str, at: datetime = AT) -> Candidate:
    waiting = of_chen(valley)
    return decide_candidate(
        home=valley.home,
        kind=kind,  # type: ignore[arg-type]
        claim_ref=waiting.claim_ref,
        person_ref=waiting.person_ref,
        by=ANALYST,
        at=at,
        reason="shown at a visit",
    )


def test_the_queue_of_a_day_is_copied_with_names_and_masked_numbers(valley: Valley) -> None:
    assert load(valley) == ClaimsReport(waiting=3, gone=0)

    chen = of_chen(valley)
    assert (chen.person_name, chen.division, chen.state) == ("陈永明", "H02", "open")
    assert chen.rows == [[BILLS, chen.rows[0][1], 2, 2020 * 12 + 4]]
    told = repr(list(Candidate.objects.values()))
    assert LI not in told and OLD_CHEN not in told and with_wrong_digit(LI, 15) not in told
    assert "李大有" in told
    assert claims.count_of_waiting(ANALYST) == 2


def test_what_is_decided_while_the_queue_is_made_anew_stays_decided(
    valley: Valley, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(valley)

    def slowly(*given: Any, **named: Any) -> Any:
        decide(valley, "same")
        return rows_of(*given, **named)

    monkeypatch.setattr("fangpin.runs.loading.claims.rows_of", slowly)
    load(valley)
    assert of_chen(valley).state == "same"
    assert states() == {"same": 1, "elsewhere": 1, "open": 1}


def test_loading_again_asks_for_nothing_new(valley: Valley) -> None:
    load(valley)
    before = list(Candidate.objects.order_by("id").values())

    assert load(valley) == ClaimsReport(waiting=3, gone=0)
    assert list(Candidate.objects.order_by("id").values()) == before


@pytest.mark.parametrize(
    ("kind", "after"),
    [
        ("same", {"same": 1, "elsewhere": 1, "open": 1}),
        ("different", {"different": 1, "open": 2}),
        ("unknown", {"unknown": 1, "open": 2}),
    ],
)
def test_what_was_decided_stands_over_every_later_load(
    valley: Valley, kind: str, after: dict[str, int]
) -> None:
    load(valley)
    decide(valley, kind)
    assert states() == after

    load(valley)  # the run's day lies before the decision
    assert states() == after
    decided = of_chen(valley)
    assert (decided.decided_by, decided.reason) == ("fang", "shown at a visit")


def test_a_lost_database_comes_back_with_every_decision(valley: Valley) -> None:
    load(valley)
    decide(valley, "different")
    kept = ("state", "decision", "decided_at", "decided_by", "reason", "chance", "claim_name")
    before = list(Candidate.objects.order_by("claim_ref", "person_ref").values(*kept))

    Candidate.objects.all().delete()
    load(valley)

    assert list(Candidate.objects.order_by("claim_ref", "person_ref").values(*kept)) == before


def test_the_next_run_leaves_the_claim_to_the_other_namesake(valley: Valley) -> None:
    load(valley)
    decide(valley, "different")

    assert load(valley, NEXT).waiting == 1, "the young Chen has the bill by himself"
    run = valley.run(NEXT)
    (link,) = links_of_household(run_folder=run.folder, household_ref=valley.ref("D"))
    assert (link.person_ref, link.step, len(link.rows)) == (valley.person(YOUNG_CHEN), "model", 1)
    assert link_of(run_folder=run.folder, claim_ref=link.claim_ref, person_ref=1) is None
    assert states() == {"different": 1, "open": 1}


def test_an_undo_opens_the_pair_and_its_siblings(valley: Valley) -> None:
    load(valley)
    said = decide(valley, "same").decision or of_chen(valley).decision

    undo_decision(home=valley.home, decision=said, by=ANALYST, at=AT, reason="his cousin's")

    assert states() == {"open": 3}
    assert standing(all_decisions(valley.home)) == []
    assert list(AuditEntry.objects.filter(act__startswith="link_").values_list("act", flat=True))
    load(valley)
    assert states() == {"open": 3}


def test_a_claim_that_found_its_number_leaves_the_queue(valley: Valley) -> None:
    load(valley)
    valley.send(
        BILLS,
        [
            claim("1", OLD_CHEN, "陈永明", village="H02", day="2020-05-11"),
            claim("2", LI, "李大有", day="2020-05-12"),
        ],
        on=date(2020, 7, 5),
    )

    report = load(valley, NEXT)

    assert report == ClaimsReport(waiting=1, gone=2)
    # Nothing says that the row refused for its number was the one sent again: a person is asked still.
    assert Candidate.objects.get().claim_name == "李大有"


@pytest.fixture
def unsealed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The deliveries whose sealed claims were opened, as often as they were."""
    opened: list[str] = []
    read_kept = Vault.read_kept

    def watched(self: Vault, table: str, names: Sequence[str]) -> None:
        opened.extend(name.removeprefix(f"claims-{BILLS}-") for name in names)
        read_kept(self, table, names)

    monkeypatch.setattr(Vault, "read_kept", watched)
    return opened


def test_a_load_opens_the_seals_of_new_claims_alone(valley: Valley, unsealed: list[str]) -> None:
    load(valley)
    decide(valley, "different")
    kept = list(Candidate.objects.order_by("id").values_list("fields", "claim_name", "state"))
    unsealed.clear()

    load(valley)

    assert unsealed == []
    assert kept == list(
        Candidate.objects.order_by("id").values_list("fields", "claim_name", "state")
    )
    new = valley.send(
        BILLS, [claim("3", None, "陈永明", village="H02", day="2020-06-11")], on=date(2020, 7, 5)
    )
    load(valley, NEXT)
    assert set(unsealed) == {new}


def test_a_pair_whose_person_the_registry_tells_anew_is_looked_at_again(
    valley: Valley, unsealed: list[str]
) -> None:
    load(valley)
    rows = [PEOPLE[0], PEOPLE[1] | {"birth_date": "1950-01-03"}, PEOPLE[2]]
    valley.send(REGISTRY, [{**row, "month": "2020-06"} for row in rows], on=date(2020, 7, 2))
    unsealed.clear()

    load(valley, NEXT)

    assert unsealed
    (born,) = [one for one in of_chen(valley).fields if one["field"] == "birth"]
    assert born["person"] == "1950-01-03"


def test_without_any_claim_nothing_waits(valley: Valley, tmp_path: Path) -> None:
    empty = Valley(tmp_path / "other", valley.pack)
    empty.send(REGISTRY, PEOPLE, on=EARLY)

    assert load(empty) == ClaimsReport(waiting=0, gone=0)
    assert not AuditEntry.objects.filter(act="load_claims").exists()
    run = empty.run(AS_OF)
    assert links_of_household(run_folder=run.folder, household_ref=empty.ref("A")) == []


def test_a_scope_ends_at_its_divisions(valley: Valley) -> None:
    load(valley)
    of_h01 = Scope(official="he", role="x", divisions=("H01",), may=frozenset({DECIDE_LINKS}))

    assert [one.person_ref for one in claims.waiting(of_h01, limit=9).candidates] == [
        valley.person(LI)
    ]
    with pytest.raises(Candidate.DoesNotExist):
        claims.candidate(
            of_h01, claim_ref=of_chen(valley).claim_ref, person_ref=valley.person(OLD_CHEN)
        )
