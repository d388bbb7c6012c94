"""A prefecture of any size for benchmarks, written by the engine: registry, history, a new month.

Three persons a household. It has no hand-made families and no truth: only rows that are read,
checked, linked and judged as the real ones are, about 4.3 of them a person and month in 17 feeds.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.policy import Pack
from fangpin.policy.models.feeds import Contract
from fangpin.synthetic.cells import ContractGap
from fangpin.synthetic.chenzhou.bench_people import make_people
from fangpin.synthetic.chenzhou.bench_tables import BENCH_TABLES, BenchTable
from fangpin.synthetic.deliveries import PlannedDelivery
from fangpin.values.month import Month

PEOPLE_A_CHUNK = 200_000
NEW_MONTH = Month.of(2020, 11)


@dataclass(frozen=True, slots=True)
class BenchMonth:
    """Files to receive before the timed part, in order, and the files of the timed month."""

    history: tuple[PlannedDelivery, ...]
    new: tuple[PlannedDelivery, ...]


def write_bench_month(
    *,
    pack: Pack,
    folder: Path,
    persons: int,
    seed: int,
    months_of_history: int = 12,
    new_month: Month = NEW_MONTH,
) -> BenchMonth:
    """Write the registry, the history and one new month as UTF-8 CSV files; same seed, same bytes.

    Raises as `bench_deliveries` does.
    """
    written = list(
        bench_deliveries(
            pack=pack,
            folder=folder,
            persons=persons,
            seed=seed,
            months_of_history=months_of_history,
            new_month=new_month,
        )
    )
    return BenchMonth(
        history=tuple(sent for sent in written if sent.month != new_month),
        new=tuple(sent for sent in written if sent.month == new_month),
    )


def bench_deliveries(
    *,
    pack: Pack,
    folder: Path,
    persons: int,
    seed: int,
    months_of_history: int = 12,
    new_month: Month = NEW_MONTH,
    threads: int = 2,
) -> Iterator[PlannedDelivery]:
    """The same files one by one, month by month, the registry first: each may go once received.

    A month of a million persons takes 330 MB. Feeds that the pack lacks are not written. Raises
    ContractGap when a contract requires a field or a word that the generator does not know,
    ValueError for fewer than three persons or no month of history.
    """
    if persons < 3 or months_of_history < 1:
        raise ValueError("a benchmark needs three persons and a month of history")
    folder.mkdir(parents=True, exist_ok=True)
    first = new_month.plus(-months_of_history)
    registry = pack.header.registry.feed if pack.header.registry else ""
    with connect(memory_limit="2GB", threads=threads, spill=folder) as engine:
        make_people(engine, pack=pack, persons=persons, seed=seed, as_of=first.first_day)
        for number in range(first, new_month + 1):
            month = Month(number)
            for table in BENCH_TABLES:
                contract = pack.contracts.get(table.feed)
                if contract is not None and table.is_sent(month, first):
                    yield _write(engine, table, contract, month, folder, seed, persons, registry)


def _write(
    engine: Engine,
    table: BenchTable,
    contract: Contract,
    month: Month,
    folder: Path,
    seed: int,
    persons: int,
    registry: str,
) -> PlannedDelivery:
    columns = _columns(table, contract)
    line = " || ',' || ".join(
        columns[field.field] for field in contract.fields if field.field in columns
    )
    source = table.people(month, seed)
    file = folder / f"{month}-{table.feed}.csv"
    headers = [field.title.zh for field in contract.fields if field.field in columns]
    rows = 0
    with file.open("w", encoding="utf-8", newline="") as opened:
        opened.write(",".join(headers) + "\r\n")
        for text, count in _chunks(engine, source, line, persons):
            opened.write(text + "\r\n")
            rows += count
    following = month.plus(1).first_day
    first_of_all = table.feed == registry
    return PlannedDelivery(
        feed=table.feed,
        file=file,
        received=date(month.year, month.number, 3)
        if first_of_all
        else following + timedelta(days=2),
        month=month,
        original_name=f"{contract.title.zh}{month}.csv",
        rows=rows,
    )


def _chunks(engine: Engine, source: str, line: str, persons: int) -> Iterator[tuple[str, int]]:
    """Some hundred thousand people at a time, as text of whole lines and how many they are."""
    for start in range(0, persons, PEOPLE_A_CHUNK):
        query = (
            "SELECT string_agg(line, chr(13) || chr(10) ORDER BY i), count(*) FROM ("
            f"SELECT i, {line} AS line FROM ({source}) AS p"
            f" WHERE i >= {start} AND i < {start + PEOPLE_A_CHUNK}) AS lines"
        )
        for text, count in engine.rows(query):
            if count:
                yield text, count


def _columns(table: BenchTable, contract: Contract) -> dict[str, str]:
    """Field -> SQL text expression that is never NULL; only fields of the contract."""
    known = table.columns
    found: dict[str, str] = {}
    for field in contract.fields:
        expression = known.get(field.field)
        if expression is None and field.type == "identifier":
            expression = "number"
        elif expression is None and field.type == "name":
            expression = "name"
        elif expression is None and field.type == "household_no":
            expression = "household_no"
        elif expression is None and field.type == "division":
            expression = "village"
        if expression is not None:
            found[field.field] = expression
        elif field.required:
            raise ContractGap(f"{contract.feed}.{field.field} is required and unknown")
        for word in table.words.get(field.field, ()):
            words = {
                w for stored, spoken in (field.values or {}).items() for w in (stored, *spoken)
            }
            if word not in words:
                raise ContractGap(f"{contract.feed}.{field.field} has no code for {word!r}")
    return found
