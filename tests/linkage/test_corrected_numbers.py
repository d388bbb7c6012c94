"""One person under two numbers: whatever number an office uses, the person is one."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from fangpin.policy.pack import Pack
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

BORN = "1971-03-08"
OLD, NEW, NEWEST = number(BORN, 33), number(BORN, 35), number(BORN, 37)
LI, WANG = citizen("A", 1, "李竹喜", BORN, 33), citizen("A", 2, "王玉兰", "1973-06-21", 42)
MENDED, AGAIN, JULY = date(2020, 5, 2), date(2020, 6, 2), date(2020, 7, 5)


def wage(
    written: str, paid: str, *, month: str = "2020-02", name: str = "李竹喜"
) -> dict[str, Any]:
    told = {"worker_name": name, "id_number": written, "month": month, "bonus": ""}
    return told | {"wage": paid}


def in_month(month: str, *rows: dict[str, Any]) -> list[dict[str, Any]]:
    return [{**row, "month": month} for row in rows]


def correct(valley: Valley, *, on: date = MENDED, serial: int = 35) -> None:
    """The registry gives Li another number."""
    rows = in_month(on.isoformat()[:7], citizen("A", 1, "李竹喜", BORN, serial), WANG)
    valley.send(REGISTRY, rows, on=on)


def item(valley: Valley, name: str, *, as_of: date = LATER) -> dict[tuple[str, str], int]:
    """(household, month) -> figure of an item."""
    return {
        (home, month): int(amount)
        for (home, month, code), amount in valley.amounts(as_of).items()
        if code == name
    }


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory, valley_rules: Pack) -> Valley:
    """A valley that has received its registry and nothing else."""
    made = Valley(tmp_path_factory.mktemp("listed"), valley_rules)
    made.send(REGISTRY, [LI, WANG], on=EARLY)
    return made


@pytest.fixture
def village(tmp_path: Path, listed: Valley) -> Valley:
    """One that is this test's own."""
    return listed.copied(tmp_path)


# ── the number is part of the key ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("first", "then"), [(OLD, NEW), (NEW, OLD)])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_wage_that_comes_under_both_numbers_counts_once_as_it_came_last(
    village: Valley, first: str, then: str, is_known: bool
) -> None:
    if is_known:
        correct(village)
    village.send(WAGES, [wage(first, "900")], on=date(2020, 5, 5))
    village.send(WAGES, [wage(then, "950")], on=date(2020, 5, 9))
    if not is_known:
        correct(village, on=AGAIN)

    assert item(village, "wage") == {("A", "2020-02"): 950}
    assert item(village, "wage", as_of=date(2020, 5, 6)) == (
        {("A", "2020-02"): 900} if first == OLD or is_known else {}
    )


def test_a_wage_under_a_number_that_is_corrected_twice_counts_once(village: Valley) -> None:
    village.send(WAGES, [wage(OLD, "1")], on=date(2020, 3, 5))
    correct(village)
    village.send(WAGES, [wage(NEW, "20")], on=date(2020, 5, 5))
    correct(village, on=AGAIN, serial=37)
    village.send(WAGES, [wage(NEWEST, "300")], on=date(2020, 6, 5))

    assert item(village, "wage") == {("A", "2020-02"): 300}


def test_a_number_that_is_corrected_back_is_one_person_all_the_while(village: Valley) -> None:
    village.send(WAGES, [wage(OLD, "1")], on=date(2020, 3, 5))
    correct(village)
    village.send(WAGES, [wage(NEW, "20"), wage(NEW, "4000", month="2020-04")], on=date(2020, 5, 5))
    correct(village, on=AGAIN, serial=33)
    village.send(WAGES, [wage(OLD, "300")], on=date(2020, 6, 5))

    assert item(village, "wage") == {("A", "2020-02"): 300, ("A", "2020-04"): 4000}


