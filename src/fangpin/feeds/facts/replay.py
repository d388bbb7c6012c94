"""The deliveries that were in force on a day, each with the rows that it replaced among those.

On receipt a delivery is compared with what had come before it and was in force. When that changes
later (one is released, refused, or dated back before it), its rows are compared anew: the answer is
a function of the deliveries in force and their order alone, kept under `replays/`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from fangpin.feeds.arrivals import FACTS, REPEATED, SUPERSEDED, Arrival
from fangpin.feeds.facts.duplicates import (
    compare_with_earlier,
    context_of,
    is_comparable,
    leave_out,
    restated_month,
)
from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.policy.models.feeds import Contract
from fangpin.policy.pack import Pack
from fangpin.values.files import published_folder

_TOLD = "replay.json"


def replay(
    *, home: Home, pack: Pack, engine: Engine, found: Sequence[Arrival], as_of: date
) -> list[Arrival]:
    """The deliveries in force at the end of a day, in order of arrival.

    `found` are all deliveries in that order. A feed that the pack does not know, and the registry's,
    are left as they are: a registry delivery restates whole villages.
    """
    before: dict[str, list[Arrival]] = {}
    replayed = []
    for one in found:
        if not one.is_in_force(as_of):
            continue
        contract = pack.contracts.get(one.feed)
        if contract is not None and not one.is_registry:
            earlier = before.setdefault(one.feed, [])
            confirmed = next(
                (old for old in found if (old.feed, old.delivery) == (one.feed, one.confirms)), None
            )
            one = _among(home, engine, contract, one, earlier, confirmed)
            earlier.append(one)
        replayed.append(one)
    return replayed


def _among(
    home: Home,
    engine: Engine,
    contract: Contract,
    one: Arrival,
    earlier: Sequence[Arrival],
    confirmed: Arrival | None,
) -> Arrival:
    """A delivery as it stands behind these earlier ones of its feed."""
    if not (one.accepted or one.repeated):
        return one
    compared = [old for old in earlier if is_comparable(contract, old, one.months_of_rows)]
    context = context_of(compared)
    facts = {old.delivery: old.facts for old in compared}
    if one.context == context:
        # The row that it replaces may stand with an earlier delivery only since that was replayed.
        is_replayed = any(old.replay for old in compared if old.delivery in one.superseded)
        return replace(one, replaced=_pairs(facts, one)) if is_replayed else one
    folder = home.replays / one.feed / context / one.delivery
    if not (folder / _TOLD).exists():
        _compare(engine, contract, one, compared, folder, confirmed)
    told = json.loads((folder / _TOLD).read_text(encoding="utf-8"))
    first, last = told["months"] or one.months_of_rows
    replayed = replace(
        one,
        accepted=told["accepted"],
        duplicate=one.duplicate - one.repeated + told["repeated"],
        first_month=first,
        last_month=last,
        superseded=tuple(told["superseded"]),
        replay=folder,
    )
    return replace(replayed, replaced=_pairs(facts, replayed))


def _pairs(facts: Mapping[str, Path], one: Arrival) -> tuple[tuple[Path, Path], ...]:
    """The rows of each delivery that this one replaces, and the list of them."""
    listed = one.replaced_rows
    return tuple((facts[name], listed) for name in one.superseded if listed is not None)


def _compare(
    engine: Engine,
    contract: Contract,
    one: Arrival,
    compared: Sequence[Arrival],
    folder: Path,
    confirmed: Arrival | None,
) -> None:
    files = [one.folder / FACTS]
    if one.repeated:
        files.append(one.folder / REPEATED)
    engine.view_files("settling_files", files)
    engine.make_table("settling", "SELECT * FROM settling_files")
    names = engine.columns("SELECT * FROM settling")
    engine.make_empty_table("dropped_rows", {"row_no": "INTEGER"})
    engine.make_empty_table("repeated_keys", {"row_key": "BIGINT", "differ": "BOOLEAN"})
    repeated, _, superseded = compare_with_earlier(
        engine=engine,
        names=names,
        earlier=compared,
        restated=restated_month(
            contract,
            month=one.month,
            quarantined=one.quarantined - one.no_records,
            is_part=bool(one.confirms),
        ),
        confirmed=confirmed,
    )
    leave_out(engine=engine, name="replayed_rows", duplicate=repeated, repeated=0)
    accepted, first, last = engine.rows(
        "SELECT count(*), min(month), max(month) FROM replayed_rows"
    )[0]
    subject = next(name for name in names if name in ("person_ref", "household_ref", "division"))
    with published_folder(folder) as temporary:
        engine.write(
            f"SELECT * FROM replayed_rows ORDER BY {subject}, month, row_no", temporary / FACTS
        )
        engine.write(
            "SELECT delivery, row_no FROM superseded_rows ORDER BY delivery, row_no",
            temporary / SUPERSEDED,
        )
        told = {
            "accepted": accepted,
            "repeated": repeated,
            "superseded": superseded,
            "months": [first, last] if accepted else None,
        }
        (temporary / _TOLD).write_text(json.dumps(told, indent=1), encoding="utf-8")
    engine.drop("settling", "replayed_rows", "standing_rows", "superseded_rows")
