"""The rows that linkage put into households, in a run's folder: what a household owes to a link.

Grain of links.parquet: fact row that was no one's by its number, in order of household.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fangpin.lake.engine import Engine
from fangpin.lake.engines.duckdb import kept_reader
from fangpin.ledger.snapshot import Snapshot
from fangpin.linkage.review.split import RestingRow
from fangpin.policy.expressions.sql import quoted
from fangpin.values.month import Month

FILE = "links.parquet"
_COLUMNS = {
    "household_ref": "BIGINT",
    "person_ref": "BIGINT",
    "claim_ref": "BIGINT",
    "link_step": "VARCHAR",
    "link_chance": "DOUBLE",
    "feed": "VARCHAR",
    "delivery": "VARCHAR",
    "row_no": "INTEGER",
    "month": "INTEGER",
}


@dataclass(frozen=True, slots=True)
class Link:
    """A claim that a run gave to a person, with its rows in months of the household, latest first."""

    claim_ref: int
    person_ref: int
    step: str
    chance: float
    rows: tuple[RestingRow, ...]


def write_linked_rows(*, engine: Engine, snapshot: Snapshot, folder: Path) -> None:
    """Write links.parquet of a snapshot; without any link it has no rows."""
    parts = []
    for place, (feed, file) in enumerate(sorted(snapshot.linked.files.items())):
        engine.view_files(f"linked_rows_{place}", [file])
        parts.append(
            f"SELECT person_ref, claim_ref, link_step, link_chance, {quoted(feed)} AS feed, "
            f"delivery, CAST(row_no AS INTEGER) AS row_no, CAST(month AS INTEGER) AS month "
            f"FROM linked_rows_{place} WHERE sign > 0 AND claim_ref IS NOT NULL"
        )
    if not parts:
        engine.make_empty_table("linked_rows_none", _COLUMNS)
        engine.write("SELECT * FROM linked_rows_none", folder / FILE)
        engine.drop("linked_rows_none")
        return
    engine.view_files("membership", [snapshot.registry.membership])
    engine.write(
        f"SELECT {', '.join(_COLUMNS)} FROM ({' UNION ALL '.join(parts)}) AS rows "
        "JOIN membership AS member USING (person_ref) "
        "WHERE rows.month >= member.from_month AND rows.month < member.to_month "
        "ORDER BY household_ref, person_ref, claim_ref, month DESC, feed, delivery, row_no",
        folder / FILE,
    )


def links_of_household(*, run_folder: Path, household_ref: int) -> list[Link]:
    """The links of a household in a run, the claim of most rows first; none of a run without them."""
    return _links(run_folder, "household_ref = ?", [household_ref])


def link_of(*, run_folder: Path, claim_ref: int, person_ref: int) -> Link | None:
    """One link of a run; None where the run gave the claim to someone else or to nobody."""
    found = _links(run_folder, "claim_ref = ? AND person_ref = ?", [claim_ref, person_ref])
    return found[0] if found else None


def _links(run_folder: Path, which: str, values: Sequence[int]) -> list[Link]:
    file = run_folder / FILE
    if not file.exists():
        return []
    engine = kept_reader()
    engine.view_files("links", [file], of_one_shape=True)
    rows = engine.rows(
        "SELECT claim_ref, person_ref, link_step, link_chance, feed, delivery, row_no, month, "
        f"household_ref FROM links WHERE {which} "
        "ORDER BY person_ref, claim_ref, month DESC, feed, delivery, row_no",
        list(values),
    )
    found: dict[tuple[int, int], list[tuple[str, float, RestingRow]]] = {}
    for claim_ref, person_ref, step, chance, feed, delivery, row_no, month, household_ref in rows:
        row = RestingRow(feed, delivery, row_no, str(Month(month)), person_ref, household_ref)
        found.setdefault((claim_ref, person_ref), []).append((step, float(chance), row))
    links = [
        Link(claim_ref, person_ref, told[0][0], told[0][1], tuple(row for _, _, row in told))
        for (claim_ref, person_ref), told in found.items()
    ]
    return sorted(links, key=lambda one: (-len(one.rows), one.person_ref, one.claim_ref))
