"""Who belongs to which household, in which months; what was paid before and after a move."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from tests.ledger.village import Lake, bill, person
from tests.looking import rows_of

LATER = date(2020, 12, 1)


def bills(lake: Lake, household: str) -> dict[str, Decimal]:
    """Month -> own share of bills of a household, as known at last."""
    return {
        month: amount
        for (home, month, item), amount in lake.amounts(LATER).items()
        if home == household and item == "bills"
    }


def test_who_moves_keeps_earlier_months_with_the_old_household(lake: Lake) -> None:
    stays = person("A", 1, "ann", month="2020-01", relation="head")
    home = person("B", 1, "bob", month="2020-01", relation="head")
    lake.receive(
        "registry.people",
        [stays, person("A", 2, "cleo", month="2020-01"), home],
        on=date(2020, 1, 5),
    )
    lake.receive(
        "health.bills",
        [bill("1", "cleo", "2020-02-10", "100"), bill("2", "cleo", "2020-04-10", "40")],
        on=date(2020, 5, 5),
    )
    lake.receive(
        "registry.people",
        [
            {**stays, "month": "2020-04"},
            {**home, "month": "2020-04"},
            person("B", 2, "cleo", month="2020-04"),
        ],
        on=date(2020, 5, 6),
    )
    lake.receive("health.bills", [bill("3", "cleo", "2020-03-31", "7")], on=date(2020, 6, 5))

    assert bills(lake, "A") == {"2020-02": 100, "2020-03": 7}
    assert bills(lake, "B") == {"2020-04": 40}


def test_a_newcomers_earlier_bills_are_joined(lake: Lake) -> None:
    ann = person("A", 1, "ann", month="2020-01", relation="head")
    lake.receive("registry.people", [ann], on=date(2020, 1, 5))
    lake.receive("health.bills", [bill("1", "baby", "2020-02-10", "30")], on=date(2020, 3, 5))
    assert bills(lake, "A") == {}

    lake.receive(
        "registry.people", [ann, person("A", 2, "baby", month="2020-04")], on=date(2020, 5, 5)
    )

    assert bills(lake, "A") == {"2020-02": 30}


def test_one_who_left_is_not_counted_after_and_stays_counted_before(lake: Lake) -> None:
    ann = person("A", 1, "ann", month="2020-01", relation="spouse")
    gone = person("A", 2, "greg", month="2020-01", relation="head", trade="farmer")
    lake.receive("registry.people", [ann, gone], on=date(2020, 1, 5))
    lake.receive("health.bills", [bill("1", "greg", "2020-02-10", "30")], on=date(2020, 3, 5))
    lake.receive("registry.people", [{**ann, "month": "2020-04"}], on=date(2020, 5, 5))
    lake.receive("health.bills", [bill("2", "greg", "2020-05-10", "90")], on=date(2020, 6, 5))

    assert bills(lake, "A") == {"2020-02": 30}
    # What the registry said of him last still decides which items his bills belong to.
    known = lake.amounts(LATER)
    assert known["A", "2020-02", "head_bills"] == 30
    assert known["A", "2020-02", "farmer_bills"] == 30


def test_a_village_that_a_later_delivery_does_not_name_stays(lake: Lake) -> None:
    lake.receive(
        "registry.people",
        [
            person("A", 1, "ann", month="2020-01", village="H01"),
            person("B", 1, "bob", month="2020-01", village="H02"),
        ],
        on=date(2020, 1, 5),
    )
    lake.receive(
        "registry.people",
        [person("C", 1, "carl", month="2020-03", village="H01")],
        on=date(2020, 4, 5),
    )

    listed = {row["household_ref"] for row in rows_of(lake.snapshot(LATER).registry.people)}

    assert listed == {lake.ref("B"), lake.ref("C")}


def test_persons_without_a_usable_number_are_never_merged(lake: Lake) -> None:
    lake.receive(
        "registry.people",
        [
            person("A", 1, None, month="2020-01"),
            person("A", 2, None, month="2020-01"),
            person("B", 1, None, month="2020-01"),
        ],
        on=date(2020, 1, 5),
    )
    lake.receive(
        "health.bills",
        [bill("1", None, "2020-02-01", "10"), bill("2", None, "2020-02-02", "20")],
        on=date(2020, 3, 5),
    )

    people = rows_of(lake.snapshot(LATER).registry.people)

    assert len({row["person_ref"] for row in people}) == 3
    assert lake.amounts(LATER) == {}, "a bill of nobody known belongs to nobody"


def test_one_who_comes_back_belongs_again_from_then_on(lake: Lake) -> None:
    ann = person("A", 1, "ann", month="2020-01")
    carl = person("A", 2, "carl", month="2020-01")
    lake.receive("registry.people", [ann, carl], on=date(2020, 1, 5))
    lake.receive("registry.people", [{**ann, "month": "2020-03"}], on=date(2020, 3, 5))
    lake.receive(
        "registry.people",
        [{**ann, "month": "2020-06"}, {**carl, "month": "2020-06"}],
        on=date(2020, 6, 5),
    )
    lake.receive(
        "health.bills",
        [bill(str(month), "carl", f"2020-0{month}-10", "1") for month in range(1, 9)],
        on=date(2020, 9, 5),
    )

    assert set(bills(lake, "A")) == {"2020-01", "2020-02", "2020-06", "2020-07", "2020-08"}


def test_an_older_registry_that_comes_late_counts_nobody_twice(lake: Lake) -> None:
    lake.receive("registry.people", [person("A", 1, "ann", month="2020-01")], on=date(2020, 1, 5))
    lake.receive("registry.people", [person("B", 1, "ann", month="2020-06")], on=date(2020, 6, 5))
    lake.receive("registry.people", [person("C", 1, "ann", month="2020-03")], on=date(2020, 7, 5))
    lake.receive(
        "health.bills",
        [bill(str(month), "ann", f"2020-0{month}-10", "1") for month in range(1, 9)],
        on=date(2020, 9, 5),
    )

    counted = [month for home in "ABC" for month in bills(lake, home)]

    assert sorted(counted) == [f"2020-0{month}" for month in range(1, 9)]


def test_a_person_listed_twice_lives_where_the_later_row_says(lake: Lake) -> None:
    lake.receive(
        "registry.people",
        [person("A", 1, "ann", month="2020-01"), person("B", 1, "ann", month="2020-01")],
        on=date(2020, 1, 5),
    )
    lake.receive("health.bills", [bill("1", "ann", "2020-02-10", "10")], on=date(2020, 3, 5))

    assert (bills(lake, "A"), bills(lake, "B")) == ({}, {"2020-02": 10})
