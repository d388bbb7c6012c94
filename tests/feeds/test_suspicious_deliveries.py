"""Deliveries whose rows pass and which are wrong all the same: they wait for a person."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fangpin.feeds.arrivals import arrivals, coverage, status
from fangpin.feeds.holds import held_deliveries, refuse_delivery, release_delivery
from fangpin.feeds.lost_digits import lost_digits
from fangpin.values.identifiers import check_digit, read_identifier
from fangpin.values.month import Month
from fangpin.values.problem import ProblemError
from tests.feeds.builders import (
    HEADER,
    Desk,
    csv_text,
    number,
    roster_contract,
    wage_row,
    wages_contract,
    xlsx_file,
)

TODAY = date(2020, 4, 4)
AT = datetime(2020, 6, 9, 4, tzinfo=UTC)


def people(count: int, *, seed: int = 1) -> list[str]:
    """Identity numbers of persons of every age, no two alike."""
    chance = random.Random(seed)
    found: dict[str, None] = {}
    while len(found) < count:
        born = date(1925, 1, 1) + timedelta(days=chance.randrange(95 * 365))
        body = f"{chance.choice((431022, 430102, 522701))}{born:%Y%m%d}{chance.randrange(1000):03}"
        found[body + check_digit(body)] = None
    return list(found)


def a_month(
    month: str, count: int = 60, *, times: Decimal = Decimal(1), seed: int = 1
) -> list[list[str]]:
    """Wages of a month: between 800 and 6,000 yuan."""
    chance = random.Random(f"{month} {seed}")
    return [
        wage_row(
            place,
            month=month,
            wage=f"{Decimal(chance.randrange(80_000, 600_000)) / 100 * times:f}",
        )
        for place in range(count)
    ]


def receive_months(desk: Desk, *months: str, count: int = 60) -> None:
    for month in months:
        told = desk.receive_rows(*a_month(month, count), received=_day_after(month))
        assert told.outcome == "accepted", told.counts_by_code


def _day_after(month: str) -> date:
    return Month.parse(month).plus(1).first_day + timedelta(days=3)


def _held(desk: Desk) -> list[str]:
    return [reason["code"] for one in held_deliveries(desk.home) for reason in one.reasons]


# ── numbers that lost digits ────────────────────────────────────────────────────────────────────

CUTS: dict[str, Callable[[str], str]] = {
    "fifteen digits and three zeros": lambda n: n[:15] + "000",
    "two zeros": lambda n: n[:16] + "00",
    "one zero": lambda n: n[:17] + "0",
    "a double written whole": lambda n: str(int(float(n.replace("X", "0")))),
    "a double with its point": lambda n: f"{int(float(n.replace('X', '0')))}.0",
    "scientific, all digits": lambda n: repr(float(n.replace("X", "0")) * 1.0),
    "scientific, shown digits": lambda n: f"{float(n.replace('X', '0')):.5E}",
    "cut to fifteen": lambda n: n[:15],
    "cut to seventeen": lambda n: n[:17],
    "cut and filled with nines": lambda n: n[:17] + "9",
}


@pytest.mark.parametrize("kind", CUTS)
@settings(max_examples=2, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(count=st.integers(12, 120), share=st.sampled_from([0.3, 0.6, 1.0]), seed=st.integers(0, 99))
def test_no_number_of_a_cut_column_becomes_a_person(
    tmp_path_factory: pytest.TempPathFactory,
    lines: Any,
    kind: str,
    count: int,
    share: float,
    seed: int,
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"), lines=lines)
    numbers = people(count, seed=seed)
    cut = [CUTS[kind](one) for one in numbers[: int(count * share)]]
    whole = numbers[len(cut) :]
    lost = sum(one != before for one, before in zip(cut, numbers, strict=False))
    assume(lost >= 5)

    receipt = desk.receive_rows(*(wage_row(1, id_number=one) for one in [*cut, *whole]))

    assert receipt.outcome == "held", (receipt.counts_by_code, cut)
    assert "ID_COLUMN_TRUNCATED" in _held(desk)
    refused = {row for row, _ in desk.quarantine(receipt)}
    persons_of_cut_numbers = [
        place
        for place, one in enumerate(cut, start=2)
        if place not in refused and one != numbers[place - 2]
    ]
    assert persons_of_cut_numbers == []


@settings(max_examples=60)
@given(count=st.integers(1, 400), typos=st.floats(0, 0.06), seed=st.integers(0, 10**6))
def test_a_column_of_true_numbers_with_slips_is_not_suspected(
    count: int, typos: float, seed: int
) -> None:
    chance = random.Random(seed)
    texts = []
    for one in people(count, seed=seed):
        if chance.random() < typos:
            place = chance.randrange(6, 17)
            one = (
                one[:place]
                + str((int(one[place]) + chance.randrange(1, 10)) % 10)
                + one[place + 1 :]
            )
        texts.append(one)
    found = lost_digits(texts, scheme="gb11643", today=TODAY)
    refused = [
        text
        for text in texts
        if found.took(text)
        and read_identifier(text, scheme="gb11643", today=TODAY).problem_code is None
    ]
    assert len(refused) <= 2


def test_nine_in_a_hundred_cut_numbers_pass_their_check_digit() -> None:
    passing = [
        one[:15] + "000"
        for one in people(6_000)
        if read_identifier(one[:15] + "000", scheme="gb11643", today=TODAY).problem_code is None
    ]
    assert 0.06 < len(passing) / 6_000 < 0.12


def test_a_cut_column_is_told_in_both_languages_without_a_number(guarded: Desk) -> None:
    numbers = people(40)
    receipt = guarded.receive_rows(*(wage_row(1, id_number=one[:15] + "000") for one in numbers))
    (told,) = held_deliveries(guarded.home)
    assert receipt.counts_by_code["ID_PRECISION_LOST"] == 40
    shown = str(told.as_dict())
    assert "截断" in shown and "cut" in shown
    assert not any(one[:15] in shown for one in numbers)


# ── units ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("times", ["100", "0.0001", "0.01", "10000", "0.001"])
@pytest.mark.parametrize("count", [6, 60])
def test_a_month_in_another_unit_waits(guarded: Desk, times: str, count: int) -> None:
    receive_months(guarded, "2020-01", "2020-02", count=count)
    rows = a_month("2020-03", count, times=Decimal(times))
    told = guarded.receive_rows(*rows, received=_day_after("2020-03"))
    if told.accepted == 0:  # all beyond the contract's limit: no month either
        assert (
            Month.of(2020, 3)
            not in coverage(arrivals(guarded.home), as_of=date(2020, 5, 1))["labour.wages"]
        )
        return
    assert told.outcome == "held"
    doubt = next(found for found in told.findings if found.code == "AMOUNT_UNIT_DRIFT")
    assert doubt.column == "wage" and doubt.severity == "hold"


def test_a_third_of_the_rows_in_fen_is_enough(guarded: Desk) -> None:
    receive_months(guarded, "2020-01", "2020-02")
    rows = a_month("2020-03", 60)
    rows[:20] = a_month("2020-03", 20, times=Decimal(100))
    told = guarded.receive_rows(*rows, received=_day_after("2020-03"))
    assert "AMOUNT_UNIT_DRIFT" in told.counts_by_code


def test_a_unit_stated_in_the_title_is_no_drift(guarded: Desk) -> None:
    receive_months(guarded, "2020-01", "2020-02")
    header = ["月工资（万元）" if title == "月工资" else title for title in HEADER]
    rows = a_month("2020-03", times=Decimal("0.0001"))
    told = guarded.receive_text(csv_text(rows, header=header), received=_day_after("2020-03"))
    assert told.outcome == "accepted"


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.floats(0.4, 2.5), min_size=3, max_size=4),
    st.integers(0, 1000),
)
def test_months_that_merely_differ_are_not_held(
    tmp_path_factory: pytest.TempPathFactory, lines: Any, levels: list[float], seed: int
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"), lines=lines)
    for place, level in enumerate(levels):
        month = f"2020-0{place + 1}"
        rows = a_month(month, 30, times=Decimal(f"{level:.3f}"), seed=seed)
        assert desk.receive_rows(*rows, received=_day_after(month)).outcome == "accepted"


# ── how much ────────────────────────────────────────────────────────────────────────────────────


def test_a_cut_file_does_not_pass_for_a_month(guarded: Desk) -> None:
    receive_months(guarded, "2020-01", "2020-02")
    told = guarded.receive_rows(*a_month("2020-03", 15), received=_day_after("2020-03"))
    assert (told.outcome, _held(guarded)) == ("held", ["VOLUME_ANOMALY"])
    found = arrivals(guarded.home)
    assert coverage(found, as_of=date(2020, 4, 30)) == {
        "labour.wages": {Month.of(2020, 1), Month.of(2020, 2)}
    }
    (feed,) = status(guarded.home, pack=guarded.pack, as_of=date(2020, 4, 30))
    assert (feed.state, feed.held) == ("overdue", 1)


@pytest.mark.parametrize("count", [31, 60, 150])
def test_a_usual_month_is_taken(guarded: Desk, count: int) -> None:
    receive_months(guarded, "2020-01", "2020-02")
    told = guarded.receive_rows(*a_month("2020-03", count), received=_day_after("2020-03"))
    assert told.outcome == "accepted"


def test_a_few_corrections_are_no_small_month(guarded: Desk) -> None:
    receive_months(guarded, "2020-01", "2020-02")
    changed = a_month("2020-02", 3, seed=9)
    told = guarded.receive_rows(*changed, received=date(2020, 3, 20))
    assert (told.outcome, told.counts_by_code["ROWS_CORRECTED"]) == ("accepted", 3)


def test_a_feed_that_varies_by_its_nature_says_so_in_its_contract(
    tmp_path: Any, lines: Any
) -> None:
    desk = Desk(tmp_path, wages_contract(volume="varying"), lines=lines)
    receive_months(desk, "2020-01", "2020-02")
    told = desk.receive_rows(*a_month("2020-03", 3), received=_day_after("2020-03"))
    assert told.outcome == "accepted"


def test_a_month_of_which_most_rows_were_refused_is_not_there(guarded: Desk) -> None:
    rows = [*a_month("2020-03", 20), *(wage_row(100 + n, wage="4OO") for n in range(21))]
    told = guarded.receive_rows(*rows)
    assert (told.outcome, told.accepted, told.quarantined) == ("held", 20, 21)


def test_one_cut_village_in_the_file_of_a_county_is_held(tmp_path: Any, lines: Any) -> None:
    """Whoever is not listed would have left; most of the county's rows are as they were."""
    desk = Desk(tmp_path, roster_contract(), lines=lines)

    def roster(month: str, villages: dict[str, int]) -> str:
        header = ["户编号", "人编号", "身份证号", "姓名", "区划", "月份"]
        rows = [
            [f"{code}{place // 4}", str(place % 4), known, "李竹喜", code, month]
            for code, count in villages.items()
            for place, known in enumerate(people(count, seed=int(code[-4:])))
        ]
        return csv_text(rows, header=header)

    whole = {"431022101201": 200, "431022101202": 60, "431022101203": 8}
    assert desk.receive_text(roster("2020-01", whole), received=date(2020, 2, 3)).accepted == 268
    cut = desk.receive_text(
        roster("2020-02", whole | {"431022101202": 3}), received=date(2020, 3, 3)
    )
    assert (cut.outcome, _held(desk)) == ("held", ["VILLAGES_SHRUNKEN"])
    told = next(one.message_en for one in cut.findings if one.code == "VILLAGES_SHRUNKEN")
    assert "division 431022101202: 3 where 60 were listed" in told
    # A family that moved from a hamlet is no cut file.
    moved = desk.receive_text(
        roster("2020-02", whole | {"431022101203": 4}), received=date(2020, 3, 4)
    )
    assert moved.outcome == "accepted"


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


