"""The registry after each of its deliveries: who lives in which household, and since when.

A registry delivery restates the villages that it names: a person whom the new rows of a village no
longer list has left. Grain of `people`: person_ref, of those who are listed. Grain of `persons`:
person_ref, as last listed, also of those who left. Grain of `membership`: person and household over
the half-open months [from_month, to_month).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fangpin.feeds.arrivals import SHARED, Arrival
from fangpin.lake.engine import Engine
from fangpin.lake.home import Home, published_folder
from fangpin.policy.expressions.sql import column
from fangpin.policy.header_models import Registry
from fangpin.policy.pack import Pack
from fangpin.values.problem import Problem, ProblemError

ALWAYS = 0
"""from_month of a person's first known household: bills from before the listing count too."""
FORM = "3"
"""Of registry states: states of an earlier form are left lying and built anew."""
STILL = 1_000_000
"""to_month of a membership that has not ended."""


@dataclass(frozen=True, slots=True)
class RegistryState:
    """The registry as some sequence of deliveries left it; `key` names exactly that sequence."""

    key: str
    people: Path
    persons: Path
    membership: Path
    month: int
    """The latest month of its deliveries: changes against the state before begin here."""


def state_key(deliveries: Sequence[Arrival]) -> str:
    """The name of the state that this sequence of registry deliveries leaves."""
    text = "\n".join([FORM, *(arrival.delivery for arrival in deliveries)])
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
        key = state_key(so_far)
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
    division = column(registry.division)
    _view_listed(engine, registry, arrival)
    # A person listed twice in one delivery stays in the household of the later row.
    engine.make_table(
        "listed",
        "SELECT * FROM registry_facts WHERE household_ref IS NOT NULL "
        "QUALIFY row_number() OVER (PARTITION BY person_ref ORDER BY row_no DESC) = 1",
    )
    if before is None:
        engine.make_table("people_now", "SELECT * FROM listed")
        engine.make_table("persons_now", "SELECT * FROM listed")
        engine.make_table(
            "membership_now",
            f"SELECT person_ref, household_ref, {ALWAYS} AS from_month, {STILL} AS to_month "
            "FROM people_now",
        )
    else:
        engine.view_files("people_before", [before.people])
        engine.view_files("membership_before", [before.membership])
        engine.make_table(
            "people_now",
            f"SELECT * FROM people_before WHERE coalesce({division} NOT IN "
            f"(SELECT {division} FROM listed WHERE {division} IS NOT NULL), TRUE) "
            "AND person_ref NOT IN (SELECT person_ref FROM listed) "
            "UNION ALL BY NAME SELECT * FROM listed",
        )
        engine.view_files("persons_before", [before.persons])
        engine.make_table(
            "persons_now",
            "SELECT * FROM persons_before "
            "WHERE person_ref NOT IN (SELECT person_ref FROM listed) "
            "UNION ALL BY NAME SELECT * FROM listed",
        )
        engine.make_table("membership_now", _MEMBERSHIP, [month, month])
    with published_folder(folder) as temporary:
        engine.write(
            "SELECT * FROM people_now ORDER BY household_ref, person_ref",
            temporary / "people.parquet",
        )
        engine.write("SELECT * FROM persons_now ORDER BY person_ref", temporary / "persons.parquet")
        engine.write(
            "SELECT * FROM membership_now ORDER BY person_ref, from_month",
            temporary / "membership.parquet",
        )
    engine.drop("listed", "people_now", "persons_now", "membership_now")


def _view_listed(engine: Engine, registry: Registry, arrival: Arrival) -> None:
    """Let `registry_facts` stand for a delivery's rows, each person with a reference of its own.

    Several names under one number are several persons. Each is then known by household and name,
    with the number's reference as `number_ref`; the number itself tells none of them.
    """
    shared = arrival.folder / SHARED
    if not shared.exists():
        engine.view_files("registry_facts", [arrival.facts])
        return
    engine.view_files("registry_rows", [arrival.facts])
    engine.view_files("shared_numbers", [shared])
    own = (
        "CAST('0x' || substr(sha256(concat_ws(':', rows.person_ref, rows.household_ref, "
        f"lower(replace(rows.{column(registry.name)}, ' ', '')))), 1, 15) AS BIGINT)"
    )
    engine.make_table(
        "registry_facts",
        f"SELECT rows.* REPLACE (CASE WHEN shared.person_ref IS NULL THEN rows.person_ref "
        f"ELSE {own} END AS person_ref), shared.person_ref AS number_ref "
        "FROM registry_rows AS rows LEFT JOIN shared_numbers AS shared "
        "ON shared.person_ref = rows.person_ref",
    )


_MEMBERSHIP = f"""
WITH still AS (
  SELECT before.person_ref, before.household_ref
  FROM membership_before AS before
  JOIN people_now AS now USING (person_ref, household_ref)
  WHERE before.to_month = {STILL}
)
SELECT person_ref, household_ref, from_month,
  CASE
    WHEN to_month = {STILL} AND person_ref NOT IN (SELECT person_ref FROM still) THEN ?
    ELSE to_month
  END AS to_month
FROM membership_before
UNION ALL
SELECT person_ref, household_ref,
  CASE
    WHEN person_ref IN (SELECT person_ref FROM membership_before) THEN ? ELSE {ALWAYS}
  END AS from_month,
  {STILL} AS to_month
FROM people_now
WHERE person_ref NOT IN (SELECT person_ref FROM still)
"""
