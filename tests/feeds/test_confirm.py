"""A reading that someone confirmed becomes a delivery of its own; what was received stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fangpin.feeds.arrivals import arrivals, coverage
from fangpin.feeds.confirm import confirm_proposals, proposals_of, rows_left
from fangpin.feeds.facts.replay import replay
from fangpin.feeds.holds import refuse_delivery
from fangpin.feeds.receipt import Receipt
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.vault import Vault
from fangpin.values.identifiers import lengthen
from fangpin.values.problem import ProblemError
from tests.feeds.builders import HEADER, Desk, csv_text, number, wage_row, wages_contract

AT = datetime(2020, 4, 10, 4, tzinfo=UTC)
OLD = "431022190307123"


def confirm(desk: Desk, receipt: Receipt, choices: Mapping[str, str], **more: Any) -> Receipt:
    with connect(spill=desk.home.spill) as engine:
        return confirm_proposals(
            desk.home,
            pack=desk.pack,
            engine=engine,
            vault=Vault(home=desk.home, engine=engine),
            delivery=receipt.delivery or "",
            choices=choices,
            by="wang",
            at=AT,
            **more,
        )


@pytest.fixture
def receipt(desk: Desk) -> Receipt:
    return desk.receive_rows(
        wage_row(1),
        wage_row(2, wage="壹仟贰佰元整"),
        wage_row(3, start_date="3/4/2020"),
        wage_row(4, start_date="13/4/2020"),
        wage_row(5, wage="1.5e3", start_date="3/4/2020"),
        wage_row(6, wage="壹佰元", days="99"),
        wage_row(7, start_date="200301"),
        wage_row(8, id_number=OLD),
    )


def test_what_can_be_confirmed_is_listed_by_column(desk: Desk, receipt: Receipt) -> None:
    found = proposals_of(desk.home, pack=desk.pack, delivery=receipt.delivery or "")
    assert [(one.field, one.code, one.count, one.choices) for one in found] == [
        ("id_number", "ID_CENTURY", 1, ("as_proposed",)),
        ("start_date", "DATE_AMBIGUOUS", 1, ("month", "day")),
        ("start_date", "DATE_ORDER_UNKNOWN", 3, ("dmy", "mdy")),
        ("wage", "AMOUNT_IN_WORDS", 1, ("as_proposed",)),
        ("wage", "AMOUNT_SCIENTIFIC", 1, ("as_proposed",)),
    ]


def test_confirmed_rows_are_a_new_delivery_and_nothing_is_rewritten(
    desk: Desk, receipt: Receipt
) -> None:
    before = desk.all_bytes()
    told = confirm(desk, receipt, {"wage": "as_proposed", "start_date": "dmy"})

    assert (told.outcome, told.accepted, told.quarantined) == ("accepted", 4, 0)
    assert [row[1:] for row in desk.facts(told, "row_no, wage, start_date")] == [
        (Decimal("1200.00"), date(2020, 3, 1)),
        (Decimal("1003.50"), date(2020, 4, 3)),
        (Decimal("1004.50"), date(2020, 4, 13)),
        (Decimal("1500.00"), date(2020, 4, 3)),
    ]
    after = desk.all_bytes()
    kept = {name: content for name, content in before.items() if not name.startswith("vault")}
    assert {name: after[name] for name in kept} == kept
    origin = arrivals(desk.home)[-1].origin
    assert (origin["confirms"], origin["by"], origin["rows"]) == (
        receipt.delivery,
        "wang",
        [3, 4, 5, 6],
    )


def test_confirming_again_changes_nothing(desk: Desk, receipt: Receipt) -> None:
    first = confirm(desk, receipt, {"wage": "as_proposed"})
    before = desk.all_bytes()
    again = confirm(desk, receipt, {"wage": "as_proposed"})
    assert (again.outcome, again.delivery) == ("already_received", first.delivery)
    assert desk.all_bytes() == before
    more = confirm(desk, receipt, {"wage": "as_proposed", "start_date": "mdy"})
    assert (more.accepted, more.duplicate) == (2, 1)


@pytest.mark.parametrize("day", [date(2020, 4, 4), date(2020, 4, 8)])
def test_what_was_sent_since_stands_against_a_reading_confirmed_late(
    desk: Desk, receipt: Receipt, day: date
) -> None:
    """Someone corrected the row meanwhile, and another person confirms what it had said before."""
    later = desk.receive_rows(wage_row(2, wage="1300"), received=day)
    told = confirm(desk, receipt, {"wage": "as_proposed", "start_date": "dmy"})
    assert (told.read, told.accepted, told.duplicate) == (4, 3, 1)
    (overtaken,) = [one for one in told.findings if one.code == "ROWS_OVERTAKEN"]
    assert (overtaken.severity, overtaken.count) == ("warn", 1)
    assert arrivals(desk.home)[-1].superseded == ()
    assert _wages(desk, number(2)) == [Decimal("1300.00")]
    refuse_delivery(desk.home, delivery=later.delivery or "", by="wang", at=AT, reason="void")
    assert _wages(desk, number(2)) == [Decimal("1200.00")], "the later one was void"


def _wages(desk: Desk, person: str) -> list[Decimal]:
    """What stands of a person at the end of the day after."""
    with connect(spill=desk.home.spill) as engine:
        vault = Vault(home=desk.home, engine=engine)
        engine.make_table("numbers", "SELECT ? AS text", [person])
        found = replay(
            home=desk.home,
            pack=desk.pack,
            engine=engine,
            found=arrivals(desk.home),
            as_of=date(2020, 4, 11),
        )
        standing = []
        gone = {
            (delivery, row)
            for one in found
            if one.replaced_rows
            for delivery, row in engine.rows(
                "SELECT delivery, row_no FROM read_parquet(?)", [str(one.replaced_rows)]
            )
        }
        for one in found:
            rows = engine.rows(
                f"SELECT row_no, wage FROM read_parquet(?) WHERE person_ref = "
                f"(SELECT {vault.reference_sql('person', 'text')} FROM numbers)",
                [str(one.facts)],
            )
            standing += [wage for row, wage in rows if (one.delivery, row) not in gone]
    return standing


def test_an_order_that_a_cell_does_not_fit_leaves_it_waiting(desk: Desk, receipt: Receipt) -> None:
    told = confirm(desk, receipt, {"start_date": "mdy"})
    assert [row[1] for row in desk.facts(told, "row_no, start_date")] == [date(2020, 3, 4)]


@pytest.mark.parametrize(
    ("choice", "day"), [("month", date(2003, 1, 1)), ("day", date(2020, 3, 1))]
)
def test_six_digits_are_a_month_or_a_day(
    desk: Desk, receipt: Receipt, choice: str, day: date
) -> None:
    told = confirm(desk, receipt, {"start_date": choice})
    assert [row[1] for row in desk.facts(told, "row_no, start_date")] == [day]


def test_the_century_of_an_old_number_is_confirmed(desk: Desk, receipt: Receipt) -> None:
    told = confirm(desk, receipt, {"id_number": "as_proposed"})
    person = desk.facts(told, "row_no, person_ref")[0][1]
    later = desk.receive_rows(wage_row(1, id_number=lengthen(OLD), month="2020-02"))
    assert desk.facts(later, "row_no, person_ref")[0][1] == person


def test_an_amount_in_a_scaled_column_keeps_its_unit(desk: Desk) -> None:
    header = ["月工资（万元）" if title == "月工资" else title for title in HEADER]
    receipt = desk.receive_text(
        csv_text([wage_row(1, wage="二"), wage_row(2, wage="0.1")], header=header)
    )
    told = confirm(desk, receipt, {"wage": "as_proposed"})
    assert desk.facts(told, "row_no, wage")[0][1] == Decimal("20000.00")


def test_waiting_cells_are_sealed(desk: Desk, receipt: Receipt) -> None:
    stored = b"".join(
        content for name, content in desk.all_bytes().items() if name.startswith("deliveries")
    )
    assert number(2).encode() not in stored and OLD.encode() not in stored


def test_a_confirmation_alone_makes_no_month_delivered(desk: Desk, receipt: Receipt) -> None:
    confirm(desk, receipt, {"wage": "as_proposed"})
    refuse_delivery(desk.home, delivery=receipt.delivery or "", by="wang", at=AT, reason="文件有误")
    assert coverage(arrivals(desk.home), as_of=date(2020, 5, 1)) == {}


@pytest.mark.parametrize(
    ("choices", "code"),
    [
        ({"wage": "dmy"}, "CHOICE_UNKNOWN"),
        ({"employer": "as_proposed"}, "CHOICE_UNKNOWN"),
        ({}, "NOTHING_TO_CONFIRM"),
    ],
)
def test_what_cannot_be_confirmed(
    desk: Desk, receipt: Receipt, choices: dict[str, str], code: str
) -> None:
    before = desk.all_bytes()
    with pytest.raises(ProblemError) as raised:
        confirm(desk, receipt, choices)
    assert raised.value.problems[0].code == code
    assert desk.all_bytes() == before


def test_a_refused_delivery_has_nothing_to_confirm(desk: Desk, receipt: Receipt) -> None:
    refuse_delivery(desk.home, delivery=receipt.delivery or "", by="wang", at=AT, reason="文件有误")
    with pytest.raises(ProblemError) as raised:
        confirm(desk, receipt, {"wage": "as_proposed"})
    assert raised.value.problems[0].code == "DELIVERY_NOT_IN_FORCE"


def test_confirmed_rows_are_no_whole_month(tmp_path: Path) -> None:
    desk = Desk(tmp_path, wages_contract(restates="month"))
    first = desk.receive_rows(wage_row(1), wage_row(2), wage_row(3, wage="壹仟贰佰元整"))
    told = confirm(desk, first, {"wage": "as_proposed"})
    assert told.accepted == 1
    assert arrivals(desk.home)[-1].superseded == (), "the other rows of the month stand"
    with connect(spill=desk.home.spill) as engine:
        refuse_delivery(desk.home, delivery=told.delivery or "", by="wang", at=AT, reason="再看看")
        standing = replay(
            home=desk.home,
            pack=desk.pack,
            engine=engine,
            found=arrivals(desk.home),
            as_of=date(2020, 5, 1),
        )
    assert [one.accepted for one in standing] == [2]


def test_rows_of_another_column_wait_on(desk: Desk, receipt: Receipt) -> None:
    first = confirm(desk, receipt, {"wage": "as_proposed"})
    whole = next(one for one in arrivals(desk.home) if one.delivery == receipt.delivery)
    waiting = int(whole.proposed["rows"])
    assert rows_left(whole, arrivals(desk.home)) == waiting - first.read
    confirm(desk, receipt, {"start_date": "dmy"})
    assert rows_left(whole, arrivals(desk.home)) < waiting - first.read
