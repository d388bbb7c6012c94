"""Months and villages that are cut: they wait for a person."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fangpin.feeds.arrivals import arrivals, coverage, status
from fangpin.values.month import Month
from tests.feeds.builders import (
    Desk,
    csv_text,
    number,
    roster_contract,
    wage_row,
    wages_contract,
)
from tests.feeds.months import a_month, day_after, held, people, receive_months


def test_a_cut_file_does_not_pass_for_a_month(guarded: Desk) -> None:
    receive_months(guarded, "2020-01", "2020-02")
    told = guarded.receive_rows(*a_month("2020-03", 15), received=day_after("2020-03"))
    assert (told.outcome, held(guarded)) == ("held", ["VOLUME_ANOMALY"])
    found = arrivals(guarded.home)
    assert coverage(found, as_of=date(2020, 4, 30)) == {
        "labour.wages": {Month.of(2020, 1), Month.of(2020, 2)}
    }
    (feed,) = status(guarded.home, pack=guarded.pack, as_of=date(2020, 4, 30))
    assert (feed.state, feed.held) == ("overdue", 1)


@pytest.mark.parametrize("count", [31, 60, 150])
def test_a_usual_month_is_taken(guarded: Desk, count: int) -> None:
    receive_months(guarded, "2020-01", "2020-02")
    told = guarded.receive_rows(*a_month("2020-03", count), received=day_after("2020-03"))
    assert told.outcome == "accepted"


@pytest.mark.parametrize(("count", "outcome"), [(5, "accepted"), (2, "held")])
def test_what_happens_by_chance_is_few_in_some_months(
    guarded: Desk, count: int, outcome: str
) -> None:
    """Deaths of a county: thirteen in most months, between eight and twenty."""
    for place, deaths in enumerate([11, 15, 13, 17, 10, 16, 13, 8, 11, 14, 9, 20], start=1):
        month = f"2019-{place:02}"
        receive_months(guarded, month, count=deaths)
    told = guarded.receive_rows(*a_month("2020-01", count), received=day_after("2020-01"))
    assert told.outcome == outcome


def test_the_larger_part_of_a_month_does_not_pass_for_it_while_the_smaller_waits(
    guarded: Desk,
) -> None:
    """Whoever is in the part that waits would read as without wages."""
    receive_months(guarded, "2020-01", "2020-02")
    march = a_month("2020-03")
    first = guarded.receive_rows(*march[:25], received=date(2020, 4, 3))
    second = guarded.receive_rows(*march[25:], received=date(2020, 4, 4))
    assert (first.outcome, second.outcome) == ("held", "held")
    assert held(guarded) == ["VOLUME_ANOMALY", "MONTH_IN_PARTS"]
    assert "MONTH_IN_PARTS" in second.counts_by_code

    better = guarded.receive_rows(*march, received=date(2020, 4, 5))
    assert better.outcome == "accepted", "the whole month has all that waits"


def test_what_waits_under_a_wrong_month_keeps_no_true_one_waiting(guarded: Desk) -> None:
    receive_months(guarded, "2020-02", "2020-03")
    april = a_month("2020-04", 50)
    wrong = guarded.receive_rows(*april, month=Month.of(2020, 5), received=date(2020, 6, 4))
    right = guarded.receive_rows(*a_month("2020-05"), received=date(2020, 6, 5))
    assert (wrong.outcome, right.outcome) == ("held", "accepted")


def test_a_few_corrections_are_no_small_month(guarded: Desk) -> None:
    receive_months(guarded, "2020-01", "2020-02")
    changed = a_month("2020-02", 3, seed=9)
    told = guarded.receive_rows(*changed, received=date(2020, 3, 20))
    assert (told.outcome, told.counts_by_code["ROWS_CORRECTED"]) == ("accepted", 3)


@pytest.mark.parametrize(("mistyped", "outcome"), [(45, "held"), (12, "accepted")])
def test_a_month_of_which_most_rows_state_another_is_small(
    guarded: Desk, mistyped: int, outcome: str
) -> None:
    """The month before would be corrected by them, and this one has only those that are left."""
    receive_months(guarded, "2020-01", "2020-02")
    rows = [
        [*row[:2], "2020-02", *row[3:]] if place < mistyped else row
        for place, row in enumerate(a_month("2020-03"))
    ]
    told = guarded.receive_rows(*rows, month=Month.of(2020, 3), received=day_after("2020-03"))
    assert told.outcome == outcome, told.counts_by_code
    assert ("VOLUME_ANOMALY" in told.counts_by_code) == (outcome == "held")


def test_a_feed_that_varies_by_its_nature_says_so_in_its_contract(
    tmp_path: Any, lines: Any
) -> None:
    desk = Desk(tmp_path, wages_contract(volume="varying"), lines=lines)
    receive_months(desk, "2020-01", "2020-02")
    told = desk.receive_rows(*a_month("2020-03", 3), received=day_after("2020-03"))
    assert told.outcome == "accepted"


def test_a_month_of_which_most_rows_were_refused_is_not_there(guarded: Desk) -> None:
    rows = [*a_month("2020-03", 20), *(wage_row(100 + n, wage="4OO") for n in range(21))]
    told = guarded.receive_rows(*rows)
    assert (told.outcome, told.accepted, told.quarantined) == ("held", 20, 21)


def roster(month: str, villages: dict[str, int]) -> str:
    """A registry: persons by village, four a household."""
    header = ["户编号", "人编号", "身份证号", "姓名", "区划", "月份"]
    rows = [
        [f"{code}{place // 4}", str(place % 4), known, "李竹喜", code, month]
        for code, count in villages.items()
        for place, known in enumerate(people(count, seed=int(code[-4:])))
    ]
    return csv_text(rows, header=header)


def test_one_cut_village_in_the_file_of_a_county_is_held(tmp_path: Any, lines: Any) -> None:
    """Whoever is not listed would have left; most of the county's rows are as they were."""
    desk = Desk(tmp_path, roster_contract(), lines=lines)
    whole = {"431022101201": 200, "431022101202": 60, "431022101203": 8}
    assert desk.receive_text(roster("2020-01", whole), received=date(2020, 2, 3)).accepted == 268
    cut = desk.receive_text(
        roster("2020-02", whole | {"431022101202": 3}), received=date(2020, 3, 3)
    )
    assert (cut.outcome, held(desk)) == ("held", ["VILLAGES_SHRUNKEN"])
    told = next(one.message_en for one in cut.findings if one.code == "VILLAGES_SHRUNKEN")
    assert "division 431022101202: 3 where 60 were listed" in told


