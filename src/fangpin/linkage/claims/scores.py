"""Whom the claims of deliveries may be about: scored once under a registry and a model, and kept.

A score depends on the claim, the persons and the model alone, never on other claims. So deliveries
are scored in batches as they come, and a batch stands for good. Grain of a batch: claim_ref and
candidate; claims that met nobody have none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fangpin.feeds.arrivals import QUARANTINE, Arrival
from fangpin.feeds.cells.borrowed_numbers import BORROWED
from fangpin.feeds.cells.no_names import is_no_name_sql
from fangpin.feeds.facts.claims import CLAIMS, sealed_name
from fangpin.lake.engine import Engine
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.engines.splink import has_splink
from fangpin.lake.home import Home
from fangpin.lake.vault import TABLE as IDENTITIES
from fangpin.lake.vault import Vault
from fangpin.linkage.claims.cascade import LINKED, cascade
from fangpin.linkage.claims.model import Model
from fangpin.linkage.claims.probable import SCORED, score
from fangpin.linkage.claims.sides import Sides, sides_of
from fangpin.linkage.registry.bearers import make_name_keys
from fangpin.linkage.registry.states import RegistryState
from fangpin.policy.expressions.sql import column
from fangpin.policy.models.header import Registry
from fangpin.policy.pack import Pack
from fangpin.values.files import published_folder

FORM = "3"
"""Of batches: those of an earlier form are left lying and made anew."""
KEPT_A_CLAIM = 5
"""Candidates that are kept of each claim, the likeliest first."""
LEAST_CHANCE = 0.001
"""A candidate below is not kept: nobody would be asked about it."""

PEOPLE, CLAIMS_TABLE = "linkage_people", "linkage_claims"
FORMER = "linkage_former"
"""Those of PEOPLE whose number was corrected: see cascade.py."""


@dataclass(frozen=True, slots=True)
class Scores:
    """The batches that hold the scores of some deliveries; `is_whole` is False without Splink."""

    key: str
    """Names the registry and the model under which they were made."""
    files: tuple[Path, ...]
    is_whole: bool
    deliveries: frozenset[str]
    """feed/delivery of all whose claims they hold: of some, more than was asked for."""


def with_claims(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """The deliveries that have claims."""
    return [arrival for arrival in arrivals if arrival.claims]


def scores_of(
    *,
    home: Home,
    pack: Pack,
    state: RegistryState,
    model: Model,
    arrivals: Sequence[Arrival],
    run: Engine | None = None,
) -> Scores:
    """The scores of these deliveries' claims under a registry; what is missing is scored now.

    `run` is the engine of a run, on which the model may run; its cells are the same on any.
    """
    whole = has_splink()
    key = f"{state.key}-{model.digest if whole else 'exact'}-{FORM}"
    folder = home.links / key
    batches = sorted(folder.glob("batch-*/batch.json"))
    done: set[str] = set()
    for batch in batches:
        done |= set(json.loads(batch.read_text(encoding="utf-8")))
    wanted = with_claims(arrivals)
    missing = [one for one in wanted if f"{one.feed}/{one.delivery}" not in done]
    if missing:
        _score(
            home=home,
            pack=pack,
            state=state,
            model=model,
            arrivals=missing,
            run=run,
            folder=folder,
        )
        batches = sorted(folder.glob("batch-*/batch.json"))
        done |= {f"{one.feed}/{one.delivery}" for one in missing}
    files = tuple(batch.parent / "scores.parquet" for batch in batches)
    return Scores(key, files, whole, frozenset(done))


def _score(
    *,
    home: Home,
    pack: Pack,
    state: RegistryState,
    model: Model,
    arrivals: Sequence[Arrival],
    run: Engine | None,
    folder: Path,
) -> None:
    """One batch, in an engine of its own: numbers are in no other."""
    names = sorted(f"{arrival.feed}/{arrival.delivery}" for arrival in arrivals)
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:12]
    registry = pack.header.registry
    assert registry is not None, "checked when the registry was read"
    with (
        connect(spill=home.spill) as engine,
        sides_of(vault=engine, run=run, spill=home.spill) as sides,
    ):
        vault = Vault(home=home, engine=engine)
        vault.read_kept(
            "sealed_claims",
            [sealed_name(feed=arrival.feed, delivery=arrival.delivery) for arrival in arrivals],
        )
        parent = parent_sql(pack)
        engine.make_table(
            CLAIMS_TABLE,
            f"SELECT claim_ref AS claim, number, {_compared_name(registry)} AS name, birth, sex, "
            f"division, {parent} AS parent FROM sealed_claims "
            "QUALIFY row_number() OVER (PARTITION BY claim_ref) = 1",
        )
        make_people(engine=engine, registry=registry, state=state, parent=parent, is_compared=True)
        _take_lent_numbers(engine, arrivals)
        link(sides=sides, model=model if has_splink() else None, former=FORMER)
        with published_folder(folder / f"batch-{digest}") as temporary:
            engine.write(
                "SELECT * FROM link_scores ORDER BY claim_ref, place", temporary / "scores.parquet"
            )
            (temporary / "batch.json").write_text(json.dumps(names, indent=1), encoding="utf-8")


def _take_lent_numbers(engine: Engine, arrivals: Sequence[Arrival]) -> None:
    """A number that was written for many is evidence of its owner's rows alone, known by the name."""
    for one in arrivals:
        if BORROWED not in one.counts_by_code:
            continue
        engine.view_files("claim_rows", [one.folder / CLAIMS])
        engine.view_files("set_aside_rows", [one.folder / QUARANTINE])
        engine.make_table(
            CLAIMS_TABLE,
            "SELECT * REPLACE (CASE WHEN claim NOT IN (SELECT claim_ref FROM claim_rows "
            f"JOIN set_aside_rows USING (row_no) WHERE code = '{BORROWED}') "
            f"OR EXISTS (SELECT 1 FROM {PEOPLE} AS owner WHERE owner.number = {CLAIMS_TABLE}.number "
            f"AND owner.name = {CLAIMS_TABLE}.name) THEN number END AS number) FROM {CLAIMS_TABLE}",
        )
        engine.drop("claim_rows", "set_aside_rows")


