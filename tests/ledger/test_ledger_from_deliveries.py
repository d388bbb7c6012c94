"""The ledger from real deliveries: corrections replace, late rows restate their own month."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from fangpin.values.problem import ProblemError
from tests.ledger.village import Lake, bill, person

LATER = date(2020, 12, 1)


@pytest.fixture
def peopled(lake: Lake) -> Lake:
    """A village of two households."""
    lake.receive(
        "registry.people",
        [
            person("A", 1, "ann", month="2020-01", relation="head", trade="farmer"),
            person("A", 2, "kid", month="2020-01", relation="child", born="2010-06-15"),
            person("B", 1, "bob", month="2020-01", relation="head", village="H02"),
        ],
        on=date(2020, 1, 5),
    )
    return lake


def of(lake: Lake, household: str, item: str, as_of: date = LATER) -> dict[str, Decimal]:
    return {
        month: amount
        for (home, month, code), amount in lake.amounts(as_of).items()
        if (home, code) == (household, item)
    }


def test_items_take_the_rows_that_their_conditions_name(peopled: Lake) -> None:
    peopled.receive(
        "health.bills",
        [
            bill("1", "ann", "2020-02-10", "100.10", "inpatient"),
            bill("2", "ann", "2020-02-11", "-20.05"),
            bill("3", "kid", "2020-02-12", "7"),
            bill("4", "stranger", "2020-02-12", "999"),
        ],
        on=date(2020, 3, 5),
    )

    known = {item: amount for (_, _, item), amount in peopled.amounts(LATER).items()}

    assert known == {
        "bills": Decimal("87.05"),
        "ward_bills": Decimal("100.10"),
        "visits": 3,
        "patients": 2,
        "child_bills": 7,
        "head_bills": Decimal("80.05"),
        "farmer_bills": Decimal("80.05"),
    }


def test_whoever_was_asked_and_does_not_meet_a_condition_is_known_to_be_nought(
    peopled: Lake,
) -> None:
    peopled.receive(
        "work.wages",
        [
            {"id_number": "ann", "month": "2020-02", "wage": "500", "bonus": ""},
            {"id_number": "bob", "month": "2020-02", "wage": "", "bonus": "10"},
        ],
        on=date(2020, 3, 5),
    )

    assert of(peopled, "A", "good_wages") == {"2020-02": 0}
    assert of(peopled, "B", "good_wages") == {}


def test_a_child_is_one_until_the_month_of_the_sixteenth_birthday(peopled: Lake) -> None:
    peopled.receive(
        "health.bills",
        [bill("1", "kid", "2026-05-31", "1"), bill("2", "kid", "2026-06-01", "2")],
        on=date(2026, 7, 5),
    )

    assert of(peopled, "A", "child_bills", date(2026, 8, 1)) == {"2026-05": 1}


def test_a_correction_replaces_and_a_repetition_changes_nothing(peopled: Lake) -> None:
    first = [bill("1", "ann", "2020-02-10", "100"), bill("2", "bob", "2020-02-10", "50")]
    peopled.receive("health.bills", first, on=date(2020, 3, 5))
    again = peopled.receive("health.bills", first, on=date(2020, 3, 6))
    assert again.outcome == "already_received"
    more = peopled.receive(
        "health.bills",
        [first[1], bill("1", "ann", "2020-02-10", "80"), bill("3", "ann", "2020-03-01", "5")],
        on=date(2020, 4, 5),
    )

    assert (more.accepted, more.duplicate) == (2, 1)
    assert of(peopled, "A", "bills") == {"2020-02": 80, "2020-03": 5}
    assert of(peopled, "A", "visits") == {"2020-02": 1, "2020-03": 1}
    assert of(peopled, "B", "bills") == {"2020-02": 50}


def test_a_correction_of_a_correction_replaces_only_the_last(peopled: Lake) -> None:
    for day, amount in ((5, "100"), (6, "80"), (7, "60")):
        peopled.receive(
            "health.bills", [bill("1", "ann", "2020-02-10", amount)], on=date(2020, 3, day)
        )

    assert of(peopled, "A", "bills") == {"2020-02": 60}


def test_a_correction_may_move_a_row_to_another_month_and_another_person(peopled: Lake) -> None:
    peopled.receive("health.bills", [bill("1", "ann", "2020-02-10", "9")], on=date(2020, 3, 5))
    peopled.receive("health.bills", [bill("1", "bob", "2019-11-10", "9")], on=date(2020, 4, 5))

    assert of(peopled, "A", "bills") == {}
    assert of(peopled, "B", "bills") == {"2019-11": 9}


def test_a_late_row_restates_its_own_month_and_makes_no_other_month_known(
    peopled: Lake,
) -> None:
    peopled.receive(
        "health.bills", [bill("1", "ann", "2020-02-10", "9")], on=date(2020, 3, 5), month="2020-02"
    )
    peopled.receive(
        "health.bills",
        [bill("2", "ann", "2020-05-10", "1"), bill("3", "ann", "2020-01-10", "4")],
        on=date(2020, 6, 5),
        month="2020-05",
    )

    assert of(peopled, "A", "bills") == {"2020-01": 4, "2020-02": 9, "2020-05": 1}
    delivered = peopled.snapshot(LATER).coverage.months["health.bills"]
    assert delivered == {2020 * 12 + 1, 2020 * 12 + 4}


def test_a_month_whose_rows_were_all_known_already_was_delivered(peopled: Lake) -> None:
    rows = [bill("1", "ann", "2020-02-10", "9")]
    peopled.receive("health.bills", rows, on=date(2020, 3, 5), month="2020-02")
    receipt = peopled.receive(
        "health.bills",
        [{"visit": row.pop("visit"), **row} for row in map(dict, rows)],
        on=date(2020, 4, 5),
        month="2020-03",
    )

    assert (receipt.accepted, receipt.duplicate) == (0, 1)
    assert 2020 * 12 + 2 in peopled.snapshot(LATER).coverage.months["health.bills"]


def test_a_warning_for_a_division_reaches_every_household_below_it(peopled: Lake) -> None:
    peopled.receive(
        "shocks.warnings",
        [
            {"warning_no": "1", "place": "H", "day": "2020-02-01"},
            {"warning_no": "2", "place": "H02", "day": "2020-02-02"},
        ],
        on=date(2020, 3, 1),
    )

    assert of(peopled, "A", "warnings") == {"2020-02": 1}
    assert of(peopled, "B", "warnings") == {"2020-02": 2}


def test_a_state_is_that_of_the_latest_paper_that_still_stands(peopled: Lake) -> None:
    def paper(number: str, identity: str, day: str, grade: str) -> dict[str, str]:
        return {"paper_no": number, "id_number": identity, "day": day, "grade": grade}

    peopled.receive(
        "house.grades",
        [
            paper("9", "bob", "2020-03-01", "c"),
            paper("1", "ann", "2020-02-01", "d"),
            paper("2", "ann", "2020-04-01", "b"),
        ],
        on=date(2020, 5, 5),
    )
    assert peopled.states(LATER) == {("A", "house_grade"): "b", ("B", "house_grade"): "c"}

    # The corrected paper stands in an earlier row of a later file.
    peopled.receive("house.grades", [paper("2", "ann", "2020-04-01", "c")], on=date(2020, 6, 5))
    assert peopled.states(LATER)["A", "house_grade"] == "c"

    # It was dated wrongly: an older paper of another day is then the latest one.
    peopled.receive("house.grades", [paper("2", "ann", "2019-04-01", "a")], on=date(2020, 7, 5))
    assert peopled.states(LATER)["A", "house_grade"] == "d"


def test_a_state_moves_with_its_person(peopled: Lake) -> None:
    peopled.receive(
        "house.grades",
        [{"paper_no": "1", "id_number": "kid", "day": "2020-04-01", "grade": "d"}],
        on=date(2020, 5, 5),
    )
    peopled.receive(
        "registry.people",
        [
            person("A", 1, "ann", month="2020-03", relation="head"),
            person("B", 1, "bob", month="2020-03", relation="head", village="H02"),
            person("B", 2, "kid", month="2020-03", village="H02"),
        ],
        on=date(2020, 6, 5),
    )

    assert peopled.states(LATER) == {("B", "house_grade"): "d"}


def test_what_the_registry_newly_says_of_a_person_moves_no_amount_twice(peopled: Lake) -> None:
    peopled.receive("health.bills", [bill("1", "ann", "2020-02-10", "9")], on=date(2020, 3, 5))
    peopled.receive(
        "registry.people",
        [
            person("A", 1, "ann", month="2020-03", relation="head", trade="smith"),
            person("A", 2, "kid", month="2020-03", relation="child", born="2010-06-15"),
        ],
        on=date(2020, 4, 5),
    )
    assert of(peopled, "A", "farmer_bills") == {}
    peopled.receive("health.bills", [bill("1", "ann", "2020-02-10", "5")], on=date(2020, 5, 5))

    assert of(peopled, "A", "farmer_bills") == {}
    assert of(peopled, "A", "bills") == {"2020-02": 5}


def test_without_a_registry_nothing_can_be_judged(lake: Lake) -> None:
    lake.receive("health.bills", [bill("1", "ann", "2020-02-10", "9")], on=date(2020, 3, 5))

    with pytest.raises(ProblemError) as raised:
        lake.run(LATER)

    (problem,) = raised.value.problems
    assert problem.code == "REGISTRY_MISSING" and "registry.people" in problem.fix_zh
    assert not list(lake.home.runs.iterdir())


def test_what_came_after_the_day_is_not_known_on_it(peopled: Lake) -> None:
    peopled.receive("health.bills", [bill("1", "ann", "2020-02-10", "9")], on=date(2020, 3, 5))

    assert of(peopled, "A", "bills", date(2020, 3, 4)) == {}
    assert of(peopled, "A", "bills", date(2020, 3, 5)) == {"2020-02": 9}
