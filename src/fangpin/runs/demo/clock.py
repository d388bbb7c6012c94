"""The clock of a demonstration: a day kept in its home, so that every process sees it move."""

from __future__ import annotations

import json
from datetime import date

from fangpin.lake.home import Home

SETTINGS = "demo.json"
"""In FANGPIN_HOME of a demonstration: the settings with which it was made."""
CLOCK = "FANGPIN_CLOCK"


def clock_of(home: Home) -> date | None:
    """The day at which a demonstration's clock stands; None for a home that is none."""
    try:
        kept = json.loads((home.root / SETTINGS).read_text(encoding="utf-8"))
        return date.fromisoformat(kept[CLOCK])
    except (OSError, ValueError, KeyError):
        return None


def set_clock(home: Home, day: date) -> None:
    """Move the clock; readers see the old day or the new one."""
    kept = json.loads((home.root / SETTINGS).read_text(encoding="utf-8"))
    kept[CLOCK] = day.isoformat()
    temporary = home.root / f".{SETTINGS}"
    temporary.write_text(json.dumps(kept, indent=1), encoding="utf-8")
    temporary.replace(home.root / SETTINGS)
