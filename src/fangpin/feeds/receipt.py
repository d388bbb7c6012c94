"""What becomes of a file that was handed in, as it is told to whoever sent it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.findings import Finding, finding
from fangpin.values.month import Month


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a file. read = accepted + quarantined + duplicate when it was accepted."""

    outcome: Literal["accepted", "held", "already_received", "refused"]
    """held: received and stored like an accepted one, but it waits for a person (holds.py)."""
    feed: str
    delivery: str | None = None
    read: int = 0
    accepted: int = 0
    quarantined: int = 0
    duplicate: int = 0
    findings: tuple[Finding, ...] = ()
    counts_by_code: dict[str, int] = field(default_factory=dict)
    month: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """The receipt as plain values for `--json`."""
        return {
            "outcome": self.outcome,
            "feed": self.feed,
            "delivery": self.delivery,
            "month": None if self.month is None else str(Month(self.month)),
            "read": self.read,
            "accepted": self.accepted,
            "quarantined": self.quarantined,
            "duplicate": self.duplicate,
            "counts_by_code": self.counts_by_code,
            "findings": [finding.as_dict() for finding in self.findings],
        }


def refused(feed: str, findings: Sequence[Finding]) -> Receipt:
    """The receipt of a file of which nothing was loaded."""
    return Receipt(
        outcome="refused",
        feed=feed,
        findings=tuple(findings),
        counts_by_code=dict(Counter(found.code for found in findings)),
    )


def already_received(same: Arrival) -> tuple[Finding, ...]:
    """What there is to say of bytes that this delivery brought; also where it has no effect."""
    told = [finding("ALREADY_RECEIVED", delivery=same.delivery)]
    standing = same.standing_on(None)
    if standing != "in_force":
        code = "STANDS_HELD" if standing == "held" else "STANDS_REFUSED"
        told.append(finding(code, delivery=same.delivery))
    return tuple(told)
