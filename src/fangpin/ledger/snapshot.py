"""The ledger as it was known on a date: which ledger files, which months, which registry.

Deliveries are folded in the order of their arrival. A delivery is rolled up under the registry of
its day; when a later registry delivery moves people, a relink file moves their amounts. So the sum
of the files is always the ledger under the latest registry, and any earlier date can be replayed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

from fangpin.feeds.arrivals import Arrival, coverage
from fangpin.feeds.facts.replay import replay
from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.ledger.coverage import Coverage
from fangpin.ledger.relink import relink
from fangpin.ledger.rollup import feed_items, roll_up, roll_up_linked
from fangpin.linkage.decisions import (
    OF_A_DEATH,
    Decision,
    all_decisions,
    digest_of,
)
from fangpin.linkage.moved.chosen import Chosen
from fangpin.linkage.moved.linked import NOTHING_LINKED, Linked, decisions_in_force, linked_facts_of
from fangpin.linkage.registry.present import view_present
from fangpin.linkage.registry.states import RegistryState, registry_state
from fangpin.policy.pack import Pack
from fangpin.values.month import Month

FORM = "6"
"""Of what rests on snapshots: runs of an earlier form are made anew."""


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """A ledger file and the months that its rows lie in."""

    path: Path
    first_month: int
    last_month: int
    received: date
    """When the delivery came that it rolls up, or the registry for which it moves amounts."""
    takes_back: bool = False
    """Some of its rows are the negatives of earlier ones."""
    is_linked: bool = False
    """It holds what linkage moved, whenever that came: it is made anew as claims come."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What was known at the end of `as_of`; `key` changes exactly when anything of it changes."""

    as_of: date
    month: Month
    arrivals: tuple[Arrival, ...]
    registry: RegistryState
    files: dict[str, list[LedgerFile]]
    coverage: Coverage
    key: str
    linked: Linked = NOTHING_LINKED
    """The facts that linkage moved; their ledger files are among the others."""
    decisions: tuple[Decision, ...] = ()
    """What officials had said by then of claims, rows and reported deaths."""
    excerpts: Mapping[str, str] = field(default_factory=dict)
    """Feed -> a table of the engine that holds all that will be asked of its rows: see live_facts."""

    def files_between(self, feed: str, first: int, last: int) -> list[LedgerFile]:
        """The ledger files of a feed that have rows in these months."""
        return [
            file
            for file in self.files.get(feed, [])
            if file.first_month <= last and file.last_month >= first
        ]


def are_plain(files: Sequence[LedgerFile]) -> bool:
    """Whether every household and month has its figures in one row of one of the files.

    So it is where no two files share a month and none takes anything back.
    """
    ordered = sorted(files, key=lambda file: file.first_month)
    return not any(file.takes_back for file in files) and all(
        one.last_month < following.first_month for one, following in pairwise(ordered)
    )


def plain_and_others(
    files: Sequence[LedgerFile],
) -> tuple[list[LedgerFile], list[LedgerFile]]:
    """As many of the files as are plain together, those that came first; and the others."""
    plain: list[LedgerFile] = []
    others: list[LedgerFile] = []
    for file in files:
        is_apart = all(
            file.last_month < one.first_month or one.last_month < file.first_month for one in plain
        )
        (plain if is_apart and not file.takes_back else others).append(file)
    return plain, others


