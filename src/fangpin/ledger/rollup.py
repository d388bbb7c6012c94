"""Rolls a delivery's accepted rows up to household x month x the feed's ledger items.

Ledger files are additive: a correction enters as the new row and the negative of the old one.
`<item>__rows` counts the source rows beside each figure, so that rows all taken back are no rows.
A count of persons changes by those who count only since: what stands beside a person's new or old rows
goes in with the sign 0. Whoever has rows under a former number and the present one is one person.
A state has a ledger row for each source row; month, `<item>__delivery` (its name begins with the day of
receipt) and `<item>__row` order them, and the latest that was not taken back is the household's state.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from fangpin.feeds.arrivals import DELIVERY, Arrival
from fangpin.feeds.facts.live_facts import view_live_facts
from fangpin.feeds.receive import contract_digest
from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.linkage.registry.households import age_sql
from fangpin.linkage.registry.present import HOMES, PRESENT, under_present, view_homes, view_present
from fangpin.linkage.registry.states import RegistryState
from fangpin.policy.expressions import parse, tree
from fangpin.policy.expressions.sql import Sql, column, quoted, to_sql
from fangpin.policy.models.feeds import Contract
from fangpin.policy.models.lists import LedgerItem
from fangpin.policy.pack import Pack
from fangpin.values.files import published_file

FORM = "6"
"""Of ledger files: files of an earlier form are left lying and built anew."""


_PERSON_OF_NOW = "coalesce(present.present_ref, facts.person_ref)"


def feed_items(pack: Pack, feed: str) -> list[LedgerItem]:
    """The ledger items that rest on this feed, in the pack's order."""
    return [item for item in pack.items.values() if item.feed == feed]


def items_digest(pack: Pack, feed: str) -> str:
    """Changes exactly when a feed's ledger items change: old ledger files are then not reused."""
    text = "\n".join([FORM, *(item.model_dump_json() for item in feed_items(pack, feed))])
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def roll_up(
    *,
    home: Home,
    pack: Pack,
    engine: Engine,
    arrival: Arrival,
    state: RegistryState,
    earlier: Sequence[Arrival] = (),
) -> Path:
    """The ledger file of one delivery under one state of the registry; built once and kept.

    `earlier` are the feed's deliveries before it whose rows count.
    """
    beside = _counted_beside(pack, arrival.feed, earlier, arrival.months_touched(home))
    key = f"{state.key[:8]}-{items_digest(pack, arrival.feed)}"
    if beside:
        names = "\n".join(one.key for one in beside)
        key += f"-{hashlib.sha256(names.encode()).hexdigest()[:8]}"
    final = home.ledger / arrival.feed / f"{arrival.key}-{key}.parquet"
    if final.exists():
        return final
    contract = pack.contracts[arrival.feed]
    items = feed_items(pack, arrival.feed)
    superseded = arrival.superseded_facts(home)
    source = _facts_view(engine, arrival, superseded)
    if beside:
        view_live_facts(
            engine=engine, name="facts_beside", arrivals=beside, beside=[*earlier, arrival]
        )
        source = _with_rows_beside(engine, state, source, "facts_beside")
    linked = linked_facts(
        pack=pack, contract=contract, engine=engine, state=state, source=source, items=items
    )
    takes_back = bool(superseded or beside)
    names_once = _names_each_person_once(arrival, contract) and not (
        _counts_persons(items) and _names_former(engine, state, source)
    )
    with published_file(final) as temporary:
        engine.write(
            rolled_up(
                items,
                linked,
                takes_back=takes_back,
                repeats_persons=takes_back or not names_once,
            ),
            temporary,
        )
    return final


