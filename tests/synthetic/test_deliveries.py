"""Files look as departments really send them."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path

import pytest

from fangpin.policy import Pack
from fangpin.synthetic import PlannedDelivery, World, build_world, write_deliveries
from fangpin.synthetic.cells import ContractGap
from fangpin.synthetic.chenzhou.offices import late_department
from fangpin.values.month import Month
from tests.synthetic.conftest import Sent
from tests.synthetic.reading import encoding_of, has_valid_check_digit, raw_rows, rows_of


def digests(deliveries: list[PlannedDelivery]) -> list[tuple[str, str, date, str]]:
    return [
        (d.feed, str(d.month), d.received, hashlib.sha256(d.file.read_bytes()).hexdigest())
        for d in deliveries
    ]


def a_spring(pack: Pack, folder: Path, *, seed: int) -> list[PlannedDelivery]:
    first, last = Month.of(2020, 1), Month.of(2020, 5)
    world = build_world(pack=pack, households=150, seed=seed, from_month=first, to_month=last)
    return write_deliveries(world=world, folder=folder, from_month=first, to_month=last)


def test_the_same_seed_gives_the_same_bytes_and_another_seed_does_not(
    chenzhou: Pack, tmp_path: Path
) -> None:
    one = digests(a_spring(chenzhou, tmp_path / "one", seed=3))
    again = digests(a_spring(chenzhou, tmp_path / "again", seed=3))
    other = digests(a_spring(chenzhou, tmp_path / "other", seed=4))
    assert one == again
    assert one != other


def test_a_month_is_written_the_same_alone_as_among_others(sent: Sent, tmp_path: Path) -> None:
    month = Month.of(2020, 3)
    alone = write_deliveries(world=sent.world, folder=tmp_path, from_month=month, to_month=month)
    among = [d for d in sent.deliveries if d.month == month]
    assert digests(alone) == digests(among)


def test_more_than_fourteen_departments_fill_every_monthly_table_every_month(
    sent: Sent, chenzhou: Pack
) -> None:
    departments = {d.feed.split(".")[0] for d in sent.deliveries}
    assert len(departments) >= 14
    steady = ("yibao.settlement", "yibao.enrol", "renshe.employ", "renshe.pension",
              "renshe.post", "minzheng.dibao", "nongye.household_report", "canlian.allow")  # fmt: skip
    for feed in steady:
        assert [d.month for d in sent.of(feed)] == sent.world.months()
    assert {d.feed for d in sent.deliveries} <= set(chenzhou.contracts)
    assert len({d.feed for d in sent.deliveries}) >= 44


def test_the_registry_comes_first_and_then_every_quarter(sent: Sent) -> None:
    registry = sent.of("nongye.national_persons")
    assert sent.deliveries[0] == registry[0]
    assert registry[0].received == date(2019, 1, 3)
    assert [str(d.month) for d in registry[:4]] == ["2019-01", "2019-03", "2019-06", "2019-09"]


def test_files_arrive_in_the_first_days_of_the_next_month_save_those_of_the_late_department(
    sent: Sent,
) -> None:
    days = [d.received for d in sent.deliveries]
    assert days == sorted(days)
    assert days[-1] < date(2020, 12, 14)
    for delivery in sent.deliveries:
        department = delivery.feed.split(".")[0]
        waited = (delivery.received - delivery.month.plus(1).first_day).days
        if delivery.feed == "nongye.national_persons":
            continue
        if department == late_department(sent.world, delivery.month):
            assert waited >= 8
        else:
            assert 1 <= waited <= 4
    late = [late_department(sent.world, month) for month in sent.world.months()]
    assert late.count("yingji") >= 2


def test_encodings_are_as_each_department_keeps_them(sent: Sent) -> None:
    found = {d.feed.split(".")[0]: set[str]() for d in sent.deliveries}
    for delivery in sent.deliveries:
        if delivery.file.suffix == ".csv" and delivery.rows:
            found[delivery.feed.split(".")[0]].add(encoding_of(delivery.file))
    assert found["yibao"] == {"gb18030"}
    assert found["gongan"] == {"gb18030"}
    assert found["renshe"] == {"utf-8", "utf-8-sig"}
    assert found["nongye"] == {"utf-8-sig"}
    assert {d.file.suffix for d in sent.of("minzheng.dibao")} == {".xlsx"}


def test_a_spreadsheet_has_a_title_and_a_unit_row_above_its_header(
    sent: Sent, chenzhou: Pack
) -> None:
    delivery = sent.of("minzheng.dibao")[0]
    title, unit, header, *rows = raw_rows(delivery.file)
    contract = chenzhou.contracts["minzheng.dibao"]
    words = {w for f in contract.fields for w in (f.title.zh, *f.aliases)}
    assert title[0].startswith("郴州市")
    assert unit[0] == "单位：元"
    assert set(header) <= words
    assert len(rows) == delivery.rows > 0


def test_header_words_change_from_time_to_time(sent: Sent) -> None:
    headers = {tuple(raw_rows(d.file)[0]) for d in sent.of("yibao.settlement")}
    assert len(headers) >= 2


def test_every_row_is_the_width_of_its_header_and_every_header_is_known(
    sent: Sent, chenzhou: Pack
) -> None:
    for delivery in sent.deliveries[:: len(sent.deliveries) // 60]:
        rows = rows_of(delivery, chenzhou.contracts[delivery.feed])
        assert len(rows) == delivery.rows


def test_some_rows_are_wrong_and_as_many_only_oddly_written(sent: Sent, chenzhou: Pack) -> None:
    total = sum(d.rows for d in sent.deliveries)
    kinds: dict[str, int] = {}
    for delivery in sent.deliveries:
        for kind, count in delivery.faults.items():
            kinds[kind] = kinds.get(kind, 0) + count
    assert set(kinds) == {
        "check_digit", "no_identifier", "name", "amount", "date",
        "full_width", "spaced_name", "unit_in_amount", "repeated",
    }  # fmt: skip
    wrong = sum(kinds[k] for k in ("check_digit", "no_identifier", "amount", "date", "name"))
    assert 0.0005 < wrong / total < 0.01
    by_hand = [d for d in sent.deliveries if d.feed in ("nongye.grain", "caizheng.card")]
    wrong_by_hand = sum(
        d.faults.get(k, 0) for d in by_hand for k in ("check_digit", "no_identifier", "amount")
    )
    assert 0.003 < wrong_by_hand / sum(d.rows for d in by_hand) < 0.03


def test_a_wrong_check_digit_is_really_in_the_file(sent: Sent, chenzhou: Pack) -> None:
    checked = 0
    for delivery in sent.of("caizheng.card"):
        rows = rows_of(delivery, chenzhou.contracts[delivery.feed])
        bad = [
            row["id_number"]
            for row in rows
            if re.fullmatch(r"\d{17}[\dX]", row["id_number"])
            and not has_valid_check_digit(row["id_number"])
        ]
        assert len(bad) == delivery.faults.get("check_digit", 0)
        checked += len(bad)
    assert checked


def test_full_width_digits_are_really_in_the_files(sent: Sent) -> None:
    delivery = next(d for d in sent.of("renshe.employ") if d.faults.get("full_width"))
    assert re.search(r"[０-９]", delivery.file.read_text(encoding=encoding_of(delivery.file)))


def test_a_refund_keeps_the_day_of_the_bill_it_takes_back(sent: Sent, chenzhou: Pack) -> None:
    contract = chenzhou.contracts["yibao.settlement"]
    refunds = 0
    for delivery in sent.of("yibao.settlement"):
        for row in rows_of(delivery, contract):
            if row["refund"] in ("是", "有", "1", "Y") and row["self_paid_in_policy"][:1] == "-":
                refunds += 1
                assert row["settle_date"][:7] < str(delivery.month)
    assert refunds >= 3


def test_some_settlements_are_sent_months_late(sent: Sent, chenzhou: Pack) -> None:
    contract = chenzhou.contracts["yibao.settlement"]
    late = [
        row
        for delivery in sent.of("yibao.settlement")
        for row in rows_of(delivery, contract)
        if row["settle_date"][:7] < str(delivery.month) and row["self_paid_in_policy"][:1] != "-"
    ]
    assert late


def test_a_months_self_payments_of_a_person_are_never_below_zero(sent: Sent) -> None:
    sums: dict[tuple[str, str], int] = {}
    for bill in sent.world.bills:
        place = bill.person.person_no, f"{bill.settled:%Y-%m}"
        sums[place] = sums.get(place, 0) + bill.self_paid_fen
    assert min(sums.values()) >= 0


def test_nobody_is_billed_paid_or_at_work_after_death(sent: Sent) -> None:
    dead = {
        person.person_no: person.died
        for household in sent.world.households
        for person in household.members
        if person.died is not None
    }
    assert dead
    assert all(
        bill.settled <= dead[bill.person.person_no]
        for bill in sent.world.bills
        if bill.person.person_no in dead
    )


def test_a_contract_that_asks_for_an_unknown_field_is_refused(
    sent: Sent, chenzhou: Pack, tmp_path: Path
) -> None:
    contract = chenzhou.contracts["renshe.pension"]
    strange = contract.fields[-1].model_copy(update={"field": "shoe_size", "required": True})
    world = build_world(
        pack=chenzhou,
        households=50,
        from_month=Month.of(2020, 1),
        to_month=Month.of(2020, 1),
    )
    world.contracts = {
        "renshe.pension": contract.model_copy(update={"fields": [*contract.fields, strange]})
    }
    with pytest.raises(ContractGap, match="renshe.pension.shoe_size"):
        write_deliveries(
            world=world, folder=tmp_path, from_month=world.first_month, to_month=world.last_month
        )


def test_feeds_that_a_pack_does_not_declare_are_not_written(chenzhou: Pack, tmp_path: Path) -> None:
    world: World = build_world(
        pack=chenzhou, households=50, from_month=Month.of(2020, 1), to_month=Month.of(2020, 1)
    )
    world.contracts = {"renshe.pension": chenzhou.contracts["renshe.pension"]}
    written = write_deliveries(
        world=world, folder=tmp_path, from_month=world.first_month, to_month=world.last_month
    )
    assert [d.feed for d in written] == ["renshe.pension"]