# ── again ───────────────────────────────────────────────────────────────────────────────────────


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.booleans())
def test_a_month_again_under_another_name_and_order_adds_nothing(
    tmp_path_factory: pytest.TempPathFactory, lines: Any, chance: random.Random, is_xlsx: bool
) -> None:
    desk = Desk(tmp_path_factory.mktemp("desk"), lines=lines)
    rows = a_month("2020-03", 25)
    desk.receive_rows(*rows)
    shuffled = chance.sample(rows, len(rows))
    assume(shuffled != rows)
    if is_xlsx:
        file = xlsx_file(desk.folder / "三月（新）.xlsx", {"表": [HEADER, *shuffled]})
        told = desk.receive_file(file, received=date(2020, 4, 9))
    else:
        told = desk.receive_rows(*shuffled, name="三月（新）.csv", received=date(2020, 4, 9))
    assert (told.read, told.accepted, told.duplicate) == (25, 0, 25)
    assert told.counts_by_code["CONTENT_RECEIVED"] == 25


def test_a_file_of_march_sent_as_april_is_not_april(guarded: Desk) -> None:
    receive_months(guarded, "2020-02", "2020-03")
    again = a_month("2020-03")[::-1]
    told = guarded.receive_rows(*again, month=Month.of(2020, 4), received=date(2020, 5, 4))
    assert told.outcome == "held"
    assert "CONTENT_OF_ANOTHER_MONTH" in _held(guarded)
    covered = coverage(arrivals(guarded.home), as_of=date(2020, 5, 30))["labour.wages"]
    assert Month.of(2020, 4) not in covered