def roll_up_linked(
    *,
    home: Home,
    pack: Pack,
    engine: Engine,
    feed: str,
    linked: Path,
    state: RegistryState,
    deliveries: Sequence[Arrival] = (),
) -> tuple[Path, int, int]:
    """The ledger file of the facts that linkage moved in one feed, and its first and last month.

    `deliveries` are those of the feed whose rows count; the name of `linked` names them too.
    """
    engine.view_files("linked_facts", [linked])
    first, last = engine.rows("SELECT min(month), max(month) FROM linked_facts")[0]
    final = home.ledger / feed / f"linked-{linked.stem}-{items_digest(pack, feed)}.parquet"
    if not final.exists():
        items = feed_items(pack, feed)
        source = "linked_facts"
        beside = _counted_beside(pack, feed, deliveries, (first, last))
        if beside:
            view_live_facts(engine=engine, name="facts_of_feed", arrivals=beside, beside=deliveries)
            engine.make_view(
                "facts_beside",
                "SELECT * FROM facts_of_feed ANTI JOIN (SELECT delivery, row_no, person_ref "
                "FROM linked_facts WHERE sign < 0) AS gone USING (delivery, row_no, person_ref)",
            )
            source = _with_rows_beside(engine, state, source, "facts_beside")
        query = linked_facts(
            pack=pack,
            contract=pack.contracts[feed],
            engine=engine,
            state=state,
            source=source,
            items=items,
        )
        with published_file(final) as temporary:
            engine.write(rolled_up(items, query), temporary)
    return final, int(first), int(last)


def _counted_beside(
    pack: Pack, feed: str, deliveries: Sequence[Arrival], months: tuple[int, int]
) -> list[Arrival]:
    """The deliveries with rows of these months, where persons are counted; else none."""
    if not _counts_persons(feed_items(pack, feed)):
        return []
    first, last = months
    return [one for one in deliveries if one.first_month <= last and first <= one.last_month]


def _counts_persons(items: Sequence[LedgerItem]) -> bool:
    return any(item.kind == "count_persons" for item in items)


def _with_rows_beside(engine: Engine, state: RegistryState, source: str, beside: str) -> str:
    """The source, and with the sign 0 the rows beside it of the same persons in the same months."""
    view_present(engine, state)
    engine.make_table(
        "touched_persons",
        f"SELECT DISTINCT person_ref, month FROM ({under_present(source)}) AS rows",
    )
    now = f"SELECT rows.*, coalesce(present.present_ref, rows.person_ref) AS now_ref FROM {beside} "
    now += f"AS rows LEFT JOIN {PRESENT} AS present ON present.person_ref = rows.person_ref"
    engine.make_table(
        "facts_with_beside",
        f"SELECT * FROM {source} UNION ALL BY NAME SELECT rows.* EXCLUDE (now_ref), 0 AS sign "
        f"FROM ({now}) AS rows JOIN touched_persons AS touched "
        "ON touched.person_ref = rows.now_ref AND touched.month = rows.month",
    )
    return "facts_with_beside"


def _names_former(engine: Engine, state: RegistryState, source: str) -> bool:
    """Whether rows stand under a number that was corrected since: beside others of its person."""
    view_present(engine, state)
    return bool(
        engine.value(f"SELECT count(*) FROM {source} SEMI JOIN {PRESENT} USING (person_ref)")
    )


def _names_each_person_once(arrival: Arrival, contract: Contract) -> bool:
    """Whether the key, as it was when the rows were received, allows a person one row a month."""
    told = json.loads((arrival.folder / DELIVERY).read_text(encoding="utf-8"))
    dated_by = next(field for field in contract.fields if field.field == contract.dated_by)
    return (
        contract.subject == "person"
        and contract.subject_field in contract.key
        and set(contract.key) <= {contract.subject_field, contract.dated_by}
        and (dated_by.type == "month" or contract.dated_by not in contract.key)
        and told["contract"] == contract_digest(contract)
    )


def _facts_view(engine: Engine, arrival: Arrival, superseded: list[tuple[Path, Path]]) -> str:
    """The rows that this delivery adds (+1) and those of earlier deliveries that it replaces (-1)."""
    engine.view_files("facts_new", [arrival.facts])
    new = f"SELECT *, 1 AS sign, {quoted(arrival.delivery)} AS delivery FROM facts_new"
    if not superseded:
        engine.make_view("facts_signed", new)
        return "facts_signed"
    parts = [new]
    for position, (facts, replaced) in enumerate(superseded):
        engine.view_files(f"facts_old_{position}", [facts])
        engine.view_files(f"replaced_{position}", [replaced])
        delivery = quoted(facts.parent.name)
        parts.append(
            f"SELECT *, -1 AS sign, {delivery} AS delivery FROM facts_old_{position} WHERE row_no "
            f"IN (SELECT row_no FROM replaced_{position} WHERE delivery = {delivery})"
        )
    engine.make_table("facts_signed_table", " UNION ALL BY NAME ".join(parts))
    engine.make_view("facts_signed", "SELECT * FROM facts_signed_table")
    return "facts_signed"


