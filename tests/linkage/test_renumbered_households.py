"""A household that gets another number is the household of before; one that was parted is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.ledger.village import Lake, bill, person
from tests.linkage.valley import BILLS, REGISTRY, Valley, citizen, claim, number
from tests.looking import rows_of

FIRST, LATER = date(2020, 1, 5), date(2020, 12, 1)
Row = dict[str, Any]
Listing = dict[str, Sequence[str]]
"""Household number -> who is listed under it; the village is the one that `PLACES` says."""
PLACES = {"N": "H02", "M": "H02"}
ZOE = {"Z": ["zoe"], "Y": ["yan"]}
"""In either village somebody who never moves: a file that names the village restates it."""


def rows(listing: Listing, month: str) -> list[Row]:
    everyone = [*"abcdefgh", "zoe", "yan"]
    return [
        person(
            home,
            everyone.index(name) + 1,
            name,
            month=month,
            village="H02" if home == "Y" else PLACES.get(home, "H01"),
            relation="head" if place == 0 else "other",
        )
        for home, names in listing.items()
        for place, name in enumerate(names)
    ]


def restate(lake: Lake, *listings: Listing, first: int = 0) -> None:
    """The registry of one month after the other; each listing is the whole of both villages."""
    for place, listing in enumerate(listings, start=first):
        day = FIRST + timedelta(days=31 * place)
        lake.receive("registry.people", rows(ZOE | listing, f"2020-0{place + 1}"), on=day)


def homes(lake: Lake) -> dict[str, str]:
    """Who is listed -> the number whose reference their household has."""
    names = {lake.ref(home): home for home in lake.households}
    people = rows_of(lake.snapshot(LATER).registry.people)
    return {row["name"]: names[row["household_ref"]] for row in people if len(row["name"]) == 1}


@pytest.mark.parametrize(
    ("before", "after", "whose"),
    [
        ({"A": "abc"}, {"N": "abc"}, {"N": "A"}),
        ({"A": "abc"}, {"N": "abcd"}, {"N": "A"}),
        ({"A": "a"}, {"N": "a"}, {"N": "A"}),
        ({"A": "abc"}, {"N": "ab"}, {"N": "A"}),
        ({"A": "abc", "B": "de"}, {"N": "abcd", "B": "e"}, {"N": "A", "B": "B"}),
        ({"A": "abc", "B": "d"}, {"N": "abcd"}, {"N": "A"}),
        ({"A": "abc", "B": "de"}, {"N": "ab", "B": "cde"}, {"N": "A", "B": "B"}),
        ({"A": "abcde"}, {"N": "abc", "M": "de"}, {"N": "A", "M": "M"}),
        ({"A": "abcd"}, {"N": "ab", "M": "cd"}, {"N": "N", "M": "M"}),
        ({"A": "ab", "B": "cd"}, {"N": "abcd"}, {"N": "N"}),
        ({"A": "abc"}, {"A": "c", "N": "ab"}, {"A": "A", "N": "N"}),
        ({"A": "abc", "B": "d"}, {"B": "abcd"}, {"B": "B"}),
        ({"A": "abc"}, {"N": "de"}, {"N": "N"}),
    ],
    ids=[
        "alone", "with a newborn", "who lives alone", "one died", "one marries in", "joined by one",
        "one marries out", "the larger part", "halved", "of two halves", "the number stays",
        "under a number that is known", "other people",
    ],
)  # fmt: skip
def test_a_number_never_listed_stands_for_the_household_whose_people_it_lists(
    lake: Lake, before: Listing, after: Listing, whose: dict[str, str]
) -> None:
    restate(lake, before, after)

    found = homes(lake)

    assert {home: {found[name] for name in names} for home, names in after.items()} == {
        home: {of} for home, of in whose.items()
    }


def test_a_household_that_died_out_long_ago_and_its_number_tell_of_nobody(lake: Lake) -> None:
    """b left for good in February; c of that household, listed elsewhere since, is nobody of it."""
    restate(lake, {"A": "abc", "B": "d"}, {"B": "dc"}, {"B": "dc", "N": "e"}, {"B": "d", "M": "ce"})

    assert homes(lake) == {"d": "B", "c": "M", "e": "M"}


@pytest.mark.parametrize("order", ["the old village first", "the new village first", "both in one"])
def test_a_household_relocated_to_another_village_is_one(lake: Lake, order: str) -> None:
    restate(lake, {"A": "abc"})
    here, there = rows({"Z": ["zoe"]}, "2020-03"), rows({"Y": ["yan"], "N": "abcd"}, "2020-03")
    files = {"the old village first": [here, there], "the new village first": [there, here]}
    for place, listed in enumerate(files.get(order, [here + there])):
        lake.receive("registry.people", listed, on=date(2020, 3, 5 + place))
    for day in ("2020-02-10", "2020-04-10"):
        lake.receive("health.bills", [bill(day, "b", day, "10")], on=date(2020, 5, 5))

    assert homes(lake) == dict.fromkeys("abcd", "A")
    found = {place: amount for place, amount in lake.amounts(LATER).items() if place[2] == "bills"}
    assert found == {("A", "2020-02", "bills"): 10, ("A", "2020-04", "bills"): 10}


@pytest.mark.parametrize("is_still_there", [True, False])
def test_who_stays_in_the_old_village_is_one_of_it_until_its_file_comes(
    lake: Lake, is_still_there: bool
) -> None:
    restate(lake, {"A": "abc"})
    there = rows({"Y": ["yan"], "N": "ab"}, "2020-03")
    lake.receive("registry.people", there, on=date(2020, 3, 5))
    assert homes(lake) == dict.fromkeys("abc", "A")

    here = rows({"Z": ["zoe"]} | ({"A": "c"} if is_still_there else {}), "2020-04")
    lake.receive("registry.people", here, on=date(2020, 4, 5))

    parted = {"a": "N", "b": "N", "c": "A"}
    assert homes(lake) == (parted if is_still_there else {"a": "A", "b": "A"})


def test_a_number_that_follows_one_that_follows_is_the_first(lake: Lake) -> None:
    restate(lake, {"A": "ab"}, {"N": "ab"}, {"M": "abc"})
    assert homes(lake) == dict.fromkeys("abc", "A")

    restate(lake, {"A": "ab"}, first=3)
    assert homes(lake) == dict.fromkeys("ab", "A"), "back to the number of before"
    restate(lake, {"N": "ab"}, first=4)
    assert homes(lake) == dict.fromkeys("ab", "A"), "and to the one after that"


def test_a_number_listed_for_others_while_the_household_has_another_keeps_the_household(
    lake: Lake,
) -> None:
    restate(lake, {"A": "ab"}, {"N": "ab"}, {"N": "ab", "A": "cd"})
    assert homes(lake) == {"a": "N", "b": "N", "c": "A", "d": "A"}

    restate(lake, {"N": "ab"}, first=3)
    assert homes(lake) == {"a": "N", "b": "N"}, "a number is a number from then on"


def test_of_two_files_of_two_villages_the_second_may_use_the_number_of_before(lake: Lake) -> None:
    """The new village is not restated: who stays there is another household from then on, too."""
    restate(lake, {"A": "ab"}, {"N": "ab"})
    lake.receive("registry.people", rows({"Z": ["zoe"], "A": "cd"}, "2020-03"), on=date(2020, 3, 5))

    assert homes(lake) == {"a": "N", "b": "N", "c": "A", "d": "A"}


def test_what_households_were_paid_counts_under_every_number_of_theirs(lake: Lake) -> None:
    def pay(number: str, month: str, paid: str, on: date) -> None:
        told = {"household_no": number, "month": month, "paid": paid}
        lake.receive("relief.pay", [told], on=on)

    def relief(as_of: date = LATER) -> dict[tuple[str, str], Decimal]:
        return {
            (home, month): amount
            for (home, month, item), amount in lake.amounts(as_of).items()
            if item == "relief" and amount
        }

    restate(lake, {"A": "ab"})
    pay("N", "2020-01", "1", date(2020, 1, 8))
    pay("A", "2020-02", "20", date(2020, 2, 3))
    lake.households |= {"N"}
    assert relief() == {("N", "2020-01"): 1, ("A", "2020-02"): 20}
    restate(lake, {"N": "ab"}, first=1)
    pay("N", "2020-03", "300", date(2020, 4, 5))
    pay("A", "2020-04", "4000", date(2020, 5, 5))

    assert relief() == {
        ("A", "2020-01"): 1, ("A", "2020-02"): 20, ("A", "2020-03"): 300, ("A", "2020-04"): 4000
    }  # fmt: skip
    assert relief(date(2020, 2, 4)) == {("N", "2020-01"): 1, ("A", "2020-02"): 20}
    pay("N", "2020-02", "50000", date(2020, 6, 5))
    assert relief()["A", "2020-02"] == 50000, "sent again under the number of now"
    pay("N", "2020-04", "6000", date(2020, 6, 6))
    pay("A", "2020-04", "7000", date(2020, 6, 7))
    assert relief()["A", "2020-04"] == 7000, "the last word counts, under whatever number"

    restate(lake, {"N": "ab", "A": "cd"}, first=6)
    assert relief()["N", "2020-04"] == 6000, "the numbers stand for two households now"
    assert relief()["A", "2020-04"] == 7000


def test_a_number_that_is_corrected_as_a_household_is_renumbered_is_of_one_person(
    valley: Valley,
) -> None:
    before = [
        citizen("A", 1, "李竹喜", "1971-03-08", 33),
        citizen("A", 2, "王玉兰", "1973-06-21", 42),
        citizen("Z", 1, "周大力", "1950-01-01", 5),
    ]
    valley.send(REGISTRY, before, on=FIRST)
    corrected = citizen("N", 1, "李竹喜", "1971-03-08", 35)
    others = [before[1] | {"household_no": "N"}, before[2]]
    april = [row | {"month": "2020-04"} for row in [corrected, *others]]
    valley.send(REGISTRY, april, on=date(2020, 4, 5))
    for serial in (33, 35):
        row = claim(str(serial), number("1971-03-08", serial), "李竹喜", day="2020-05-10")
        valley.send(BILLS, [row], on=date(2020, 6, 5))

    assert valley.bills("A") == {"2020-05": 200}


@pytest.mark.parametrize("unread", ["birth_date", "id_number"])
def test_whose_row_was_set_aside_as_the_household_is_renumbered_stays_one_of_it(
    valley: Valley, unread: str
) -> None:
    family = [
        citizen("A", 1, "李竹喜", "1971-03-08", 33),
        citizen("A", 2, "王玉兰", "1973-06-21", 42),
    ]
    zhou = citizen("Z", 1, "周大力", "1950-01-01", 5)
    valley.send(REGISTRY, [*family, zhou], on=FIRST)
    april = [row | {"household_no": "N", "month": "2020-04"} for row in family]
    april[1] |= {unread: "不清楚"} if unread == "birth_date" else {unread: "43102219730621004"}
    valley.send(REGISTRY, [*april, zhou | {"month": "2020-04"}], on=date(2020, 4, 5))

    people = rows_of(valley.snapshot(LATER).registry.people)

    told = {row["name"]: (row["household_ref"], row["household_no"]) for row in people}
    assert told["李竹喜"] == told["王玉兰"] == (valley.ref("A"), "N")