@pytest.mark.parametrize(
    ("before", "now", "outcome"),
    [
        (12, 3, "held"),
        (12, 5, "held"),
        (8, 1, "held"),
        (19, 12, "held"),
        (12, 6, "accepted"),
        (8, 4, "accepted"),
        (19, 13, "accepted"),
        (3, 2, "accepted"),
        (6, 1, "accepted"),
    ],
)
def test_a_hamlet_may_lose_a_family_and_not_most_of_its_people(
    tmp_path: Any, lines: Any, before: int, now: int, outcome: str
) -> None:
    """A county's file: one hamlet among villages that are as they were."""
    desk = Desk(tmp_path, roster_contract(), lines=lines)
    whole = {"431022101201": 200, "431022101203": before}
    desk.receive_text(roster("2020-01", whole), received=date(2020, 2, 3))
    told = desk.receive_text(
        roster("2020-02", whole | {"431022101203": now}), received=date(2020, 3, 3)
    )
    assert told.outcome == outcome


def test_hamlets_of_a_few_people_each_are_looked_at_together(tmp_path: Any, lines: Any) -> None:
    desk = Desk(tmp_path, roster_contract(), lines=lines)
    hamlets = [f"4310221012{place:02}" for place in range(10, 20)]
    whole = {"431022101201": 200} | dict.fromkeys(hamlets, 5)
    desk.receive_text(roster("2020-01", whole), received=date(2020, 2, 3))
    one_left = whole | dict.fromkeys(hamlets[:2], 2)
    told = desk.receive_text(roster("2020-02", one_left), received=date(2020, 3, 3))
    assert told.outcome == "accepted", "two families moved"
    cut = whole | dict.fromkeys(hamlets, 1)
    told = desk.receive_text(roster("2020-03", cut), received=date(2020, 4, 3))
    assert (told.outcome, held(desk)) == ("held", ["VOLUME_ANOMALY"])


