"""Probabilistic linkage of the claims that the cascade leaves, by a stored model, on Splink.

A claim is about one person at most: the chance of a candidate is its odds over those of all the
claim's candidates and of nobody, so two namesakes of one birthday share what there is to share.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fangpin.lake.engine import Engine
from fangpin.lake.engines.splink import settings_on, splink_api
from fangpin.linkage.cascade import NEAR, OPEN
from fangpin.linkage.model import Model

SCORED = "scored_pairs"
"""claim, person_ref, weight (log2 of the odds), chance (0..1), place (1: the claim's best), and of
each comparison `level_<column>` (-1 not known, 0 other, higher is closer) and `weight_<column>`."""

PAIRS = "candidate_pairs"
_LEFT, _RIGHT = "claims", "people"
"""The names of the two sides to Splink; in the alphabet's order, as it puts them."""


def score(
    *,
    engine: Engine,
    people: str,
    model: Model,
    claims: str = OPEN,
    near: str | None = NEAR,
) -> int:
    """Make SCORED of the candidate pairs of `claims` and `people`; returns how many there are.

    `near` names more pairs (claim, person_ref). Raises ProblemError (SPLINK_MISSING).
    """
    find_pairs(engine=engine, people=people, model=model, claims=claims, near=near)
    count = int(engine.value(f"SELECT count(*) FROM {PAIRS}"))
    if not count:
        kinds = {"claim": "BIGINT", "person_ref": "BIGINT", "place": "BIGINT"}
        kinds |= {"weight": "DOUBLE", "chance": "DOUBLE"}
        for column in model.compared:
            kinds |= {f"level_{column}": "INTEGER", f"weight_{column}": "DOUBLE"}
        engine.make_empty_table(SCORED, kinds)
        return 0
    _make_sides(engine, people, claims)
    from splink import Linker, SettingsCreator

    api: Any = splink_api(engine)
    listed = int(engine.value(f"SELECT count(*) FROM {people}"))
    prior = model.listed_share / max(listed, 2)
    linker = Linker(
        [
            api.register("splink_left", table_name=_LEFT),
            api.register("splink_right", table_name=_RIGHT),
        ],
        SettingsCreator.from_path_or_dict(
            settings_on(engine, model.settings) | {"probability_two_random_records_match": prior}
        ),
        log_level=None,
    )
    for column in _frequency_columns(model):
        table = f"splink_tf_{column}"
        _make_frequencies(engine, people, claims, column, table)
        linker.table_management.register_term_frequency_lookup(
            api.register(table, table_name=f"frequencies_{column}"), column
        )
    linker.table_management.register_blocked_pairs_for_predict(
        api.register("splink_pairs", table_name="pairs")
    )
    predicted = linker.inference.predict(warning_mode="never")
    engine.make_table(SCORED, _chances(predicted.physical_name, model))
    api.delete_tables_created_by_splink_from_db()
    engine.drop("splink_left", "splink_right", "splink_pairs")
    return count


def find_pairs(
    *, engine: Engine, people: str, model: Model, claims: str = OPEN, near: str | None = NEAR
) -> None:
    """Make PAIRS (claim, person_ref): whoever shares a block's columns, or a number but a digit."""
    parts = [_block(people, claims, columns, model.most_in_a_block) for columns in model.blocks]
    if near is not None:
        parts.append(f"SELECT claim, person_ref FROM {near} SEMI JOIN {claims} USING (claim)")
    engine.make_table(PAIRS, " UNION ".join(parts))


def _block(people: str, claims: str, columns: Sequence[str], most: int) -> str:
    derived = {"initial": "substr(name, 1, 1)"}
    keys = [f"{derived.get(column, column)} AS key_{at}" for at, column in enumerate(columns)]
    using = ", ".join(f"key_{at}" for at in range(len(columns)))
    return (
        f"SELECT claim, person_ref FROM (SELECT claim, {', '.join(keys)} FROM {claims}) AS claim "
        f"JOIN (SELECT *, count(*) OVER (PARTITION BY {using}) AS alike FROM "
        f"(SELECT person_ref, {', '.join(keys)} FROM {people}) AS person "
        f"SEMI JOIN (SELECT {', '.join(keys)} FROM {claims}) AS wanted USING ({using})) AS met "
        f"USING ({using}) WHERE alike <= {int(most)}"
    )


def _make_sides(engine: Engine, people: str, claims: str) -> None:
    columns = engine.columns(f"SELECT * FROM {people}")
    shared = ", ".join(column for column in columns if column != "person_ref")
    engine.make_table(
        "splink_left",
        f"SELECT claim AS unique_id, {shared} FROM {claims} SEMI JOIN {PAIRS} USING (claim)",
    )
    engine.make_table(
        "splink_right",
        f"SELECT person_ref AS unique_id, {shared} FROM {people} "
        f"SEMI JOIN {PAIRS} USING (person_ref)",
    )
    engine.make_table(
        "splink_pairs",
        f"SELECT '0' AS match_key, '{_LEFT}-__-' || claim AS join_key_l, "
        f"'{_RIGHT}-__-' || person_ref AS join_key_r FROM {PAIRS}",
    )


def _frequency_columns(model: Model) -> list[str]:
    return sorted(
        {
            str(level["tf_adjustment_column"])
            for comparison in model.settings["comparisons"]
            for level in comparison["comparison_levels"]
            if level.get("tf_adjustment_column")
        }
    )


def _make_frequencies(engine: Engine, people: str, claims: str, column: str, table: str) -> None:
    """How common a value is among all people; counted for the values that claims bear."""
    engine.make_table(
        table,
        f"SELECT {column}, CAST(count(*) AS DOUBLE) / (SELECT count({column}) FROM {people}) "
        f"AS tf_{column} FROM {people} SEMI JOIN {claims} USING ({column}) GROUP BY {column}",
    )


def _chances(predicted: str, model: Model) -> str:
    rare = set(_frequency_columns(model))
    levels = "".join(
        f", gamma_{column} AS level_{column}, mw_{column}"
        + (f" + mw_tf_adj_{column}" if column in rare else "")
        + f" AS weight_{column}"
        for column in model.compared
    )
    return f"""
        WITH pairs AS (
            SELECT unique_id_l AS claim, unique_id_r AS person_ref, match_weight AS weight,
                pow(2, least(match_weight, 500)) AS odds{levels}
            FROM {predicted}
        )
        SELECT * EXCLUDE (odds), odds / (1 + sum(odds) OVER (PARTITION BY claim)) AS chance,
            row_number() OVER (PARTITION BY claim ORDER BY weight DESC, person_ref) AS place
        FROM pairs
    """
