"""The facts that linkage moves: claims to the persons they are about, wrongly joined rows away.

A pure function of the registry, the claims that had arrived, the model and the decisions in force.
Grain of a feed's file: a fact row and its sign (+1 it belongs to person_ref, -1 its number had
joined it to person_ref and it does not), in the columns of facts.parquet with `delivery`,
`claim_ref`, `link_step` and `link_chance`. The ledger adds it to what the numbers alone gave.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fangpin.feeds.arrivals import FACTS, REPEATED, Arrival
from fangpin.feeds.facts.claims import CLAIMS, key_if_about
from fangpin.feeds.facts.duplicates import restated_month
from fangpin.feeds.facts.live_facts import view_live_facts
from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.linkage.claims.model import Model, load_model
from fangpin.linkage.claims.scores import Scores, scores_of, with_claims
from fangpin.linkage.decisions import (
    IN_FORCE,
    LINKING,
    Decision,
    all_decisions,
    digest_of,
    standing,
)
from fangpin.linkage.moved.chosen import Chosen, forget_chosen, make_chosen
from fangpin.linkage.moved.meetings import MEETINGS, make_meetings
from fangpin.linkage.moved.sent_twice import (
    RENUMBERED,
    digest_of_numbers,
    has_number_in_key,
    make_renumbered,
    take_overtaken,
)
from fangpin.linkage.moved.under_two_homes import overtaken_rows_of_households
from fangpin.linkage.registry.present import PRESENT, present_of, under_present, view_present
from fangpin.linkage.registry.states import RegistryState
from fangpin.policy.expressions.sql import column, quoted
from fangpin.policy.models.feeds import Contract
from fangpin.policy.pack import Pack
from fangpin.values.files import published_file

FORM = "7"
"""Of linked files: those of an earlier form are left lying and made anew."""
LINKED_ROWS = "linked_rows"
"""The rows of a feed's file."""


@dataclass(frozen=True, slots=True)
class Linked:
    """The linked facts as known on a day: feed -> its file; feeds without any are not in it."""

    files: dict[str, Path] = field(default_factory=dict)
    key: str = ""
    """Changes exactly when any of it does; empty where no claim and no decision is known."""
    is_whole: bool = True
    """False where Splink is not installed and claims stay open that it could link."""


NOTHING_LINKED = Linked()


def linked_facts_of(
    *,
    home: Home,
    pack: Pack,
    engine: Engine,
    state: RegistryState,
    arrivals: Sequence[Arrival],
    as_of: date,
    model: Model | None = None,
    chosen: Chosen | None = None,
) -> Linked:
    """The linked facts of the deliveries that had arrived by a day; built once and kept.

    Whoever asks for many days brings one `chosen`.
    """
    of_persons = _of_persons(
        home=home,
        pack=pack,
        engine=engine,
        state=state,
        arrivals=arrivals,
        as_of=as_of,
        model=model,
        chosen=chosen,
    )
    files = overtaken_rows_of_households(
        home=home, pack=pack, engine=engine, state=state, arrivals=arrivals
    )
    if not files:
        return of_persons
    names = [of_persons.key, *(f"{feed}/{file.stem}" for feed, file in sorted(files.items()))]
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]
    return Linked(of_persons.files | files, digest, of_persons.is_whole)


