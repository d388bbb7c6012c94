"""A small village's deliveries: plain rows become CSV files that are received like any other."""

from __future__ import annotations

import csv
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Self

from fangpin.feeds.arrivals import arrivals
from fangpin.feeds.receipt import Receipt
from fangpin.feeds.receive import receive
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault, reference, write_installation_key
from fangpin.ledger.snapshot import Snapshot, take_snapshot
from fangpin.policy.pack import Pack
from fangpin.runs.monthly import RunResult, run_month
from fangpin.values.month import Month
from tests.fresh import fresh_engine
from tests.looking import looker

KEY = b"k" * 32
"""Of every test's installation: two homes then have the same references."""
Amounts = dict[tuple[str, str, str], Decimal]
"""(household number, month, item) -> figure; no figure where every row was taken back."""

At = tuple[int, str, int]
"""Month, delivery and row of a state."""


def person(
    household: str,
    number: int,
    identity: str | None,
    *,
    month: str,
    village: str = "H01",
    relation: str = "other",
    born: str = "1980-01-01",
    trade: str = "",
) -> dict[str, Any]:
    """One row of the registry."""
    return {
        "household_no": household,
        "person_no": number,
        "name": identity or f"P{number}",
        "id_number": identity or "",
        "relation": relation,
        "village": village,
        "birth_date": born,
        "trade": trade,
        "month": month,
    }


def bill(
    number: str, identity: str | None, day: str, own_share: str, visit: str = "outpatient"
) -> dict[str, Any]:
    """One row of the medical bills."""
    return {
        "bill_no": number,
        "id_number": identity or "",
        "paid_date": day,
        "own_share": own_share,
        "visit": visit,
    }


@dataclass
class Lake:
    """One installation of a test."""

    root: Path
    pack: Pack
    households: set[str] = field(default_factory=set)
    count: int = 0

    def __post_init__(self) -> None:
        self.home.prepare()
        write_installation_key(self.home, KEY)

    @property
    def home(self) -> Home:
        return Home(self.root / "home")

    def copied(self, root: Path) -> Self:
        """Another installation that has received and judged the same."""
        shutil.copytree(self.home.root, root / "home", dirs_exist_ok=True)
        return replace(self, root=root, households=set(self.households))

    def receive(
        self,
        feed: str,
        rows: Sequence[Mapping[str, Any]],
        *,
        on: date,
        month: str | None = None,
    ) -> Receipt:
        """Receive rows as one CSV file; every one of them must be taken."""
        self.count += 1
        self.households |= {row["household_no"] for row in rows if "household_no" in row}
        file = write_csv(self.root / f"{self.count:03}-{feed}.csv", self.pack, feed, rows)
        with fresh_engine(spill=self.home.spill) as engine:
            receipt = receive(
                home=self.home,
                pack=self.pack,
                feed=feed,
                file=file,
                original_name=file.name,
                received=on,
                month=Month.parse(month) if month else None,
                engine=engine,
                vault=Vault(home=self.home, engine=engine),
            )
        assert receipt.outcome in ("accepted", "already_received"), receipt.findings
        assert receipt.quarantined == 0, receipt.findings
        return receipt

    def run(self, as_of: date) -> RunResult:
        """The monthly run of a day."""
        with fresh_engine(spill=self.home.spill) as engine:
            return run_month(home=self.home, pack=self.pack, engine=engine, as_of=as_of)

    def snapshot(self, as_of: date) -> Snapshot:
        """What was known on a day."""
        with fresh_engine(spill=self.home.spill) as engine:
            return take_snapshot(
                home=self.home,
                pack=self.pack,
                engine=engine,
                arrivals=arrivals(self.home),
                as_of=as_of,
            )

    def ref(self, household: str) -> int:
        """A household's reference."""
        return reference(KEY, "household", household)

    def amounts(self, as_of: date) -> Amounts:
        """The ledger's figures: the sums of its files."""
        totals: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
        rows: dict[tuple[str, str, str], int] = defaultdict(int)
        for (household, month, item), cell in self._cells(as_of):
            if self.pack.items[item].kind != "state":
                totals[household, month, item] += Decimal(cell["value"])
                rows[household, month, item] += cell["rows"]
        return {place: total for place, total in totals.items() if rows[place]}

    def states(self, as_of: date) -> dict[tuple[str, str], str]:
        """(household number, item) -> the latest state that was not taken back."""
        rows: dict[tuple[str, str, At, str], int] = defaultdict(int)
        for (household, _, item), cell in self._cells(as_of):
            if self.pack.items[item].kind == "state":
                rows[household, item, cell["at"], cell["value"]] += cell["rows"]
        latest: dict[tuple[str, str], tuple[At, str]] = {}
        for (household, item, at, value), count in rows.items():
            if count:
                latest[household, item] = max(
                    latest.get((household, item), ((0, "", 0), "")), (at, value)
                )
        return {place: value for place, (_, value) in latest.items()}

    def _cells(self, as_of: date) -> list[tuple[tuple[str, str, str], dict[str, Any]]]:
        names = {self.ref(household): household for household in self.households}
        found = []
        engine = looker()
        for files in self.snapshot(as_of).files.values():
            for file in files:
                query = f"SELECT * FROM read_parquet('{file.path}')"
                columns = engine.columns(query)
                for values in engine.rows(query):
                    row = dict(zip(columns, values, strict=True))
                    place = names[row["household_ref"]], str(Month(row["month"]))
                    found += [
                        (
                            (*place, item),
                            {
                                "value": row[item],
                                "rows": row[f"{item}__rows"],
                                "at": (
                                    row["month"],
                                    row.get(f"{item}__delivery"),
                                    row.get(f"{item}__row"),
                                ),
                            },
                        )
                        for item in self.pack.items
                        if row.get(item) is not None
                    ]
        return found


def write_csv(file: Path, pack: Pack, feed: str, rows: Sequence[Mapping[str, Any]]) -> Path:
    """The rows as a department writes them: a header of Chinese titles, then the cells."""
    titles = {one.field: one.title.zh for one in pack.contracts[feed].fields}
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [titles[name] for name in rows[0]])
        writer.writeheader()
        writer.writerows({titles[name]: value for name, value in row.items()} for row in rows)
    return file