def rolled_up(
    items: list[LedgerItem],
    linked: str,
    *,
    takes_back: bool = True,
    repeats_persons: bool = True,
) -> str:
    """A ledger file's rows from linked facts with their `sign` (+1 added, -1 taken back).

    One row a household and month with every figure, and one a source row of every state. Where
    nothing is taken back, or no person is named twice a month, less work gives the same.
    """
    figures = [item for item in items if item.kind != "state"]
    parts, order = [], ["household_ref", "month"]
    if figures:
        columns = [
            text
            for item in figures
            for text in (
                _signed_columns(item) if takes_back else _plain_columns(item, repeats_persons)
            )
        ]
        parts.append(
            f"SELECT household_ref, month, {', '.join(columns)} FROM linked "
            "GROUP BY household_ref, month"
        )
    for item in items:
        if item.kind == "state":
            parts.append(_state_rows(item, takes_back))
            order += [column(item.item + part) for part in ("__delivery", "__row")]
    return (
        f"WITH linked AS ({linked}) SELECT * FROM ({' UNION ALL BY NAME '.join(parts)}) AS rows "
        f"ORDER BY {', '.join(order)}"
    )


def linked_facts(
    *,
    pack: Pack,
    contract: Contract,
    engine: Engine,
    state: RegistryState,
    source: str,
    items: list[LedgerItem],
) -> str:
    """A query of the source's rows with the household they belong to in their month.

    Columns: household_ref (and of a feed of households home_number_ref, under whose number the row
    came), the source's own, for each item `v_<item>` (its value where its
    condition holds, else NULL) and `a_<item>` (whether the row answers for the item: with a value,
    or with a condition that does not hold where silence would mean unknown).
    """
    values = [text for item in items for text in _item_values(pack, contract, item)]
    listed = ", ".join(["facts.*", *values])
    if contract.subject == "household":
        view_homes(engine, state)
        home = "coalesce(homes.household_ref, facts.household_ref) AS household_ref"
        columns = [f"facts.* REPLACE ({home}), facts.household_ref AS home_number_ref", *values]
        return (
            f"SELECT {', '.join(columns)} FROM {source} AS facts LEFT JOIN {HOMES} AS homes "
            "ON homes.home_number_ref = facts.household_ref WHERE facts.household_ref IS NOT NULL"
        )
    if contract.subject == "division":
        field = _division_field(pack)
        engine.view_files("people", [state.people])
        return (
            f"SELECT homes.household_ref, {listed} FROM {source} AS facts JOIN "
            f"(SELECT household_ref, min({field}) AS division FROM people "
            f"GROUP BY household_ref) AS homes "
            "ON starts_with(homes.division, facts.division)"
        )
    engine.view_files("membership", [state.membership])
    join = (
        f"FROM {source} AS facts JOIN membership AS member "
        "ON facts.person_ref = member.person_ref "
        "AND facts.month >= member.from_month AND facts.month < member.to_month"
    )
    has_fields = any(person_fields(pack, item) for item in items)
    if has_fields or _counts_persons(items):
        view_present(engine, state)
        join += f" LEFT JOIN {PRESENT} AS present ON present.person_ref = facts.person_ref"
    if has_fields:
        engine.view_files("persons", [state.persons])
        join += f" LEFT JOIN persons AS person ON person.person_ref = {_PERSON_OF_NOW}"
    return f"SELECT member.household_ref, {listed} {join}"


def _item_values(pack: Pack, contract: Contract, item: LedgerItem) -> list[str]:
    def resolve(node: tree.Name | tree.Call) -> Sql:
        assert isinstance(node, tree.Name), "row expressions have no functions of their own"
        registry = pack.header.registry
        if node.code == "person.age":
            assert registry is not None and registry.birth is not None
            return Sql(age_sql(f"person.{column(registry.birth)}", "facts.month"))
        if node.code == "person.is_head":
            assert registry is not None
            return Sql(f"(person.{column(registry.relation)} = {quoted(registry.head)})")
        if node.code.startswith("person."):
            return Sql(f"person.{column(node.code.removeprefix('person.'))}")
        return Sql(f"facts.{column(node.code)}")

    value = "1" if item.value is None else to_sql(parse(item.value), resolve).text
    if item.kind == "count_persons":
        value = _PERSON_OF_NOW if contract.subject == "person" else "facts.person_ref"
    answers = ""
    if item.where is not None:
        condition = to_sql(parse(item.where), resolve).text
        value = f"CASE WHEN {condition} THEN {value} END"
        # Someone who was asked and is not at work is known to be idle: that is no silence.
        if contract.absence == "unknown" and item.kind != "state":
            answers = f" OR coalesce(NOT {condition}, FALSE)"
    return [
        f"{value} AS {column('v_' + item.item)}",
        f"(({value}) IS NOT NULL{answers}) AS {column('a_' + item.item)}",
    ]


