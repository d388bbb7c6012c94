"""What the pack says of the phone itself: days that it keeps households, minutes of a paper form."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from fangpin.values.problem import ProblemError
from fangpin.web.ground.pack import installation_pack

KEEP_DAYS = "field.keep_days"
PAPER_MINUTES = "field.paper_minutes"


def keep_days(at: datetime) -> int | None:
    """Days that a phone keeps households without hearing from the server; None: not stated."""
    value = _number(KEEP_DAYS, at)
    return None if value is None else int(value)


def paper_minutes(at: datetime) -> int | None:
    """Minutes that a paper form and typing it in take; None: not stated, no saving is shown."""
    value = _number(PAPER_MINUTES, at)
    return None if value is None else int(value)


def _number(code: str, at: datetime) -> Decimal | None:
    try:
        value = installation_pack().parameter(code, at=at.date(), division=None).value
    except ProblemError:
        return None
    return value if isinstance(value, Decimal) else None
