"""Rows that wait for someone to confirm a reading: what can be confirmed, and the cells then.

A row waits when nothing is wrong with it but readings that a person must confirm. Its cells are kept
sealed with the delivery. A column is confirmed as a whole, by one of the choices that its cells have.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from fangpin.feeds.cells.check import PROBLEMS
from fangpin.feeds.cells.headers import Column
from fangpin.feeds.cells.shapes import literal, quoted
from fangpin.feeds.cells.table import RAW, RawTable
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models.feeds import ContractField
from fangpin.values.amounts import read_amount, read_number
from fangpin.values.dates import day_of_order, read_date, readings_of_short_date
from fangpin.values.identifiers import read_identifier
from fangpin.values.writing import Writing

PROPOSED_CELLS = "proposed_cells"
"""row_no, then the text of each column that was read under its field's code."""

CHOICES: Mapping[str, tuple[str, ...]] = {
    "AMOUNT_IN_WORDS": ("as_proposed",),
    "AMOUNT_SCIENTIFIC": ("as_proposed",),
    "ID_CENTURY": ("as_proposed",),
    "DATE_ORDER_UNKNOWN": ("dmy", "mdy"),
    "DATE_AMBIGUOUS": ("month", "day"),
}
"""Code of a proposal -> how its column may be read."""


def keep_proposed_cells(
    *, engine: Engine, raw: RawTable, columns: Sequence[Column]
) -> dict[str, Any]:
    """Make PROPOSED_CELLS of the rows that only wait; what delivery.json says of them, {} for none."""
    codes = ", ".join(literal(code) for code in CHOICES)
    engine.make_table(
        "waiting_rows",
        f"SELECT row_no FROM {PROBLEMS} GROUP BY row_no HAVING bool_and(code IN ({codes}))",
    )
    count = int(engine.value("SELECT count(*) FROM waiting_rows"))
    if not count:
        return {}
    cells = ", ".join(f"c{one.position} AS {quoted(one.field.field)}" for one in columns)
    engine.make_table(
        PROPOSED_CELLS,
        f"SELECT {raw.row_no} AS row_no, {cells} FROM {RAW} AS raw "
        f"WHERE {raw.row_no} IN (SELECT row_no FROM waiting_rows)",
    )
    told = engine.rows(
        f"SELECT field, code, count(*) FROM {PROBLEMS} SEMI JOIN waiting_rows USING (row_no) "
        "GROUP BY field, code ORDER BY field, code"
    )
    return {
        "rows": count,
        "headers": {one.field.field: one.header for one in columns},
        "columns": [
            {"field": field, "code": code, "count": number, "choices": list(CHOICES[code])}
            for field, code, number in told
        ],
    }


def confirmed_text(
    field: ContractField,
    text: str | None,
    *,
    choice: str | None,
    today: date,
    writing: Writing,
) -> str | None:
    """The cell as it reads under a choice; the cell itself where it needs none; None: no such reading."""
    if text is None:
        return ""
    match field.type:
        case "amount" | "number":
            read = read_amount if field.type == "amount" else read_number
            amount = read(text, writing=writing)
            if amount.proposal is None or amount.problem_code is None:
                return text
            return writing.figure(f"{amount.proposal:f}") if choice == "as_proposed" else None
        case "identifier":
            number = read_identifier(
                text,
                scheme=field.scheme or "opaque",
                today=today,
                shape=field.shape,
                writing=writing,
            )
            if number.problem_code is None:
                return text
            return number.proposal if choice == "as_proposed" else None
        case "date":
            return _date(field, text, choice, writing)
        case _:
            return text


def _date(field: ContractField, text: str, choice: str | None, writing: Writing) -> str | None:
    reading = read_date(text, open_ended=field.open_ended, writing=writing)
    if reading.problem_code == "DATE_ORDER_UNKNOWN":
        day = day_of_order(text, choice) if choice in ("dmy", "mdy") else None
        return day.isoformat() if day else None
    if reading.problem_code == "DATE_AMBIGUOUS":
        month, day = readings_of_short_date(text)
        if choice == "month":
            return f"{month.isoformat()[:7]}" if month else None
        return day.isoformat() if day and choice == "day" else None
    # A moment in UTC was read in the installation's zone, and is so again.
    return text if reading.problem_code in (None, "DATE_ZONE_UNKNOWN") else None