def _of_persons(
    *,
    home: Home,
    pack: Pack,
    engine: Engine,
    state: RegistryState,
    arrivals: Sequence[Arrival],
    as_of: date,
    model: Model | None,
    chosen: Chosen | None,
) -> Linked:
    known = [
        one
        for one in arrivals
        if one.feed in pack.contracts and pack.contracts[one.feed].subject == "person"
    ]
    claimed = with_claims(known)
    view_present(engine, state)
    decisions = [
        one
        for one in decisions_in_force(engine, all_decisions(home, as_of=as_of))
        if one.kind in LINKING
    ]
    present = digest_of_numbers(engine, "person")
    numbered = {one.feed for one in known if has_number_in_key(pack.contracts[one.feed])}
    if not claimed and not decisions and not (present and numbered):
        return NOTHING_LINKED
    model = model or load_model()
    scores = scores_of(home=home, pack=pack, state=state, model=model, arrivals=claimed, run=engine)
    by_row = {one.feed for one in decisions if one.feed}
    feeds = {one.feed for one in claimed} | {feed for feed in by_row if feed}
    feeds |= numbered if present else set()
    files, keys = {}, []
    missing: dict[str, list[Arrival]] = {}
    for feed in sorted(feeds):
        deliveries = [one for one in known if one.feed == feed]
        if not deliveries:
            continue
        key = _key(scores, deliveries, decisions)
        keys.append(f"{feed}/{key}")
        files[feed] = home.links / "facts" / feed / f"{key}.parquet"
        if not files[feed].exists() and not files[feed].with_suffix(".none").exists():
            missing[feed] = deliveries
    if missing and chosen is not None:
        chosen.bring(
            engine=engine,
            pack=pack,
            state=state,
            scores=scores,
            decisions=decisions,
            model=model,
        )
    elif missing:
        wanted = _wanted(engine, scores, [one for one in claimed if one.feed in missing])
        make_chosen(
            engine=engine,
            pack=pack,
            state=state,
            scores=scores,
            decisions=decisions,
            model=model,
            claims=wanted,
        )
    for feed, deliveries in missing.items():
        _build(
            home=home,
            engine=engine,
            contract=pack.contracts[feed],
            state=state,
            deliveries=deliveries,
            decisions=decisions,
            present=present if feed in numbered else "",
            final=files[feed],
        )
    files = {feed: file for feed, file in files.items() if file.exists()}
    if chosen is None:
        forget_chosen(engine)
    digest = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:12]
    return Linked(files, digest, scores.is_whole)


def decisions_in_force(engine: Engine, decisions: Sequence[Decision]) -> list[Decision]:
    """`standing` of all that was decided until some day, of the persons of now. After `view_present`."""
    return standing(decisions, present=present_of(engine, (one.person_ref for one in decisions)))


def _wanted(engine: Engine, scores: Scores, claimed: Sequence[Arrival]) -> str | None:
    """The table of the claims of some deliveries; None where no others have scores."""
    if scores.deliveries <= {f"{one.feed}/{one.delivery}" for one in claimed}:
        return None
    files = [one.folder / CLAIMS for one in claimed]
    if not files:
        engine.make_empty_table("wanted_claims", {"claim_ref": "BIGINT"})
        return "wanted_claims"
    engine.view_files("wanted_claim_rows", files)
    engine.make_table("wanted_claims", "SELECT DISTINCT claim_ref FROM wanted_claim_rows")
    return "wanted_claims"


def _key(
    scores: Scores,
    deliveries: Sequence[Arrival],
    decisions: Sequence[Decision],
) -> str:
    parts = [FORM, scores.key, digest_of(decisions)]
    parts += [one.key for one in deliveries]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _build(
    *,
    home: Home,
    engine: Engine,
    contract: Contract,
    state: RegistryState,
    deliveries: Sequence[Arrival],
    decisions: Sequence[Decision],
    present: str,
    final: Path,
) -> None:
    """Write one feed's file from `chosen_links`; an empty `.none` where nothing moves.

    `present` names the corrected numbers, where the feed's key holds a number; else it is empty.
    """
    parts = []
    claimed = with_claims(deliveries)
    if present:
        make_renumbered(
            home=home, engine=engine, contract=contract, deliveries=deliveries, present=present
        )
    if claimed:
        view_live_facts(
            engine=engine, name="claim_rows", arrivals=claimed, beside=deliveries, file=CLAIMS
        )
        key = key_if_about(contract, facts="rows", ref="chosen.person_ref") or "NULL"
        engine.make_table(
            "moving",
            "SELECT rows.* REPLACE (chosen.person_ref AS person_ref, "
            f"coalesce(CAST({key} AS BIGINT), rows.row_key) AS row_key), 1 AS sign, "
            f"CAST({key} AS BIGINT) AS key_then, chosen.link_step, chosen.link_chance "
            "FROM claim_rows AS rows JOIN chosen_links AS chosen USING (claim_ref) "
            f"LEFT JOIN {PRESENT} AS own ON own.person_ref = rows.person_ref "
            # A row that its number gives to this very person counts there already.
            "WHERE rows.waits OR coalesce(own.present_ref, rows.person_ref) <> chosen.person_ref",
        )
        _leave_out_doubles(home, engine, contract, deliveries)
        if present:
            engine.make_table(
                "moving",
                "SELECT * FROM moving ANTI JOIN (SELECT key_now AS key_then "
                f"FROM {RENUMBERED} ANTI JOIN claim_rows USING (delivery, row_no)) AS known "
                "USING (key_then)",
            )
        parts.append("SELECT * EXCLUDE (key_then, waits) FROM moving")
        parts += _taken_away(engine, state)
    if any(one.feed == contract.feed for one in decisions):
        parts += _parted(home, engine, contract, deliveries, decisions)
    if parts:
        engine.make_table(LINKED_ROWS, " UNION ALL BY NAME ".join(parts))
    is_any = bool(parts)
    if present:
        is_any |= take_overtaken(
            engine=engine, deliveries=deliveries, linked=LINKED_ROWS, is_begun=bool(parts)
        )
    if is_any and engine.value(f"SELECT count(*) FROM {LINKED_ROWS}"):
        with published_file(final) as temporary:
            engine.write(f"SELECT * FROM {LINKED_ROWS} ORDER BY delivery, row_no, sign", temporary)
    else:
        with published_file(final.with_suffix(".none")) as temporary:
            temporary.touch()
    engine.drop("moving", LINKED_ROWS)


