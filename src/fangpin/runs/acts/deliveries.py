"""What officials decide about a delivery, as acts: permission, scope, audit entry, decision file.

An entry without its file can be left by a crash between the two, a file without an entry cannot.
"""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from django.db import transaction

from fangpin.casework.audit.actions import record
from fangpin.casework.officials.scope import Scope
from fangpin.casework.uploads import refusals
from fangpin.casework.uploads.actions import DECIDE
from fangpin.feeds import holds
from fangpin.feeds.holds import Decided
from fangpin.lake.home import Home
from fangpin.policy import Pack


def decide_delivery(
    *,
    home: Home,
    pack: Pack,
    act: Literal["release", "refuse"],
    feed: str,
    delivery: str,
    by: Scope,
    at: datetime,
    reason: str,
) -> Decided:
    """Let a delivery that was held take part from now on, or keep it out; again it changes nothing.

    Raises ProblemError ACT_NOT_PERMITTED, FEED_UNKNOWN (another department's), DELIVERY_UNKNOWN,
    DECISION_WITHOUT_REASON, DECISION_TOO_EARLY: nothing is written then.
    """
    if not by.can(DECIDE):
        raise refusals.not_permitted()
    if feed not in pack.owners or by.department not in ("", pack.owners[feed]):
        raise refusals.feed_unknown()
    decide = holds.release_delivery if act == "release" else holds.refuse_delivery
    wanted = "in_force" if act == "release" else "refused"
    found = holds.find_delivery(home, delivery=delivery, feed=feed)
    with transaction.atomic():
        if found.standing_on(None) != wanted:
            record(
                act=f"{act}_delivery",
                official=by,
                subject_kind="delivery",
                subject=delivery[:64],
                division=by.divisions[0],
                at=at,
                detail={"feed": feed},
            )
        return decide(home, delivery=delivery, feed=feed, by=by.official, at=at, reason=reason)
