"""Whom each claim is given to: by what officials decided, then by what was scored."""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.lake.engine import Engine
from fangpin.linkage.claims.model import Model
from fangpin.linkage.claims.probable import CHANCE_DECIMALS, chance_sql
from fangpin.linkage.claims.scores import Scores
from fangpin.linkage.decisions import (
    IN_FORCE,
    Decision,
    digest_of,
    make_table,
)
from fangpin.linkage.moved.newcomers import MAY_BE_MEANT, make_may_be_meant
from fangpin.linkage.registry.present import present_of, under_present
from fangpin.linkage.registry.states import RegistryState
from fangpin.policy.pack import Pack


class Chosen:
    """`chosen_links` of one engine, for days that are asked for one after the other.

    Whom a claim is given to rests on registry, model, scores and decisions: days that share these share
    it. So it is made of all claims that have scores, and kept until one of these is another.
    """

    def __init__(self) -> None:
        self._made: tuple[object, ...] = ()

    def bring(
        self,
        *,
        engine: Engine,
        pack: Pack,
        state: RegistryState,
        scores: Scores,
        decisions: Sequence[Decision],
        model: Model,
    ) -> None:
        """Make it that of these, if it is not already."""
        wanted = (state.key, scores.key, scores.files, digest_of(decisions))
        if self._made != wanted:
            make_chosen(
                engine=engine,
                pack=pack,
                state=state,
                scores=scores,
                decisions=decisions,
                model=model,
            )
            self._made = wanted

    def forget(self, engine: Engine) -> None:
        """Let it go."""
        forget_chosen(engine)
        self._made = ()


def make_chosen(
    *,
    engine: Engine,
    pack: Pack,
    state: RegistryState,
    scores: Scores,
    decisions: Sequence[Decision],
    model: Model,
    claims: str | None = None,
) -> None:
    """Make `chosen_links`: claim_ref, person_ref, link_step, link_chance; a claim at most once.

    `claims` is a table of those that are wanted; None: all of them.
    What was decided stands above every score, also of who may be the one meant (newcomers.py). A
    person whom a decision excluded leaves his chance to the claim's other candidates. `candidates` keeps
    all pairs with their chance so adjusted: each of the person of now, whose chance is that of all
    numbers together. After `view_present`.
    """
    present = present_of(engine, (one.person_ref for one in decisions))
    make_table(engine, decisions, present=present)
    registry = pack.header.registry
    assert registry is not None, "checked when the registry was read"
    make_may_be_meant(engine=engine, state=state, registry=registry)
    if scores.files:
        engine.view_files("score_rows", list(scores.files))
    else:
        engine.make_empty_table(
            "score_rows",
            {
                "claim_ref": "BIGINT",
                "person_ref": "BIGINT",
                "step": "VARCHAR",
                "chance": "DOUBLE",
                "place": "BIGINT",
                "weight": "DOUBLE",
                **{
                    f"{what}_{name}": kind
                    for name in model.compared
                    for what, kind in (("level", "INTEGER"), ("weight", "DOUBLE"))
                },
            },
        )
    excluded = f"(SELECT claim_ref, person_ref FROM {IN_FORCE} WHERE kind = 'different')"
    wanted = f" SEMI JOIN {claims} USING (claim_ref)" if claims else ""
    engine.make_table(
        "candidates",
        f"""
        WITH scored AS (
            SELECT * FROM score_rows{wanted}
            QUALIFY row_number() OVER (PARTITION BY claim_ref, person_ref ORDER BY step) = 1
        ), left_over AS (
            SELECT * REPLACE (round(least(sum(chance) OVER (
                PARTITION BY claim_ref, person_ref), 1), {CHANCE_DECIMALS}) AS chance)
            FROM ({under_present("scored")}) AS of_now
            QUALIFY row_number() OVER (
                PARTITION BY claim_ref, person_ref ORDER BY step, weight DESC, place) = 1
        ), standing AS (
            SELECT *, pow(2, least(weight, 500)) AS odds FROM left_over
            ANTI JOIN {excluded} AS excluded USING (claim_ref, person_ref)
        )
        SELECT * EXCLUDE (chance, odds, place), CASE
            WHEN weight IS NULL OR claim_ref NOT IN (SELECT claim_ref FROM {excluded} AS touched)
            THEN chance ELSE {chance_sql("claim_ref")} END AS chance
        FROM standing
        """,
    )
    engine.make_table(
        "chosen_links",
        f"""
        WITH decided AS (
            SELECT claim_ref, person_ref FROM {IN_FORCE}
            WHERE kind = 'same' AND claim_ref IS NOT NULL
        )
        SELECT claim_ref, person_ref, 'decided' AS link_step, CAST(1 AS DOUBLE) AS link_chance
        FROM decided
        UNION ALL
        SELECT claim_ref, person_ref, step, chance FROM candidates
        ANTI JOIN {MAY_BE_MEANT} USING (claim_ref, person_ref)
        WHERE claim_ref NOT IN (SELECT claim_ref FROM decided)
            AND (step <> 'model' OR {accepted_sql(model) if scores.is_whole else "FALSE"})
        """,
    )


def accepted_sql(model: Model) -> str:
    """Whether a candidate is linked by itself; of `candidates`."""
    required = [f"level_{name} >= {level}" for name, level in sorted(model.required.items())]
    return " AND ".join([f"chance >= {model.thresholds.accept}", *required])


def forget_chosen(engine: Engine) -> None:
    """Drop what `make_chosen` made."""
    engine.drop("candidates", "chosen_links", "wanted_claims", MAY_BE_MEANT)
