"""The review desk of a day: claims, candidates and persons in one engine of their own.

Whoever opens it sees names and numbers, in memory, for as long as it is open.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from fangpin.feeds.arrivals import Arrival
from fangpin.feeds.facts.claims import CLAIMS, EVIDENCE, sealed_name
from fangpin.feeds.facts.live_facts import view_live_facts
from fangpin.feeds.facts.replay import replay
from fangpin.lake.engine import Engine
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.home import Home
from fangpin.lake.vault import Vault
from fangpin.linkage.claims.model import Model, load_model
from fangpin.linkage.claims.scores import Scores, make_people, parent_sql, scores_of, with_claims
from fangpin.linkage.decisions import Decision, all_decisions
from fangpin.linkage.moved.chosen import make_chosen
from fangpin.linkage.moved.linked import decisions_in_force
from fangpin.linkage.registry.present import PRESENT, view_present
from fangpin.linkage.registry.states import RegistryState, registry_state
from fangpin.policy.expressions.sql import quoted
from fangpin.policy.pack import Pack

ROWS = "desk_rows"
"""feed, delivery, row_no, month, claim_ref, person_ref (the row's own) of every claim's row."""


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk; tables: ROWS, linkage_people (candidates and whom decisions name),
    listed_persons, membership, candidates, chosen_links. What claims say of their persons stays sealed
    until it is asked for."""

    home: Home
    pack: Pack
    engine: Engine
    state: RegistryState
    model: Model
    scores: Scores
    known: tuple[Arrival, ...]
    decisions: tuple[Decision, ...]
    vault: Vault

    def choose(self, decisions: Sequence[Decision]) -> None:
        """Make `candidates` and `chosen_links` as if these decisions were the ones in force."""
        make_chosen(
            engine=self.engine,
            pack=self.pack,
            state=self.state,
            scores=self.scores,
            decisions=decisions,
            model=self.model,
        )

    def evidence_of(self, claims: Collection[int]) -> dict[int, dict[str, Any]]:
        """Claim -> what it says of its person, by the names of EVIDENCE; of claims that have rows.

        Read from the latest delivery that bears a claim: others say the same.
        """
        engine = self.engine
        engine.make_empty_table("claims_to_open", {"claim_ref": "BIGINT"})
        engine.insert("claims_to_open", [(one,) for one in sorted(set(claims))])
        bearing = engine.rows(
            "SELECT DISTINCT latest.feed, latest.delivery FROM (SELECT max_by("
            "struct_pack(feed := feed, delivery := delivery), (delivery, feed)) AS latest "
            f"FROM {ROWS} SEMI JOIN claims_to_open USING (claim_ref) GROUP BY claim_ref) ORDER BY 2, 1"
        )
        if not bearing:
            return {}
        self.vault.read_kept(
            "opened_claims",
            [sealed_name(feed=feed, delivery=delivery) for feed, delivery in bearing],
        )
        found = {
            int(claim_ref): dict(zip(EVIDENCE, said, strict=True))
            for claim_ref, *said in engine.rows(
                f"SELECT claim_ref, {', '.join(EVIDENCE)} FROM opened_claims "
                "SEMI JOIN claims_to_open USING (claim_ref)"
            )
        }
        engine.drop("opened_claims", "claims_to_open")
        return found


@contextmanager
def open_desk(
    *,
    home: Home,
    pack: Pack,
    arrivals: Sequence[Arrival],
    as_of: date,
    model: Model | None = None,
) -> Iterator[Desk]:
    """The desk as of the end of a day: of the deliveries in force then.

    Raises ProblemError REGISTRY_MISSING.
    """
    model = model or load_model()
    registry = pack.header.registry
    feed = registry.feed if registry else ""
    with connect(spill=home.spill) as engine:
        received = replay(home=home, pack=pack, engine=engine, found=arrivals, as_of=as_of)
        state = registry_state(
            home=home,
            pack=pack,
            engine=engine,
            deliveries=[one for one in received if one.feed == feed],
        )
        assert registry is not None, "checked when the registry was read"
        known = [
            one
            for one in received
            if one.feed in pack.contracts and pack.contracts[one.feed].subject == "person"
        ]
        claimed = with_claims(known)
        scores = scores_of(home=home, pack=pack, state=state, model=model, arrivals=claimed)
        _make_rows(engine, claimed, known)
        vault = Vault(home=home, engine=engine)
        view_present(engine, state)
        decisions = decisions_in_force(engine, all_decisions(home, as_of=as_of))
        make_people(
            engine=engine,
            registry=registry,
            state=state,
            parent=parent_sql(pack),
            only=_wanted(engine, scores, decisions),
        )
        engine.view_files("membership", [state.membership])
        desk = Desk(home, pack, engine, state, model, scores, tuple(known), tuple(decisions), vault)
        desk.choose(decisions)
        yield desk


def _wanted(engine: Engine, scores: Scores, decisions: Sequence[Decision]) -> str:
    """A query of the persons who lie on the desk: candidates, and whom decisions name."""
    engine.make_empty_table("named_persons", {"person_ref": "BIGINT"})
    named = {one.person_ref for one in decisions if one.person_ref is not None}
    engine.insert("named_persons", [(person_ref,) for person_ref in sorted(named)])
    if not scores.files:
        return "SELECT person_ref FROM named_persons"
    engine.view_files("scored_persons", list(scores.files))
    wanted = "SELECT person_ref FROM scored_persons UNION SELECT person_ref FROM named_persons"
    return f"{wanted} UNION SELECT present_ref FROM {PRESENT} WHERE person_ref IN ({wanted})"


def _make_rows(engine: Engine, claimed: Sequence[Arrival], known: Sequence[Arrival]) -> None:
    parts = []
    for place, feed in enumerate(sorted({one.feed for one in claimed})):
        name = f"desk_claims_{place}"
        view_live_facts(
            engine=engine,
            name=name,
            arrivals=[one for one in claimed if one.feed == feed],
            beside=[one for one in known if one.feed == feed],
            file=CLAIMS,
        )
        parts.append(
            f"SELECT {quoted(feed)} AS feed, delivery, row_no, month, claim_ref, person_ref FROM {name}"
        )
    if parts:
        engine.make_table(ROWS, " UNION ALL ".join(parts))
        return
    engine.make_empty_table(
        ROWS,
        {
            "feed": "VARCHAR",
            "delivery": "VARCHAR",
            "row_no": "INTEGER",
            "month": "INTEGER",
            "claim_ref": "BIGINT",
            "person_ref": "BIGINT",
        },
    )
