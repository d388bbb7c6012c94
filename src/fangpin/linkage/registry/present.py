"""Who a former reference is now: the person whose number was corrected, under the number of today.

An office may go on sending under the number of before its correction. Its rows stay as they came;
whoever counts persons, or asks what became of one, looks at them through PRESENT. So with a household
that got another number, and HOMES.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from fangpin.lake.engine import Engine
from fangpin.linkage.registry.states import RegistryState

PRESENT = "present_persons"
"""person_ref of a former reference, and `present_ref`: the same person's of now."""


HOMES = "homes_of_numbers"
"""`home_number_ref`, the reference of a household's number, and household_ref, the household for which it
stands: of every household that has had several."""


def view_homes(engine: Engine, state: RegistryState) -> None:
    """Let HOMES stand for the numbers of a registry state."""
    engine.view_files("state_homes", [state.homes])
    engine.make_view(HOMES, "SELECT home_number_ref, household_ref FROM state_homes")


def view_present(engine: Engine, state: RegistryState) -> None:
    """Let PRESENT stand for the former references of a registry state.

    A number that several people of a household bear is nobody's, and not in it.
    """
    view_former(engine, state.former)


def view_former(engine: Engine, former: Path) -> None:
    """`view_present` of the state whose file of former references this is."""
    engine.view_files("former_references", [former])
    engine.make_view(
        PRESENT,
        "SELECT person_ref, successor_ref AS present_ref FROM former_references WHERE is_same_person",
    )


def present_of(engine: Engine, references: Iterable[int | None]) -> dict[int, int]:
    """Former reference -> the present one, of these; those that are nobody's former are not in it.

    After `view_present`.
    """
    engine.make_empty_table("asked_references", {"person_ref": "BIGINT"})
    asked = sorted({one for one in references if one is not None})
    engine.insert("asked_references", [(one,) for one in asked])
    found = engine.rows(
        f"SELECT person_ref, present_ref FROM {PRESENT} SEMI JOIN asked_references USING (person_ref)"
    )
    engine.drop("asked_references")
    return {int(former): int(present) for former, present in found}


def under_present(rows: str) -> str:
    """A query of a table's rows under the reference that their person has now."""
    return (
        "SELECT rows.* REPLACE (coalesce(present.present_ref, rows.person_ref) AS person_ref) "
        f"FROM {rows} AS rows LEFT JOIN {PRESENT} AS present ON present.person_ref = rows.person_ref"
    )