def test_new_rows_of_april_sent_as_may_are_not_may(guarded: Desk) -> None:
    """The month would count as delivered and empty: households would read as recovered."""
    receive_months(guarded, "2020-02", "2020-03")
    text = csv_text(a_month("2020-04"))
    wrong = guarded.receive_text(text, month=Month.of(2020, 5), received=date(2020, 6, 4))
    assert (wrong.outcome, _held(guarded)) == ("held", ["CONTENT_OF_ANOTHER_MONTH"])

    again = guarded.receive_text(text, month=Month.of(2020, 4), received=date(2020, 6, 4))
    assert (again.outcome, guarded.codes(again)) == (
        "already_received",
        {"ALREADY_RECEIVED", "STANDS_HELD"},
    )
    refuse_delivery(
        guarded.home, delivery=wrong.delivery or "", by="wang", at=AT, reason="月份选错"
    )
    same = guarded.receive_text(text, month=Month.of(2020, 5), received=date(2020, 6, 4))
    assert guarded.codes(same) == {"ALREADY_RECEIVED", "STANDS_REFUSED"}

    right = guarded.receive_text(text, month=Month.of(2020, 4), received=date(2020, 6, 4))
    assert (right.outcome, right.accepted) == ("accepted", 60)
    assert right.delivery != wrong.delivery
    covered = coverage(arrivals(guarded.home), as_of=date(2020, 6, 30))["labour.wages"]
    assert covered == {Month.of(2020, 2), Month.of(2020, 3), Month.of(2020, 4)}