def test_a_hamlet_that_a_file_does_not_list_keeps_its_people(tmp_path: Any, lines: Any) -> None:
    """A delivery restates the villages that it names: nobody of another one leaves, so nothing waits."""
    desk = Desk(tmp_path, roster_contract(), lines=lines)
    whole = {"431022101201": 200, "431022101203": 12}
    desk.receive_text(roster("2020-01", whole), received=date(2020, 2, 3))
    told = desk.receive_text(roster("2020-02", {"431022101201": 200}), received=date(2020, 3, 3))
    assert told.outcome == "accepted"


@pytest.mark.parametrize(
    ("read", "refused", "outcome"),
    [(12, 9, "held"), (4, 3, "held"), (6, 3, "held"), (3, 2, "accepted"), (12, 5, "accepted")],
)
def test_a_short_month_of_which_most_rows_were_refused_is_not_there_either(
    guarded: Desk, read: int, refused: int, outcome: str
) -> None:
    rows = a_month("2020-03", read)
    for row in rows[:refused]:
        row[3] = "4OO"
    told = guarded.receive_rows(*rows)
    assert (told.outcome, told.quarantined) == (outcome, refused)


@pytest.mark.parametrize(
    ("usual", "count", "outcome"),
    [
        (12, 2, "held"),
        (12, 5, "held"),
        (12, 6, "accepted"),
        (8, 2, "accepted"),
        (5, 16, "accepted"),
    ],
)
def test_a_short_month_is_cut_where_plainly_much_is_missing(
    guarded: Desk, usual: int, count: int, outcome: str
) -> None:
    receive_months(guarded, "2020-01", "2020-02", count=usual)
    told = guarded.receive_rows(*a_month("2020-03", count), received=day_after("2020-03"))
    assert told.outcome == outcome


def test_a_registry_that_lost_half_a_village_is_held(tmp_path: Any, lines: Any) -> None:
    desk = Desk(tmp_path, roster_contract(), lines=lines)
    header = ["户编号", "人编号", "身份证号", "姓名", "区划", "月份"]

    def roster(month: str, count: int) -> str:
        rows = [
            [f"H{n // 3}", str(n % 3), number(n), "李竹喜", "431022202204", month]
            for n in range(count)
        ]
        return csv_text(rows, header=header)

    assert desk.receive_text(roster("2020-01", 40), received=date(2020, 2, 3)).outcome == "accepted"
    cut = desk.receive_text(roster("2020-02", 20), received=date(2020, 3, 3))
    assert cut.outcome == "held"
    assert desk.receive_text(roster("2020-02", 37), received=date(2020, 3, 4)).outcome == "accepted"

    confirmed = desk.receive_text(
        roster("2020-02", 1), received=date(2020, 3, 5), origin={"confirms": "2020-03-04-of-the-37"}
    )
    assert confirmed.outcome == "accepted", "rows that waited for a reading are no whole village"


def test_of_a_day_for_which_the_pack_draws_no_lines_nothing_is_held(guarded: Desk) -> None:
    rows = [*a_month("2009-03", 20), *(wage_row(100 + n, wage="4OO") for n in range(21))]
    told = guarded.receive_rows(*rows, received=date(2009, 4, 4))
    assert (told.outcome, told.accepted, told.quarantined) == ("accepted", 20, 21)
