"""The only clock. Entry points (commands, requests) read it once and pass the value down.

A demonstration stands on a fixed day: the setting `FANGPIN_CLOCK=2020-12-14` stops the clock there.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time

SETTING = "FANGPIN_CLOCK"


def now(environment: Mapping[str, str]) -> datetime:
    """The present moment in UTC, or noon of the day at which the setting stops the clock.

    Raises ValueError when the setting is not an ISO date.
    """
    fixed = environment.get(SETTING)
    if fixed:
        return datetime.combine(date.fromisoformat(fixed), time(4, 0), tzinfo=UTC)
    return datetime.now(UTC)  # noqa: TID251 - the one place
