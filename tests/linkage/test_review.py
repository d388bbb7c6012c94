"""Pairs that a person decides, decisions that are replayed, and wrong merges that are split."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.holds import refuse_delivery
from fangpin.linkage.decisions import Decision, all_decisions, append, standing
from fangpin.linkage.review.desk import Desk, open_desk
from fangpin.linkage.review.queue import (
    count_of_queue,
    counts,
    decide,
    decided_pairs,
    pair,
    queue,
    undo,
)
from fangpin.linkage.review.split import (
    households_and_months,
    resting_on,
    resting_on_claim,
    resting_on_number,
    row_of_number,
    split_row,
)
from fangpin.values.problem import ProblemError
from tests.linkage.valley import (
    BILLS,
    EARLY,
    LATER,
    REGISTRY,
    WAGES,
    Valley,
    citizen,
    claim,
    number,
    with_wrong_digit,
)
from tests.looking import rows_of

LI = number("1971-03-08", 33)
DECIDED = datetime(2020, 7, 1, 9, 30, tzinfo=UTC)
NAMESAKES = [
    citizen("A", 1, "李竹喜", "1971-03-08", 33),
    citizen("C", 1, "陈永明", "1950-01-02", 11, village="H02"),
    citizen("D", 1, "陈永明", "1980-01-02", 13, village="H02"),
    citizen("E", 1, "黄秀英", "1962-02-02", 24, village="H01"),
]
OLD_CHEN, YOUNG_CHEN = number("1950-01-02", 11), number("1980-01-02", 13)


@contextmanager
def desk(valley: Valley, as_of: date = LATER) -> Iterator[Desk]:
    with open_desk(
        home=valley.home, pack=valley.pack, arrivals=arrivals(valley.home), as_of=as_of
    ) as opened:
        yield opened


@pytest.fixture
def village(valley: Valley) -> Valley:
    valley.send(REGISTRY, NAMESAKES, on=EARLY)
    return valley


@pytest.fixture
def of_one_chen(village: Valley) -> Valley:
    """A bill of one of two namesakes of a village."""
    village.send(BILLS, [claim("1", None, "陈永明", village="H02", own_share="55")])
    return village


def test_namesakes_of_a_village_wait_side_by_side(of_one_chen: Valley) -> None:
    with desk(of_one_chen) as opened:
        pairs = queue(desk=opened)
        assert count_of_queue(desk=opened) == 1
        (standing_of_bills,) = counts(desk=opened)

    assert {one.person_ref for one in pairs} == {
        of_one_chen.person(OLD_CHEN),
        of_one_chen.person(YOUNG_CHEN),
    }
    assert all(0.4 < one.chance < 0.6 and one.count_of_candidates == 2 for one in pairs)
    assert {one.household_ref for one in pairs} == {of_one_chen.ref("C"), of_one_chen.ref("D")}
    fields = {one.field: one for one in pairs[0].fields}
    assert (fields["name"].agreement, fields["division"].agreement) == ("same", "same")
    assert (fields["birth"].agreement, fields["number"].agreement) == ("unknown", "unknown")
    assert fields["name"].title.zh == "姓名"
    assert (standing_of_bills.rows, standing_of_bills.in_review) == (1, 1)


def test_numbers_are_masked_and_names_unless_they_are_asked_for(village: Valley) -> None:
    village.send(BILLS, [claim("1", with_wrong_digit(LI, 15), "李大有")])

    with desk(village) as opened:
        (hidden,) = queue(desk=opened)
        (shown,) = queue(desk=opened, reveal_names=True)

    told = {one.field: one for one in hidden.fields}
    assert told["number"].person == f"{LI[:6]}********{LI[-4:]}"
    assert (told["number"].agreement, told["number"].differs_at) == ("close", (16,))
    assert told["name"].claim == "李**" and told["name"].person == "李**"
    assert LI not in repr(hidden) and "李竹喜" not in repr(hidden)
    assert {one.field: one for one in shown.fields}["name"].claim == "李大有"
    assert LI not in repr(shown)


def test_candidates_outside_an_officials_divisions_are_not_shown(of_one_chen: Valley) -> None:
    with desk(of_one_chen) as opened:
        assert queue(desk=opened, divisions=["H01"]) == []
        assert count_of_queue(desk=opened, divisions=["H01"]) == 0
        assert len(queue(desk=opened, divisions=["H02"])) == 2
        waiting = queue(desk=opened)[0]
        known = {"claim_ref": waiting.claim_ref, "person_ref": waiting.person_ref}
        assert pair(desk=opened, divisions=["H01"], **known) is None
        assert pair(desk=opened, divisions=["H0"], **known) is not None


def test_what_is_decided_counts_from_its_day_on_and_can_be_taken_back(
    of_one_chen: Valley,
) -> None:
    old_chen = of_one_chen.person(OLD_CHEN)
    with desk(of_one_chen) as opened:
        waiting = queue(desk=opened)[0].claim_ref
        said = decide(
            home=opened.home,
            kind="same",
            claim_ref=waiting,
            person_ref=old_chen,
            by="fang",
            at=DECIDED,
            reason="the bill was shown at a visit",
        )

    assert of_one_chen.bills("C") == {"2020-02": 55}
    assert of_one_chen.bills("D") == {}
    assert of_one_chen.bills("C", as_of=date(2020, 6, 30)) == {}, "not decided then"
    with desk(of_one_chen) as opened:
        assert queue(desk=opened) == []
        undo(
            home=opened.home,
            decision=said.id,
            by="he",
            at=DECIDED.replace(month=8),
            reason="it was his cousin's",
        )

    assert of_one_chen.bills("C") == {}
    assert of_one_chen.bills("C", as_of=date(2020, 7, 31)) == {"2020-02": 55}
    with desk(of_one_chen) as opened:
        assert len(queue(desk=opened)) == 2


def test_excluding_one_namesake_leaves_the_claim_to_the_other(of_one_chen: Valley) -> None:
    with desk(of_one_chen) as opened:
        waiting = queue(desk=opened)[0].claim_ref
        decide(
            home=opened.home,
            kind="different",
            claim_ref=waiting,
            person_ref=of_one_chen.person(OLD_CHEN),
            by="fang",
            at=DECIDED,
            reason="he was in hospital elsewhere",
        )

    assert of_one_chen.bills("D") == {"2020-02": 55}
    assert of_one_chen.bills("C") == {}


def test_a_decision_holds_for_every_month_in_which_the_row_says_the_same(village: Valley) -> None:
    wrong = with_wrong_digit(LI, 15)
    village.send(BILLS, [claim("1", wrong, "李大有")])
    with desk(village) as opened:
        (waiting,) = queue(desk=opened)
        decide(
            home=opened.home,
            kind="same",
            claim_ref=waiting.claim_ref,
            person_ref=waiting.person_ref,
            by="fang",
            at=DECIDED,
            reason="his name at home",
        )

    village.send(BILLS, [claim("2", wrong, "李大有", day="2020-08-10")], on=date(2020, 9, 5))

    assert village.bills("A") == {"2020-02": 100, "2020-08": 100}


def test_rows_that_give_a_name_and_a_village_alone_are_decided_one_by_one(
    of_one_chen: Valley,
) -> None:
    of_one_chen.send(BILLS, [claim("2", None, "陈永明", village="H02", own_share="7")])

    with desk(of_one_chen) as opened:
        waiting = queue(desk=opened)

    assert len({one.claim_ref for one in waiting}) == 2


def test_a_wrong_merge_is_split_and_what_rested_on_it_is_listed(village: Valley) -> None:
    village.send(
        BILLS,
        [
            claim("1", None, "李竹喜", born="1971-03-08", village="H01"),
            claim("2", None, "李竹喜", born="1971-03-08", village="H01", day="2020-01-20"),
        ],
    )
    assert village.bills("A") == {"2020-01": 100, "2020-02": 100}
    (claimed,) = {row["claim_ref"] for row in linked_rows(village)}

    with desk(village) as opened:
        before = resting_on_claim(desk=opened, claim_ref=claimed, person_ref=village.person(LI))
        assert households_and_months(before) == {village.ref("A"): ["2020-01", "2020-02"]}
        said = decide(
            home=opened.home,
            kind="different",
            claim_ref=claimed,
            person_ref=village.person(LI),
            by="fang",
            at=DECIDED,
            reason="another of that name and day",
        )

    assert village.bills("A") == {}
    assert village.bills("A", as_of=date(2020, 6, 30)) == {"2020-01": 100, "2020-02": 100}
    with desk(village) as opened:
        assert resting_on(desk=opened, decisions=opened.decisions) == {said.id: before}


def test_a_row_under_anothers_number_is_given_to_whom_it_belongs(village: Valley) -> None:
    delivery = village.send(
        BILLS, [claim("1", LI, "黄秀英"), claim("2", LI, "李竹喜", own_share="30")]
    )
    assert village.bills("A") == {"2020-02": 130}
    huang = village.person(number("1962-02-02", 24))

    with desk(village) as opened:
        row = resting_on_number(desk=opened, feed=BILLS, delivery=delivery, row_no=2)
        assert (row.household_ref, row.month) == (village.ref("A"), "2020-02")
        assert replace(row, household_ref=None) == row_of_number(
            arrivals=arrivals(village.home), feed=BILLS, delivery=delivery, row_no=2
        )
        split_row(
            home=opened.home,
            row=row,
            by="fang",
            at=DECIDED,
            reason="his wife's bill",
            belongs_to=huang,
        )

    assert village.bills("A") == {"2020-02": 30}
    assert village.bills("E") == {"2020-02": 100}
    assert village.bills("A", as_of=date(2020, 6, 30)) == {"2020-02": 130}


@pytest.mark.parametrize("is_withdrawn", [True, False])
def test_a_row_that_was_split_off_stays_off_when_it_is_sent_again(
    village: Valley, is_withdrawn: bool
) -> None:
    """In another file, with the first withdrawn, or corrected: the record is still not his."""
    others = claim("1", LI, "黄秀英")
    delivery = village.send(BILLS, [others, claim("2", LI, "李竹喜", own_share="30")])
    huang = village.person(number("1962-02-02", 24))
    with desk(village) as opened:
        row = resting_on_number(desk=opened, feed=BILLS, delivery=delivery, row_no=2)
        split_row(home=opened.home, row=row, by="fang", at=DECIDED, reason="r", belongs_to=huang)
    if is_withdrawn:
        refuse_delivery(
            village.home, delivery=delivery, feed=BILLS, by="fang", at=DECIDED, reason="r"
        )
    again = [claim("2", LI, "李竹喜", own_share="30"), others | {"own_share": "101"}]
    village.send(BILLS, again, on=date(2020, 8, 5))

    assert village.bills("A") == {"2020-02": 30}
    assert village.bills("E") == {"2020-02": 101}
    (said,) = (one for one in all_decisions(village.home) if one.kind == "different")
    for one in all_decisions(village.home):
        undo(home=village.home, decision=one.id, by="fang", at=DECIDED.replace(day=9), reason="r")
    assert said.delivery == delivery
    assert village.bills("A") == {"2020-02": 131} and village.bills("E") == {}


@pytest.mark.parametrize(("wage", "counts"), [("900", {}), ("901", {"2020-02": 901})])
def test_of_wages_that_their_number_names_what_says_the_same_stays_off(
    village: Valley, wage: str, counts: dict[str, int]
) -> None:
    """What says otherwise may be his own, which the sender has set right."""

    def paid(wage: str) -> dict[str, str]:
        return {"worker_name": "", "id_number": LI, "month": "2020-02", "wage": wage, "bonus": ""}

    delivery = village.send(WAGES, [paid("900")])
    with desk(village) as opened:
        row = resting_on_number(desk=opened, feed=WAGES, delivery=delivery, row_no=2)
        split_row(home=opened.home, row=row, by="fang", at=DECIDED, reason="r")
    refuse_delivery(village.home, delivery=delivery, feed=WAGES, by="fang", at=DECIDED, reason="r")
    other = paid("1") | {"id_number": YOUNG_CHEN}
    village.send(WAGES, [other, paid(wage)], on=date(2020, 8, 5))

    found = village.amounts(LATER)
    assert {month: int(amount) for (home, month, item), amount in found.items()
            if (home, item) == ("A", "wage")} == counts  # fmt: skip


def test_a_bill_under_his_right_number_is_his_though_another_of_its_number_was_split_off(
    village: Valley,
) -> None:
    delivery = village.send(BILLS, [claim("1", LI, "黄秀英")])
    with desk(village) as opened:
        row = resting_on_number(desk=opened, feed=BILLS, delivery=delivery, row_no=2)
        split_row(home=opened.home, row=row, by="fang", at=DECIDED, reason="r")
    huang = number("1962-02-02", 24)
    village.send(BILLS, [claim("1", huang, "黄秀英"), claim("3", LI, "李竹喜", own_share="7")])

    assert village.bills("A") == {"2020-02": 7} and village.bills("E") == {"2020-02": 100}


def test_what_is_decided_of_a_name_alone_holds_for_that_record_when_it_is_sent_again(
    of_one_chen: Valley,
) -> None:
    with desk(of_one_chen) as opened:
        waiting = queue(desk=opened)[0].claim_ref
        decide(
            home=opened.home,
            kind="same",
            claim_ref=waiting,
            person_ref=of_one_chen.person(OLD_CHEN),
            by="fang",
            at=DECIDED,
            reason="his receipt",
        )
    again = claim("1", None, "陈永明", village="H02", own_share="56")
    of_one_chen.send(BILLS, [again, claim("2", None, "陈永明", village="H02")], on=date(2020, 8, 5))

    assert of_one_chen.bills("C") == {"2020-02": 56} and of_one_chen.bills("D") == {}
    with desk(of_one_chen) as opened:
        assert {one.claim_ref for one in queue(desk=opened)} - {waiting}, "the other bill is asked"


def test_decisions_are_files_that_are_never_changed(of_one_chen: Valley) -> None:
    with desk(of_one_chen) as opened:
        waiting = queue(desk=opened)[0]
        for hour, kind in enumerate(("same", "different", "same")):
            decide(
                home=opened.home,
                kind=kind,  # type: ignore[arg-type]
                claim_ref=waiting.claim_ref,
                person_ref=waiting.person_ref,
                by="fang",
                at=DECIDED.replace(hour=hour),
                reason=f"thought {hour}",
            )

    files = sorted(of_one_chen.home.decisions.glob("*.json"))
    assert len(files) == 3
    assert [json.loads(file.read_text("utf-8"))["by"] for file in files] == ["fang"] * 3
    (last,) = standing(all_decisions(of_one_chen.home))
    assert (last.kind, last.reason) == ("same", "thought 2")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"reason": " "}, "LINK_WITHOUT_REASON"),
        ({"by": ""}, "LINK_WITHOUT_REASON"),
        ({"kind": "undo", "of": "nothing"}, "LINK_DECISION_UNKNOWN"),
    ],
)
def test_a_decision_needs_author_reason_and_object(
    valley: Valley, change: dict[str, str], code: str
) -> None:
    told = {"kind": "same", "at": DECIDED, "by": "fang", "reason": "seen", "claim_ref": 1}

    with pytest.raises(ProblemError) as refused:
        append(valley.home, Decision(**{**told, "person_ref": 2, **change}))  # type: ignore[arg-type]

    assert [problem.code for problem in refused.value.problems] == [code]
    assert list(valley.home.decisions.glob("*")) == []


def test_a_pair_or_row_that_is_not_there_is_none(of_one_chen: Valley) -> None:
    with desk(of_one_chen) as opened:
        waiting = queue(desk=opened)[0]
        assert pair(desk=opened, claim_ref=1, person_ref=waiting.person_ref) is None
        assert pair(desk=opened, claim_ref=waiting.claim_ref, person_ref=1) is None
        with pytest.raises(ProblemError, match="ROW_UNKNOWN"):
            resting_on_number(desk=opened, feed=BILLS, delivery="2020-01-01-x", row_no=2)


def test_whoever_could_not_tell_is_not_asked_again_and_no_row_moves(of_one_chen: Valley) -> None:
    before = of_one_chen.amounts(LATER)
    with desk(of_one_chen) as opened:
        first, second = queue(desk=opened)
        said = decide(
            home=opened.home,
            kind="unknown",
            claim_ref=first.claim_ref,
            person_ref=first.person_ref,
            by="fang",
            at=DECIDED,
            reason="neither was at home",
        )
    with desk(of_one_chen) as opened:
        assert [one.person_ref for one in queue(desk=opened)] == [second.person_ref]
        (shown,) = decided_pairs(desk=opened, decisions=opened.decisions)
        assert (shown.person_ref, shown.chance) == (first.person_ref, first.chance)
        assert len(queue(desk=opened)) == 1, "the desk is as it was"
    assert of_one_chen.amounts(LATER) == before
    undo(
        home=of_one_chen.home, decision=said.id, by="fang", at=DECIDED.replace(month=8), reason="x"
    )
    with desk(of_one_chen) as opened:
        assert len(queue(desk=opened)) == 2


def linked_rows(valley: Valley) -> list[dict[str, object]]:
    return [row for file in valley.snapshot(LATER).linked.files.values() for row in rows_of(file)]


def test_everything_that_follows_claims_can_be_deleted_and_comes_back_the_same(
    of_one_chen: Valley,
) -> None:
    of_one_chen.send(BILLS, [claim("2", with_wrong_digit(LI, 16), "李竹喜", born="1971-03-08")])
    first = of_one_chen.amounts(LATER)
    with desk(of_one_chen) as opened:
        waiting = queue(desk=opened)[0]
        decide(
            home=opened.home,
            kind="same",
            claim_ref=waiting.claim_ref,
            person_ref=waiting.person_ref,
            by="fang",
            at=DECIDED,
            reason="seen",
        )
    decided = of_one_chen.amounts(LATER)
    of_one_chen.send(
        REGISTRY, [{**one, "month": "2020-08"} for one in NAMESAKES], on=date(2020, 8, 5)
    )
    step_by_step = of_one_chen.amounts(LATER), of_one_chen.amounts(date(2020, 6, 30))

    for folder in (of_one_chen.home.links, of_one_chen.home.ledger, of_one_chen.home.registry):
        shutil.rmtree(folder)

    assert step_by_step == (of_one_chen.amounts(LATER), of_one_chen.amounts(date(2020, 6, 30)))
    assert decided == step_by_step[0] and first == step_by_step[1]
