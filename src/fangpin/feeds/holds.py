"""Deliveries that wait for a person, and the acts that let them in or keep them out.

A held delivery is received and stored, and takes no part in ledger, coverage, rules or alerts. Each
act is one decision file; doing it again changes nothing.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fangpin.feeds.arrivals import Arrival, arrivals
from fangpin.feeds.decisions import Act, Decision, Standing, write_decision
from fangpin.lake.home import Home
from fangpin.values.month import Month
from fangpin.values.problem import Problem, ProblemError

_STANDING_OF: dict[Act, Standing] = {"hold": "held", "release": "in_force", "refuse": "refused"}
_REASON_LENGTH = 500


@dataclass(frozen=True, slots=True)
class HeldDelivery:
    """One delivery that waits: `reasons` are findings (code, words in both languages, count)."""

    feed: str
    delivery: str
    department: str
    received: date
    month: int
    read: int
    accepted: int
    quarantined: int
    duplicate: int
    reasons: tuple[dict[str, Any], ...]
    decisions: tuple[Decision, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "feed": self.feed,
            "delivery": self.delivery,
            "department": self.department,
            "received": self.received.isoformat(),
            "month": str(Month(self.month)),
            "read": self.read,
            "accepted": self.accepted,
            "quarantined": self.quarantined,
            "duplicate": self.duplicate,
            "reasons": list(self.reasons),
            "decisions": [_plain(decision) for decision in self.decisions],
        }


@dataclass(frozen=True, slots=True)
class Decided:
    """What an act did; `is_new` is False when the delivery stood so already."""

    feed: str
    delivery: str
    standing: Standing
    is_new: bool
    decision: Decision | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values for `--json`."""
        return {
            "feed": self.feed,
            "delivery": self.delivery,
            "standing": self.standing,
            "is_new": self.is_new,
            "decision": None if self.decision is None else _plain(self.decision),
        }


def held_deliveries(
    home: Home, *, as_of: date | None = None, feeds: Collection[str] | None = None
) -> list[HeldDelivery]:
    """Deliveries that are held at the end of a day (None: now), in order of arrival.

    `feeds` narrows to those that an official may see.
    """
    return [
        HeldDelivery(
            feed=one.feed,
            delivery=one.delivery,
            department=one.department,
            received=one.received,
            month=one.month,
            read=one.read,
            accepted=one.accepted,
            quarantined=one.quarantined,
            duplicate=one.duplicate,
            reasons=one.suspicions,
            decisions=one.decisions,
        )
        for one in arrivals(home)
        if (as_of is None or one.received <= as_of)
        and one.standing_on(as_of) == "held"
        and (feeds is None or one.feed in feeds)
    ]


def release_delivery(
    home: Home, *, delivery: str, by: str, at: datetime, reason: str, feed: str | None = None
) -> Decided:
    """Let a held (or refused) delivery take part from `at` on, at its own place of arrival.

    Raises ProblemError DELIVERY_UNKNOWN, DELIVERY_AMBIGUOUS, DECISION_WITHOUT_REASON,
    DECISION_TOO_EARLY.
    """
    return _decide(home, "release", delivery=delivery, by=by, at=at, reason=reason, feed=feed)


def refuse_delivery(
    home: Home, *, delivery: str, by: str, at: datetime, reason: str, feed: str | None = None
) -> Decided:
    """Keep a held delivery out for good, or take back one that was in force. Raises as release."""
    return _decide(home, "refuse", delivery=delivery, by=by, at=at, reason=reason, feed=feed)


def hold_delivery(
    home: Home, *, delivery: str, by: str, at: datetime, reason: str, feed: str | None = None
) -> Decided:
    """Hold a delivery that was in force until someone has looked. Raises as release."""
    return _decide(home, "hold", delivery=delivery, by=by, at=at, reason=reason, feed=feed)


