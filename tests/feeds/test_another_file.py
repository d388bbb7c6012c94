"""True rows of something else: another month's table, another feed's or another county's. They wait."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fangpin.feeds.holds import refuse_delivery, release_delivery
from fangpin.policy.models.feeds import Contract
from fangpin.values.month import Month
from tests.feeds.builders import (
    HEADER,
    Desk,
    csv_text,
    roster_contract,
    wage_row,
    wages_contract,
    words,
)
from tests.feeds.months import day_after, held
from tests.feeds.test_strange_volumes import roster

MONTHS = [str(Month.of(2019, 1).plus(place)) for place in range(16)]


def stock(month: str, *, people: int = 60, changes: int = 3) -> list[list[str]]:
    """A stock such as pensions: the same sums every month, but a few begin, end and are raised."""
    months = int(Month.parse(month)) - int(Month.of(2019, 1))
    rows = []
    for place in range(months * changes // 3, people + months * changes // 3):
        raised = 30 * sum(place % 60 == turn * 7 % 60 for turn in range(months + 1))
        rows.append(wage_row(place, month=month, wage=f"{600 + place % 60 + raised}.00"))
    return rows


def under(rows: Sequence[Sequence[str]], month: str) -> list[list[str]]:
    """The rows with another month written over theirs."""
    return [[*row[:2], month, *row[3:]] for row in rows]


def send(desk: Desk, rows: Sequence[Sequence[str]], month: str) -> Any:
    return desk.receive_rows(*rows, received=day_after(month))


@pytest.fixture(scope="module")
def after_months(
    tmp_path_factory: pytest.TempPathFactory, lines: Any
) -> Callable[[Path, int], Desk]:
    """A desk that has received a stock of so many months, each received once for all tests."""
    homes: list[Path] = []

    def of(folder: Path, count: int) -> Desk:
        while len(homes) <= count:
            made = Desk(tmp_path_factory.mktemp("months"), lines=lines)
            if homes:
                shutil.copytree(homes[-1], made.home.root, dirs_exist_ok=True)
                month = MONTHS[len(homes) - 1]
                assert send(made, stock(month), month).outcome == "accepted"
            homes.append(made.home.root)
        shutil.copytree(homes[count], folder / "home", dirs_exist_ok=True)
        return Desk(folder, lines=lines)

    return of


@pytest.mark.parametrize("ago", [12, 11, 8])
@pytest.mark.parametrize("mended", [0, 1])
def test_an_old_months_table_under_this_months_name_waits(
    tmp_path: Path, after_months: Callable[[Path, int], Desk], ago: int, mended: int
) -> None:
    guarded = after_months(tmp_path, 12)
    old = under(stock(MONTHS[12 - ago]), MONTHS[12])
    for place in range(mended):
        old[place][3] = "777.00"
    told = send(guarded, old, MONTHS[12])
    assert (told.outcome, held(guarded)) == ("held", ["CONTENT_OF_OLD_MONTH"])
    assert MONTHS[12 - ago] in told.findings[0].message_zh


def test_a_stock_that_changes_little_or_not_at_all_is_no_old_table(
    tmp_path: Path, after_months: Callable[[Path, int], Desk]
) -> None:
    """Each of the months was accepted: the desk says so as it receives them."""
    assert held(after_months(tmp_path, len(MONTHS))) == []


def test_a_stock_that_never_changes_is_no_old_table(guarded: Desk) -> None:
    same = stock(MONTHS[0])
    for month in MONTHS[:14]:
        assert send(guarded, under(same, month), month).outcome == "accepted"


def settlements_contract() -> Any:
    fields = wages_contract().model_dump()["fields"]
    own = {"field": "bill", "title": {"zh": "单号", "en": "Bill"}, "type": "text", "required": True}
    return wages_contract(key=["bill"], fields=[own, *fields])


def bills(month: str, *, first: int = 0, count: int = 30) -> str:
    rows = [
        [f"S{first + place}", *wage_row(place, month=month, wage=f"{100 + first + place}.00")]
        for place in range(count)
    ]
    return csv_text(rows, header=["单号", *HEADER])


def test_numbered_rows_whose_months_were_rewritten_wait_and_take_nothing_away(
    tmp_path: Path, lines: Any
) -> None:
    """Their keys tell no month: each would replace a true row of last year."""
    desk = Desk(tmp_path, settlements_contract(), lines=lines)
    desk.receive_text(bills("2019-03"), received=date(2019, 4, 3))
    desk.receive_text(bills("2020-02", first=100), received=date(2020, 3, 3))
    told = desk.receive_text(bills("2020-03"), received=date(2020, 4, 3))
    assert told.outcome == "held"
    assert "ROWS_MOVED" in held(desk)


def test_a_few_rows_of_a_corrected_month_are_moved_without_a_word(
    tmp_path: Path, lines: Any
) -> None:
    desk = Desk(tmp_path, settlements_contract(), lines=lines)
    desk.receive_text(bills("2020-02"), received=date(2020, 3, 3))
    late = bills("2020-03", first=100).rstrip() + "\n" + bills("2020-03", count=4).split("\n", 1)[1]
    told = desk.receive_text(late, received=date(2020, 4, 3))
    assert (told.outcome, told.counts_by_code["ROWS_CORRECTED"]) == ("accepted", 4)


def others(month: str, *, count: int = 60) -> list[list[str]]:
    """Wages of people nobody has told of."""
    return [wage_row(500 + place, month=month) for place in range(count)]


@pytest.mark.parametrize("count", [30, 60, 100])
def test_the_table_of_other_people_waits(
    tmp_path: Path, after_months: Callable[[Path, int], Desk], count: int
) -> None:
    guarded = after_months(tmp_path, 4)
    told = send(guarded, others(MONTHS[4], count=count), MONTHS[4])
    assert (told.outcome, "STRANGERS" in held(guarded)) == ("held", True)


def homes_contract(**changed: Any) -> Contract:
    """A feed about households, each known by its number; a household may have several rows."""
    fields = [
        {"field": "household_no", "title": words("户编号", "Household"), "type": "household_no",
         "required": True},
        {"field": "entry", "title": words("序号", "Entry"), "type": "text"},
        {"field": "month", "title": words("月份", "Month"), "type": "month", "required": True},
        {"field": "paid", "title": words("金额", "Paid"), "type": "amount"},
    ]  # fmt: skip
    told = {"feed": "village.paid", "subject": "household", "subject_field": "household_no"}
    key = ["household_no", "entry", "month"]
    return wages_contract(**{**told, "key": key, "fields": fields, **changed})


def homes(month: str, *, first: int = 0, entry: int = 0) -> str:
    rows = [[f"H{n}", f"E{n + entry}", month, f"{100 + n}"] for n in range(first, first + 40)]
    return csv_text(rows, header=("户编号", "序号", "月份", "金额"))


def test_the_table_of_other_households_waits(tmp_path: Path, lines: Any) -> None:
    """With a registry in the pack its rows have a place for a person, which is blank."""
    desk = Desk(tmp_path, homes_contract(), roster_contract(), lines=lines)
    for month in MONTHS[:3]:
        told = desk.receive_text(homes(month), received=day_after(month))
        assert told.outcome == "accepted", told.counts_by_code
    told = desk.receive_text(homes(MONTHS[3], first=500), received=day_after(MONTHS[3]))
    assert (told.outcome, held(desk)) == ("held", ["STRANGERS"])


def test_a_households_rows_under_new_numbers_would_count_twice(tmp_path: Path, lines: Any) -> None:
    desk = Desk(tmp_path, homes_contract(), roster_contract(), lines=lines)
    desk.receive_text(homes(MONTHS[0]), received=day_after(MONTHS[0]))
    told = desk.receive_text(homes(MONTHS[0], entry=900), received=day_after(MONTHS[0]))
    assert (told.outcome, held(desk)) == ("held", ["CONTENT_DOUBLED"])


def test_two_swapped_tables_wait_both_and_the_right_ones_go_in(tmp_path: Path, lines: Any) -> None:
    posts = wages_contract(feed="labour.posts")
    desk = Desk(tmp_path, wages_contract(), posts, lines=lines)
    rows = {
        "labour.wages": stock,
        "labour.posts": lambda month: others(month),
    }
    for month in MONTHS[:4]:
        for feed, of_month in rows.items():
            text = csv_text(of_month(month))
            assert (
                desk.receive_text(text, feed=feed, received=day_after(month)).outcome == "accepted"
            )
    last, day = MONTHS[4], day_after(MONTHS[4])
    for feed, other in zip(rows, reversed(rows), strict=True):
        told = desk.receive_text(csv_text(rows[other](last)), feed=feed, received=day)
        assert (told.outcome, "STRANGERS" in told.counts_by_code) == ("held", True), feed
        at = day_after(MONTHS[4])
        assert told.delivery is not None
        _refuse(desk, feed, told.delivery, at)
        right = desk.receive_text(csv_text(rows[feed](last)), feed=feed, received=day)
        assert right.outcome == "accepted", right.counts_by_code


def _refuse(desk: Desk, feed: str, delivery: str, day: date) -> None:
    at = datetime.combine(day, time(9), tzinfo=UTC)
    refuse_delivery(desk.home, delivery=delivery, by="张", at=at, reason="报错了数据源", feed=feed)


def test_a_feed_of_ever_other_people_has_none_that_are_strange(guarded: Desk) -> None:
    chance = random.Random(5)
    for month in MONTHS[:8]:
        places = chance.sample(range(2000), 60)
        rows = [wage_row(place, month=month) for place in sorted(places)]
        assert send(guarded, rows, month).outcome == "accepted"


def test_people_who_come_and_go_by_a_third_a_month_are_no_strangers(guarded: Desk) -> None:
    for turn, month in enumerate(MONTHS[:8]):
        rows = [wage_row(place, month=month) for place in range(turn * 20, turn * 20 + 60)]
        assert send(guarded, rows, month).outcome == "accepted"


def test_a_registry_that_loses_a_tenth_a_month_is_held_before_a_third_is_gone(
    tmp_path: Path, lines: Any
) -> None:
    desk = Desk(tmp_path, roster_contract(), lines=lines)
    listed, outcomes = 100, []
    for month in MONTHS[:6]:
        village = {"431022101201": listed, "431022101202": 300}
        told = desk.receive_text(roster(month, village), received=day_after(month))
        outcomes.append((listed, told.outcome))
        listed -= 12
    assert outcomes[:3] == [(100, "accepted"), (88, "accepted"), (76, "accepted")]
    assert outcomes[3] == (64, "held")


def test_losses_that_someone_let_in_are_the_new_beginning(tmp_path: Path, lines: Any) -> None:
    desk = Desk(tmp_path, roster_contract(), lines=lines)
    for month, listed, outcome in [
        (MONTHS[0], 100, "accepted"),
        (MONTHS[1], 50, "held"),
        (MONTHS[2], 50, "accepted"),
        (MONTHS[3], 48, "accepted"),
        (MONTHS[4], 30, "held"),
    ]:
        text = roster(month, {"431022101201": listed, "431022101202": 300})
        told = desk.receive_text(text, received=day_after(month))
        assert told.outcome == outcome, month
        if month == MONTHS[1]:
            at = datetime.combine(day_after(month), time(9), tzinfo=UTC)
            assert told.delivery is not None
            release_delivery(desk.home, delivery=told.delivery, by="张", at=at, reason="确已搬迁")


def test_a_year_is_long_enough_for_a_village_to_shrink(tmp_path: Path, lines: Any) -> None:
    desk = Desk(tmp_path, roster_contract(), lines=lines)
    for turn, month in enumerate(MONTHS[:16]):
        village = {"431022101201": 100 - 2 * turn, "431022101202": 300}
        told = desk.receive_text(roster(month, village), received=day_after(month))
        assert told.outcome == "accepted", month


@pytest.mark.parametrize(
    ("figure", "value", "outcome"),
    [
        ("known_habit", 4, "accepted"),
        ("known_habit", 2, "held"),
        ("known_looked_in", 0, "accepted"),
    ],
)
def test_how_many_deliveries_make_a_habit_says_the_pack(
    tmp_path: Path, lines: Any, figure: str, value: int, outcome: str
) -> None:
    desk = Desk(tmp_path, lines=_Changed(lines, f"delivery.{figure}", value))
    for month in MONTHS[:4]:
        assert send(desk, stock(month), month).outcome == "accepted"
    assert send(desk, others(MONTHS[4]), MONTHS[4]).outcome == outcome


class _Changed:
    """The pack's lines, one of them another."""

    def __init__(self, lines: Any, code: str, value: int) -> None:
        self.parameters = lines.parameters
        self._lines, self._code, self._value = lines, code, Decimal(value)

    def parameter(self, code: str, **asked: Any) -> Any:
        if code == self._code:
            return SimpleNamespace(value=self._value)
        return self._lines.parameter(code, **asked)
