"""What was taken back, and what the rules answer now for the households that it touched.

taken_back.parquet: household and source row (feed, delivery, row number) that a later delivery
replaced, whose delivery was refused, or that an official parted from its person; not one that was
replaced by a row of which nobody knows whose it is. answers.parquet:
what every rule answers for those households, as numbers (rules/evaluate.py); the rules are those of
run.json in its order. Loading a run ends an alert that rested on nothing else (loading/corrections.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fangpin.feeds.arrivals import REPEATED, Arrival
from fangpin.feeds.facts.claims import CLAIMS
from fangpin.feeds.facts.live_facts import view_live_facts
from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.ledger.rollup import linked_facts
from fangpin.ledger.snapshot import Snapshot
from fangpin.linkage.claims.model import load_model
from fangpin.linkage.claims.scores import scores_of, with_claims
from fangpin.linkage.decisions import LINKING
from fangpin.linkage.moved.chosen import forget_chosen, make_chosen
from fangpin.linkage.registry.present import view_present
from fangpin.policy.expressions.spans import base_items
from fangpin.policy.expressions.sql import quoted
from fangpin.rules.evaluate import NUMBERS, RAISING, Evaluation

TAKEN_BACK = "taken_back.parquet"
ANSWERS = "answers.parquet"

_TAKEN_BACK = {
    "household_ref": "BIGINT",
    "feed": "VARCHAR",
    "delivery": "VARCHAR",
    "row_no": "INTEGER",
}


def write_restatement(
    *,
    home: Home,
    evaluation: Evaluation,
    snapshot: Snapshot,
    arrivals: Sequence[Arrival],
    folder: Path,
) -> None:
    """Write both files; `arrivals` are all deliveries, the refused ones included.

    After the evaluation's `answers`.
    """
    engine = evaluation.engine
    refused = [
        one
        for one in arrivals
        if one.received <= snapshot.as_of and one.standing_on(snapshot.as_of) == "refused"
    ]
    rules = [rule for rule in evaluation.rules if rule.kind in RAISING]
    feeds = {
        item.feed
        for rule in rules
        for code in rule.evidence
        for item in base_items(evaluation.compiler.pack, code)
    }
    months = max((rule.evidence_months for rule in rules), default=0)
    engine.make_empty_table("taken_back", _TAKEN_BACK)
    for feed in sorted(feed for feed in feeds if feed is not None):
        _link(
            home,
            evaluation,
            snapshot,
            feed,
            [one for one in refused if one.feed == feed],
            first=int(snapshot.month) + 1 - months,
        )
    engine.write(
        "SELECT DISTINCT * FROM taken_back ORDER BY household_ref, feed, delivery, row_no",
        folder / TAKEN_BACK,
    )
    engine.write(
        f"SELECT * FROM {NUMBERS} WHERE household_ref IN (SELECT household_ref FROM taken_back) "
        "ORDER BY household_ref",
        folder / ANSWERS,
    )
    engine.drop("taken_back")


def _link(
    home: Home,
    evaluation: Evaluation,
    snapshot: Snapshot,
    feed: str,
    refused: Sequence[Arrival],
    *,
    first: int,
) -> None:
    """Add a feed's rows that were taken back, with the household they belonged to."""
    engine, pack = evaluation.engine, evaluation.compiler.pack
    parts = []
    for place, one in enumerate(refused):
        # Rows that stood already when it came were its own while the one before was refused.
        files = [one.facts, *([one.folder / REPEATED] if one.repeated else [])]
        if one.months_of_rows[1] >= first:
            engine.view_files(f"refused_{place}", files)
            parts.append(f"SELECT *, {quoted(one.delivery)} AS delivery FROM refused_{place}")
    place = 0
    nobodys = _records_of_nobody(engine, snapshot, feed)
    still = f" AND row_key NOT IN (SELECT row_key FROM {nobodys})" if nobodys else ""
    for one in snapshot.arrivals:
        if one.feed != feed:
            continue
        for facts, listed in one.superseded_facts(home):
            engine.view_files(f"replaced_facts_{place}", [facts])
            engine.view_files(f"replaced_list_{place}", [listed])
            delivery = quoted(facts.parent.name)
            parts.append(
                f"SELECT *, {delivery} AS delivery FROM replaced_facts_{place} WHERE row_no IN "
                f"(SELECT row_no FROM replaced_list_{place} WHERE delivery = {delivery}){still}"
            )
            place += 1
    parts += _parted(engine, snapshot, feed)
    parts += _linked_then(
        home,
        evaluation,
        snapshot,
        refused=[one for one in refused if one.months_of_rows[1] >= first],
        in_force=[one for one in snapshot.arrivals if one.feed == feed],
        still=still,
    )
    if not parts:
        return
    engine.make_table(
        "facts_taken_back",
        f"SELECT * FROM ({' UNION ALL BY NAME '.join(parts)}) AS rows WHERE month >= {first}",
    )
    linked = linked_facts(
        pack=pack,
        contract=pack.contracts[feed],
        engine=engine,
        state=snapshot.registry,
        source="facts_taken_back",
        items=[],
    )
    engine.append(
        "taken_back",
        f"SELECT household_ref, {quoted(feed)}, delivery, row_no FROM ({linked}) AS linked",
    )
    engine.drop("facts_taken_back")