@pytest.mark.parametrize(
    ("changed", "months", "outcome"),
    [
        ({"frequency": "quarterly"}, ("2020-01", "2020-03"), "accepted"),
        ({"frequency": "quarterly"}, ("2019-12", "2020-03"), "held"),
        ({"frequency": "yearly"}, ("2019-01", "2020-01"), "accepted"),
        ({"dated_by": "start_date"}, ("2020-02", "2020-03"), "held"),
        ({"dated_by": "start_date", "volume": "varying"}, ("2020-02", "2020-03"), "accepted"),
    ],
)
def test_a_month_is_its_own_within_its_period(
    tmp_path: Any, lines: Any, changed: dict[str, str], months: tuple[str, str], outcome: str
) -> None:
    desk = Desk(tmp_path, wages_contract(**changed), lines=lines)
    rows = [wage_row(n, month=months[0], start_date=f"{months[0]}-05") for n in range(30)]
    told = desk.receive_rows(*rows, month=Month.parse(months[1]), received=_day_after(months[1]))
    assert told.outcome == outcome


def test_a_few_days_told_late_are_no_wrong_month(tmp_path: Any, lines: Any) -> None:
    desk = Desk(tmp_path, wages_contract(dated_by="start_date"), lines=lines)
    rows = [wage_row(n, start_date="2020-02-27") for n in range(3)]
    assert desk.receive_rows(*rows, month=Month.of(2020, 3)).outcome == "accepted"


def test_an_export_that_numbers_its_rows_anew_would_count_twice(tmp_path: Any, lines: Any) -> None:
    contract = wages_contract(key=["id_number", "month", "employer"])
    desk = Desk(tmp_path, contract, lines=lines)
    first = [[*row[:-1], f"单{place}"] for place, row in enumerate(a_month("2020-03", 30))]
    anew = [[*row[:-1], f"单{place + 500}"] for place, row in enumerate(a_month("2020-03", 30))]
    desk.receive_rows(*first)
    told = desk.receive_rows(*anew, received=date(2020, 4, 9))
    assert (told.outcome, _held(desk)) == ("held", ["CONTENT_DOUBLED"])


def test_a_corrected_month_restates_it(guarded: Desk) -> None:
    receive_months(guarded, "2020-02", "2020-03")
    rows = a_month("2020-03")
    for row in rows[:12]:
        row[3] = "1234.00"
    told = guarded.receive_rows(*rows, received=date(2020, 4, 20))
    assert (told.outcome, told.accepted, told.duplicate) == ("accepted", 12, 48)
    assert told.counts_by_code["ROWS_CORRECTED"] == 12


def test_a_whole_month_takes_back_the_rows_it_lacks(tmp_path: Any) -> None:
    desk = Desk(tmp_path, wages_contract(restates="month"))
    first = desk.receive_rows(wage_row(1), wage_row(2), wage_row(3, month="2020-02"))
    told = desk.receive_rows(wage_row(1), wage_row(4), received=date(2020, 4, 9))
    assert (told.accepted, told.duplicate) == (1, 1)
    arrival = arrivals(desk.home)[-1]
    assert arrival.superseded == (first.delivery,)
    assert told.counts_by_code["ROWS_CORRECTED"] == 1
    spoilt = desk.receive_rows(wage_row(4), wage_row(5, wage="4OO"), received=date(2020, 4, 10))
    assert spoilt.accepted == 0 and arrivals(desk.home)[-1].superseded == ()