def test_a_claim_of_which_the_wage_stands_under_the_old_number_counts_once(
    village: Valley,
) -> None:
    village.send(WAGES, [wage(OLD, "900")], on=date(2020, 3, 5))
    correct(village)
    village.send(WAGES, [wage(with_wrong_digit(NEW, 16), "950")], on=date(2020, 5, 5))

    assert item(village, "wage") == {("A", "2020-02"): 900}, "what came under a right number stands"


def test_a_wage_of_another_month_or_member_is_left_alone(village: Valley) -> None:
    wang = number("1973-06-21", 42)
    correct(village)
    village.send(WAGES, [wage(OLD, "900"), wage(wang, "70", name="王玉兰")], on=date(2020, 5, 5))
    village.send(WAGES, [wage(NEW, "950", month="2020-03")], on=date(2020, 5, 9))

    assert item(village, "wage") == {("A", "2020-02"): 970, ("A", "2020-03"): 950}


def test_a_bill_of_its_own_number_counts_under_either(village: Valley) -> None:
    correct(village)
    village.send(BILLS, [claim("1", OLD, "李竹喜"), claim("2", NEW, "李竹喜", own_share="7")])

    assert village.bills("A") == {"2020-02": 107}
    assert item(village, "patients") == {("A", "2020-02"): 1}, "he is one patient"


def test_patients_of_two_numbers_become_one_when_the_registry_says_so(village: Valley) -> None:
    village.send(BILLS, [claim("1", OLD, "李竹喜")], on=date(2020, 3, 5))
    village.send(BILLS, [claim("2", NEW, "李竹喜")], on=date(2020, 3, 6))
    correct(village)
    village.send(BILLS, [claim("3", OLD, "李竹喜")], on=date(2020, 5, 5))

    assert item(village, "patients") == {("A", "2020-02"): 1}


def test_what_the_registry_says_of_a_person_holds_for_rows_under_the_old_number(
    village: Valley,
) -> None:
    village.send(BILLS, [claim("1", OLD, "李竹喜")], on=date(2020, 3, 5))
    correct(village)
    smith = citizen("A", 1, "李竹喜", BORN, 35, trade="farmer")
    village.send(REGISTRY, in_month("2020-06", smith, WANG), on=AGAIN)
    village.send(BILLS, [claim("2", OLD, "李竹喜", own_share="7")], on=JULY)

    assert item(village, "farmer_bills") == {("A", "2020-02"): 107}


def test_a_number_that_was_corrected_and_is_shared_later_is_followed_by_its_own_person(
    village: Valley,
) -> None:
    correct(village)
    baby = citizen("A", 3, "李小宝", "2020-05-20", None, id_number=NEW)
    rows = in_month("2020-06", citizen("A", 1, "李竹喜", BORN, 35), WANG, baby)
    village.send(REGISTRY, rows, on=AGAIN)
    village.send(BILLS, [claim("1", OLD, "李竹喜", day="2020-06-10")], on=JULY)

    assert village.bills("A") == {"2020-06": 100}
    people = {row["person_ref"]: row for row in rows_of(village.snapshot(LATER).registry.people)}
    (former,) = [
        row
        for row in rows_of(village.snapshot(LATER).registry.former)
        if row["person_ref"] == village.person(OLD)
    ]
    assert people[former["successor_ref"]]["name"] == "李竹喜"


def test_who_is_taken_out_and_comes_back_under_another_number_is_the_same(village: Valley) -> None:
    """The wrong record is deleted one month and the right one entered the next."""
    village.send(WAGES, [wage(OLD, "900", month="2020-01")], on=date(2020, 2, 5))
    village.send(REGISTRY, in_month("2020-02", WANG), on=date(2020, 3, 2))
    correct(village, on=date(2020, 4, 2))
    village.send(WAGES, [wage(NEW, "950", month="2020-01")], on=date(2020, 5, 5))
    village.send(WAGES, [wage(OLD, "7", month="2020-05")], on=date(2020, 6, 5))

    assert item(village, "wage") == {("A", "2020-01"): 950, ("A", "2020-05"): 7}