def find_delivery(home: Home, *, delivery: str, feed: str | None = None) -> Arrival:
    """A delivery by its name, or by `feed/name`. Raises DELIVERY_UNKNOWN, DELIVERY_AMBIGUOUS."""
    if feed is None and "/" in delivery:
        feed, _, delivery = delivery.partition("/")
    known = [one for one in arrivals(home) if feed in (None, one.feed)]
    named = [one for one in known if one.delivery == delivery]
    if len(named) == 1:
        return named[0]
    if named:
        listed = ", ".join(f"{one.feed}/{one.delivery}" for one in named)
        raise ProblemError(
            Problem(
                code="DELIVERY_AMBIGUOUS",
                where=delivery,
                zh=f"有多个数据源都有这个批次名：{listed}。",
                en=f"Several feeds have a delivery of this name: {listed}.",
                fix_zh="请写成“数据源/批次”。",
                fix_en="Write it as FEED/DELIVERY.",
            )
        )
    raise ProblemError(delivery_unknown(feed, delivery, [one.delivery for one in known]))


def delivery_unknown(feed: str | None, delivery: str | None, known: list[str]) -> Problem:
    """The Problem of a delivery that is not there."""
    listed = ", ".join(known[-5:]) or "–"
    return Problem(
        code="DELIVERY_UNKNOWN",
        where=f"feed {feed or '*'}",
        zh=f"没有这一批次：{delivery or '（该数据源还没有收到过数据）'}；最近的批次：{listed}。",
        en=f"No such delivery: {delivery or '(nothing has arrived)'}; the latest are: {listed}.",
        fix_zh="用 fangpin feed status 查看各数据源。",
        fix_en="See fangpin feed status.",
    )


def _decide(
    home: Home, act: Act, *, delivery: str, by: str, at: datetime, reason: str, feed: str | None
) -> Decided:
    if at.tzinfo is None:
        raise ValueError("the moment of a decision needs its time zone")
    reason = reason.strip()
    while True:
        found = find_delivery(home, delivery=delivery, feed=feed)
        wanted = _STANDING_OF[act]
        if found.standing_on(None) == wanted:
            latest = found.decisions[-1] if found.decisions else None
            return Decided(found.feed, found.delivery, wanted, False, latest)
        _refuse_without_reason(found, reason)
        _refuse_too_early(found, at)
        decision = Decision(act=act, at=at, by=by, reason=reason[:_REASON_LENGTH])
        written = write_decision(
            home,
            feed=found.feed,
            delivery=found.delivery,
            place=len(found.decisions),
            decision=decision,
        )
        if written:
            return Decided(found.feed, found.delivery, wanted, True, decision)
        # Someone decided at this very moment: their decision is read, then ours is judged anew.


def _refuse_without_reason(found: Arrival, reason: str) -> None:
    if reason:
        return
    raise ProblemError(
        Problem(
            code="DECISION_WITHOUT_REASON",
            where=f"{found.feed}/{found.delivery}",
            zh="放行、拒收或暂扣都要写明理由。",
            en="Releasing, refusing or holding a delivery needs a reason.",
            fix_zh="请用一句话写明核对了什么。",
            fix_en="Say in a sentence what was checked.",
        )
    )


def _refuse_too_early(found: Arrival, at: datetime) -> None:
    latest = found.decisions[-1].at if found.decisions else None
    if at.date() >= found.received and (latest is None or at >= latest):
        return
    since = latest.isoformat() if latest else found.received.isoformat()
    raise ProblemError(
        Problem(
            code="DECISION_TOO_EARLY",
            where=f"{found.feed}/{found.delivery}",
            zh=f"决定的时间不能早于 {since}（收到该批次或上一次决定的时间）。",
            en=f"A decision cannot be dated before {since}, when the delivery came or was last "
            "decided on.",
            fix_zh="请用当前时间。",
            fix_en="Use the present time.",
        )
    )


def _plain(decision: Decision) -> dict[str, str]:
    return {
        "act": decision.act,
        "at": decision.at.isoformat(),
        "by": decision.by,
        "reason": decision.reason,
    }
