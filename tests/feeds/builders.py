"""Plain builders: a contract, numbers that pass their check digit, files as departments send them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import xlsxwriter

from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.receipt import Receipt
from fangpin.feeds.receive import receive
from fangpin.lake.engines.duckdb import Engine, connect
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault
from fangpin.policy.models.feeds import Contract
from fangpin.values.identifiers import check_digit
from fangpin.values.month import Month
from tests.fresh import fresh_engine
from tests.looking import looker
from tests.writing import table_words

HEADER = ("身份证号", "姓名", "月份", "月工资", "务工天数", "渠道", "开始日期", "单位")

FULL_WIDTH = str.maketrans("0123456789.,-()xX", "０１２３４５６７８９．，－（）ｘＸ")
AUTO, PROPOSE, ROW, MISSING = "auto", "propose", "row", "missing"
"""How an input ends: docs/bad-inputs.md."""


def words(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def wages_contract(**changed: Any) -> Contract:
    """Monthly wages of persons: one column of every common type."""
    told: dict[str, Any] = {
        "feed": "labour.wages",
        "title": words("务工监测", "Wages"),
        "source": "test",
        "status": "proposed",
        "subject": "person",
        "subject_field": "id_number",
        "frequency": "monthly",
        "due_day": 5,
        "absence": "zero",
        "key": ["id_number", "month"],
        "dated_by": "month",
        "fields": [
            {"field": "id_number", "title": words("身份证号", "Identity number"),
             "aliases": ["身份证号码", "证件号", "公民身份号码"], "type": "identifier",
             "scheme": "gb11643", "required": True},
            {"field": "name", "title": words("姓名", "Name"), "type": "name"},
            {"field": "month", "title": words("月份", "Month"), "type": "month", "required": True},
            {"field": "wage", "title": words("月工资", "Wage"), "aliases": ["金额"],
             "type": "amount", "maximum": Decimal(1_000_000)},
            {"field": "days", "title": words("务工天数", "Days"), "type": "count",
             "minimum": Decimal(0), "maximum": Decimal(31)},
            {"field": "channel", "title": words("渠道", "Channel"), "type": "code",
             "values": {"self": ["自主"], "post": ["公益性岗位", "公岗"], "none": ["无"]}},
            {"field": "start_date", "title": words("开始日期", "From"), "type": "date"},
            {"field": "employer", "title": words("单位", "Employer"), "type": "text"},
        ],
    }  # fmt: skip
    return Contract.model_validate({**told, **changed})


def roster_contract() -> Contract:
    """A registry of persons and households."""
    return Contract.model_validate(
        {
            "feed": "village.roster",
            "title": words("名册", "Roster"),
            "source": "test",
            "status": "proposed",
            "subject": "person",
            "subject_field": "id_number",
            "frequency": "monthly",
            "absence": "unknown",
            "key": ["household_no", "person_no", "month"],
            "dated_by": "month",
            "fields": [
                {"field": "household_no", "title": words("户编号", "Household"),
                 "type": "household_no", "required": True},
                {"field": "person_no", "title": words("人编号", "Person"), "type": "text"},
                {"field": "id_number", "title": words("身份证号", "Identity number"),
                 "type": "identifier", "scheme": "gb11643"},
                {"field": "name", "title": words("姓名", "Name"), "type": "name", "required": True},
                {"field": "sex", "title": words("性别", "Sex"), "type": "code",
                 "values": {"male": ["男"], "female": ["女"]}},
                {"field": "relation", "title": words("关系", "Relation"), "type": "text"},
                {"field": "division", "title": words("区划", "Division"), "type": "division"},
                {"field": "phone", "title": words("电话", "Phone"), "type": "phone"},
                {"field": "month", "title": words("月份", "Month"), "type": "month",
                 "required": True},
            ],
        }
    )  # fmt: skip


def pack_of(*contracts: Contract, lines: Any = None) -> Any:
    """What receive needs of a pack; a feed `village.roster` is its registry.

    `lines` is a pack whose lines judge a delivery as a whole; none: nothing is ever held.
    """
    roster = any(contract.feed == "village.roster" for contract in contracts)
    registry = SimpleNamespace(
        feed="village.roster", household_no="household_no", person_no="person_no", name="name",
        identifier="id_number", relation="relation", head="户主", division="division", birth=None,
        sex="sex", phone="phone", address=None,
    )  # fmt: skip
    return SimpleNamespace(
        contracts={contract.feed: contract for contract in contracts},
        owners={contract.feed: contract.feed.partition(".")[0] for contract in contracts},
        header=SimpleNamespace(
            registry=registry if roster else None,
            tables=table_words(),
            writing=table_words().writing,
        ),
        parameters=lines.parameters if lines else {},
        parameter=lines.parameter if lines else None,
    )


def number(place: int, *, born: date = date(1985, 3, 7)) -> str:
    """The identity number of the nth person."""
    body = f"{431021 + place // 1000}{born:%Y%m%d}{place % 1000:03}"
    return body + check_digit(body)


def wage_row(place: int, **changed: str) -> list[str]:
    """A clean row of the nth person; `changed` by field code."""
    row = {
        "id_number": number(place), "name": "李竹喜", "month": "2020-03", "wage": f"{1000 + place}.50",
        "days": "22", "channel": "自主", "start_date": "2020-03-01", "employer": "石山合作社",
    }  # fmt: skip
    return list({**row, **changed}.values())


def csv_text(rows: Sequence[Sequence[str]], *, header: Sequence[str] = HEADER) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    return text.getvalue()


def xlsx_file(file: Path, sheets: dict[str, Sequence[Sequence[object]]]) -> Path:
    """A workbook; numbers become numeric cells, texts text cells."""
    workbook = xlsxwriter.Workbook(str(file), {"strings_to_formulas": False})
    for name, rows in sheets.items():
        sheet = workbook.add_worksheet(name)
        for line, row in enumerate(rows):
            for place, value in enumerate(row):
                if isinstance(value, int | float):
                    sheet.write_number(line, place, value)
                elif value != "":
                    sheet.write_string(line, place, str(value))
    workbook.close()
    return file


class Desk:
    """Receives files into one home, a fresh engine each time, as the command does."""

    def __init__(self, folder: Path, *contracts: Contract, lines: Any = None) -> None:
        self.folder = folder
        self.home = Home(folder / "home")
        self.home.prepare()
        self.pack = pack_of(*(contracts or (wages_contract(),)), lines=lines)
        self._stack = ExitStack()

    def receive_text(self, text: str, *, encoding: str = "utf-8", **options: Any) -> Receipt:
        return self.receive_bytes(text.encode(encoding), **options)

    def receive_rows(self, *rows: Sequence[str], **options: Any) -> Receipt:
        return self.receive_text(csv_text(rows), **options)

    def receive_bytes(self, content: bytes, *, name: str = "sent.csv", **options: Any) -> Receipt:
        file = self.folder / "upload"
        file.write_bytes(content)
        return self.receive_file(file, name=name, **options)

    def receive_file(
        self,
        file: Path,
        *,
        name: str | None = None,
        feed: str | None = None,
        received: date = date(2020, 4, 4),
        month: Month | None = None,
        limits: Limits | None = None,
        sheet: str | None = None,
        origin: dict[str, Any] | None = None,
    ) -> Receipt:
        with fresh_engine(threads=2, spill=self.home.spill) as engine:
            receipt = receive(
                home=self.home,
                pack=self.pack,
                feed=feed or next(iter(self.pack.contracts)),
                file=file,
                original_name=name or file.name,
                received=received,
                month=month,
                engine=engine,
                vault=Vault(home=self.home, engine=engine),
                limits=limits,
                sheet=sheet,
                origin=origin,
            )
        if receipt.outcome in ("accepted", "held"):
            assert receipt.read == receipt.accepted + receipt.quarantined + receipt.duplicate
        return receipt

    def facts(self, receipt: Receipt, columns: str = "*") -> list[tuple[Any, ...]]:
        return self._read(receipt, "facts", columns)

    def quarantine(self, receipt: Receipt, columns: str = "row_no, code") -> list[tuple[Any, ...]]:
        return self._read(receipt, "quarantine", columns)

    def _read(self, receipt: Receipt, name: str, columns: str) -> list[tuple[Any, ...]]:
        assert receipt.delivery is not None
        file = self.home.deliveries / receipt.feed / receipt.delivery / f"{name}.parquet"
        query = f"SELECT {columns} FROM read_parquet(?) ORDER BY row_no"
        return looker().rows(query, [str(file)])

    def codes(self, receipt: Receipt) -> set[str]:
        return {finding.code for finding in receipt.findings}

    def all_bytes(self) -> dict[str, bytes]:
        """Every file that a reader of the home can see."""
        return {
            str(file.relative_to(self.home.root)): file.read_bytes()
            for file in sorted(self.home.root.rglob("*"))
            if file.is_file()
        }


def engine_with(texts: Sequence[str | None]) -> tuple[ExitStack, Engine]:
    """An engine whose table `cells` holds these texts in order."""
    stack = ExitStack()
    engine = stack.enter_context(connect())
    engine.make_table(
        "cells",
        "SELECT unnest(?) AS text, unnest(?) AS place",
        [list(texts), list(range(len(texts)))],
    )
    return stack, engine
