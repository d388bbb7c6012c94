"""The benchmark's files: many rows, valid people, the same bytes every time."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path

import pytest

from fangpin.policy import Pack
from fangpin.synthetic import BenchMonth, PlannedDelivery, write_bench_month
from tests.synthetic.reading import has_valid_check_digit, rows_of

PERSONS = 3_000


@pytest.fixture(scope="module")
def bench(chenzhou: Pack, tmp_path_factory: pytest.TempPathFactory) -> BenchMonth:
    folder = tmp_path_factory.mktemp("bench")
    return write_bench_month(
        pack=chenzhou, folder=folder, persons=PERSONS, seed=1, months_of_history=2
    )


def digests(deliveries: tuple[PlannedDelivery, ...]) -> list[str]:
    return [hashlib.sha256(d.file.read_bytes()).hexdigest() for d in deliveries]


def test_one_month_brings_more_than_four_rows_a_person_in_twelve_feeds_or_more(
    bench: BenchMonth,
) -> None:
    assert len({d.feed for d in bench.new}) >= 12
    assert 4.0 < sum(d.rows for d in bench.new) / PERSONS < 4.7


def test_the_registry_comes_first_and_lists_everybody_once(
    bench: BenchMonth, chenzhou: Pack
) -> None:
    registry = bench.history[0]
    assert registry.feed == "nongye.national_persons"
    assert registry.received < min(d.received for d in bench.history[1:])
    rows = rows_of(registry, chenzhou.contracts[registry.feed])
    assert len(rows) == registry.rows == PERSONS
    assert len({row["person_no"] for row in rows}) == PERSONS
    assert len({row["household_no"] for row in rows}) == PERSONS // 3
    assert all(row["division"] in chenzhou.divisions for row in rows)


def test_numbers_are_unique_and_nearly_all_valid(bench: BenchMonth, chenzhou: Pack) -> None:
    rows = rows_of(bench.history[0], chenzhou.contracts["nongye.national_persons"])
    numbers = [row["id_number"] for row in rows]
    assert len(set(numbers)) == PERSONS
    wrong = sum(not has_valid_check_digit(number) for number in numbers)
    assert 0 < wrong < PERSONS * 0.01


def test_a_person_bears_the_same_name_and_number_in_every_feed(
    bench: BenchMonth, chenzhou: Pack
) -> None:
    rows = rows_of(bench.history[0], chenzhou.contracts["nongye.national_persons"])
    names = {row["id_number"]: row["name"] for row in rows}
    for delivery in bench.new:
        contract = chenzhou.contracts[delivery.feed]
        if "person_name" not in {field.field for field in contract.fields}:
            continue
        for row in rows_of(delivery, contract):
            if row[contract.subject_field] in names:
                assert row["person_name"] == names[row[contract.subject_field]]


def test_every_line_has_as_many_cells_as_the_header(bench: BenchMonth) -> None:
    for delivery in (*bench.history, *bench.new):
        with delivery.file.open(encoding="utf-8", newline="") as opened:
            header, *rows = list(csv.reader(opened))
        assert len(rows) == delivery.rows
        assert {len(row) for row in rows} <= {len(header)}


def test_the_same_seed_gives_the_same_bytes(
    bench: BenchMonth, chenzhou: Pack, tmp_path: Path
) -> None:
    again = write_bench_month(
        pack=chenzhou, folder=tmp_path, persons=PERSONS, seed=1, months_of_history=2
    )
    assert digests(again.new) == digests(bench.new)
    assert digests(again.history) == digests(bench.history)


def test_a_benchmark_of_nobody_is_refused(chenzhou: Pack, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="three persons"):
        write_bench_month(pack=chenzhou, folder=tmp_path, persons=0, seed=1)
