"""A registry that lists its people under other household numbers: families may be mixed up or begin anew."""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.cells.shapes import quoted
from fangpin.feeds.findings import Finding, finding
from fangpin.feeds.lines import DeliveryLines
from fangpin.feeds.suspicions.delivered import Delivered
from fangpin.feeds.suspicions.profile import read_profile
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models.header import Registry


def renumbered_households(
    *,
    engine: Engine,
    registry: Registry,
    lines: DeliveryLines,
    told: Delivered,
    earlier: Sequence[Arrival],
) -> list[Finding]:
    """Of a village, or of all its villages, so many people in other households than last listed.

    Numbers that an office made anew, or that a spreadsheet cut: several families then stand under one. Who
    stays together under a number never used goes on as the household of before (linkage/registry/homes.py),
    all others begin anew. Looks at the table `settling`.
    """
    share, least = lines.of("renumbered_share"), lines.of("least_lost")
    listings = _last_listings(told, earlier)
    if share is None or least is None or not listings:
        return []
    engine.view_files("last_listings", [one.facts for one in listings])
    division = quoted(registry.division)
    rows = engine.rows(
        "SELECT division, count(*), count(*) FILTER (WHERE NOT stays) FROM ("
        f"SELECT now.person_ref, min(now.{division}) AS division, "
        "bool_or(now.household_ref = before.household_ref) AS stays "
        "FROM settling AS now JOIN last_listings AS before ON before.person_ref = now.person_ref "
        "WHERE now.household_ref IS NOT NULL AND before.household_ref IS NOT NULL "
        "GROUP BY now.person_ref) AS found GROUP BY division ORDER BY division"
    )
    engine.drop("last_listings")
    total = ("", sum(known for _, known, _ in rows), sum(moved for _, _, moved in rows))
    for among in (rows, [total]):
        strange = [one for one in among if one[2] >= least and one[2] >= share * one[1]]
        if strange:
            village, known, moved = max(strange, key=lambda one: one[2])
            return [
                finding(
                    "HOUSEHOLDS_RENUMBERED",
                    villages=len(strange) if village else len(rows),
                    division=village or rows[0][0],
                    count=moved,
                    usual=known,
                )
            ]
    return []


def _last_listings(told: Delivered, earlier: Sequence[Arrival]) -> list[Arrival]:
    """The latest deliveries that together list each of its villages."""
    villages, found = set(told.profile.divisions), []
    for one in reversed(earlier):
        profile = None if one.confirms else read_profile(one.profile)
        if profile is not None and villages & set(profile.divisions):
            villages -= set(profile.divisions)
            found.append(one)
        if not villages:
            break
    return found