def _taken_away(engine: Engine, state: RegistryState) -> list[str]:
    """Claims whose rows count by their number already: there they are taken away.

    So it is where the number's bearers share a household, or where the number was mended since. A row
    goes that is given to someone by name, and one of which an official said that it is not a bearer's.
    """
    if not engine.value("SELECT count(*) FROM claim_rows WHERE NOT waits"):
        return []
    engine.view_files("references_at_home", [state.membership])
    engine.view_files("bearers_ever", [state.persons])
    row = "SELECT rows.* EXCLUDE (waits), -1 AS sign"
    is_counted = "NOT rows.waits AND rows.person_ref IN (SELECT person_ref FROM references_at_home)"
    return [
        f"{row}, chosen.link_step, chosen.link_chance FROM claim_rows AS rows "
        "JOIN chosen_links AS chosen USING (claim_ref) "
        f"LEFT JOIN {PRESENT} AS own ON own.person_ref = rows.person_ref "
        f"WHERE chosen.person_ref <> coalesce(own.present_ref, rows.person_ref) AND {is_counted}",
        f"{row}, 'decided' AS link_step, CAST(1 AS DOUBLE) AS link_chance FROM claim_rows AS rows "
        "JOIN (SELECT DISTINCT said.claim_ref, bearer.number_ref "
        f"FROM {IN_FORCE} AS said JOIN ({under_present('bearers_ever')}) AS bearer "
        "ON bearer.person_ref = said.person_ref "
        "WHERE said.kind = 'different') AS parted "
        "ON parted.claim_ref = rows.claim_ref AND parted.number_ref = rows.person_ref "
        f"WHERE rows.claim_ref NOT IN (SELECT claim_ref FROM chosen_links) AND {is_counted}",
    ]