def _signed_columns(item: LedgerItem) -> list[str]:
    """An item's figure and its count of rows, of rows added and rows taken back."""
    value, name = column("v_" + item.item), column(item.item)
    answers = column("a_" + item.item)
    rows = (
        f"CAST(sum(CASE WHEN {answers} THEN sign END) AS BIGINT) AS {column(item.item + '__rows')}"
    )
    if item.kind == "amount":
        # Each row is rounded to the fen by itself: what is taken back is then what was added.
        total = f"CAST(sum(CAST({value} AS DECIMAL(18, 2)) * sign) AS DECIMAL(18, 2))"
    elif item.kind == "count_persons":
        total = (
            f"CAST(count(DISTINCT CASE WHEN sign >= 0 THEN {value} END) "
            f"- count(DISTINCT CASE WHEN sign <= 0 THEN {value} END) AS BIGINT)"
        )
    else:
        total = f"CAST(sum({value} * sign) AS BIGINT)"
    return [f"CASE WHEN bool_or({answers}) THEN coalesce({total}, 0) END AS {name}", rows]


def _plain_columns(item: LedgerItem, repeats_persons: bool) -> list[str]:
    """The same of rows that are all added, for a third less work."""
    value, name = column("v_" + item.item), column(item.item)
    rows = f"nullif(count(*) FILTER (WHERE {column('a_' + item.item)}), 0)"
    if item.kind == "amount":
        total = f"CAST(sum(CAST({value} AS DECIMAL(18, 2))) AS DECIMAL(18, 2))"
    elif item.kind == "count_persons":
        total = f"count({'DISTINCT ' if repeats_persons else ''}{value})"
    else:
        total = f"CAST(sum({value}) AS BIGINT)"
    return [
        f"CASE WHEN {rows} > 0 THEN coalesce({total}, 0) END AS {name}",
        f"CAST({rows} AS BIGINT) AS {column(item.item + '__rows')}",
    ]


def _state_rows(item: LedgerItem, takes_back: bool) -> str:
    value = column("v_" + item.item)
    # A source row stands alone as long as no other takes it back.
    count, together = ("1", "")
    if takes_back:
        # Rows with the sign 0 stand where they stood.
        count, together = "sum(sign)", f" GROUP BY household_ref, month, {value}, delivery, row_no"
    return (
        f"SELECT household_ref, month, CAST({value} AS VARCHAR) AS {column(item.item)}, "
        f"delivery AS {column(item.item + '__delivery')}, "
        f"CAST(row_no AS INTEGER) AS {column(item.item + '__row')}, "
        f"CAST({count} AS BIGINT) AS {column(item.item + '__rows')} FROM linked "
        f"WHERE {value} IS NOT NULL{' AND sign <> 0' if takes_back else ''}{together}"
    )


def fact_fields(item: LedgerItem) -> set[str]:
    """The fields of the feed that an item reads, its details included."""
    found = {*item.detail, *item.show}
    for text in (item.value, item.where):
        if text is not None:
            found |= {name for name in tree.names(parse(text)) if not name.startswith("person.")}
    return found


def person_fields(pack: Pack, item: LedgerItem) -> set[str]:
    """The registry's fields that an item's row expressions read."""
    registry = pack.header.registry
    texts = [text for text in (item.value, item.where) if text]
    found = {
        name.removeprefix("person.")
        for text in texts
        for name in tree.names(parse(text))
        if name.startswith("person.")
    }
    if found and registry is not None:
        own = {"age": registry.birth or "", "is_head": registry.relation}
        found = {own.get(name, name) for name in found}
    return found


def _division_field(pack: Pack) -> str:
    assert pack.header.registry is not None
    return column(pack.header.registry.division)
