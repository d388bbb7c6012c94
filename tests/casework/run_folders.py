"""Plain builders of run folders and of the pack that reads them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb

from fangpin.policy.calendar import WorkingCalendar
from fangpin.policy.models.lists import Severity
from fangpin.policy.models.nodes import Words
from fangpin.runs.loading.alerts import LoadReport, load_run
from fangpin.values.month import Month
from tests.cast import VILLAGE

AT = datetime(2020, 12, 14, 4, tzinfo=UTC)

_SEVERITIES = {"red": (1, 3), "orange": (2, 5), "yellow": (3, 7), "blue": (4, 15)}


def build_pack(*, working_days: bool = False) -> Any:
    """A pack of four severities and three rules that works Monday to Friday."""
    words = Words(zh="某", en="some")
    return SimpleNamespace(
        id="test",
        header=SimpleNamespace(calendar=None),
        rules=tuple(
            SimpleNamespace(rule=rule, cause=None) for rule in ("illness_cost", "job_loss", "roof")
        ),
        causes={},
        items={"falls": SimpleNamespace(item="falls", kind="count")},
        severities=tuple(
            Severity(
                severity=severity,
                rank=rank,
                title=words,
                numeral="-",
                shape="circle",
                due_days=days,
                working_days=working_days,
                source="test",
                status="proposed",
            )
            for severity, (rank, days) in _SEVERITIES.items()
        ),
    )


@dataclass(frozen=True)
class HouseholdRow:
    """A household of the registry and the number of its members."""

    ref: int
    division: str = VILLAGE
    members: int = 2
    head_name: str = "李某"
    address: str = "一组"
    first_person: int | None = None

    def row(self) -> tuple[Any, ...]:
        number = f"H{self.ref:06d}"
        return (
            self.ref,
            number,
            self.division,
            self.head_name,
            self.address,
            "138****0000",
            self.members,
            '{"able":1}',
        )

    def member_rows(self) -> list[tuple[Any, ...]]:
        first = self.first_person or self.ref * 10
        return [
            (
                first + n,
                self.ref,
                f"人{n}",
                "head" if n == 0 else "child",
                n == 0,
                "f",
                date(1970 + n, 1, 2),
                "4310**********001X",
                "{}",
            )
            for n in range(self.members)
        ]


@dataclass(frozen=True)
class HitRow:
    """A rule that hit a household, with its source rows."""

    ref: int
    rule: str = "illness_cost"
    severity: str = "yellow"
    cause: str | None = "illness"
    rows: tuple[int, ...] = (18231,)
    item: str = "medical"
    amount: Decimal | None = Decimal("458.00")


@dataclass(frozen=True)
class RunFolder:
    """What the monthly run writes, from a few households and hits."""

    as_of: date = date(2020, 12, 14)
    key: str = "k1"
    registry_key: str = "r1"
    households: tuple[HouseholdRow, ...] = (HouseholdRow(1), HouseholdRow(2), HouseholdRow(3))
    hits: tuple[HitRow, ...] = (HitRow(1),)
    months: int = 3
    outcomes: dict[str, Any] = field(default_factory=dict)

    @property
    def month(self) -> int:
        return int(Month.last_complete(self.as_of))

    def but(self, **changes: Any) -> RunFolder:
        """The same run with some things different."""
        return replace(self, **changes)

    def write(self, home: Path) -> Path:
        """Write the folder below `home`; its path."""
        folder = home / "runs" / f"{self.as_of}-{self.key}"
        folder.mkdir(parents=True)
        (home / self._timeline).parent.mkdir(exist_ok=True)
        self._write_files(home, folder, _kept_connection())
        (folder / "run.json").write_text(self._facts())
        return folder

    @property
    def _timeline(self) -> str:
        return f"timeline/{self.as_of}-{self.key}.parquet"

    def _write_files(self, home: Path, folder: Path, connection: duckdb.DuckDBPyConnection) -> None:
        _write(
            connection,
            folder / "households.parquet",
            "household_ref BIGINT, household_no VARCHAR, division VARCHAR, head_name VARCHAR, "
            "address VARCHAR, phone_masked VARCHAR, count_of_members INTEGER, attributes VARCHAR",
            [household.row() for household in self.households],
        )
        _write(
            connection,
            folder / "members.parquet",
            "person_ref BIGINT, household_ref BIGINT, name VARCHAR, relation VARCHAR, "
            "is_head BOOLEAN, sex VARCHAR, birth_date DATE, masked_id VARCHAR, attributes VARCHAR",
            [row for household in self.households for row in household.member_rows()],
        )
        _write(
            connection,
            folder / "hits.parquet",
            "household_ref BIGINT, rule VARCHAR, code VARCHAR, kind VARCHAR, edition INTEGER, "
            "severity VARCHAR, severity_rank INTEGER, cause VARCHAR, month INTEGER, "
            "sentence_zh VARCHAR, sentence_en VARCHAR, figures VARCHAR, thresholds VARCHAR, "
            "category VARCHAR",
            [self._hit_row(hit) for hit in self.hits],
        )
        _write(
            connection,
            folder / "evidence.parquet",
            "household_ref BIGINT, rule VARCHAR, item VARCHAR, feed VARCHAR, delivery VARCHAR, "
            "row_no BIGINT, month INTEGER, amount DECIMAL(18,2), detail VARCHAR",
            [row for hit in self.hits for row in self._evidence_rows(hit)],
        )
        _write(
            connection,
            home / self._timeline,
            "household_ref BIGINT, month INTEGER, amounts VARCHAR, takes_back BOOLEAN",
            [
                (household.ref, self.month - n, json.dumps({"wage": str(1000 + n)}), False)
                for household in self.households
                for n in range(self.months)
            ],
        )

    def _facts(self) -> str:
        return json.dumps(
            {
                "as_of": self.as_of.isoformat(),
                "month": self.month,
                "pack": "test",
                "pack_digest": "d",
                "key": self.key,
                "registry_key": self.registry_key,
                "count_of_households": len(self.households),
                "outcomes": self.outcomes,
                "ledger": {},
                "timeline": [[self._timeline, self.month - self.months + 1, self.month]],
            }
        )

    def load(self, home: Path) -> LoadReport:
        """Write the folder and load it."""
        return load_folder(self.write(home))

    def _hit_row(self, hit: HitRow) -> tuple[Any, ...]:
        rank, _ = _SEVERITIES.get(hit.severity, (9, 0))
        return (
            hit.ref,
            hit.rule,
            hit.rule[:3].upper(),
            "alert",
            1,
            hit.severity,
            rank,
            hit.cause,
            self.month,
            "连续三个月自付医疗超过 400 元",
            "Medical costs above 400 yuan in three months",
            '{"medical":"458.00"}',
            '{"medical.line":"400"}',
            None,
        )

    def _evidence_rows(self, hit: HitRow) -> list[tuple[Any, ...]]:
        return [
            (
                hit.ref,
                hit.rule,
                hit.item,
                "yibao.settlement",
                "2020-11",
                row_no,
                self.month,
                hit.amount,
                '{"hospital":"县医院"}',
            )
            for row_no in hit.rows
        ]


def load_folder(folder: Path, *, working_days: bool = False) -> LoadReport:
    """Load a folder with the pack of the tests."""
    pack = build_pack(working_days=working_days)
    return load_run(run_folder=folder, pack=pack, calendar=WorkingCalendar(pack), at=AT)


@cache
def _kept_connection() -> duckdb.DuckDBPyConnection:
    """One for all folders of this process: opening one takes longer than writing a folder."""
    return duckdb.connect(":memory:", config={"threads": "1"})


def _write(
    connection: duckdb.DuckDBPyConnection, file: Path, columns: str, rows: list[tuple[Any, ...]]
) -> None:
    connection.execute(f"CREATE OR REPLACE TABLE t ({columns})")
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.execute(
            f"INSERT INTO t VALUES {', '.join([f'({marks})'] * len(rows))}",
            [value for row in rows for value in row],
        )
    connection.execute(f"COPY t TO '{file}' (FORMAT parquet)")