# ── a wrong digit in the number of before ──────────────────────────────────────────────────────


@pytest.mark.parametrize("place", [16, 2, 17])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_wrong_digit_in_the_number_of_before_its_correction_is_mended(
    village: Valley, place: int, is_known: bool
) -> None:
    if is_known:
        correct(village)
    village.send(BILLS, [claim("1", with_wrong_digit(OLD, place), "李竹喜", born=BORN)], on=JULY)
    if not is_known:
        correct(village, on=date(2020, 7, 9))

    assert village.bills("A") == {"2020-02": 100}


def test_a_wrong_digit_in_a_number_corrected_twice_is_mended(village: Valley) -> None:
    correct(village)
    correct(village, on=AGAIN, serial=77)
    bills = [claim(str(no), with_wrong_digit(one, 2), "李竹喜", born=BORN) for no, one in
             enumerate((OLD, NEW, number(BORN, 77)))]  # fmt: skip
    village.send(BILLS, bills, on=JULY)

    assert village.bills("A") == {"2020-02": 300}


def test_a_number_a_digit_from_both_of_one_person_is_hers(village: Valley) -> None:
    """The clerk took the check digit of one number for the other."""
    correct(village)
    between = NEW[:17] + OLD[17]
    village.send(BILLS, [claim("1", between, "李竹喜", born=BORN)], on=JULY)

    assert village.bills("A") == {"2020-02": 100}


def test_with_a_corrected_birth_date_the_bill_may_bear_the_one_of_before_or_of_now(
    village: Valley,
) -> None:
    """Of one household, name and place the number was made of a wrong birth date."""
    mended = citizen("A", 1, "李竹喜", "1971-08-03", 35)
    village.send(REGISTRY, in_month("2020-05", mended, WANG), on=MENDED)
    wrong = with_wrong_digit(OLD, 2)
    bills = [claim("1", wrong, "李竹喜", born=BORN), claim("2", wrong, "李竹喜", born="1971-08-03")]
    village.send(BILLS, [*bills, claim("3", wrong, "李竹喜", born="1971-08-04")], on=JULY)

    assert village.bills("A") == {"2020-02": 200}


@pytest.mark.parametrize(
    ("name", "born"),
    [("李双喜", BORN), ("李竹喜", "1971-03-09"), ("李竹喜王", BORN), ("李竹", BORN)],
)
def test_nobody_elses_bill_is_mended_by_a_number_of_before(
    village: Valley, name: str, born: str
) -> None:
    correct(village)
    village.send(BILLS, [claim("1", with_wrong_digit(OLD, 16), name, born=born)], on=JULY)

    assert village.bills("A") == {}


def test_a_number_of_before_that_another_bears_now_is_the_others(village: Valley) -> None:
    """The wrong number had been a neighbour's, of whom the registry learnt later."""
    correct(village)
    neighbour = citizen("B", 1, "赵大力", BORN, 33, village="H02")
    village.send(REGISTRY, in_month("2020-06", neighbour), on=AGAIN)
    wrong = with_wrong_digit(OLD, 16)
    bills = [
        claim(str(no), wrong, name, born=BORN, day="2020-06-10")
        for no, name in enumerate(("李竹喜", "赵大力"))
    ]
    village.send(BILLS, bills, on=JULY)

    assert (village.bills("A"), village.bills("B")) == ({}, {"2020-06": 100})


def test_a_number_of_before_that_two_of_the_household_bear_now_is_neithers(
    village: Valley,
) -> None:
    correct(village)
    twins = [citizen("A", place, name, BORN, 33) for place, name in ((3, "李一"), (4, "李二"))]
    village.send(REGISTRY, in_month("2020-06", citizen("A", 1, "李竹喜", BORN, 35), WANG, *twins),
                 on=AGAIN)  # fmt: skip
    village.send(BILLS, [claim("1", with_wrong_digit(OLD, 16), "李三", born=BORN)], on=JULY)

    assert village.bills("A") == {}


# ── whatever number an office uses ──────────────────────────────────────────────────────────────

