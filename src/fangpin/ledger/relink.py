"""Moves amounts between households when a later registry delivery moves people.

The file holds, for each person whose membership or number changed (or whose registry fields changed
that the feed's items read), the rows under the new registry and the negative of those under the old
one; of a person all rows, under whatever number. Of a feed of households, the rows under each number
that stands for another household since.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.facts.live_facts import view_live_facts
from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.ledger.rollup import (
    feed_items,
    items_digest,
    linked_facts,
    person_fields,
    rolled_up,
)
from fangpin.linkage.registry.present import HOMES, PRESENT, view_homes, view_present
from fangpin.linkage.registry.states import RegistryState
from fangpin.policy.expressions.sql import column
from fangpin.policy.models.lists import LedgerItem
from fangpin.policy.pack import Pack
from fangpin.values.files import published_file

_CHANGED = """
SELECT person_ref FROM (SELECT * FROM membership_after EXCEPT SELECT * FROM membership_before)
UNION SELECT person_ref FROM (SELECT * FROM membership_before EXCEPT SELECT * FROM membership_after)
UNION SELECT person_ref FROM (SELECT * FROM numbers_after EXCEPT SELECT * FROM numbers_before)
UNION SELECT person_ref FROM (SELECT * FROM numbers_before EXCEPT SELECT * FROM numbers_after)
"""

_CHANGED_NUMBERS = """
SELECT home_number_ref FROM (SELECT * FROM homes_after EXCEPT SELECT * FROM homes_before)
UNION SELECT home_number_ref FROM (SELECT * FROM homes_before EXCEPT SELECT * FROM homes_after)
"""

_OTHER_NUMBERS = """
SELECT DISTINCT other.person_ref FROM numbers_{state} AS own
JOIN changed_references USING (person_ref)
JOIN numbers_{state} AS other ON other.present_ref = own.present_ref
"""


def relink(
    *,
    home: Home,
    pack: Pack,
    engine: Engine,
    deliveries: Sequence[Arrival],
    before: RegistryState,
    after: RegistryState,
) -> Path | None:
    """The relink file of one feed for one change of the registry; None when nothing moves."""
    feed = deliveries[0].feed
    contract = pack.contracts[feed]
    if contract.subject == "division":
        return None
    named = "\n".join([before.key, after.key, *(arrival.key for arrival in deliveries)])
    digest = hashlib.sha256(named.encode()).hexdigest()[:12]
    name = f"relink-{digest}-{items_digest(pack, feed)}"
    final = home.ledger / feed / f"{name}.parquet"
    nothing = home.ledger / feed / f"{name}.none"
    if nothing.exists():
        return None
    if not final.exists():
        items = feed_items(pack, feed)
        if contract.subject == "household":
            changed = _numbers_of_others(engine, before, after)
        else:
            changed = _changed_persons(pack, engine, items, before, after)
        if changed:
            view_live_facts(engine=engine, name="facts_all", arrivals=deliveries)
            engine.make_table("facts_moving", f"SELECT * FROM facts_all WHERE {changed}")
        if not changed or not engine.value("SELECT count(*) FROM facts_moving"):
            with published_file(nothing) as temporary:
                temporary.touch()
            return None
        parts = []
        for position, (state, sign) in enumerate(((after, 1), (before, -1))):
            source = f"facts_signed_{position}"
            engine.make_view(source, f"SELECT *, {sign} AS sign FROM facts_moving")
            linked = linked_facts(
                pack=pack,
                contract=contract,
                engine=engine,
                state=state,
                source=source,
                items=items,
            )
            engine.make_table(f"linked_{position}", linked)
            parts.append(f"SELECT * FROM linked_{position}")
        with published_file(final) as temporary:
            engine.write(rolled_up(items, " UNION ALL ".join(parts)), temporary)
    return final


def _numbers_of_others(engine: Engine, before: RegistryState, after: RegistryState) -> str:
    """The condition on rows of households whose number stands for another than before; empty: none."""
    for name, state in (("before", before), ("after", after)):
        view_homes(engine, state)
        engine.make_table(
            f"homes_{name}", f"SELECT * FROM {HOMES} WHERE home_number_ref <> household_ref"
        )
    engine.make_table("changed_numbers", _CHANGED_NUMBERS)
    if not engine.value("SELECT count(*) FROM changed_numbers"):
        return ""
    return "household_ref IN (SELECT home_number_ref FROM changed_numbers)"


def _changed_persons(
    pack: Pack,
    engine: Engine,
    items: list[LedgerItem],
    before: RegistryState,
    after: RegistryState,
) -> str:
    """The condition on rows of persons who live elsewhere than before or are told of otherwise."""
    engine.view_files("membership_before", [before.membership])
    engine.view_files("membership_after", [after.membership])
    for name, state in (("before", before), ("after", after)):
        view_present(engine, state)
        engine.make_table(
            f"numbers_{name}",
            f"SELECT * FROM {PRESENT} UNION ALL SELECT DISTINCT present_ref, present_ref "
            f"FROM {PRESENT}",
        )
    engine.make_table(
        "changed_references", _CHANGED + _told_anew(pack, engine, items, before, after)
    )
    others = [_OTHER_NUMBERS.replace("{state}", name) for name in ("before", "after")]
    engine.make_table(
        "changed_persons",
        " UNION ".join(["SELECT person_ref FROM changed_references", *others]),
    )
    return "person_ref IN (SELECT person_ref FROM changed_persons)"


def _told_anew(
    pack: Pack,
    engine: Engine,
    items: list[LedgerItem],
    before: RegistryState,
    after: RegistryState,
) -> str:
    """The persons of whom the registry now says something else that these items read."""
    fields = sorted({field for item in items for field in person_fields(pack, item)})
    if not fields:
        return ""
    engine.view_files("persons_before", [before.persons])
    engine.view_files("persons_after", [after.persons])
    differs = " OR ".join(f"a.{column(name)} IS DISTINCT FROM b.{column(name)}" for name in fields)
    return (
        " UNION SELECT a.person_ref FROM persons_after AS a "
        f"JOIN persons_before AS b ON a.person_ref = b.person_ref WHERE {differs}"
    )