def _parted(
    home: Home,
    engine: Engine,
    contract: Contract,
    deliveries: Sequence[Arrival],
    decisions: Sequence[Decision],
) -> list[str]:
    """Rows that their number joined to a person whom a decision says they are not about.

    The row that was decided of may have been withdrawn or corrected since. What is said of it holds for
    the record, known by its key, as long as it bears that number; where the key is the number itself
    a corrected row may be the person's own: there it holds for what says the same.
    """
    meant = {one.delivery for one in decisions if one.feed == contract.feed and one.delivery}
    folders = [home.deliveries / contract.feed / name for name in sorted(meant)]
    files = [folder / name for folder in folders for name in (FACTS, REPEATED)]
    files = [file for file in files if file.exists()]
    arrivals = [one for one in deliveries if one.accepted]
    if not files or not arrivals:
        return []
    engine.view_files("decided_files", files, with_file_name=True)
    view_live_facts(engine=engine, name="decided_facts", arrivals=arrivals, beside=deliveries)
    same = ["row_key", "person_ref"]
    if contract.subject_field in contract.key:
        known = set(engine.columns("SELECT * FROM decided_files"))
        fields = [one for one in engine.columns("SELECT * FROM decided_facts") if one in known]
        same += [one for one in fields if one not in (*same, "row_no")]
    engine.make_table(
        "decided_records",
        "SELECT said.kind, said.turn, said.person_ref AS decided_ref, said.delivery AS said_of, "
        f"said.row_no AS said_row, {', '.join(f'rows.{column(one)}' for one in same)} "
        f"FROM {IN_FORCE} AS said JOIN (SELECT *, split_part(filename, '/', -2) AS delivery "
        "FROM decided_files) AS rows ON rows.delivery = said.delivery AND rows.row_no = said.row_no "
        f"WHERE said.feed = {quoted(contract.feed)}",
    )
    meant_by = engine.rows("SELECT DISTINCT person_ref FROM decided_records ORDER BY 1")
    if not meant_by:
        return []
    engine.make_table(
        "facts_of_decided",
        # Files are in order of persons: of a whole feed little is read for these.
        "SELECT * FROM decided_facts "
        f"WHERE person_ref IN ({', '.join(str(int(one)) for (one,) in meant_by)})",
    )
    is_same = " AND ".join(
        f"said.{column(one)} IS NOT DISTINCT FROM facts.{column(one)}" for one in same[2:]
    )
    engine.make_table(
        "said_of_rows",
        "SELECT said.kind, said.turn, said.decided_ref, facts.delivery, facts.row_no, "
        "facts.delivery = said.said_of AND facts.row_no = said.said_row AS is_this_row, "
        "facts.person_ref FROM facts_of_decided AS facts JOIN decided_records AS said "
        "ON said.row_key = facts.row_key AND said.person_ref = facts.person_ref"
        + (f" AND {is_same}" if is_same else ""),
    )
    engine.make_table(
        "parted",
        "SELECT facts.* FROM facts_of_decided AS facts SEMI JOIN (SELECT delivery, row_no "
        "FROM said_of_rows WHERE kind = 'different' AND decided_ref = person_ref) AS gone "
        "USING (delivery, row_no)",
    )
    given = (
        "(SELECT delivery, row_no, decided_ref FROM said_of_rows WHERE kind = 'same' "
        "QUALIFY row_number() OVER (PARTITION BY delivery, row_no "
        "ORDER BY is_this_row DESC, turn DESC) = 1)"
    )
    key = key_if_about(contract, facts="parted", ref="decided.decided_ref")
    told = "CAST(NULL AS BIGINT) AS claim_ref, 'decided' AS link_step, "
    told += "CAST(1 AS DOUBLE) AS link_chance"
    return [
        f"SELECT *, -1 AS sign, {told} FROM parted",
        "SELECT parted.* REPLACE (decided.decided_ref AS person_ref, "
        f"CAST({key or 'parted.row_key'} AS BIGINT) AS row_key), 1 AS sign, {told} FROM parted "
        f"JOIN {given} AS decided USING (delivery, row_no)",
    ]


def _leave_out_doubles(
    home: Home, engine: Engine, contract: Contract, deliveries: Sequence[Arrival]
) -> None:
    """Drop claims that say what is known of their person already: the same key, sent again.

    Of several claims of one key the one that came last stands.
    """
    make_meetings(
        home=home, engine=engine, contract=contract, claims="moving", deliveries=deliveries
    )
    _leave_out_taken_back(engine, contract, deliveries)
    engine.make_table(
        "moving",
        f"SELECT moving.* FROM moving JOIN {_arrived(deliveries)} AS arrived USING (delivery) "
        "QUALIFY key_then IS NULL OR row_number() OVER "
        "(PARTITION BY key_then ORDER BY arrived DESC, row_no DESC) = 1",
    )
    if engine.value(f"SELECT count(*) FROM {MEETINGS}"):
        # What a claim meets is known unless it is a claim's own row, which waits to be linked itself.
        engine.make_table(
            "moving",
            "SELECT * FROM moving ANTI JOIN (SELECT claim_delivery AS delivery, claim_row AS row_no, "
            f"row_key AS key_then FROM {MEETINGS} ANTI JOIN claim_rows USING (delivery, row_no)) "
            "AS known USING (delivery, row_no, key_then)",
        )


def _leave_out_taken_back(
    engine: Engine, contract: Contract, deliveries: Sequence[Arrival]
) -> None:
    """Drop claims of a month that a later delivery restated as a whole without them."""
    restated = [
        f"({place}, {month})"
        for place, one in enumerate(deliveries)
        if (
            month := restated_month(
                contract,
                month=one.month,
                quarantined=one.quarantined,
                is_part=bool(one.confirms),
            )
        )
        is not None
    ]
    if not restated:
        return
    engine.make_table(
        "moving",
        f"SELECT moving.* FROM moving JOIN {_arrived(deliveries)} AS arrived USING (delivery) "
        f"WHERE NOT EXISTS (SELECT 1 FROM (VALUES {', '.join(restated)}) AS whole(place, month) "
        "WHERE whole.place > arrived.arrived AND whole.month = moving.month)",
    )


def _arrived(deliveries: Sequence[Arrival]) -> str:
    """A table of delivery and its place in the order of arrival."""
    listed = ", ".join(f"({quoted(one.delivery)}, {place})" for place, one in enumerate(deliveries))
    return f"(SELECT * FROM (VALUES {listed}) AS listed(delivery, arrived))"