def take_snapshot(
    *,
    home: Home,
    pack: Pack,
    engine: Engine,
    arrivals: Sequence[Arrival],
    as_of: date,
    feeds: Collection[str] | None = None,
    rows_of: Collection[str] = (),
    chosen: Chosen | None = None,
) -> Snapshot:
    """The snapshot of a date; ledger files that do not exist yet are built.

    `arrivals` are all deliveries in order of arrival; those that were held or refused on that day
    take no part. Whoever needs the ledger of some `feeds` alone names them, and in `rows_of` those of
    which the linked rows are needed: the others are neither rolled up nor linked, what was delivered is
    known all the same, and the key is that of these feeds. Whoever takes many brings one `chosen`.
    Raises ProblemError REGISTRY_MISSING.
    """
    known = replay(home=home, pack=pack, engine=engine, found=arrivals, as_of=as_of)
    registry_feed = pack.header.registry.feed if pack.header.registry else ""
    registries = [arrival for arrival in known if arrival.feed == registry_feed]
    listed: list[Arrival] = []
    state = registry_state(home=home, pack=pack, engine=engine, deliveries=registries[:1])
    files: dict[str, list[LedgerFile]] = {}
    earlier: dict[str, list[Arrival]] = {}
    for arrival in known:
        if arrival.feed == registry_feed:
            listed.append(arrival)
            before = state
            state = registry_state(home=home, pack=pack, engine=engine, deliveries=listed)
            if len(listed) > 1:
                for feed, deliveries in earlier.items():
                    moved = relink(
                        home=home,
                        pack=pack,
                        engine=engine,
                        deliveries=deliveries,
                        before=before,
                        after=state,
                    )
                    if moved is not None:
                        first = min(delivery.first_month for delivery in deliveries)
                        last = max(delivery.last_month for delivery in deliveries)
                        files[feed].append(
                            LedgerFile(moved, first, last, arrival.received, takes_back=True)
                        )
        if feeds is not None and arrival.feed not in feeds:
            continue
        if (
            arrival.changes_rows
            and arrival.feed in pack.contracts
            and feed_items(pack, arrival.feed)
        ):
            path = roll_up(
                home=home,
                pack=pack,
                engine=engine,
                arrival=arrival,
                state=state,
                earlier=earlier.get(arrival.feed, ()),
            )
            first, last = arrival.months_touched(home)
            file = LedgerFile(
                path, first, last, arrival.received, takes_back=bool(arrival.superseded)
            )
            files.setdefault(arrival.feed, []).append(file)
            earlier.setdefault(arrival.feed, []).append(arrival)
    linked = linked_facts_of(
        home=home,
        pack=pack,
        engine=engine,
        state=state,
        arrivals=[
            one for one in known if feeds is None or one.feed in feeds or one.feed in rows_of
        ],
        as_of=as_of,
        chosen=chosen,
    )
    for feed, facts in linked.files.items():
        if feed_items(pack, feed) and (feeds is None or feed in feeds):
            path, first, last = roll_up_linked(
                home=home,
                pack=pack,
                engine=engine,
                feed=feed,
                linked=facts,
                state=state,
                deliveries=earlier.get(feed, ()),
            )
            latest = max(one.received for one in known)
            files.setdefault(feed, []).append(
                LedgerFile(path, first, last, latest, takes_back=True, is_linked=True)
            )
    view_present(engine, state)
    decisions = decisions_in_force(engine, all_decisions(home, as_of=as_of))
    return Snapshot(
        as_of=as_of,
        month=Month.last_complete(as_of),
        arrivals=tuple(known),
        registry=state,
        files=files,
        coverage=_coverage(pack, arrivals, known, as_of),
        key=_key(pack, known, arrivals, as_of, linked, decisions),
        linked=linked,
        decisions=tuple(decisions),
    )


def _coverage(
    pack: Pack, found: Sequence[Arrival], known: Sequence[Arrival], as_of: date
) -> Coverage:
    """The months delivered; none of a feed of events of which one delivery waits for a person.

    Events have no month that would be missing: what waits could be of any of them.
    """
    waiting = {
        one.feed
        for one in found
        if one.received <= as_of
        and one.standing_on(as_of) == "held"
        and one.feed in pack.contracts
        and not one.is_registry
        and pack.contracts[one.feed].frequency == "event"
    }
    delivered = coverage(known, as_of=as_of)
    return Coverage({feed: months for feed, months in delivered.items() if feed not in waiting})


def _key(
    pack: Pack,
    known: Sequence[Arrival],
    found: Sequence[Arrival],
    as_of: date,
    linked: Linked,
    decisions: Sequence[Decision],
) -> str:
    # What was decided of links is in `linked.key` already.
    deaths = [one for one in decisions if one.kind in OF_A_DEATH]
    aside = [
        f"{one.standing_on(as_of)} {one.feed}/{one.delivery}"
        for one in found
        if one.received <= as_of and not one.is_in_force(as_of)
    ]
    listed = [f"{one.feed}/{one.delivery}" for one in known]
    parts = [FORM, pack.digest, as_of.isoformat(), *listed, *aside]
    parts += [linked.key] if linked.key else []
    parts += [f"deaths {digest_of(deaths)}"] if deaths else []
    text = "\n".join(parts)
    return hashlib.sha256(text.encode()).hexdigest()[:12]