def _linked_then(
    home: Home,
    evaluation: Evaluation,
    snapshot: Snapshot,
    *,
    refused: Sequence[Arrival],
    in_force: Sequence[Arrival],
    still: str,
) -> list[str]:
    """The claims of a feed that were refused or replaced, with the persons to whom linkage would give
    them; `still` leaves out those that stand."""
    engine, pack = evaluation.engine, evaluation.compiler.pack
    claimed, parts = with_claims(refused), []
    if claimed:
        view_live_facts(
            engine=engine, name="claims_refused", arrivals=claimed, file=CLAIMS, is_live=False
        )
        parts.append("SELECT * FROM claims_refused")
    replaced = list(dict.fromkeys(one.replaced_rows for one in in_force if one.replaced_rows))
    replaceable = with_claims(in_force)
    if replaced and replaceable:
        view_live_facts(
            engine=engine, name="claims_ever", arrivals=replaceable, file=CLAIMS, is_live=False
        )
        engine.view_files("claims_replaced", replaced)
        parts.append(
            "SELECT * FROM claims_ever SEMI JOIN (SELECT delivery, row_no FROM claims_replaced) "
            f"AS gone USING (delivery, row_no) WHERE TRUE{still}"
        )
        claimed += replaceable
    if not parts:
        return []
    engine.make_table("claims_gone", " UNION ALL BY NAME ".join(parts))
    if not engine.value("SELECT count(*) FROM claims_gone"):
        return []
    engine.make_table("claims_asked", "SELECT DISTINCT claim_ref FROM claims_gone")
    view_present(engine, snapshot.registry)
    model = load_model()
    make_chosen(
        engine=engine,
        pack=pack,
        state=snapshot.registry,
        scores=scores_of(
            home=home,
            pack=pack,
            state=snapshot.registry,
            model=model,
            arrivals=claimed,
            run=engine,
        ),
        decisions=[one for one in snapshot.decisions if one.kind in LINKING],
        model=model,
        claims="claims_asked",
    )
    engine.make_table(
        "linked_then",
        "SELECT rows.* EXCLUDE (claim_ref) REPLACE (chosen.person_ref AS person_ref) "
        "FROM claims_gone AS rows JOIN chosen_links AS chosen USING (claim_ref)",
    )
    forget_chosen(engine)
    engine.drop("claims_asked", "claims_gone")
    return ["SELECT * FROM linked_then"]


def _records_of_nobody(engine: Engine, snapshot: Snapshot, feed: str) -> str | None:
    """A table of the row_key of a feed's claims that count for nobody; None where it has no claims.

    A correction that lost its number says nothing against what the row before it said of its person.
    """
    of_feed = [one for one in snapshot.arrivals if one.feed == feed]
    claimed = [one for one in of_feed if one.claims]
    if not claimed:
        return None
    view_live_facts(
        engine=engine, name="claims_in_force", arrivals=claimed, beside=of_feed, file=CLAIMS
    )
    engine.view_files("members_ever", [snapshot.registry.membership])
    found = "claims_in_force"
    moved = snapshot.linked.files.get(feed)
    if moved is not None:
        engine.view_files("claims_moved", [moved])
        found += (
            " ANTI JOIN (SELECT delivery, row_no FROM claims_moved WHERE sign > 0) AS moved "
            "USING (delivery, row_no)"
        )
    engine.make_table(
        "records_of_nobody",
        f"SELECT DISTINCT row_key FROM (SELECT * FROM {found} WHERE NOT waits) AS claims "
        "ANTI JOIN (SELECT person_ref FROM members_ever) AS members USING (person_ref)",
    )
    return "records_of_nobody"


def _parted(engine: Engine, snapshot: Snapshot, feed: str) -> list[str]:
    """A feed's rows that officials parted from their persons: claims, and rows of a number."""
    parts = []
    moved = snapshot.linked.files.get(feed)
    if moved is not None:
        engine.view_files("parted_rows", [moved])
        parts.append(
            "SELECT * EXCLUDE (sign, claim_ref, link_step, link_chance) FROM parted_rows "
            "WHERE sign < 0 AND claim_ref IS NULL"
        )
    said = [
        (one.claim_ref, one.person_ref)
        for one in snapshot.decisions
        if one.kind == "different" and one.claim_ref is not None
    ]
    claimed = [one for one in snapshot.arrivals if one.feed == feed and one.claims]
    if said and claimed:
        engine.make_empty_table("parted_claims", {"claim_ref": "BIGINT", "parted_ref": "BIGINT"})
        engine.insert("parted_claims", said)
        view_live_facts(engine=engine, name="claims_of_feed", arrivals=claimed, file=CLAIMS)
        parts.append(
            "SELECT rows.* EXCLUDE (claim_ref, parted_ref) REPLACE (parted_ref AS person_ref) "
            "FROM (SELECT * FROM claims_of_feed JOIN parted_claims USING (claim_ref)) AS rows"
        )
    return parts
