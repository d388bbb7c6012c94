"""From checked rows to accepted facts: references, months, keys, duplicates and corrections."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.cells.check import CHECKED, PROBLEMS, SET_ASIDE, WAITING
from fangpin.feeds.cells.shapes import quoted
from fangpin.feeds.cells.table import RawTable
from fangpin.feeds.facts.claims import find_claims
from fangpin.feeds.facts.duplicates import (
    compare_with_earlier,
    context_of,
    find_repeated,
    is_comparable,
    leave_out,
    restated_month,
)
from fangpin.feeds.facts.fact_shape import FactShape
from fangpin.feeds.facts.registry_doubts import registry_doubts
from fangpin.feeds.findings import NO_RECORDS, Finding, finding
from fangpin.lake.engines.duckdb import Engine
from fangpin.policy.models.header import Registry
from fangpin.policy.pack import Pack
from fangpin.values.month import Month
from fangpin.values.writing import Writing

ACCEPTED = "accepted_rows"
"""The rows of facts.parquet."""
UNREAD_ROWS = "unread_rows"
"""Of a registry's rows that were set aside: person_ref, household_ref and division, where read."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How many rows went where; months are those of the accepted rows (None without any)."""

    accepted: int
    quarantined: int
    duplicate: int
    month: int | None
    months: tuple[int, int] | None
    superseded: list[str]
    corrected: int
    """Rows of earlier deliveries that this one replaces."""
    no_records: int
    """Of those set aside: headers and totals, which the delivery does not lack."""
    moved: int
    """Rows whose key an earlier row of another month bears."""
    repeated: int
    """Rows that stood already in an earlier delivery."""
    span: tuple[int, int] | None
    """First and last month of all rows that have a key."""
    context: str | None
    """Names the deliveries with which the rows were compared."""
    names: list[str]
    """The columns of facts.parquet."""
    findings: tuple[Finding, ...]
    claims: int = 0
    """Rows about a person whom linkage has to find."""


