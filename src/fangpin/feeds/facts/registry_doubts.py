"""What a registry delivery says that can hardly be: loaded all the same, told for someone to look."""

from __future__ import annotations

from datetime import date

from fangpin.feeds.cells.shapes import literal, quoted
from fangpin.feeds.findings import Finding, finding
from fangpin.feeds.lines import DeliveryLines
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models.feeds import Contract
from fangpin.policy.models.header import Registry
from fangpin.policy.pack import Pack


def registry_doubts(
    *, engine: Engine, pack: Pack, contract: Contract, registry: Registry, received: date
) -> list[Finding]:
    """Persons whom one delivery lists in two households, and heads who are children.

    The age below which a head is asked about is the pack's line `youngest_head`. Looks at the table
    `settling`. A person without an identity number is never two persons' match.
    """
    found = []
    names = set(engine.columns("SELECT * FROM settling"))
    count, row = engine.rows(
        "SELECT count(*), min(row_no) FROM (SELECT person_ref, min(row_no) AS row_no FROM settling "
        "WHERE household_ref IS NOT NULL GROUP BY person_ref "
        "HAVING min(household_ref) <> max(household_ref))"
    )[0]
    if count:
        found.append(finding("PERSON_IN_TWO_HOUSEHOLDS", row=row, count=count))
    youngest = DeliveryLines(pack, received).of("youngest_head")
    fields = {one.field: one for one in contract.fields}
    birth, relation = registry.birth, fields.get(registry.relation)
    if youngest is None or birth is None or relation is None or birth not in names:
        return found
    if fields[birth].type != "date" or relation.field not in names:
        return found
    count, row = engine.rows(
        f"SELECT count(*), min(row_no) FROM settling WHERE {quoted(relation.field)} = "
        f"{literal(registry.head)} AND {quoted(birth)} > DATE '{received.isoformat()}' "
        f"- INTERVAL {int(youngest)} YEAR"
    )[0]
    if count:
        found.append(
            finding(
                "HEAD_IS_A_CHILD",
                row=row,
                column=relation.field,
                count=count,
                years=f"{youngest:f}",
            )
        )
    return found
