"""What people decided about a delivery: hold it, release it, refuse it; files that are only added.

A decision stands beside its delivery as `<delivery>.<place>.json`, the first at place 0000. The
delivery itself is never touched, so a day before the decision is replayed as it was.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from fangpin.lake.home import Home
from fangpin.values.files import publish_once

Act = Literal["hold", "release", "refuse"]
Standing = Literal["in_force", "held", "refused"]
"""in_force: read by ledger, coverage and rules; held: it waits for a person; refused: set aside."""

_STANDING_AFTER: dict[str, Standing] = {
    "hold": "held",
    "release": "in_force",
    "refuse": "refused",
}
_NAME = re.compile(r"(?P<delivery>.+)\.(?P<place>[0-9]{4})(?:-(?:hold|release|refuse))?\.json")
"""Earlier releases named the act as well: two acts could stand at one place."""


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision: who, when and why; `by` is an account's name."""

    act: Act
    at: datetime
    by: str
    reason: str


def standing(*, begins_held: bool, decisions: Sequence[Decision], on: date | None) -> Standing:
    """How a delivery stands at the end of a day (None: after all decisions)."""
    found: Standing = "held" if begins_held else "in_force"
    for decision in decisions:
        if on is None or decision.at.date() <= on:
            found = _STANDING_AFTER[decision.act]
    return found


def decisions_of(home: Home, *, feed: str) -> dict[str, tuple[Decision, ...]]:
    """Delivery -> its decisions in the order in which they were made."""
    found: dict[str, list[Decision]] = defaultdict(list)
    for file in sorted((home.deliveries / feed).glob("*.json")):
        named = _NAME.fullmatch(file.name)
        if named:
            found[named["delivery"]].append(_read(file))
    return {delivery: tuple(made) for delivery, made in found.items()}


def write_decision(home: Home, *, feed: str, delivery: str, place: int, decision: Decision) -> bool:
    """Add a delivery's decision at its place in the sequence; False: another stands there."""
    told = {
        "feed": feed,
        "delivery": delivery,
        "act": decision.act,
        "at": decision.at.isoformat(),
        "by": decision.by,
        "reason": decision.reason,
    }
    # The name says the place alone: of two who decide at once one finds it taken.
    return publish_once(
        home.deliveries / feed / f"{delivery}.{place:04}.json",
        json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True),
    )


def _read(file: Path) -> Decision:
    told = json.loads(file.read_text(encoding="utf-8"))
    return Decision(
        act=told["act"],
        at=datetime.fromisoformat(told["at"]),
        by=told["by"],
        reason=told["reason"],
    )