def settle_rows(
    *,
    engine: Engine,
    pack: Pack,
    shape: FactShape,
    received: date,
    month: int | None,
    earlier: Sequence[Arrival],
    raw: RawTable | None = None,
    waiting: int = 0,
    shared: Sequence[Path] = (),
    is_part: bool = False,
    confirmed: Arrival | None = None,
) -> Settled:
    """Make ACCEPTED from CHECKED; rows whose key repeats with other content join PROBLEMS.

    A row of an earlier delivery with the same key and content makes this one a duplicate; with
    other content this one corrects it and the old row is named in `superseded_rows`. A registry
    delivery restates whole villages: nothing of it is a duplicate of an earlier one. `earlier` are
    the deliveries of the feed that came before it and are in force; `month` is the stated one;
    `is_part` of a delivery that is never the whole of its month; `confirmed` is the one whose rows these
    are, read as someone confirmed.
    """
    contract, registry = shape.contract, pack.header.registry
    is_registry = shape.registry is not None
    findings: list[Finding] = []
    if shape.household_field:
        named = f"SELECT {shape.column(shape.household_field)} AS household_no FROM"
        read = f"{named} {CHECKED}" + (f" UNION {named} {SET_ASIDE}" if is_registry else "")
        engine.make_table(
            "household_references",
            f"SELECT household_no, {shape.vault.reference_sql('household', 'household_no')} AS "
            f"household_ref FROM (SELECT DISTINCT household_no FROM ({read}))",
        )
    findings += shape.conflicts(engine)
    if shape.is_cheap:
        engine.make_view("settling", shape.query())
    else:
        engine.make_table("settling", shape.query())
    if is_registry and registry is not None:
        findings += registry_doubts(
            engine=engine, pack=pack, contract=contract, registry=registry, received=received
        )
    today = int(Month.containing(received))
    rows, keys, ahead, *span = engine.rows(
        "SELECT count(*), count(DISTINCT row_key), count(*) FILTER (WHERE month > ?), min(month), "
        "max(month) FROM settling",
        [today],
    )[0]
    repeated, duplicate = find_repeated(engine=engine, names=shape.names, is_needed=keys < rows)
    superseded: list[str] = []
    known, moved, context = 0, 0, None
    months = engine.rows("SELECT month, count(*) FROM settling GROUP BY month ORDER BY 2 DESC, 1")
    most_frequent = int(months[0][0]) if months else None
    set_aside = int(engine.value(f"SELECT count(DISTINCT row_no) FROM {PROBLEMS}"))
    no_records = int(
        engine.value(f"SELECT count(DISTINCT row_no) FROM {PROBLEMS} WHERE code IN {NO_RECORDS}")
    )
    if rows and not is_registry:
        compared = [one for one in earlier if is_comparable(contract, one, (span[0], span[1]))]
        context = context_of(compared)
        known, moved, superseded = compare_with_earlier(
            engine=engine,
            names=shape.names,
            earlier=compared,
            restated=restated_month(
                contract,
                month=most_frequent if month is None else month,
                quarantined=set_aside - no_records,
                is_part=is_part,
            ),
            confirmed=confirmed,
        )
        duplicate += known
        overtaken = confirmed and int(
            engine.value("SELECT count(*) FROM standing_rows WHERE is_overtaken")
        )
        if overtaken:
            findings.append(finding("ROWS_OVERTAKEN", count=overtaken))
    if is_registry and registry is not None:
        _make_unread(engine, shape, registry)
    keyed = (int(span[0]), int(span[1])) if rows else None
    leave_out(engine=engine, name=ACCEPTED, duplicate=duplicate, repeated=repeated)
    accepted = rows
    if duplicate or repeated:
        accepted, ahead, *span = engine.rows(
            f"SELECT count(*), count(*) FILTER (WHERE month > ?), min(month), max(month) "
            f"FROM {ACCEPTED}",
            [today],
        )[0]
    if ahead:
        findings.append(finding("DATED_AFTER_RECEIPT", column=contract.dated_by, count=ahead))
    return Settled(
        accepted=accepted,
        quarantined=set_aside,
        duplicate=duplicate,
        month=most_frequent,
        months=(int(span[0]), int(span[1])) if accepted else None,
        superseded=superseded,
        no_records=no_records,
        moved=moved,
        corrected=int(engine.value("SELECT count(*) FROM superseded_rows")) if superseded else 0,
        repeated=known,
        span=keyed,
        context=context,
        names=shape.names,
        findings=tuple(findings),
        claims=_claims(engine, shape, registry, raw, waiting, pack.header.writing, shared),
    )


def _make_unread(engine: Engine, shape: FactShape, registry: Registry) -> None:
    """UNREAD_ROWS; a row of which nothing could be read has nothing but blanks there."""
    engine.make_table("set_aside_facts", shape.query(SET_ASIDE))
    told = f"row_no, person_ref, household_ref, {quoted(registry.division)} AS division"
    engine.make_table(
        UNREAD_ROWS,
        f"SELECT DISTINCT told.person_ref, told.household_ref, told.division FROM "
        f"(SELECT DISTINCT row_no FROM {PROBLEMS} WHERE code NOT IN {NO_RECORDS}) AS problems LEFT JOIN "
        f"(SELECT {told} FROM set_aside_facts UNION ALL SELECT {told} FROM settling) AS told "
        "USING (row_no)",
    )
    engine.drop("set_aside_facts")


def _claims(
    engine: Engine,
    shape: FactShape,
    registry: Registry | None,
    raw: RawTable | None,
    waiting: int,
    writing: Writing,
    shared: Sequence[Path],
) -> int:
    """How many rows of a person's feed wait for linkage; they are then in CLAIM_FACTS."""
    if raw is None or registry is None or shape.registry or shape.contract.subject != "person":
        return 0
    if waiting:
        engine.make_table("waiting_facts", shape.query(WAITING))
    return find_claims(
        engine=engine,
        contract=shape.contract,
        registry=registry,
        raw=raw,
        identifier=shape.identifier_field if shape.identifier_field in shape.present else None,
        vault=shape.vault,
        accepted=ACCEPTED,
        waiting="waiting_facts" if waiting else None,
        writing=writing,
        shared=shared,
    )
