"""One file becomes one delivery, whole or not at all, and every row of it is accounted for."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import textwrap
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fangpin.feeds.arrivals import arrivals
from fangpin.lake.engine import EngineRefused
from fangpin.lake.home import Home
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
)


def test_clean_rows_become_facts_without_name_or_number(desk: Desk):
    receipt = desk.receive_rows(wage_row(1), wage_row(2))
    assert (receipt.outcome, receipt.read, receipt.accepted) == ("accepted", 2, 2)
    rows = desk.facts(receipt, "row_no, month, wage, days, channel, start_date, employer")
    assert rows[0] == (
        2, Month.of(2020, 3), Decimal("1001.50"), 22, "self", date(2020, 3, 1), "石山合作社"
    )  # fmt: skip
    stored = b"".join(
        content for name, content in desk.all_bytes().items() if name.startswith("deliveries")
    )
    assert number(1).encode() not in stored
    assert "李竹喜".encode() not in stored


def test_the_same_number_gives_the_same_person_in_every_delivery(desk: Desk):
    march = desk.receive_rows(wage_row(1))
    april = desk.receive_rows(wage_row(1, month="2020-04"), wage_row(2, month="2020-04"))
    assert (
        desk.facts(march, "row_no, person_ref")[0][1]
        == desk.facts(april, "row_no, person_ref")[0][1]
    )


def test_a_bad_row_is_set_aside_with_its_row_number_and_the_rest_loads(desk: Desk):
    receipt = desk.receive_rows(
        wage_row(1), wage_row(2, wage="4OO"), wage_row(3, start_date="2020-02-30"), wage_row(4)
    )
    assert (receipt.accepted, receipt.quarantined) == (2, 2)
    assert desk.quarantine(receipt) == [(3, "AMOUNT_UNREADABLE"), (4, "DATE_INVALID")]
    told = {finding.row: finding for finding in receipt.findings if finding.row}
    assert told[3].value_masked == "4OO"
    assert told[3].column == "wage"
    assert told[4].value_masked == "2020-02-30"


def test_a_row_with_several_mistakes_counts_once(desk: Desk):
    receipt = desk.receive_rows(wage_row(1, wage="x", days="99", channel="别的"), wage_row(2))
    assert (receipt.quarantined, receipt.accepted) == (1, 1)
    assert [code for _, code in desk.quarantine(receipt, "row_no, code")] == [
        "AMOUNT_UNREADABLE",
        "CODE_UNKNOWN",
        "OUT_OF_LIMITS",
    ]


def test_missing_is_unknown_and_a_word_of_the_contract_wins_over_it(desk: Desk):
    receipt = desk.receive_rows(wage_row(1, wage="--", days="无", channel="无", employer="无"))
    assert desk.facts(receipt, "wage, days, channel, employer, row_no")[0][:4] == (
        None, None, "none", None
    )  # fmt: skip


def test_lossless_repairs_are_applied_and_counted(desk: Desk):
    receipt = desk.receive_rows(
        wage_row(1, wage="￥1,200.50"), wage_row(2, wage="0.04万"), wage_row(3, wage="(300)"),
        wage_row(4, start_date="43891"), wage_row(5, month="2020年3月"),
    )  # fmt: skip
    assert receipt.accepted == 5
    assert [row[1] for row in desk.facts(receipt, "row_no, wage")][:3] == [
        Decimal("1200.50"), Decimal("400.00"), Decimal("-300.00")
    ]  # fmt: skip
    assert receipt.counts_by_code["MULTIPLIED"] == 1
    assert receipt.counts_by_code["BRACKETS_ARE_MINUS"] == 1
    assert receipt.counts_by_code["DATE_FROM_SERIAL"] == 1


def test_the_order_of_day_and_month_is_proposed_for_the_column_never_taken(desk: Desk):
    receipt = desk.receive_rows(
        wage_row(1, start_date="3/1/2020"), wage_row(2, start_date="13/1/2020"), wage_row(3)
    )
    assert (receipt.accepted, receipt.quarantined) == (1, 2)
    (column,) = [found for found in receipt.findings if found.code == "DATE_ORDER"]
    assert (column.severity, column.row, column.count) == ("propose", None, 2)
    assert "日/月/年" in column.message_zh


def test_two_blank_numbers_are_two_persons(desk: Desk):
    receipt = desk.receive_rows(
        wage_row(1, id_number=""), wage_row(2, id_number="无"), wage_row(3, id_number="nan")
    )
    assert receipt.accepted == 3
    assert len({row[1] for row in desk.facts(receipt, "row_no, person_ref")}) == 3
    assert receipt.counts_by_code["ID_MISSING"] == 3


def test_made_up_numbers_load_as_persons_apart(desk: Desk):
    receipt = desk.receive_rows(
        wage_row(1, id_number="999999198503071234"), wage_row(2, id_number="999999198503071234")
    )
    assert len({row[1] for row in desk.facts(receipt, "row_no, person_ref")}) == 2


def test_every_writing_of_a_number_is_one_person(desk: Desk):
    plain = number(7)
    full_width = str.maketrans("0123456789", "０１２３４５６７８９")
    receipt = desk.receive_rows(
        wage_row(7),
        wage_row(7, id_number=f" {plain[:6]} {plain[6:]}", month="2020-02"),
        wage_row(7, id_number=f"'{plain}", month="2020-01"),
        wage_row(7, id_number=plain.translate(full_width), month="2019-12"),
    )  # fmt: skip
    assert receipt.accepted == 4
    assert len({row[1] for row in desk.facts(receipt, "row_no, person_ref")}) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [("4.31022E+17", "ID_SCIENTIFIC"), ("431022198503071000", "ID_PRECISION_LOST"),
     ("431022198502311234", "ID_BIRTHDATE"), ("43102219850307", "ID_SHAPE")],
)  # fmt: skip
def test_a_spoilt_number_sets_its_row_aside(desk: Desk, text: str, code: str):
    receipt = desk.receive_rows(wage_row(1), wage_row(2, id_number=text))
    assert desk.quarantine(receipt) == [(3, code)]


def test_where_a_spreadsheet_rounded_a_column_every_000_is_suspect(desk: Desk):
    candidates = (
        number(hundred * 100, born=date(1950, 1, 1) + timedelta(days=days))
        for hundred in range(10)
        for days in range(40)
    )
    passing = next(candidate for candidate in candidates if candidate.endswith("000"))
    assert desk.receive_rows(wage_row(1), wage_row(2, id_number=passing)).accepted == 2
    rounded = [wage_row(n, id_number=number(n)[:15] + "000", month="2020-02") for n in (101, 203)]
    receipt = desk.receive_rows(*rounded, wage_row(2, id_number=passing, month="2020-02"))
    assert receipt.accepted == 0
    assert {code for _, code in desk.quarantine(receipt)} == {"ID_PRECISION_LOST"}


def test_the_same_bytes_again_change_nothing(desk: Desk):
    first = desk.receive_rows(wage_row(1))
    before = desk.all_bytes()
    again = desk.receive_rows(wage_row(1), received=date(2020, 4, 9), name="other name.csv")
    assert (again.outcome, again.delivery, again.read) == ("already_received", first.delivery, 0)
    assert desk.all_bytes() == before


def test_equal_rows_of_one_file_count_once(desk: Desk):
    receipt = desk.receive_rows(wage_row(1), wage_row(1), wage_row(2))
    assert (receipt.accepted, receipt.duplicate, receipt.quarantined) == (2, 1, 0)
    assert [row[0] for row in desk.facts(receipt, "row_no")] == [2, 4]


def test_rows_of_one_key_that_differ_are_all_set_aside(desk: Desk):
    receipt = desk.receive_rows(wage_row(1), wage_row(1, wage="7.00"), wage_row(1), wage_row(2))
    assert (receipt.accepted, receipt.duplicate, receipt.quarantined) == (1, 0, 3)
    assert desk.quarantine(receipt) == [
        (2, "KEY_REPEATED"),
        (3, "KEY_REPEATED"),
        (4, "KEY_REPEATED"),
    ]


def test_a_row_sent_again_is_a_duplicate_and_a_changed_one_a_correction(desk: Desk):
    first = desk.receive_rows(wage_row(1), wage_row(2))
    second = desk.receive_rows(wage_row(1), wage_row(2, wage="9.00"), received=date(2020, 4, 8))
    assert (second.accepted, second.duplicate) == (1, 1)
    arrival = arrivals(desk.home)[-1]
    assert arrival.superseded == (first.delivery,)
    ((old_facts, listed),) = arrival.superseded_facts(desk.home)
    assert old_facts.exists() and listed.exists()
    third = desk.receive_rows(wage_row(2, wage="9.00"), received=date(2020, 4, 9))
    assert (third.accepted, third.duplicate) == (0, 1)
    back = desk.receive_rows(wage_row(2), received=date(2020, 4, 10))
    assert (back.accepted, back.duplicate) == (1, 0)
    assert arrivals(desk.home)[-1].superseded == (second.delivery,)


def test_a_registry_delivery_restates_its_villages(tmp_path: Path):
    desk = Desk(tmp_path, roster_contract())
    header = ["户编号", "人编号", "身份证号", "姓名", "性别", "关系", "区划", "电话", "月份"]
    woman = next(number(place) for place in range(9) if int(number(place)[16]) % 2 == 0)
    rows = [
        ["H1", "1", woman, "李竹喜", "女", "户主", "431022202204", "13812345678", "2020-03"],
        ["H1", "2", "", "小宝", "男", "之子", "431022202204", "", "2020-03"],
    ]
    first = desk.receive_text(csv_text(rows, header=header))
    newcomer = ["H2", "1", number(50), "王五", "", "户主", "431022202204", "", "2020-03"]
    second = desk.receive_text(csv_text([*rows, newcomer], header=header))
    assert (first.accepted, second.accepted, second.duplicate) == (2, 3, 0)
    one = desk.facts(
        first, "row_no, person_ref, household_ref, masked_id, name, household_no, phone"
    )
    two = desk.facts(
        second, "row_no, person_ref, household_ref, masked_id, name, household_no, phone"
    )
    assert one == two[:2]
    assert one[0][3] == f"{woman[:6]}********{woman[-4:]}"
    assert one[1][3] is None
    assert one[0][2] == one[1][2]
    assert "ID_SEX_CONFLICT" not in first.counts_by_code


def test_a_number_that_tells_another_sex_is_loaded_and_told(tmp_path: Path):
    desk = Desk(tmp_path, roster_contract())
    header = ["户编号", "人编号", "身份证号", "姓名", "性别", "月份"]
    woman = next(number(place) for place in range(9) if int(number(place)[16]) % 2 == 0)
    receipt = desk.receive_text(
        csv_text([["H1", "1", woman, "李竹喜", "男", "2020-03"]], header=header)
    )
    assert receipt.accepted == 1
    assert receipt.counts_by_code["ID_SEX_CONFLICT"] == 1


def test_an_unknown_feed_names_the_nearest_one(desk: Desk):
    receipt = desk.receive_rows(wage_row(1), feed="labour.wage")
    assert (receipt.outcome, desk.codes(receipt)) == ("refused", {"UNKNOWN_FEED"})
    assert "labour.wages" in receipt.findings[0].repair_zh
    assert desk.receive_rows(wage_row(1)).outcome == "accepted"


def test_the_receipt_and_the_delivery_tell_the_same(desk: Desk):
    receipt = desk.receive_rows(
        wage_row(1), wage_row(2, days="99"), name="../../etc/cron.d/x.csv\r\nSet-Cookie:"
    )
    told = json.loads(
        (desk.home.deliveries / receipt.feed / receipt.delivery / "delivery.json").read_text()
    )
    assert told["read"] == told["accepted"] + told["quarantined"] + told["duplicate"] == 2
    assert told["original_name"] == "../../etc/cron.d/x.csv\r\nSet-Cookie:"
    assert told["months"] == ["2020-03", "2020-03"]
    assert told["counts_by_code"] == receipt.counts_by_code == receipt.as_dict()["counts_by_code"]
    assert sorted(path.name for path in desk.home.deliveries.rglob("*")) == sorted(
        ["labour.wages", receipt.delivery, "delivery.json", "facts.parquet", "quarantine.parquet"]
    )


def test_no_finding_ever_shows_a_number_or_a_name(desk: Desk):
    spoilt = number(3)[:17] + ("0" if number(3)[17] != "0" else "1")
    shifted = [wage_row(4)[1], number(4), *wage_row(4)[2:]]
    receipt = desk.receive_rows(
        wage_row(1, id_number=spoilt),
        shifted,
        wage_row(2, wage=number(2), channel="李竹喜", start_date="13812345678"),
    )
    shown = json.dumps(receipt.as_dict(), ensure_ascii=False)
    stored = "".join(str(row) for row in desk.quarantine(receipt, "*"))
    for secret in (spoilt, number(4), number(2), "李竹喜", "13812345678"):
        assert secret not in shown
        assert secret not in stored


def test_rows_after_the_month_of_receipt_are_pointed_out(desk: Desk):
    receipt = desk.receive_rows(wage_row(1), wage_row(2, month="2020-09"))
    assert receipt.accepted == 2
    assert receipt.counts_by_code["DATED_AFTER_RECEIPT"] == 1


def test_a_delivery_that_cannot_be_published_leaves_nothing(desk: Desk, monkeypatch):
    desk.receive_rows(wage_row(1))
    before = {name for name in desk.all_bytes() if not name.startswith("vault")}

    def full(self: Path, target: object) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(ProblemError) as raised:
        desk.receive_rows(wage_row(2))
    assert raised.value.problems[0].code == "DISK_FULL"
    assert {name for name in desk.all_bytes() if not name.startswith("vault")} == before
    monkeypatch.undo()
    assert desk.receive_rows(wage_row(2)).outcome == "accepted"


def test_a_process_killed_before_the_rename_leaves_nothing_to_see(desk: Desk, tmp_path: Path):
    (tmp_path / "sent.csv").write_text(csv_text([wage_row(1)]), encoding="utf-8")
    program = textwrap.dedent(
        """
        import os, signal, sys
        from pathlib import Path
        from tests.feeds.builders import Desk
        Path.rename = lambda self, target: os.kill(os.getpid(), signal.SIGKILL)
        Desk(Path(sys.argv[1])).receive_file(Path(sys.argv[1]) / "sent.csv")
        """
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert arrivals(desk.home) == []
    assert Home(desk.home.root).sweep() >= 1
    assert not list(desk.home.root.glob("**/.unfinished-*"))
    assert desk.receive_file(tmp_path / "sent.csv").accepted == 1


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 6),
            st.sampled_from(["2020-03", "2020-02", "202003", "2020年3月", "", "三月"]),
            st.sampled_from(["1", "2.50", "1,200.50", "400元", "4OO", "", "--", "(3)", "nan"]),
            st.sampled_from(["1", "32", "3.5", "", "2人"]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_read_is_always_accepted_and_set_aside_and_duplicate(tmp_path_factory, told):
    desk = Desk(tmp_path_factory.mktemp("desk"))
    rows = [wage_row(n, month=month, wage=wage, days=days) for n, month, wage, days in told]
    first = desk.receive_rows(*rows)
    assert first.read == len(rows) == first.accepted + first.quarantined + first.duplicate
    assert len({row for row, _ in desk.quarantine(first)}) == first.quarantined
    again = desk.receive_text(csv_text(rows) + "\n", received=date(2020, 4, 9))
    assert again.accepted == 0
    assert again.quarantined == first.quarantined


def test_a_contract_without_optional_columns_in_the_file_still_has_them_as_facts(desk: Desk):
    header = [title for title in HEADER if title not in ("渠道", "单位")]
    rows = [[cell for title, cell in zip(HEADER, wage_row(1), strict=True) if title in header]]
    receipt = desk.receive_text(csv_text(rows, header=header))
    assert desk.facts(receipt, "channel, employer, row_no")[0][:2] == (None, None)
    assert receipt.counts_by_code["COLUMN_ABSENT"] == 2


def test_a_contract_of_households_has_their_references(tmp_path: Path):
    contract = wages_contract(
        feed="village.industry", subject="household", subject_field="household_no",
        key=["household_no", "month"],
        fields=[
            {"field": "household_no", "title": {"zh": "户编号", "en": "Household"}, "type": "household_no"},
            {"field": "month", "title": {"zh": "月份", "en": "Month"}, "type": "month"},
            {"field": "income", "title": {"zh": "收入", "en": "Income"}, "type": "amount"},
        ],
    )  # fmt: skip
    desk = Desk(tmp_path, contract)
    receipt = desk.receive_text(
        "户编号,月份,收入\nH1,2020-03,5\n Ｈ1 ,2020-02,6\n4.31E+12,2020-03,7\n,2020-03,8\n"
    )
    rows = desk.facts(receipt, "row_no, household_ref")
    assert rows[0][1] == rows[1][1]
    assert desk.quarantine(receipt) == [(4, "NUMBER_PRECISION_LOST"), (5, "REQUIRED_MISSING")]


def test_an_engine_failure_tells_neither_the_key_nor_a_cell(desk: Desk, monkeypatch):
    desk.receive_rows(wage_row(1))
    key = desk.home.secret_key.read_text()

    def fails(**_: object) -> None:
        raise EngineRefused(f"Conversion Error: could not read '{number(1)}'\nSELECT '{key}'")

    monkeypatch.setattr("fangpin.feeds.facts.accepted.find_repeated", fails)
    with pytest.raises(EngineRefused) as raised:
        desk.receive_rows(wage_row(2))
    assert "Conversion Error" in str(raised.value)
    assert number(1) not in str(raised.value)
    assert key not in str(raised.value)
    assert raised.value.__suppress_context__
    assert len(arrivals(desk.home)) == 1
