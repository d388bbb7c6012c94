"""The registry as the console shows it: households, members, and the numbers of households that have had
several; written once a registry state."""

from __future__ import annotations

import os
from pathlib import Path

from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.linkage.registry.households import attribute_sql
from fangpin.linkage.registry.states import RegistryState
from fangpin.policy.expressions.sql import column, quoted
from fangpin.policy.expressions.vocabulary import field_kinds
from fangpin.policy.models.header import Registry
from fangpin.policy.pack import Pack
from fangpin.values.files import published_folder
from fangpin.values.month import Month

_FILES = ("households.parquet", "members.parquet", "numbers.parquet")


def write_households(
    *, home: Home, engine: Engine, pack: Pack, state: RegistryState, folder: Path
) -> None:
    """Put households, members and numbers of a registry state into a run's folder.

    The state's own copy is linked, not copied: most months the registry has not changed.
    """
    shown = home.registry / f"{state.key}-shown-{pack.digest[:8]}"
    if not shown.exists():
        with published_folder(shown) as temporary:
            _write(engine, pack, state, temporary)
    for name in _FILES:
        try:
            os.link(shown / name, folder / name)
        except OSError:
            (folder / name).write_bytes((shown / name).read_bytes())


def _write(engine: Engine, pack: Pack, state: RegistryState, folder: Path) -> None:
    registry = pack.header.registry
    assert registry is not None, "checked when the registry was read"
    engine.view_files("people_rows", [state.people])
    have = set(engine.columns("SELECT * FROM people_rows"))
    is_head = f"(person.{column(registry.relation)} = {quoted(registry.head)})"

    def head(field: str | None) -> str:
        if field is None or field not in have:
            return "NULL"
        return (
            f"coalesce(min(CASE WHEN {is_head} THEN person.{column(field)} END), "
            f"min(person.{column(field)}))"
        )

    attributes = ", ".join(
        f"{quoted(code)}, {attribute_sql(pack, attribute.value, Month(state.month))}"
        for code, attribute in pack.attributes.items()
    )
    engine.write(
        f"SELECT household_ref, min({column(registry.household_no)}) AS household_no, "
        f"min({column(registry.division)}) AS division, {head(registry.name)} AS head_name, "
        f"{head(registry.address)} AS address, {_masked(head(registry.phone))} AS phone_masked, "
        "CAST(count(*) AS INTEGER) AS count_of_members, "
        f"CAST(json_object({attributes}) AS VARCHAR) AS attributes "
        "FROM people_rows AS person GROUP BY household_ref ORDER BY household_ref",
        folder / "households.parquet",
    )
    engine.write(
        f"SELECT person_ref, household_ref, {_optional(registry.name, have)} AS name, "
        f"{_optional(registry.relation, have)} AS relation, {is_head} AS is_head, "
        f"{_optional(registry.sex, have)} AS sex, "
        f"CAST({_optional(registry.birth, have)} AS DATE) AS birth_date, "
        f"{_optional('masked_id', have)} AS masked_id, "
        f"CAST(json_object({_member_fields(pack, registry)}) AS VARCHAR) AS attributes "
        "FROM people_rows AS person ORDER BY household_ref, person_ref",
        folder / "members.parquet",
    )
    engine.view_files("state_homes", [state.homes])
    engine.write(
        "SELECT household_ref, household_no, turn FROM state_homes ORDER BY household_ref, turn",
        folder / "numbers.parquet",
    )


def _masked(phone: str) -> str:
    return f"CASE WHEN length({phone}) > 7 THEN left({phone}, 3) || '****' || right({phone}, 4) END"


def _optional(field: str | None, have: set[str]) -> str:
    return f"person.{column(field)}" if field and field in have else "NULL"


def _member_fields(pack: Pack, registry: Registry) -> str:
    """The registry's fields that the console shows beside a member."""
    placed = {registry.division, registry.relation, registry.birth, registry.sex, registry.address}
    kinds = field_kinds(pack.contracts[registry.feed])
    return ", ".join(
        f"{quoted(field)}, person.{column(field)}" for field in kinds if field not in placed
    )
