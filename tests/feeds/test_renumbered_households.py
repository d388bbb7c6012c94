"""A registry under other household numbers: no family may begin anew without a person having looked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from fangpin.feeds.holds import release_delivery
from tests.feeds.builders import Desk, csv_text, roster_contract
from tests.feeds.months import held, people

VILLAGES = {"431022101201": 60, "431022101202": 60}


def own(village: str, household: int) -> str:
    return f"{village}{household:06}"


def roster(month: str, numbered: Callable[[str, int], str], only: str = "") -> str:
    """A registry of persons by village, four a household; `numbered` gives a household its number."""
    header = ["户编号", "人编号", "身份证号", "姓名", "区划", "月份"]
    rows = [
        [numbered(code, place // 4), str(place % 4), known, "李竹喜", code, month]
        for code, count in VILLAGES.items()
        if only in ("", code)
        for place, known in enumerate(people(count, seed=int(code[-4:])))
    ]
    return csv_text(rows, header=header)


def the_second_anew(village: str, household: int) -> str:
    return own(village, household + 5000) if village.endswith("2") else own(village, household)


def rounded_to_fifteen_digits(village: str, household: int) -> str:
    return f"{own(village, household)[:15]}000"


def shifted_by_one(village: str, household: int) -> str:
    return own(village, household + 1)


def one_family_in_four(village: str, household: int) -> str:
    return own(village, household + (5000 if household % 4 == 0 else 0))


@pytest.fixture
def desk(tmp_path: Path, lines: Any) -> Desk:
    made = Desk(tmp_path, roster_contract(), lines=lines)
    assert made.receive_text(roster("2020-01", own), received=date(2020, 2, 3)).accepted == 120
    return made


@pytest.mark.parametrize(
    ("numbered", "villages"),
    [(the_second_anew, 1), (rounded_to_fifteen_digits, 2), (shifted_by_one, 2)],
)
def test_numbers_made_anew_or_cut_by_a_spreadsheet_wait_for_a_person(
    desk: Desk, numbered: Callable[[str, int], str], villages: int
) -> None:
    told = desk.receive_text(roster("2020-02", numbered), received=date(2020, 3, 3))
    assert told.outcome == "held"
    assert "HOUSEHOLDS_RENUMBERED" in held(desk)
    found = next(one for one in told.findings if one.code == "HOUSEHOLDS_RENUMBERED")
    assert f"有 {villages} 个村" in found.message_zh
    assert "of 60 who were listed before" in found.message_en


def test_families_that_move_are_taken(desk: Desk) -> None:
    told = desk.receive_text(roster("2020-02", one_family_in_four), received=date(2020, 3, 3))
    assert (told.outcome, held(desk)) == ("accepted", [])


def test_each_village_is_held_against_its_own_last_listing(desk: Desk) -> None:
    """Registries come village by village, and out of turn."""
    for month, day in (("2020-02", date(2020, 3, 3)), ("2020-03", date(2020, 4, 3))):
        one = roster(month, own, only="431022101201")
        assert desk.receive_text(one, received=day).outcome == "accepted"
    told = desk.receive_text(
        roster("2020-04", the_second_anew, only="431022101202"), received=date(2020, 5, 3)
    )
    assert (told.outcome, held(desk)) == ("held", ["HOUSEHOLDS_RENUMBERED"])


def test_what_a_person_let_in_is_what_the_next_one_is_held_against(desk: Desk) -> None:
    first = desk.receive_text(roster("2020-02", the_second_anew), received=date(2020, 3, 3))
    at = datetime(2020, 3, 4, 2, tzinfo=UTC)
    release_delivery(desk.home, delivery=str(first.delivery), by="张", at=at, reason="编号已改")
    told = desk.receive_text(roster("2020-03", the_second_anew), received=date(2020, 4, 3))
    assert told.outcome == "accepted"