def test_a_cut_whole_month_takes_nothing_back(tmp_path: Any, lines: Any) -> None:
    desk = Desk(tmp_path, wages_contract(restates="month"), lines=lines)
    receive_months(desk, "2020-01", "2020-02", "2020-03")
    cut = desk.receive_rows(*a_month("2020-03")[:10], received=date(2020, 4, 20))
    assert (cut.outcome, _held(desk)) == ("held", ["VOLUME_ANOMALY"])
    few = desk.receive_rows(*a_month("2020-03")[:55], received=date(2020, 4, 21))
    assert (few.outcome, few.counts_by_code["ROWS_CORRECTED"]) == ("accepted", 5)


# ── deciding ────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def cut(guarded: Desk) -> str:
    """A delivery that is held."""
    receive_months(guarded, "2020-01", "2020-02")
    told = guarded.receive_rows(*a_month("2020-03", 15), received=_day_after("2020-03"))
    return told.delivery or ""


def test_a_released_delivery_counts_from_that_day_on(guarded: Desk, cut: str) -> None:
    decided = release_delivery(guarded.home, delivery=cut, by="wang", at=AT, reason="确属实际")
    again = release_delivery(guarded.home, delivery=cut, by="li", at=AT, reason="再点一次")

    assert (decided.standing, decided.is_new, again.is_new) == ("in_force", True, False)
    found = arrivals(guarded.home)
    march = Month.of(2020, 3)
    assert march not in coverage(found, as_of=date(2020, 6, 8))["labour.wages"]
    assert march in coverage(found, as_of=date(2020, 6, 9))["labour.wages"]
    assert held_deliveries(guarded.home) == []
    assert [one.delivery for one in held_deliveries(guarded.home, as_of=date(2020, 6, 8))] == [cut]
    assert found[-1].decisions[0].by == "wang" and found[-1].decisions[0].reason == "确属实际"


def test_a_refused_delivery_never_counts_and_is_kept(guarded: Desk, cut: str) -> None:
    before = guarded.all_bytes()
    refuse_delivery(guarded.home, delivery=cut, by="wang", at=AT, reason="文件被截断")
    assert held_deliveries(guarded.home) == []
    assert (
        Month.of(2020, 3)
        not in coverage(arrivals(guarded.home), as_of=date(2030, 1, 1))["labour.wages"]
    )
    after = guarded.all_bytes()
    assert {name: after[name] for name in before} == before
    assert len(after) == len(before) + 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reason": "  "}, "DECISION_WITHOUT_REASON"),
        ({"at": datetime(2020, 4, 1, tzinfo=UTC)}, "DECISION_TOO_EARLY"),
        ({"delivery": "2020-01-01-nothing"}, "DELIVERY_UNKNOWN"),
    ],
)
def test_what_cannot_be_decided(
    guarded: Desk, cut: str, changed: dict[str, Any], code: str
) -> None:
    asked = {"delivery": cut, "by": "wang", "at": AT, "reason": "看过"} | changed
    before = guarded.all_bytes()
    with pytest.raises(ProblemError) as raised:
        release_delivery(guarded.home, **asked)
    assert raised.value.problems[0].code == code
    assert guarded.all_bytes() == before


def test_a_held_file_sent_again_is_known(guarded: Desk, cut: str) -> None:
    rows: Sequence[Sequence[str]] = a_month("2020-03", 15)
    again = guarded.receive_rows(*rows, received=date(2020, 4, 20))
    assert (again.outcome, again.delivery) == ("already_received", cut)


def test_what_was_strange_and_true_once_is_no_yardstick(guarded: Desk, cut: str) -> None:
    release_delivery(guarded.home, delivery=cut, by="wang", at=AT, reason="确属实际")
    day = AT.date()
    usual = guarded.receive_rows(*a_month("2020-04", 58), received=day)
    again = guarded.receive_rows(*a_month("2020-05", 16), received=day)
    assert (usual.outcome, again.outcome) == ("accepted", "held")


def test_what_is_held_is_no_yardstick(guarded: Desk, cut: str) -> None:
    told = guarded.receive_rows(*a_month("2020-03", 58), received=date(2020, 4, 8))
    assert (told.outcome, told.duplicate) == ("accepted", 0)
