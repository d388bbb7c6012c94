"""What is asked about deaths for every judged month, cut down once to the households it can concern.

A hit waits because of a death only where somebody of its household was reported dead at some time.
These are few: the rows, persons and members of theirs are read once for all months.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.facts.live_facts import excerpt_facts
from fangpin.lake.engine import Engine
from fangpin.ledger.snapshot import Snapshot
from fangpin.linkage.registry.states import RegistryState
from fangpin.policy.expressions.sql import column
from fangpin.policy.models.header import Deaths, DeathTold
from fangpin.policy.pack import Pack
from fangpin.rules.deaths import reports

BEREAVED = "bereaved_households"
"""household_ref of those households asked about of which somebody was ever reported dead."""
_PEOPLE = "bereaved_people"
"""person_ref of all who ever belonged to one of them, former references included."""
_LIVED = (
    "SELECT household_ref, person_ref FROM ever_member "
    "UNION ALL SELECT household_ref, person_ref FROM ever_there"
)


@contextmanager
def excerpts_of_bereaved(
    engine: Engine,
    pack: Pack,
    declared: Deaths,
    snapshots: Sequence[Snapshot],
    *,
    asked: str,
    feeds: set[str],
    spill: Path,
) -> Iterator[list[Snapshot]]:
    """As long as the block, the table BEREAVED and each snapshot as far as it tells of them.

    `asked` is a table of household_ref, of any month. `feeds` are those whose rows will be read beside
    the deaths; of all others the snapshots know what they knew.
    """
    states = list({one.registry.key: one.registry for one in snapshots}.values())
    _make_bereaved(engine, declared, snapshots, states, asked)
    tables: dict[str, str] = {}
    for feed in sorted(feeds | {one.feed for one in declared.told_by}):
        whose = _whose(pack, feed)
        arrivals = _arrivals(snapshots, feed)
        if whose and arrivals:
            tables[feed] = f"excerpt_{len(tables)}"
            excerpt_facts(engine=engine, name=tables[feed], arrivals=arrivals, where=whose)
    with TemporaryDirectory(dir=spill) as folder:
        few = {one.key: _registry_excerpt(engine, one, Path(folder) / one.key) for one in states}
        yield [replace(one, registry=few[one.registry.key], excerpts=tables) for one in snapshots]
    engine.drop(*tables.values(), BEREAVED, _PEOPLE)


def _make_bereaved(
    engine: Engine,
    declared: Deaths,
    snapshots: Sequence[Snapshot],
    states: Sequence[RegistryState],
    asked: str,
) -> None:
    engine.view_files("ever_former", [one.former for one in states])
    engine.view_files("ever_member", [one.membership for one in states])
    engine.view_files("ever_there", [one.people for one in states])
    engine.view_files("ever_homes", [one.homes for one in states])
    engine.make_empty_table("ever_dead", {"person_ref": "BIGINT"})
    for one in declared.told_by:
        for rows in _rows_ever(engine, snapshots, one):
            engine.append(
                "ever_dead",
                f"SELECT DISTINCT person_ref FROM {rows} WHERE person_ref IS NOT NULL "
                f"AND {column(one.on)} IS NOT NULL AND {reports(one.where)}",
            )
    # Whoever was reported under a former number is dead under the one of any later state.
    engine.append(
        "ever_dead",
        "SELECT DISTINCT successor_ref FROM ever_former SEMI JOIN ever_dead USING (person_ref)",
    )
    engine.make_table(
        BEREAVED,
        f"SELECT DISTINCT household_ref FROM ({_LIVED}) AS lived "
        f"SEMI JOIN ever_dead USING (person_ref) SEMI JOIN {asked} USING (household_ref)",
    )
    engine.make_table(
        _PEOPLE,
        f"SELECT DISTINCT person_ref FROM ({_LIVED}) AS lived "
        f"SEMI JOIN {BEREAVED} USING (household_ref)",
    )
    engine.append(
        _PEOPLE,
        "SELECT DISTINCT person_ref FROM ever_former "
        f"WHERE successor_ref IN (SELECT person_ref FROM {_PEOPLE})",
    )
    engine.drop("ever_dead")


def _rows_ever(engine: Engine, snapshots: Sequence[Snapshot], told: DeathTold) -> Iterator[str]:
    """Views of whatever rows a feed of deaths brought, replaced or not, and of those that moved."""
    files = dict.fromkeys(one.facts for one in _arrivals(snapshots, told.feed))
    moved = dict.fromkeys(
        one.linked.files[told.feed] for one in snapshots if told.feed in one.linked.files
    )
    for name, paths in (("ever_told", files), ("ever_moved", moved)):
        if paths:
            engine.view_files(name, list(paths))
            yield name


def _arrivals(snapshots: Sequence[Snapshot], feed: str) -> list[Arrival]:
    """Each delivery of a feed that any snapshot knows, once for each set of rows that it stands for."""
    return list(
        {
            arrival.facts: arrival
            for one in snapshots
            for arrival in one.arrivals
            if arrival.feed == feed and (arrival.changes_rows or arrival.claims)
        }.values()
    )


def _whose(pack: Pack, feed: str) -> str | None:
    """The condition on a feed's rows that tell of the bereaved; None: they name whole divisions."""
    contract = pack.contracts[feed]
    if contract.subject == "person":
        return f"person_ref IN (SELECT person_ref FROM {_PEOPLE})"
    if contract.subject == "household":
        return (
            f"household_ref IN (SELECT household_ref FROM {BEREAVED} UNION ALL "
            f"SELECT home_number_ref FROM ever_homes SEMI JOIN {BEREAVED} USING (household_ref))"
        )
    return None


def _registry_excerpt(engine: Engine, state: RegistryState, folder: Path) -> RegistryState:
    """A registry state as far as it tells of them."""
    folder.mkdir()
    of_people = f"person_ref IN (SELECT person_ref FROM {_PEOPLE})"
    of_both = f"{of_people} OR household_ref IN (SELECT household_ref FROM {BEREAVED})"

    def written(file: Path, where: str) -> Path:
        engine.view_files("state_rows", [file])
        engine.write(f"SELECT * FROM state_rows WHERE {where}", folder / file.name)
        return folder / file.name

    few = replace(
        state,
        people=written(state.people, of_both),
        persons=written(state.persons, of_people),
        membership=written(state.membership, of_both),
    )
    engine.drop("state_rows")
    return few
