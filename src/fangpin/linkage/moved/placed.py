"""A feed's rows where linkage put them, each under the number that its person has now."""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.facts.live_facts import view_live_facts
from fangpin.lake.engine import Engine
from fangpin.linkage.moved.linked import Linked
from fangpin.linkage.registry.present import under_present, view_present
from fangpin.linkage.registry.states import RegistryState


def view_placed_rows(
    *,
    engine: Engine,
    name: str,
    arrivals: Sequence[Arrival],
    beside: Sequence[Arrival],
    linked: Linked,
    state: RegistryState,
    excerpt: str | None = None,
) -> bool:
    """Let `name` stand for a feed's rows, each with its `delivery`; False, and no view, without any.

    Rows that were replaced are left out. Those that linkage moved are of any delivery, the others of
    `arrivals`: some of the feed's, which are `beside`. `excerpt`: see `view_live_facts`.
    """
    moved = next((linked.files[one.feed] for one in beside if one.feed in linked.files), None)
    arrived = [one for one in arrivals if one.changes_rows]
    parts = []
    if arrived:
        view_live_facts(
            engine=engine, name="arrived_rows", arrivals=arrived, beside=beside, excerpt=excerpt
        )
        parts.append("SELECT * FROM arrived_rows")
    if moved is not None:
        engine.view_files("moved_rows", [moved])
        if arrived:
            parts = [
                # A row of nobody's number stood nowhere, and was taken from nobody.
                "SELECT * FROM arrived_rows ANTI JOIN "
                "(SELECT delivery, row_no FROM moved_rows) AS gone USING (delivery, row_no)"
            ]
        parts.append(
            "SELECT * EXCLUDE (sign, claim_ref, link_step, link_chance) FROM moved_rows WHERE sign > 0"
        )
    if not parts:
        return False
    engine.make_view("placed_rows", " UNION ALL BY NAME ".join(parts))
    view_present(engine, state)
    engine.make_view(name, under_present("placed_rows"))
    return True
