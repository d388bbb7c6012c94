"""Files as departments really send them, month by month, each with the day it is received."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from itertools import chain
from pathlib import Path

from fangpin.policy.models.feeds import Contract
from fangpin.synthetic.cells import Columns
from fangpin.synthetic.chance import stream
from fangpin.synthetic.faults import Faults, Slip
from fangpin.synthetic.files import write_file
from fangpin.synthetic.layouts import Layout
from fangpin.synthetic.tables import Row, Table
from fangpin.synthetic.world import World
from fangpin.values.month import Month


@dataclass(frozen=True, slots=True)
class PlannedDelivery:
    """One file and the day on which it is to be received."""

    feed: str
    file: Path
    received: date
    month: Month
    original_name: str
    rows: int = 0
    faults: dict[str, int] = field(default_factory=dict)
    """Rows spoilt on purpose, by kind; for tests, never for the platform."""


@dataclass(frozen=True, slots=True)
class Office:
    """How a place's departments work: their tables, layouts, days of sending and slips."""

    tables: Sequence[Table]
    layout: Callable[[World, Contract, Month], Layout]
    received: Callable[[World, Contract, Month], date]
    identifier_slip: Slip
    name_slip: Slip


def write_all(
    *, world: World, office: Office, folder: Path, from_month: Month, to_month: Month
) -> list[PlannedDelivery]:
    """Write every feed of the pack that the office can fill; in order of the received date.

    A month without rows is not sent: nobody sends an empty table.
    """
    folder.mkdir(parents=True, exist_ok=True)
    spared = world.planted | {shock.household_no for shock in world.shocks}
    planned: list[PlannedDelivery] = []
    for table in office.tables:
        contract = world.contracts.get(table.feed)
        if contract is None:
            continue
        for number in range(from_month, to_month + 1):
            month = Month(number)
            sent = _write_one(world, office, table, contract, month, folder, spared)
            if sent is not None:
                planned.append(sent)
    return sorted(planned, key=lambda p: (p.received, p.feed != world.registry_feed, p.feed))


def _write_one(
    world: World,
    office: Office,
    table: Table,
    contract: Contract,
    month: Month,
    folder: Path,
    spared: frozenset[str] | set[str],
) -> PlannedDelivery | None:
    rows = table.rows(world, month)
    first = next(rows, None)
    if first is None:
        return None
    rows = chain((first,), rows)
    layout = office.layout(world, contract, month)
    received = office.received(world, contract, month)
    columns = Columns(contract=contract, table=table, layout=layout, month=month)
    faults = Faults(
        chance=stream(world.seed, "faults", contract.feed, int(month)),
        wrong_share=layout.wrong_share,
        types=columns.types,
        identifier_slip=office.identifier_slip,
        name_slip=office.name_slip,
    )
    file = folder / f"{month}-{contract.feed}{layout.suffix}"
    count = write_file(
        file=file,
        layout=layout,
        headers=columns.headers,
        rows=_cells(rows, columns, faults, spared),
        saved=datetime.combine(received, time(9, 0)),
    )
    return PlannedDelivery(
        feed=contract.feed,
        file=file,
        received=received,
        month=month,
        original_name=f"{contract.title.zh}{month.year}年{month.number}月{layout.suffix}",
        rows=count,
        faults=faults.counts,
    )


def _cells(
    rows: Iterable[Row], columns: Columns, faults: Faults, spared: frozenset[str] | set[str]
) -> Iterator[list[str]]:
    for row in rows:
        cells = columns.cells(row)
        is_spared = row.household is not None and row.household.household_no in spared
        if not is_spared and faults.spoil(cells):
            yield cells
        yield cells
