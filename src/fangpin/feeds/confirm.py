"""Confirming proposed readings: the rows become a new delivery, and nothing is rewritten."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from pathlib import Path
from typing import Any

from fangpin.feeds.arrivals import CONFIRMS, PROPOSED, Arrival, arrivals
from fangpin.feeds.cells.shapes import quoted
from fangpin.feeds.holds import find_delivery
from fangpin.feeds.proposals import CHOICES, PROPOSED_CELLS, confirmed_text
from fangpin.feeds.readers.limits import Limits
from fangpin.feeds.receipt import Receipt
from fangpin.feeds.receive import Step, receive
from fangpin.lake.engines.duckdb import Engine
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault
from fangpin.policy.models.feeds import Contract
from fangpin.policy.pack import Pack
from fangpin.values.files import machine_problems
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError
from fangpin.values.writing import Writing


@dataclass(frozen=True, slots=True)
class ProposedColumn:
    """A column of a delivery with readings to confirm; `choices` are the ways to read it."""

    field: str
    title_zh: str
    title_en: str
    code: str
    count: int
    choices: tuple[str, ...]
    confirmed_by: tuple[str, ...]
    """Deliveries that hold confirmed rows of this one already."""


def proposals_of(
    home: Home, *, pack: Pack, delivery: str, feed: str | None = None
) -> list[ProposedColumn]:
    """What of a delivery can be confirmed, column by column. Raises DELIVERY_UNKNOWN."""
    found = find_delivery(home, delivery=delivery, feed=feed)
    titles = {one.field: one.title for one in _contract(pack, found).fields}
    confirmed = tuple(
        one.delivery for one in arrivals(home, feed=found.feed) if one.confirms == found.delivery
    )
    return [
        ProposedColumn(
            field=one["field"],
            title_zh=titles[one["field"]].zh,
            title_en=titles[one["field"]].en,
            code=one["code"],
            count=one["count"],
            choices=tuple(one["choices"]),
            confirmed_by=confirmed,
        )
        for one in found.proposed.get("columns", ())
        if one["field"] in titles
    ]


def rows_left(one: Arrival, known: Iterable[Arrival]) -> int:
    """How many rows of a delivery wait for a reading that none of its confirmations chose."""
    confirmed = {
        row
        for other in known
        if (other.feed, other.confirms) == (one.feed, one.delivery)
        for row in other.origin.get("rows", ())
    }
    return max(int(one.proposed.get("rows", 0)) - len(confirmed), 0)


def confirm_proposals(
    home: Home,
    *,
    pack: Pack,
    engine: Engine,
    vault: Vault,
    delivery: str,
    choices: Mapping[str, str],
    by: str,
    at: datetime,
    received: date | None = None,
    feed: str | None = None,
    rows: Collection[int] | None = None,
    limits: Limits | None = None,
    zone: tzinfo | None = None,
    origin: Mapping[str, Any] | None = None,
    progress: Callable[[Step], None] = lambda _step: None,
) -> Receipt:
    """Receive the rows of a delivery whose proposed readings someone confirmed.

    `choices` are by field (see CHOICES); `rows` narrows to some row numbers; `origin` is kept with
    the new delivery beside what was confirmed. A row joins when each of its proposals has a reading
    under the choices. `received` is the day of the new delivery, none: that of `at`; `zone` is as of
    `receive`. The same confirmation again answers `already_received`. Raises ProblemError
    DELIVERY_UNKNOWN, DELIVERY_NOT_IN_FORCE, CHOICE_UNKNOWN, NOTHING_TO_CONFIRM.
    """
    found = find_delivery(home, delivery=delivery, feed=feed)
    contract = _contract(pack, found)
    if found.standing_on(None) != "in_force":
        raise ProblemError(_not_in_force(found))
    _refuse_unknown_choices(found, choices)
    text, numbers = _confirmed_rows(
        engine, vault, found, contract, choices, rows, pack.header.writing
    )
    if not numbers:
        raise ProblemError(_nothing(found))
    with machine_problems(home.spill), tempfile.TemporaryDirectory(dir=home.spill) as folder:
        file = Path(folder) / "confirmed.csv"
        file.write_text(text, encoding="utf-8")
        return receive(
            home=home,
            pack=pack,
            feed=found.feed,
            file=file,
            original_name=f"{found.delivery} 确认 confirmed.csv",
            received=received or at.date(),
            month=Month(found.month),
            engine=engine,
            vault=vault,
            limits=limits,
            zone=zone,
            origin={
                **(origin or {}),
                CONFIRMS: found.delivery,
                "choices": dict(sorted(choices.items())),
                "rows": numbers,
                "by": by,
                "at": at.isoformat(),
            },
            progress=progress,
        )


def _confirmed_rows(
    engine: Engine,
    vault: Vault,
    found: Arrival,
    contract: Contract,
    choices: Mapping[str, str],
    rows: Collection[int] | None,
    writing: Writing,
) -> tuple[str, list[int]]:
    """The rows as CSV under their own titles, and their numbers in the delivery."""
    file = found.folder / PROPOSED
    if not file.exists():
        return "", []
    vault.unseal(file, PROPOSED_CELLS)
    fields = {one.field: one for one in contract.fields}
    headers = {name: title for name, title in found.proposed["headers"].items() if name in fields}
    listed = ", ".join(quoted(name) for name in headers)
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerow(headers.values())
    asked = {
        one["field"] for one in found.proposed["columns"] if one["code"] == "DATE_ORDER_UNKNOWN"
    }
    numbers = []
    for row_no, *cells in engine.rows(
        f"SELECT row_no, {listed} FROM {PROPOSED_CELLS} ORDER BY row_no"
    ):
        if rows is not None and row_no not in rows:
            continue
        texts = [
            confirmed_text(
                fields[name],
                cell,
                # What nobody was asked was read in the country's order.
                choice=choices.get(name, None if name in asked else writing.date_order),
                today=found.received,
                writing=writing,
            )
            for name, cell in zip(headers, cells, strict=True)
        ]
        if None not in texts:
            writer.writerow(texts)
            numbers.append(int(row_no))
    engine.drop(PROPOSED_CELLS)
    return written.getvalue(), numbers


def _contract(pack: Pack, found: Arrival) -> Contract:
    contract = pack.contracts.get(found.feed)
    if contract is None:
        raise ProblemError(_nothing(found))
    return contract


def _refuse_unknown_choices(found: Arrival, choices: Mapping[str, str]) -> None:
    valid: dict[str, set[str]] = {}
    for one in found.proposed.get("columns", ()):
        valid.setdefault(one["field"], set()).update(CHOICES[one["code"]])
    wrong = [
        f"{field}={choice}"
        for field, choice in choices.items()
        if choice not in valid.get(field, set())
    ]
    if not wrong:
        return
    listed = "; ".join(f"{field}={'|'.join(sorted(ways))}" for field, ways in sorted(valid.items()))
    raise ProblemError(
        Problem(
            code="CHOICE_UNKNOWN",
            where=f"{found.feed}/{found.delivery}",
            zh=f"没有这样的读法：{', '.join(wrong)}；可选：{listed or '（无）'}。",
            en=f"There is no such reading: {', '.join(wrong)}; there are: {listed or 'none'}.",
            fix_zh="请按列从可选读法中选择。",
            fix_en="Choose one of them for each column.",
        )
    )


def _not_in_force(found: Arrival) -> Problem:
    return Problem(
        code="DELIVERY_NOT_IN_FORCE",
        where=f"{found.feed}/{found.delivery}",
        zh="该批次被暂扣或已拒收，不能单独确认其中的行。",
        en="The delivery is held or was refused: its rows cannot be confirmed apart from it.",
        fix_zh="先放行该批次。",
        fix_en="Release it first.",
    )


def _nothing(found: Arrival) -> Problem:
    return Problem(
        code="NOTHING_TO_CONFIRM",
        where=f"{found.feed}/{found.delivery}",
        zh="没有行能按所选读法载入。",
        en="No row can be read under these choices.",
        fix_zh="用 fangpin feed proposals 查看可确认的列和读法。",
        fix_en="See fangpin feed proposals for the columns and their readings.",
    )
