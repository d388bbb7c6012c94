"""Who is who when the registry's number does not say: refused rows, shared and corrected numbers."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from fangpin.feeds.confirm import confirm_proposals
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.vault import Vault
from fangpin.linkage.review.queue import decide
from tests.linkage.valley import (
    BILLS,
    EARLY,
    LATER,
    REGISTRY,
    Valley,
    citizen,
    claim,
    number,
)
from tests.looking import rows_of

LI, MOTHER = number("1971-03-08", 33), number("1985-05-05", 22)
BABY = number("2019-09-09", 7)
MENDED, JUNE = date(2020, 5, 2), date(2020, 6, 5)

VILLAGERS = [
    citizen("A", 1, "李竹喜", "1971-03-08", 33),
    citizen("A", 2, "王玉兰", "1973-06-21", 42),
    citizen("B", 1, "李竹青", "1975-11-30", 51),
]


def mother(home: str = "A", **more: Any) -> dict[str, Any]:
    return citizen(home, 1, "周桂香", "1985-05-05", 22, **more)


def baby(home: str = "A", **more: Any) -> dict[str, Any]:
    return citizen(home, 2, "周小宝", "2019-09-09", 7, **more)


def in_april(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**row, "month": "2020-04"} for row in rows]


def listed(valley: Valley) -> dict[str, str]:
    """Name -> household of everyone whom the registry lists at last."""
    homes = {valley.ref(home): home for home in valley.households}
    people = rows_of(valley.snapshot(LATER).registry.people)
    assert len({row["person_ref"] for row in people}) == len(people)
    return {row["name"]: homes[row["household_ref"]] for row in people}


# ── rows that were set aside ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "wrong",
    [
        {"birth_date": "1971-02-30"},
        {"id_number": LI[:-1] + ("1" if LI[-1] != "1" else "2")},
        {"household_no": ""},
        {"household_no": "", "village": ""},
    ],
)
def test_nobody_leaves_by_a_row_that_was_refused(valley: Valley, wrong: dict[str, str]) -> None:
    valley.send(REGISTRY, VILLAGERS, on=EARLY)
    first, *others = in_april(*VILLAGERS)
    valley.households.discard("")
    valley.send(REGISTRY, [first | wrong, *others], on=MENDED)
    valley.households.discard("")
    valley.send(BILLS, [claim("1", LI, "李竹喜", day="2020-05-10")], on=JUNE)

    assert listed(valley) == {"李竹喜": "A", "王玉兰": "A", "李竹青": "B"}
    assert valley.bills("A") == {"2020-05": 100}


def test_others_leave_as_ever_beside_a_row_that_was_refused(valley: Valley) -> None:
    gone = citizen("B", 2, "李小军", "2001-01-01", 61)
    valley.send(REGISTRY, [*VILLAGERS, gone], on=EARLY)
    first, *others = in_april(*VILLAGERS)
    valley.send(REGISTRY, [first | {"birth_date": "1971-02-30"}, *others], on=MENDED)

    assert "李小军" not in listed(valley)


def test_a_confirmed_reading_sends_nobody_of_the_village_away(valley: Valley) -> None:
    valley.send(REGISTRY, VILLAGERS, on=EARLY)
    first, *others = in_april(*VILLAGERS)
    newborn = baby("B") | {"birth_date": "09/10/2019", "month": "2020-04"}
    delivery = valley.send(REGISTRY, [first, *others, newborn], on=MENDED)
    with connect(threads=1, spill=valley.home.spill) as engine:
        receipt = confirm_proposals(
            valley.home,
            pack=valley.pack,
            engine=engine,
            vault=Vault(home=valley.home, engine=engine),
            delivery=delivery,
            feed=REGISTRY,
            choices={"birth_date": "dmy"},
            by="wang",
            at=datetime(2020, 5, 4, 4, tzinfo=UTC),
        )

    assert (receipt.outcome, receipt.accepted) == ("accepted", 1)
    assert listed(valley) == {"李竹喜": "A", "王玉兰": "A", "李竹青": "B", "周小宝": "B"}


# ── a number that several people bear ───────────────────────────────────────────────────────────


def test_one_number_in_the_files_of_two_villages_makes_nobody_one(valley: Valley) -> None:
    valley.send(REGISTRY, [mother("A")], on=EARLY)
    other = citizen("C", 1, "赵国强", "1985-05-05", 22, village="H02")
    valley.send(REGISTRY, [other], on=EARLY.replace(day=6))
    valley.send(
        BILLS,
        [claim("1", MOTHER, "周桂香"), claim("2", MOTHER, "赵国强", own_share="7")],
    )

    assert listed(valley) == {"周桂香": "A", "赵国强": "C"}
    assert valley.bills("A") == {"2020-02": 100}
    assert valley.bills("C") == {"2020-02": 7}


def test_who_moves_to_another_village_under_one_name_is_one_person(valley: Valley) -> None:
    valley.send(REGISTRY, [mother("A"), VILLAGERS[2]], on=EARLY)
    valley.send(REGISTRY, in_april(mother("C", village="H02")), on=MENDED)
    valley.send(BILLS, [claim("1", MOTHER, "周桂香", day="2020-05-10")], on=JUNE)

    assert listed(valley) == {"周桂香": "A", "李竹青": "B"}, "C is the household A of now"
    assert valley.bills("A") == {"2020-05": 100}


def test_bills_under_a_number_that_a_newborn_was_given_later_stay_with_the_household(
    valley: Valley,
) -> None:
    """Known by name or not, before or after the registry said so: each counts once."""
    valley.send(REGISTRY, [mother(), VILLAGERS[2]], on=EARLY)
    valley.send(BILLS, [claim("1", MOTHER, "周桂香", day="2020-05-03")], on=date(2020, 5, 1))
    valley.send(REGISTRY, in_april(mother(), baby(id_number=MOTHER), VILLAGERS[2]), on=MENDED)
    valley.send(
        BILLS,
        [
            claim("2", MOTHER, "周桂香", day="2020-05-10", own_share="20"),
            claim("3", MOTHER, "周小宝", born="2019-09-09", day="2020-02-15", own_share="3"),
        ],
        on=JUNE,
    )
    stranger = claim("4", MOTHER, "吴小妹", day="2020-05-16", own_share="4")
    valley.send(BILLS, [stranger], on=JUNE)

    assert valley.bills("A") == {"2020-02": 3, "2020-05": 124}


def test_a_number_shared_by_two_households_tells_neither_without_a_name(valley: Valley) -> None:
    valley.send(REGISTRY, [mother("A"), baby("B", id_number=MOTHER)], on=EARLY)
    valley.send(BILLS, [claim("1", MOTHER, "吴小妹")])

    assert valley.bills("A") == valley.bills("B") == {}


def test_what_came_under_a_shared_number_counts_once_when_the_registry_is_mended(
    valley: Valley,
) -> None:
    valley.send(REGISTRY, [mother("A"), baby("B", id_number=MOTHER)], on=EARLY)
    valley.send(
        BILLS,
        [
            claim("1", MOTHER, "周桂香", born="1985-05-05", own_share="1"),
            claim("2", MOTHER, "周小宝", born="2019-09-09", own_share="20"),
        ],
    )
    assert (valley.bills("A"), valley.bills("B")) == ({"2020-02": 1}, {"2020-02": 20})

    valley.send(REGISTRY, in_april(mother("A"), baby("B")), on=MENDED)
    valley.send(
        BILLS,
        [
            claim("3", MOTHER, "周桂香", own_share="300"),
            claim("4", MOTHER, "周桂香", day="2020-05-10", own_share="5"),
            claim("5", BABY, "周小宝", day="2020-05-10", own_share="6"),
        ],
        on=JUNE,
    )

    assert listed(valley) == {"周桂香": "A", "周小宝": "B"}
    assert valley.bills("A")["2020-05"] == 5
    assert valley.bills("B")["2020-05"] == 6
    total = valley.bills("A")["2020-02"] + valley.bills("B").get("2020-02", 0)
    assert total == 321, "each counts once"


def test_a_shared_number_that_an_official_gave_to_nobody_counts_for_nobody(valley: Valley) -> None:
    valley.send(REGISTRY, [mother(), baby(id_number=MOTHER), VILLAGERS[2]], on=EARLY)
    delivery = valley.send(BILLS, [claim("1", MOTHER, "吴小妹")])
    assert valley.bills("A") == {"2020-02": 100}, "whoever it is, it is one of the household"

    (row,) = rows_of(valley.home.deliveries / BILLS / delivery / "claims.parquet")
    for person in rows_of(valley.snapshot(LATER).registry.people):
        if person["name"] in ("周桂香", "周小宝"):
            decide(
                home=valley.home,
                kind="different",
                claim_ref=row["claim_ref"],
                person_ref=person["person_ref"],
                by="wang",
                at=datetime(2020, 6, 1, 4, tzinfo=UTC),
                reason="a stranger's",
            )

    assert valley.bills("A") == {}


# ── a number that was corrected ─────────────────────────────────────────────────────────────────


def test_bills_under_the_number_of_before_its_correction_go_on_counting(valley: Valley) -> None:
    right = number("1971-03-09", 35)
    valley.send(REGISTRY, VILLAGERS, on=EARLY)
    valley.send(BILLS, [claim("1", LI, "李竹喜")])
    corrected = citizen("A", 1, "李竹喜", "1971-03-09", 35)
    valley.send(REGISTRY, in_april(corrected, *VILLAGERS[1:]), on=MENDED)
    valley.send(
        BILLS,
        [
            claim("2", LI, "李竹喜", day="2020-05-10", own_share="20"),
            claim("3", right, "李竹喜", day="2020-05-11", own_share="3"),
            claim("4", right, "李竹喜", day="2020-02-11", own_share="4"),
            claim("5", None, "李竹喜", born="1971-03-09", village="H01", own_share="50"),
        ],
        on=JUNE,
    )

    assert listed(valley) == {"李竹喜": "A", "王玉兰": "A", "李竹青": "B"}
    assert valley.bills("A") == {"2020-02": 154, "2020-05": 23}


def test_a_corrected_number_follows_its_person_into_another_household(valley: Valley) -> None:
    right = number("1971-03-08", 35)
    valley.send(REGISTRY, VILLAGERS, on=EARLY)
    corrected = citizen("A", 1, "李竹喜", "1971-03-08", 35)
    valley.send(REGISTRY, in_april(corrected, *VILLAGERS[1:]), on=MENDED)
    moved = [*VILLAGERS[1:], corrected | {"household_no": "B", "person_no": 2}]
    valley.send(REGISTRY, [{**row, "month": "2020-06"} for row in moved], on=date(2020, 7, 2))
    valley.send(
        BILLS,
        [
            claim("1", LI, "李竹喜", day="2020-05-10", own_share="1"),
            claim("2", LI, "李竹喜", day="2020-07-10", own_share="20"),
            claim("3", right, "李竹喜", day="2020-05-11", own_share="300"),
            claim("4", right, "李竹喜", day="2020-07-11", own_share="4000"),
        ],
        on=date(2020, 8, 5),
    )

    assert valley.bills("A") == {"2020-05": 301}
    assert valley.bills("B") == {"2020-07": 4020}


@pytest.mark.parametrize("order", ["at once", "from here", "from there"])
def test_a_number_that_is_corrected_as_the_household_moves_follows_its_person(
    valley: Valley, order: str
) -> None:
    """Li and his wife move to another village under another household number, he with a new number."""
    head = citizen("A", 1, "李竹喜", "1971-03-08", 33)
    before = [
        head,
        citizen("A", 2, "王玉兰", "1973-06-21", 42),
        citizen("Z", 1, "周大", "1960-01-01", 5),
    ]
    valley.send(REGISTRY, before, on=EARLY)
    valley.send(BILLS, [claim("1", number("1971-03-08", 33), "李竹喜", day="2020-02-10")])
    there = [
        citizen("N", 1, "李竹喜", "1971-03-08", 35, village="H02", month="2020-05"),
        citizen("N", 2, "王玉兰", "1973-06-21", 42, village="H02", month="2020-05"),
    ]
    here = [{**before[2], "month": "2020-05"}]
    files = {"at once": [here + there], "from here": [here, there], "from there": [there, here]}
    for place, rows in enumerate(files[order]):
        valley.send(REGISTRY, rows, on=date(2020, 5, 2 + place))
    for day, serial in (("2020-05-10", 33), ("2020-06-10", 35)):
        bill = claim(f"{day}", number("1971-03-08", serial), "李竹喜", day=day)
        valley.send(BILLS, [bill], on=date(2020, 7, 1))

    months = {"2020-02": 100, "2020-05": 100, "2020-06": 100}
    assert valley.bills("A") == months, (
        "he went under either number, and the household is that of before"
    )


def test_one_who_moves_alone_under_another_number_is_not_taken_for_a_namesake(
    valley: Valley,
) -> None:
    """Nobody else went from A to N: two people may share a name and a birthday."""
    head = citizen("A", 1, "李竹喜", "1971-03-08", 33)
    wife = citizen("A", 2, "王玉兰", "1973-06-21", 42)
    valley.send(REGISTRY, [head, wife, citizen("N", 1, "周大", "1960-01-01", 5)], on=EARLY)
    valley.send(BILLS, [claim("1", number("1971-03-08", 33), "李竹喜", day="2020-02-10")])
    namesake = citizen("N", 2, "李竹喜", "1971-03-08", 35)
    after = [wife, citizen("N", 1, "周大", "1960-01-01", 5), namesake]
    valley.send(REGISTRY, [{**row, "month": "2020-05"} for row in after], on=date(2020, 5, 2))
    bill = claim("2", number("1971-03-08", 33), "李竹喜", day="2020-06-10")
    valley.send(BILLS, [bill], on=date(2020, 7, 1))

    assert valley.bills("A") == {"2020-02": 100} and valley.bills("N") == {}


@pytest.mark.parametrize("order", ["number first", "move first"])
def test_who_moves_alone_and_is_corrected_in_two_deliveries_is_followed(
    valley: Valley, order: str
) -> None:
    head = citizen("A", 1, "李竹喜", "1971-03-08", 33)
    others = [citizen("A", 2, "王玉兰", "1973-06-21", 42), citizen("N", 1, "周大", "1960-01-01", 5)]
    valley.send(REGISTRY, [head, *others], on=EARLY)
    right = {"id_number": number("1971-03-08", 35)}
    there = {"household_no": "N", "person_no": 2, "relation": "other"}
    between, after = head | (right if order == "number first" else there), head | right | there
    for month, row in (("2020-04", between), ("2020-05", after)):
        rows = [{**one, "month": month} for one in (row, *others)]
        valley.send(REGISTRY, rows, on=date.fromisoformat(f"{month}-02"))
    bill = claim("2", number("1971-03-08", 33), "李竹喜", day="2020-06-10")
    valley.send(BILLS, [bill], on=date(2020, 7, 1))

    assert valley.bills("A") == {} and valley.bills("N") == {"2020-06": 100}


def test_another_person_in_the_same_place_is_no_correction(valley: Valley) -> None:
    valley.send(REGISTRY, VILLAGERS, on=EARLY)
    bride = citizen("A", 1, "陈小妹", "1998-03-09", 46)
    valley.send(REGISTRY, in_april(bride, *VILLAGERS[1:]), on=MENDED)
    valley.send(BILLS, [claim("1", LI, "李竹喜", day="2020-05-10")], on=JUNE)

    assert valley.bills("A") == {}, "he left"


def test_what_was_decided_of_someone_without_a_number_holds_when_the_number_comes(
    valley: Valley,
) -> None:
    valley.send(REGISTRY, [mother(), baby(id_number=""), VILLAGERS[2]], on=EARLY)
    delivery = valley.send(BILLS, [claim("1", None, "周宝", born="2019-09-09", village="H01")])
    (row,) = rows_of(valley.home.deliveries / BILLS / delivery / "claims.parquet")
    people = rows_of(valley.snapshot(LATER).registry.people)
    (child,) = [one["person_ref"] for one in people if one["name"] == "周小宝"]
    decide(
        home=valley.home,
        kind="same",
        claim_ref=row["claim_ref"],
        person_ref=child,
        by="wang",
        at=datetime(2020, 4, 1, 4, tzinfo=UTC),
        reason="seen at a visit",
    )
    assert valley.bills("A") == {"2020-02": 100}

    valley.send(REGISTRY, in_april(mother(), baby(), VILLAGERS[2]), on=MENDED)
    valley.send(
        BILLS,
        [claim("2", None, "周宝", born="2019-09-09", village="H01", day="2020-05-10")],
        on=JUNE,
    )

    assert valley.bills("A") == {"2020-02": 100, "2020-05": 100}