NAMES = {"李竹喜": "1971-03-08", "李双喜": "1998-05-05", "李双庆": "1998-05-05"}
"""A man and his twins, whose numbers differ by the order of birth alone."""
HOMES = {"A": "H01", "B": "H02"}


@dataclass
class Villager:
    """One person, the numbers borne one after the other, and where the registry lists him."""

    name: str
    numbers: list[str]
    home: str | None = "A"


def a_history(seed: int) -> tuple[list[Villager], list[tuple[str, list[dict[str, Any]]]]]:
    """Deliveries of a year: people move, leave, return and have their numbers corrected, also back.

    In the place of a number the rows of offices bear the name.
    """
    random = Random(seed)
    people = [
        Villager(name, [number(born, 10 * place + 1)])
        for place, (name, born) in enumerate(NAMES.items(), 1)
    ]
    sent = [(REGISTRY, _listed(people))]
    for _ in range(random.randint(4, 7)):
        feed = random.choice([REGISTRY, WAGES, WAGES, BILLS])
        if feed == REGISTRY:
            for place, one in enumerate(people, 1):
                happens = random.random()
                if happens < 0.5 and one.home:
                    fresh = number(NAMES[one.name], 10 * place + 1 + 2 * random.randint(0, 3))
                    one.numbers.append(fresh)
                elif happens < 0.7:
                    one.home = random.choice(["A", "B", None]) if one.name != "李竹喜" else "A"
            sent.append((REGISTRY, _listed(people)))
        else:
            rows = []
            for one in random.sample(people, 2):
                month = random.choice(["2020-01", "2020-04"])
                paid = str(random.randint(1, 900))
                rows.append(
                    wage(one.name, paid, month=month, name="")
                    if feed == WAGES
                    else claim(f"{random.randint(1, 4)}{one.name}", one.name, "", day=f"{month}-09",
                               own_share=paid)
                )  # fmt: skip
            sent.append((feed, rows))
    return people, sent


def _listed(people: list[Villager]) -> list[dict[str, Any]]:
    return [
        citizen(one.home, place, one.name, NAMES[one.name], None)
        | {"id_number": one.numbers[-1], "village": HOMES[one.home]}
        for place, one in enumerate(people, 1)
        if one.home
    ] + [citizen("B", 9, "赵大力", "1950-01-01", 97, village="H02")]


def received(
    lake: Valley, sent: list[tuple[str, list[dict[str, Any]]]], use: Callable[[str], str]
) -> Valley:
    lake.households |= set(HOMES)
    for place, (feed, rows) in enumerate(sent):
        on = date(2020, 1, 5) + timedelta(days=45 * place)
        if feed == REGISTRY:
            told = [{**row, "month": on.isoformat()[:7]} for row in rows]
        else:
            told = [{**row, "id_number": use(row["id_number"])} for row in rows]
        lake.send(feed, told, on=on)
        lake.snapshot(on)
    return lake


@example(seed=0)
@example(seed=1)
@given(seed=st.integers(0, 2**32 - 1))
@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_whatever_number_of_a_person_offices_use_the_ledger_is_the_same(
    valley_rules: Pack, seed: int
) -> None:
    people, sent = a_history(seed)
    numbers = {one.name: one.numbers for one in people}
    random = Random(seed)
    with TemporaryDirectory() as folder:
        root = Path(folder)
        mixed = received(
            Valley(root / "mixed", valley_rules), sent, lambda who: random.choice(numbers[who])
        )
        last = received(Valley(root / "last", valley_rules), sent, lambda who: numbers[who][-1])
        rebuilt = mixed.copied(root / "rebuilt")
        for place in (rebuilt.home.links, rebuilt.home.ledger, rebuilt.home.registry):
            shutil.rmtree(place, ignore_errors=True)

        assert mixed.amounts(LATER) == last.amounts(LATER)
        assert rebuilt.amounts(LATER) == mixed.amounts(LATER), "all that follows can be made again"
