"""High-water marks: values that only grow, kept as text with their kind between two pulls."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

_NO_DAY = re.compile(r"-?infinity|\d{5,}-\d\d-\d\d.*|.* BC", re.IGNORECASE)
"""Days that PostgreSQL has and no calendar of ours: its driver gives them as texts."""


def go_together(value: Any, highest: Any) -> bool:
    """Whether a value can be a mark at all, and has an order with the one before it (None: the first).

    A column of numbers and texts has none: SQLite puts every text above every number.
    """
    kind = _kind(value)
    return kind != "" and (highest is None or kind == _kind(highest))


def is_beyond(value: Any, *, at: datetime) -> bool:
    """Whether a mark stands for no moment that has been: `infinity`, or a day after the next.

    Taken for the highest, it would keep every later row away for ever.
    """
    if isinstance(value, datetime):
        value = value.date()
    if isinstance(value, date):
        return value > at.date() + timedelta(days=1)
    if isinstance(value, float | Decimal):
        return value in (Decimal("Infinity"), Decimal("-Infinity"))
    if isinstance(value, str):
        if _NO_DAY.fullmatch(value):
            return True
        try:
            return is_beyond(date.fromisoformat(value[:10]), at=at)
        except ValueError:
            return False
    return False


def named(mark: Any) -> dict[str, str]:
    """A mark as text, with its type."""
    if isinstance(mark, datetime):
        return {"type": "datetime", "value": mark.isoformat()}
    if isinstance(mark, date):
        return {"type": "date", "value": mark.isoformat()}
    if isinstance(mark, int):
        return {"type": "int", "value": str(mark)}
    if isinstance(mark, float):
        return {"type": "float", "value": repr(mark)}
    if isinstance(mark, Decimal):
        return {"type": "decimal", "value": str(mark)}
    if isinstance(mark, bytes):
        return {"type": "bytes", "value": mark.hex()}
    return {"type": "text", "value": str(mark)}


def value(mark: dict[str, str]) -> Any:
    """The mark that `named` wrote."""
    text = mark["value"]
    match mark["type"]:
        case "datetime":
            return datetime.fromisoformat(text)
        case "date":
            return date.fromisoformat(text)
        case "int":
            return int(text)
        case "float":
            return float(text)
        case "decimal":
            return Decimal(text)
        case "bytes":
            return bytes.fromhex(text)
        case _:
            return text


def _kind(value: Any) -> str:
    """Values of one kind can be compared; empty: they do not grow."""
    if isinstance(value, datetime):
        return "moment" if value.tzinfo is None else "moment of a zone"
    if isinstance(value, date):
        return "day"
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        is_nan = value != value
        return "" if is_nan else "number"
    if isinstance(value, str):
        return "text"
    return "bytes" if isinstance(value, bytes) else ""
