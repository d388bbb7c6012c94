"""A registry that lists far fewer persons than it did: whoever it does not list has left."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.findings import Finding, finding
from fangpin.feeds.lines import DeliveryLines
from fangpin.feeds.suspicions.delivered import Delivered, is_cut
from fangpin.feeds.suspicions.profile import read_profile

_CODES = ("VILLAGES_SHRUNKEN", "VOLUME_ANOMALY")


def shrunken_villages(
    lines: DeliveryLines, told: Delivered, earlier: Sequence[Arrival]
) -> list[Finding]:
    """A registry file that lists far fewer persons of a village, or of all its villages, than before.

    Whoever it does not list has left, so that one cut village in the file of a county is looked for too.
    """
    low, least_lost = lines.of("registry_low"), lines.of("least_lost")
    if low is None or least_lost is None:
        return []
    most = _most_listed(told, earlier, months=lines.of("registry_months"))
    listed = {
        village: (count, most[village])
        for village, count in told.profile.divisions.items()
        if village in most
    }
    shrunken = [
        (count, usual, village)
        for village, (count, usual) in listed.items()
        if is_cut(count, usual, low, least_lost)
    ]
    if shrunken:
        count, usual, village = min(shrunken, key=lambda one: (one[0] - one[1], one[2]))
        return [
            finding(
                "VILLAGES_SHRUNKEN",
                villages=len(shrunken),
                division=village,
                count=count,
                usual=usual,
            )
        ]
    # Hamlets of so few that one alone cannot lose so many are looked at together.
    hamlets = [one for one in listed.values() if one[1] <= least_lost]
    for villages in (list(listed.values()), hamlets):
        now, usual = sum(one[0] for one in villages), sum(one[1] for one in villages)
        if is_cut(now, usual, low, least_lost):
            return [finding("VOLUME_ANOMALY", count=now, usual=usual, months=1)]
    return []


def _most_listed(
    told: Delivered, earlier: Sequence[Arrival], *, months: Decimal | None
) -> dict[str, int]:
    """By village, the most persons of the latest months: small losses add up, none of which is a cut.

    Without a line of months, those last listed. What was held for its losses and let in begins anew.
    """
    most: dict[str, int] = {}
    for one in earlier:
        profile = None if one.confirms else read_profile(one.profile)
        if profile is None:
            continue
        is_long_ago = months is None or one.month <= told.month - int(months)
        begins_anew = is_long_ago or _was_held_for_losses(one.suspicions)
        for village, count in profile.divisions.items():
            most[village] = count if begins_anew else max(count, most.get(village, 0))
    return most


def _was_held_for_losses(suspicions: Iterable[dict[str, object]]) -> bool:
    return any(found["code"] in _CODES for found in suspicions)
