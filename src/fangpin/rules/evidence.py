"""The source rows that caused each hit: feed, delivery, row number, month, amount and what it says.

Grain of evidence: household, rule, item and source row. `event` names the fact of a counted row, by the
contract's key under the number that its person has now, or its household had first: a row that corrects
another tells the same one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from fangpin.feeds.facts.claims import key_if_about
from fangpin.feeds.facts.live_facts import view_live_facts
from fangpin.lake.engine import Engine
from fangpin.ledger.rollup import fact_fields, linked_facts
from fangpin.ledger.snapshot import Snapshot
from fangpin.linkage.registry.present import HOMES, PRESENT, view_homes, view_present
from fangpin.policy.expressions.spans import base_items
from fangpin.policy.expressions.sql import column, quoted
from fangpin.policy.models.feeds import Contract
from fangpin.policy.models.lists import LedgerItem, Rule
from fangpin.policy.pack import Pack

_COLUMNS = {
    "household_ref": "BIGINT",
    "rule": "VARCHAR",
    "item": "VARCHAR",
    "feed": "VARCHAR",
    "delivery": "VARCHAR",
    "row_no": "INTEGER",
    "month": "INTEGER",
    "amount": "DECIMAL(18, 2)",
    "detail": "VARCHAR",
    "event": "BIGINT",
}


@contextmanager
def evidence_of_hits(
    *, engine: Engine, pack: Pack, rules: Sequence[Rule], snapshot: Snapshot
) -> Iterator[str]:
    """As long as the block, a query of the evidence of the hits in the engine's table `hits`.

    `rules` are those in force; of the table its households and rules are read.
    """
    hit_rules = {row[0] for row in engine.rows("SELECT DISTINCT rule FROM hits")}
    wanted: dict[str, dict[str, list[Rule]]] = {}
    for rule in rules:
        if rule.rule in hit_rules:
            for code in rule.evidence:
                for item in base_items(pack, code):
                    assert item.feed is not None
                    wanted.setdefault(item.feed, {}).setdefault(item.item, []).append(rule)
    parts = []
    engine.view_files("membership", [snapshot.registry.membership])
    engine.make_table(
        "hit_persons",
        "SELECT DISTINCT person_ref, household_ref FROM membership "
        "WHERE household_ref IN (SELECT household_ref FROM hits)",
    )
    for position, (feed, items) in enumerate(sorted(wanted.items())):
        table = f"evidence_{position}"
        if _feed_evidence(engine, pack, snapshot, feed, items, table):
            parts.append(f"SELECT * FROM {table}")
    if not parts:
        engine.make_empty_table("evidence_none", _COLUMNS)
        parts.append("SELECT * FROM evidence_none")
    yield " UNION ALL ".join(parts)
    engine.drop(*(f"evidence_{position}" for position in range(len(wanted))), "evidence_none")
    engine.drop("hit_persons")


def _feed_evidence(
    engine: Engine,
    pack: Pack,
    snapshot: Snapshot,
    feed: str,
    items: dict[str, list[Rule]],
    table: str,
) -> bool:
    contract = pack.contracts[feed]
    last = int(snapshot.month)
    first = last + 1 - max(rule.evidence_months for rules in items.values() for rule in rules)
    arrivals = [
        arrival
        for arrival in snapshot.arrivals
        if arrival.feed == feed
        and (arrival.changes_rows or arrival.claims)
        # A correction may have moved a row out of the window: what it replaced must go with it.
        and (arrival.superseded or (arrival.first_month <= last and arrival.last_month >= first))
    ]
    if not arrivals:
        return False
    view_live_facts(
        engine=engine,
        name="evidence_facts_all",
        arrivals=arrivals,
        excerpt=snapshot.excerpts.get(feed),
    )
    named = ", ".join(quoted(rule.rule) for rules in items.values() for rule in rules)
    within = f"month BETWEEN {first} AND {last}"
    engine.make_table(
        "hit_households", f"SELECT DISTINCT household_ref FROM hits WHERE rule IN ({named})"
    )
    if contract.subject == "person":
        within += (
            " AND person_ref IN (SELECT person_ref FROM hit_persons "
            "WHERE household_ref IN (SELECT household_ref FROM hit_households))"
        )
    elif contract.subject == "household":
        view_homes(engine, snapshot.registry)
        within += (
            " AND household_ref IN (SELECT household_ref FROM hit_households UNION ALL "
            f"SELECT home_number_ref FROM {HOMES} SEMI JOIN hit_households USING (household_ref))"
        )
    declared = [pack.items[code] for code in items]
    columns = ", ".join(_columns(contract, declared))
    engine.make_table("evidence_facts", f"SELECT {columns} FROM evidence_facts_all WHERE {within}")
    _move_linked(engine, snapshot, contract, columns=columns, within=within)
    linked = linked_facts(
        pack=pack,
        contract=contract,
        engine=engine,
        state=snapshot.registry,
        source="evidence_facts",
        items=declared,
    )
    engine.make_table("evidence_linked", linked)
    if contract.subject == "person":
        view_present(engine, snapshot.registry)
    parts = [
        _item_rows(contract, item, rule, last) for item in declared for rule in items[item.item]
    ]
    engine.make_table(table, " UNION ALL ".join(parts))
    engine.drop("evidence_facts", "evidence_linked", "hit_households")
    return True


def _move_linked(
    engine: Engine, snapshot: Snapshot, contract: Contract, *, columns: str, within: str
) -> None:
    """Evidence is the facts where linkage put them: those it took away go, those it found come."""
    linked = snapshot.linked.files.get(contract.feed)
    if linked is None:
        return
    engine.view_files("evidence_moved", [linked])
    row = f"delivery, row_no, {contract.subject}_ref"
    engine.make_table(
        "evidence_facts",
        f"SELECT * FROM evidence_facts ANTI JOIN (SELECT {row} "
        f"FROM evidence_moved WHERE sign < 0) AS gone USING ({row}) "
        f"UNION ALL BY NAME SELECT {columns} FROM evidence_moved WHERE sign > 0 AND {within}",
    )


def _columns(contract: Contract, items: list[LedgerItem]) -> list[str]:
    """The columns of the facts that these items need; the others are dear to read."""
    subject = {"person": "person_ref", "household": "household_ref", "division": "division"}
    names = ["row_no", "month", "delivery", "row_key", subject[contract.subject]]
    if any(item.kind == "count_persons" for item in items):
        names.append("person_ref")
    fields = sorted({field for item in items for field in fact_fields(item)})
    return [column(name) for name in dict.fromkeys([*names, *fields])]


def _item_rows(contract: Contract, item: LedgerItem, rule: Rule, last: int) -> str:
    value = column("v_" + item.item)
    amount = f"CAST({value} AS DECIMAL(18, 2))" if item.kind == "amount" else "NULL"
    shown = ", ".join(
        f"{quoted(field)}, CAST({column(field)} AS VARCHAR)"
        for field in dict.fromkeys([*item.detail, *item.show])
    )
    detail = f"CAST(json_object({shown}) AS VARCHAR)" if shown else "'{}'"
    rows, event = "evidence_linked AS facts", "facts.row_key"
    if item.kind != "count":
        event = "NULL"
    elif contract.subject == "person":
        now = "coalesce(present.present_ref, facts.person_ref)"
        event = key_if_about(contract, facts="facts", ref=now) or event
        rows += f" LEFT JOIN {PRESENT} AS present ON present.person_ref = facts.person_ref"
    elif contract.subject == "household":
        number = "facts.home_number_ref"
        event = (
            key_if_about(contract, facts="facts", ref="facts.household_ref", written=number)
            or event
        )
    return (
        f"SELECT household_ref, {quoted(rule.rule)} AS rule, {quoted(item.item)} AS item, "
        f"{quoted(contract.feed)} AS feed, delivery, CAST(row_no AS INTEGER) AS row_no, "
        f"CAST(month AS INTEGER) AS month, CAST({amount} AS DECIMAL(18, 2)) AS amount, "
        f"{detail} AS detail, CAST({event} AS BIGINT) AS event FROM {rows} "
        f"WHERE {value} IS NOT NULL AND month > {last - rule.evidence_months} "
        f"AND household_ref IN (SELECT household_ref FROM hits WHERE rule = {quoted(rule.rule)})"
    )
