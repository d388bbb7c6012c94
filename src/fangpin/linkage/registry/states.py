"""The registry after each of its deliveries: who lives in which household, and since when.

A registry delivery restates the villages that it names: a person whom the new rows of a village no
longer list has left (bearers.py). Grain of `people`: person_ref, of those who are listed. Grain of
`persons`: reference, as last listed, also of those who left; `is_told_by_number` where the number of
`number_ref` tells this person, `successor_ref` where another reference is this person now,
`listed_since` the day of the delivery that listed the person first, under whatever number. Grain of
`membership`: see membership.py. Grain of `former`: reference that has a successor. Grain of `homes`: see
homes.py; household_ref is the household's everywhere, home_number_ref that of the number it is listed under.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fangpin.feeds.arrivals import UNREAD, Arrival
from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.linkage.registry.bearers import PEOPLE_NOW, make_people_now
from fangpin.linkage.registry.homes import HOMES_COLUMNS, HOMES_NOW
from fangpin.linkage.registry.membership import FORMER_NOW, MEMBERSHIP_NOW, make_membership
from fangpin.policy.expressions.sql import column
from fangpin.policy.models.header import Registry
from fangpin.policy.pack import Pack
from fangpin.values.files import published_folder
from fangpin.values.problem import Problem, ProblemError

FORM = "8"
"""Of registry states: states of an earlier form are left lying and built anew."""


@dataclass(frozen=True, slots=True)
class RegistryState:
    """The registry as some sequence of deliveries left it; `key` names exactly that sequence."""

    key: str
    people: Path
    persons: Path
    membership: Path
    former: Path
    homes: Path
    month: int
    """The latest month of its deliveries: changes against the state before begin here."""


def state_key(registry: Registry, deliveries: Sequence[Arrival]) -> str:
    """The name of the state that this sequence of registry deliveries leaves."""
    words = [] if registry.no_names is None else [registry.no_names.model_dump_json()]
    text = "\n".join([FORM, *words, *(arrival.delivery for arrival in deliveries)])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def registry_state(
    *, home: Home, pack: Pack, engine: Engine, deliveries: Sequence[Arrival]
) -> RegistryState:
    """The state after these registry deliveries, built once and kept.

    Raises ProblemError (REGISTRY_MISSING) when the pack maps no registry or none has arrived.
    """
    registry = pack.header.registry
    if registry is None or not deliveries:
        feed = registry.feed if registry else "registry"
        raise ProblemError(
            Problem(
                code="REGISTRY_MISSING",
                where=f"feed {feed}",
                zh="还没有收到农户名册，无法把数据归到户。",
                en="No registry of households has arrived, so nothing can be joined to one.",
                fix_zh=f"请先接收 {feed} 的数据。",
                fix_en=f"Receive a delivery of {feed} first.",
            )
        )
    state: RegistryState | None = None
    for position in range(len(deliveries)):
        so_far = deliveries[: position + 1]
        key = state_key(registry, so_far)
        folder = home.registry / key
        # A delivery of an older month that comes late cannot begin before what is known already.
        month = max(so_far[-1].month, state.month if state else 0)
        if not folder.exists():
            _build(
                folder=folder,
                registry=registry,
                engine=engine,
                before=state,
                arrival=so_far[-1],
                month=month,
            )
        state = RegistryState(
            key=key,
            people=folder / "people.parquet",
            persons=folder / "persons.parquet",
            membership=folder / "membership.parquet",
            former=folder / "former.parquet",
            homes=folder / "homes.parquet",
            month=month,
        )
    assert state is not None
    return state


def _build(
    *,
    folder: Path,
    registry: Registry,
    engine: Engine,
    before: RegistryState | None,
    arrival: Arrival,
    month: int,
) -> None:
    engine.view_files("registry_rows", [arrival.facts])
    _view_before(engine, before)
    _view_unread(engine, arrival)
    # Rows whose reading someone confirmed come apart from the rest of their village.
    make_people_now(engine, registry, restates_villages=arrival.confirms is None)
    make_membership(engine, month=month)
    with published_folder(folder) as temporary:
        engine.write(
            f"SELECT * FROM {PEOPLE_NOW} ORDER BY household_ref, person_ref",
            temporary / "people.parquet",
        )
        engine.write(
            f"{_persons(column(registry.name), arrival.received)} ORDER BY person_ref",
            temporary / "persons.parquet",
        )
        engine.write(
            f"SELECT * FROM {MEMBERSHIP_NOW} ORDER BY person_ref, from_month",
            temporary / "membership.parquet",
        )
        engine.write(
            f"SELECT * FROM {FORMER_NOW} ORDER BY person_ref", temporary / "former.parquet"
        )
        engine.write(
            f"SELECT * FROM {HOMES_NOW} ORDER BY household_ref, turn", temporary / "homes.parquet"
        )
    engine.drop(PEOPLE_NOW, MEMBERSHIP_NOW, FORMER_NOW, HOMES_NOW, "shared_now")


def _view_before(engine: Engine, before: RegistryState | None) -> None:
    """The state before as `<file>_before`; of the first delivery empty tables of the same columns."""
    if before is None:
        rows = "SELECT *, person_ref AS number_ref, household_ref AS home_number_ref "
        rows += "FROM registry_rows LIMIT 0"
        engine.make_table("people_before", rows)
        engine.make_table("persons_before", rows)
        engine.make_empty_table("since_before", {"person_ref": "BIGINT", "listed_since": "DATE"})
        engine.make_empty_table(
            "membership_before",
            {
                "person_ref": "BIGINT",
                "household_ref": "BIGINT",
                "from_month": "INTEGER",
                "to_month": "INTEGER",
            },
        )
        engine.make_empty_table(
            "former_before",
            {
                "person_ref": "BIGINT",
                "successor_ref": "BIGINT",
                "since": "INTEGER",
                "is_same_person": "BOOLEAN",
            },
        )
        engine.make_empty_table("homes_before", HOMES_COLUMNS)
        return
    engine.view_files("people_before", [before.people])
    engine.view_files("persons_listed_before", [before.persons])
    engine.make_view(
        "persons_before",
        "SELECT * EXCLUDE (is_told_by_number, successor_ref, listed_since) FROM persons_listed_before",
    )
    engine.make_view("since_before", "SELECT person_ref, listed_since FROM persons_listed_before")
    engine.view_files("membership_before", [before.membership])
    engine.view_files("former_before", [before.former])
    engine.view_files("homes_before", [before.homes])


def _view_unread(engine: Engine, arrival: Arrival) -> None:
    unread = arrival.folder / UNREAD
    if unread.exists():
        engine.view_files("unread_rows", [unread])
        return
    engine.make_empty_table(
        "unread_rows",
        {"person_ref": "BIGINT", "household_ref": "BIGINT", "division": "VARCHAR"},
    )


def _persons(name: str, received: date) -> str:
    """Everyone ever listed. Who is listed no longer, and whose number and name someone listed bears,
    is that one now."""
    return f"""
    WITH left_before AS (
      SELECT * FROM persons_before ANTI JOIN {PEOPLE_NOW} USING (person_ref)
    ), bearers AS (
      SELECT gone.person_ref, min(CASE WHEN now.{name} = gone.{name} THEN now.person_ref END) AS twin
      FROM left_before AS gone JOIN {PEOPLE_NOW} AS now ON now.number_ref = gone.number_ref
      GROUP BY gone.person_ref
    ), ever AS (
      SELECT *, TRUE AS is_told_by_number, CAST(NULL AS BIGINT) AS successor_ref FROM {PEOPLE_NOW}
      UNION ALL BY NAME
      SELECT gone.*, bearers.person_ref IS NULL AS is_told_by_number,
        coalesce(former.successor_ref, bearers.twin) AS successor_ref
      FROM left_before AS gone
      LEFT JOIN bearers ON bearers.person_ref = gone.person_ref
      LEFT JOIN {FORMER_NOW} AS former ON former.person_ref = gone.person_ref
    ), since AS (
      SELECT person_ref, min(listed_since) AS listed_since FROM (
        SELECT * FROM since_before UNION ALL
        SELECT ever.successor_ref, before.listed_since FROM ever
        JOIN since_before AS before ON before.person_ref = ever.person_ref
      ) AS known GROUP BY person_ref
    )
    SELECT ever.*, coalesce(since.listed_since, DATE '{received}') AS listed_since
    FROM ever LEFT JOIN since ON since.person_ref = ever.person_ref
    """
