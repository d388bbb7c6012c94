"""A year of deliveries on the hillside: households that hit, that do not, and that nobody can judge."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.ledger.village import Lake, bill, person


@dataclass(frozen=True)
class Sent:
    """One file: its feed, its rows, the day it came and the month it delivers."""

    feed: str
    rows: list[dict[str, Any]]
    on: date
    month: str | None = None


def year() -> list[Sent]:
    """2019-06 .. 2020-05: A is ill every month, B once much, C moves in, D has relief; a correction."""
    people = [
        person("A", 1, "ann", month="2019-06", relation="head", trade="smith"),
        person("A", 2, "kid", month="2019-06", relation="child", born="2012-02-02"),
        person("B", 1, "bob", month="2019-06", relation="head", village="H02", trade="farmer"),
        person("D", 1, "dan", month="2019-06", relation="head", village="H03", trade="smith"),
    ]
    sent = [Sent("registry.people", people, date(2019, 6, 3))]
    for back in range(12):
        year, number = divmod(2019 * 12 + 5 + back, 12)
        month = f"{year}-{number + 1:02}"
        following, after = divmod(2019 * 12 + 6 + back, 12)
        rows = [bill(f"a{back}", "ann", f"{month}-10", "90.55", "inpatient")]
        if back == 8:
            rows.append(bill("b", "bob", f"{month}-11", "2500"))
        sent.append(Sent("health.bills", rows, date(following, after + 1, 5), month))
        wages = [
            {"id_number": name, "month": month, "wage": wage, "bonus": "1.5"}
            for name, wage in (("ann", "100"), ("bob", "300.25"), ("dan", "50"))
        ]
        sent.append(Sent("work.wages", wages, date(following, after + 1, 6), month))
        relief = [{"household_no": "D", "month": month, "paid": "600"}]
        sent.append(Sent("relief.pay", relief, date(following, after + 1, 7), month))
    moved = [{**row, "month": "2020-04"} for row in people[:2]]
    moved.append(person("C", 1, "carl", month="2020-04", relation="head", trade="smith"))
    sent.append(Sent("registry.people", moved, date(2020, 5, 3)))
    corrected = [bill("a3", "ann", "2019-09-10", "1000"), bill("c", "carl", "2020-03-01", "1300")]
    sent.append(Sent("health.bills", corrected, date(2020, 6, 8), "2020-05"))
    return sorted(sent, key=lambda one: one.on)


_received: dict[tuple[str, date], tuple[TemporaryDirectory[str], Lake]] = {}
"""Pack and day -> a home of this process that received until then."""


def receive_until(lake: Lake, day: date) -> Lake:
    """A home that received what had come by a day: once a process for each pack and day, then copied."""
    key = lake.pack.digest, day
    if key not in _received:
        folder = TemporaryDirectory(prefix="fangpin-hillside-")
        _received[key] = folder, _receive(Lake(Path(folder.name), lake.pack), day)
    return _received[key][1].copied(lake.root)


def _receive(lake: Lake, day: date) -> Lake:
    for sent in year():
        if sent.on <= day:
            lake.receive(sent.feed, sent.rows, on=sent.on, month=sent.month)
    return lake
