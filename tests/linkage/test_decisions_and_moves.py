"""What an official decided of a person holds wherever that person moves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import product
from operator import itemgetter
from typing import Any, Literal

import pytest

from fangpin.feeds.arrivals import arrivals
from fangpin.linkage.decisions import all_decisions
from fangpin.linkage.review.desk import open_desk
from fangpin.linkage.review.queue import decide, queue, undo
from fangpin.linkage.review.split import resting_on_number, split_row
from tests.linkage.valley import BILLS, EARLY, LATER, REGISTRY, Valley, citizen, claim, number
from tests.looking import rows_of

BORN = "1971-03-08"
WANG, ZHOU = citizen("A", 2, "王玉兰", "1973-06-21", 42), citizen("B", 1, "周大力", "1950-01-01", 5)
DECIDED = datetime(2020, 3, 20, 4, tzinfo=UTC)
MAY, JULY = date(2020, 5, 2), date(2020, 7, 5)


def li(household: str = "A", **more: Any) -> dict[str, Any]:
    return citizen(household, 1, "李竹喜", BORN, 33) | more


def in_may(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**row, "month": "2020-05"} for row in rows]


def claim_of(valley: Valley, delivery: str) -> int:
    (row,) = rows_of(valley.home.deliveries / BILLS / delivery / "claims.parquet")
    return int(row["claim_ref"])


def person_called(valley: Valley, name: str) -> int:
    (found,) = [
        one["person_ref"]
        for one in rows_of(valley.snapshot(date(2020, 3, 19)).registry.people)
        if one["name"] == name
    ]
    return int(found)


def say(
    valley: Valley, kind: Literal["same", "different"], delivery: str, name: str = "李竹喜"
) -> None:
    said(valley, kind, claim_of(valley, delivery), name)


def said(valley: Valley, kind: Literal["same", "different"], claimed: int, name: str) -> None:
    decide(
        home=valley.home,
        kind=kind,
        claim_ref=claimed,
        person_ref=person_called(valley, name),
        by="fang",
        at=DECIDED,
        reason="seen at a visit",
    )


NUMBERS = ("with a number", "without one", "given then", "shared")
KINDS: tuple[Literal["same", "different"], ...] = ("same", "different")
NAMES = ("李竹喜", "陈小妹", "赵文武", "孙桂英", "钱多多", "吴国强", "郑秀珍", "冯双庆")


@dataclass(frozen=True)
class Mover:
    """Someone of whom an official decides, and who moves from one household to another."""

    place: int
    kind: Literal["same", "different"]
    number_of: str

    @property
    def name(self) -> str:
        return NAMES[self.place]

    @property
    def born(self) -> str:
        return f"19{70 + self.place}-03-08"

    def listed(self, *, moves: str = "", is_later: bool = False) -> list[dict[str, Any]]:
        """The mover and the wife, before the move or after; and who shares the number."""
        own = number(self.born, 33)
        is_numbered = self.number_of in ("with a number", "shared")
        written = own if is_numbered or (is_later and self.number_of == "given then") else ""
        old, new = f"A{self.place}", f"N{self.place}"
        wife = new if is_later and moves != "alone" else old
        rows = [
            citizen(new if is_later else old, 1, self.name, self.born, None, id_number=written),
            citizen(wife, 2, f"王{self.name[1:]}", f"19{70 + self.place}-06-21", 42),
        ]
        if self.number_of == "shared":
            shares = f"何{self.name[1:]}"
            rows.append(citizen(f"B{self.place}", 3, shares, "1998-05-05", None, id_number=own))
        return rows

    def bill(self, no: str, **more: str) -> dict[str, Any]:
        return claim(f"{no}{self.place}", None, self.name, born=self.born, village="H01", **more)


MOVERS = [Mover(place, *one) for place, one in enumerate(product(KINDS, NUMBERS))]


@pytest.mark.parametrize("moves", ["alone", "with the wife", "in two files"])
def test_a_decision_holds_in_the_new_household(valley: Valley, moves: str) -> None:
    valley.send(REGISTRY, [ZHOU, *(row for one in MOVERS for row in one.listed())], on=EARLY)
    delivery = valley.send(BILLS, [one.bill("1") for one in MOVERS])
    claims = rows_of(valley.home.deliveries / BILLS / delivery / "claims.parquet")
    for one, row in zip(MOVERS, sorted(claims, key=itemgetter("row_no")), strict=True):
        home = f"A{one.place}"
        assert valley.bills(home, as_of=date(2020, 3, 19)) == {"2020-02": 100}, one
        said(valley, one.kind, int(row["claim_ref"]), one.name)
    couples = [in_may(*one.listed(moves=moves, is_later=True)) for one in MOVERS]
    moved = [row for rows in couples for row in rows[:2]]
    others = [*in_may(ZHOU), *(row for rows in couples for row in rows[2:])]
    if moves == "in two files":
        valley.send(REGISTRY, [row | {"village": "H02"} for row in moved], on=MAY)
        valley.send(REGISTRY, others, on=date(2020, 5, 3))
    else:
        valley.send(REGISTRY, [*moved, *others], on=MAY)
    later = [one.bill("2", day="2020-06-10", own_share="7") for one in MOVERS]
    valley.send(BILLS, later, on=JULY)

    to_ask = set()
    # Who takes the whole household along is of the same one under its other number.
    now = "N" if moves == "alone" else "A"
    for one in MOVERS:
        old, new = (valley.bills(f"{home}{one.place}") for home in "AN")
        is_known = one.number_of in ("with a number", "shared") or moves != "alone"
        if one.kind == "same":
            before, after = {"2020-02": 100}, {"2020-06": 7} if is_known else {}
            assert (old, new) == ((before, after) if now == "N" else (before | after, {})), one
        else:
            assert (old, new) == ({}, {}), one
            to_ask |= set() if is_known else {home_of(valley, f"{now}{one.place}", one.name)}
    assert to_ask <= asked(valley)
    assert (
        asked(valley)
        & {
            home_of(valley, f"{now}{one.place}", one.name)
            for one in MOVERS
            if one.kind == "different"
        }
        == to_ask
    )


def asked(valley: Valley, *, as_of: date = LATER) -> set[int]:
    """The persons of whom the queue asks."""
    known = arrivals(valley.home)
    with open_desk(home=valley.home, pack=valley.pack, arrivals=known, as_of=as_of) as desk:
        return {one.person_ref for one in queue(desk=desk)}


def home_of(valley: Valley, household: str, name: str) -> int:
    (found,) = [
        one["person_ref"]
        for one in rows_of(valley.snapshot(LATER).registry.people)
        if (one["name"], one["household_ref"]) == (name, valley.ref(household))
    ]
    return int(found)


def parted_and_moved(valley: Valley, *others: dict[str, Any], on: date = MAY) -> str:
    """A bill is taken from one without a number, who moves alone afterwards."""
    unnumbered = li(id_number="")
    valley.send(REGISTRY, [unnumbered, WANG, ZHOU, *others], on=EARLY)
    delivery = valley.send(BILLS, [claim("1", None, "李竹喜", born=BORN, village="H01")])
    say(valley, "different", delivery)
    moved = unnumbered | {"household_no": "N"}
    valley.send(REGISTRY, in_may(moved, WANG, ZHOU, *others), on=on)
    return delivery


def test_who_may_be_the_one_an_official_meant_is_asked_about_and_the_answer_counts(
    valley: Valley,
) -> None:
    delivery = parted_and_moved(valley)
    assert valley.bills("N") == {}
    decide(
        home=valley.home,
        kind="same",
        claim_ref=claim_of(valley, delivery),
        person_ref=home_of(valley, "N", "李竹喜"),
        by="fang",
        at=datetime(2020, 8, 1, 4, tzinfo=UTC),
        reason="another of that name",
    )

    assert valley.bills("N") == {"2020-02": 100} and asked(valley) == set()


def test_with_the_split_taken_back_either_is_asked_about(valley: Valley) -> None:
    parted_and_moved(valley)
    (said,) = all_decisions(valley.home)
    undo(home=valley.home, decision=said.id, by="fang", at=datetime(2020, 8, 1, 4, tzinfo=UTC),
         reason="it was his")  # fmt: skip

    assert valley.bills("N") == {}
    assert asked(valley) == {said.person_ref, home_of(valley, "N", "李竹喜")}


def test_a_newcomer_whose_name_is_written_with_a_space_may_be_meant_too(valley: Valley) -> None:
    valley.send(REGISTRY, [li(id_number=""), WANG, ZHOU], on=EARLY)
    delivery = valley.send(BILLS, [claim("1", None, "李竹喜", born=BORN, village="H01")])
    say(valley, "different", delivery)
    moved = li("N", id_number="", name="李 竹喜")
    valley.send(REGISTRY, in_may(moved, WANG, ZHOU), on=MAY)

    assert valley.bills("N") == {}


def test_of_a_namesake_whom_the_official_saw_the_bill_counts_as_before(valley: Valley) -> None:
    """Both were listed on that day; the number of the other is corrected since."""
    valley.send(REGISTRY, [li(id_number=""), WANG, ZHOU, li("C", id_number=number(BORN, 33))],
                on=EARLY)  # fmt: skip
    delivery = valley.send(BILLS, [claim("1", None, "李竹喜", born=BORN, village="H01")])
    meant = valley.snapshot(date(2020, 3, 19)).registry.people
    (person,) = [one["person_ref"] for one in rows_of(meant)
                 if one["name"] == "李竹喜" and one["household_ref"] == valley.ref("A")]  # fmt: skip
    decide(home=valley.home, kind="different", claim_ref=claim_of(valley, delivery),
           person_ref=person, by="fang", at=DECIDED, reason="seen at a visit")  # fmt: skip
    assert valley.bills("C") == {"2020-02": 100}
    other = li("C", id_number=number(BORN, 35))
    valley.send(REGISTRY, in_may(li(id_number=""), WANG, ZHOU, other), on=MAY)

    assert valley.bills("C") == {"2020-02": 100} and valley.bills("A") == {}


def test_a_row_that_was_split_off_stays_off_when_its_person_moves_under_another_number(
    valley: Valley,
) -> None:
    valley.send(REGISTRY, [li(), WANG, ZHOU], on=EARLY)
    delivery = valley.send(BILLS, [claim("1", number(BORN, 33), "王玉兰", day="2020-06-10")])
    with open_desk(
        home=valley.home, pack=valley.pack, arrivals=arrivals(valley.home), as_of=LATER
    ) as desk:
        row = resting_on_number(desk=desk, feed=BILLS, delivery=delivery, row_no=2)
    split_row(home=valley.home, row=row, by="fang", at=DECIDED, reason="his wife's")
    moved = [one | {"household_no": "N"} for one in (li(id_number=number(BORN, 35)), WANG)]
    valley.send(REGISTRY, in_may(*moved, ZHOU), on=MAY)

    assert valley.bills("A") == {} and valley.bills("N") == {}