def _compared_name(registry: Registry) -> str:
    """A table's `name`, none where something stands in place of one: that neither agrees nor differs."""
    if registry.no_names is None:
        return "name"
    return f"CASE WHEN NOT {is_no_name_sql(registry, 'name')} THEN name END"


def link(*, sides: Sides, model: Model | None, former: str | None = None) -> None:
    """Make `link_scores` of CLAIMS_TABLE and PEOPLE: the cascade, then the model where there is one.

    All of them are on the vault's side, and so is the cascade's `former`. Columns: claim_ref, person_ref,
    step, chance, place, weight, and the level and weight of each comparison of the model (NULL for what
    the cascade linked).
    """
    engine = sides.vault
    cascade(engine=engine, claims=CLAIMS_TABLE, people=PEOPLE, former=former)
    exact = (
        "SELECT claim AS claim_ref, person_ref, step, certainty AS chance, "
        f"CAST(1 AS BIGINT) AS place, CAST(NULL AS DOUBLE) AS weight FROM {LINKED}"
    )
    if model is None:
        engine.make_table("link_scores", exact)
        return
    score(sides=sides, people=PEOPLE, model=model)
    levels = ", ".join(f"level_{name}, weight_{name}" for name in model.compared)
    engine.make_table(
        "link_scores",
        f"{exact} UNION ALL BY NAME SELECT claim AS claim_ref, person_ref, 'model' AS step, "
        f"chance, place, weight, {levels} FROM {SCORED} "
        f"WHERE place <= {KEPT_A_CLAIM} AND chance >= {LEAST_CHANCE}",
    )


def make_people(
    *,
    engine: Engine,
    registry: Registry,
    state: RegistryState,
    parent: str,
    only: str | None = None,
    is_compared: bool = False,
) -> None:
    """Make PEOPLE: everyone ever listed, in the columns that claims are compared by; and FORMER.

    `only` is a query of the person_refs that are wanted; None: all of them. Where they are compared
    and not shown, what stands in place of a name is none.
    """
    named = _compared_name(registry) if is_compared else "name"
    engine.view_files("listed_persons", [state.persons])
    wanted = f" WHERE person_ref IN ({only})" if only else ""
    engine.make_view("linkage_persons", f"SELECT * FROM listed_persons{wanted}")
    have = set(engine.columns("SELECT * FROM linkage_persons"))

    def value(field: str | None, kind: str) -> str:
        known = field is not None and field in have
        return f"CAST(person.{column(field or '')} AS {kind})" if known else f"CAST(NULL AS {kind})"

    name = value(registry.name, "VARCHAR")
    make_name_keys(engine, f"SELECT {name} AS name FROM linkage_persons AS person")
    # A former reference has its number still; whoever it is stands there under the present one.
    said = {
        "name": f"coalesce(odd.key, lower({name}))",
        "birth": value(registry.birth, "DATE"),
        "sex": value(registry.sex, "VARCHAR"),
        "division": value(registry.division, "VARCHAR"),
    }
    listed = ", ".join(
        f"CASE WHEN person.successor_ref IS NULL THEN {sql} END AS {field}"
        for field, sql in said.items()
    )
    engine.make_table(
        PEOPLE,
        f"SELECT person_ref, number, {named} AS name, birth, sex, division, {parent} AS parent FROM ("
        "SELECT person.person_ref, "
        "CASE WHEN person.is_told_by_number THEN identities.canonical END AS number, "
        f"{listed} FROM linkage_persons AS person LEFT JOIN {IDENTITIES} AS identities "
        f"ON identities.person_ref = person.number_ref "
        f"LEFT JOIN odd_names AS odd ON odd.name = {name})",
    )
    then = f"SELECT person_ref, {said['name']} AS name, {said['birth']} AS birth"
    listed = f"linkage_persons AS person LEFT JOIN odd_names AS odd ON odd.name = {name}"
    engine.make_table(
        FORMER,
        # An office that keeps the old number may write what was told with it, or what is told now.
        f"WITH told AS ({then}, successor_ref FROM {listed} WHERE is_told_by_number), "
        "former AS (SELECT * FROM told WHERE successor_ref IS NOT NULL) "
        f"SELECT person_ref, present_ref, {named} AS name, birth FROM ("
        "SELECT person_ref, successor_ref AS present_ref, name, birth FROM former "
        "UNION SELECT former.person_ref, now.person_ref, now.name, now.birth FROM former "
        f"JOIN ({then} FROM {listed}) AS now ON now.person_ref = former.successor_ref) AS either",
    )
    engine.drop("odd_names")


def parent_sql(pack: Pack) -> str:
    """The division above the lowest, of a column `division`; NULL where the pack has one level."""
    widths = sorted(level.width for level in pack.header.division_levels)
    if len(widths) < 2:
        return "CAST(NULL AS VARCHAR)"
    return f"CASE WHEN length(division) > {widths[-2]} THEN substr(division, 1, {widths[-2]}) END"
