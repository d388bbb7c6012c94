"""Probabilistic linkage of the claims that the cascade leaves, by a stored model, on Splink.

A claim is about one person at most: the chance of a candidate is its odds over those of all the
claim's candidates and of nobody, so two namesakes of one birthday share what there is to share.

Everything but the numbers is compared on the model's side (sides.py). Pairs that numbers alone find
are shown there as pairs; what a number adds to a pair is weighed on the vault's side.
"""

from __future__ import annotations

from collections.abc import Sequence

from fangpin.lake.engine import Engine
from fangpin.lake.engines.splink import settings_on, splink_api
from fangpin.linkage.claims.cascade import NEAR, OPEN
from fangpin.linkage.claims.comparisons import level_sql, weights_of
from fangpin.linkage.claims.model import Model
from fangpin.linkage.claims.sides import Sides

SCORED = "scored_pairs"
"""claim, person_ref, weight (log2 of the odds), chance (0..1), place (1: the claim's best), and of
each comparison `level_<column>` (-1 not known, 0 other, higher is closer) and `weight_<column>`."""

PAIRS = "candidate_pairs"
NUMBER = "number"
"""What is compared on the vault's side."""
WEIGHT_DECIMALS, CHANCE_DECIMALS = 6, 9
"""Of what is stored. Engines differ in the last bits of a logarithm and of a sum; rounded, both leave
the same rows in the same order, and no threshold is as fine."""

_SHOWN_CLAIMS, _SHOWN_PEOPLE, _SHOWN_PAIRS = "shown_claims", "shown_people", "shown_pairs"
_WEIGHED = "weighed_pairs"
_DIGITS_OF_A_NUMBER = 6
"""A name with so many digits is no name but a number in the wrong column: it is not compared."""
_LEFT, _RIGHT = "claims", "people"
"""The names of the two sides to Splink; in the alphabet's order, as it puts them."""


def score(
    *,
    sides: Sides,
    people: str,
    model: Model,
    claims: str = OPEN,
    near: str | None = NEAR,
) -> int:
    """Make SCORED, on the vault's side, of the candidate pairs of its `claims` and `people`.

    `near` names more pairs (claim, person_ref). Returns how many pairs there are; what the model's
    side was shown is forgotten there. Raises ProblemError (SPLINK_MISSING).
    """
    try:
        count = _show_and_find(sides, people, claims, model, near)
        if count:
            _weigh(sides, people, claims, model)
        else:
            _make_none_scored(sides.vault, model)
        return count
    finally:
        sides.model.drop(_SHOWN_CLAIMS, _SHOWN_PEOPLE, _SHOWN_PAIRS, PAIRS)


def chance_sql(claim: str) -> str:
    """SQL of a candidate's chance from its `odds`, among all rows of the same `claim`."""
    return f"round(odds / (1 + sum(odds) OVER (PARTITION BY {claim})), {CHANCE_DECIMALS})"


def _show_and_find(sides: Sides, people: str, claims: str, model: Model, near: str | None) -> int:
    """Make PAIRS on the model's side: whoever shares a block's columns, or a number but a digit.

    Returns how many there are. Where no claim is open nothing is shown.
    """
    if not sides.vault.value(f"SELECT count(*) FROM {claims}"):
        return 0
    listed = sides.vault.columns(f"SELECT * FROM {people}")
    shown = [column for column in listed if column not in ("person_ref", NUMBER)]
    sides.show(
        _SHOWN_CLAIMS, f"SELECT claim, {', '.join(_said(one) for one in shown)} FROM {claims}"
    )
    sides.show(_SHOWN_PEOPLE, f"SELECT person_ref, {', '.join(shown)} FROM {people}")
    by_number = [
        _block(people, claims, columns, model.most_in_a_block)
        for columns in model.blocks
        if NUMBER in columns
    ]
    if near is not None:
        by_number.append(f"SELECT claim, person_ref FROM {near} SEMI JOIN {claims} USING (claim)")
    if by_number:
        sides.show(_SHOWN_PAIRS, " UNION ".join(by_number))
    parts = [
        _block(_SHOWN_PEOPLE, _SHOWN_CLAIMS, columns, model.most_in_a_block)
        for columns in model.blocks
        if NUMBER not in columns
    ]
    parts += [f"SELECT claim, person_ref FROM {_SHOWN_PAIRS}"] if by_number else []
    sides.model.make_table(PAIRS, " UNION ".join(parts))
    return int(sides.model.value(f"SELECT count(*) FROM {PAIRS}"))


def _said(column: str) -> str:
    """What a claim says in a column."""
    if column != "name":
        return column
    digits = "length(name) - length(regexp_replace(name, '[0-9]', '', 'g'))"
    return f"CASE WHEN {digits} < {_DIGITS_OF_A_NUMBER} THEN name END AS name"


def _weigh(sides: Sides, people: str, claims: str, model: Model) -> None:
    """Make SCORED of PAIRS: Splink weighs them, and the vault's side adds what their numbers say."""
    engine = sides.model
    listed = int(sides.vault.value(f"SELECT count(*) FROM {people}"))
    prior = model.listed_share / max(listed, 2)
    seen = [one for one in model.settings["comparisons"] if one["output_column_name"] != NUMBER]
    settings = {
        **model.settings,
        "comparisons": seen,
        "probability_two_random_records_match": prior,
    }
    try:
        _make_sides(engine)
        with splink_api(engine) as api:
            from splink import Linker, SettingsCreator

            linker = Linker(
                [
                    api.register("splink_left", table_name=_LEFT),
                    api.register("splink_right", table_name=_RIGHT),
                ],
                SettingsCreator.from_path_or_dict(settings_on(engine, settings)),
                log_level=None,
            )
            for column in _frequency_columns(model):
                table = f"splink_tf_{column}"
                _make_frequencies(engine, column, table)
                linker.table_management.register_term_frequency_lookup(
                    api.register(table, table_name=f"frequencies_{column}"), column
                )
            linker.table_management.register_blocked_pairs_for_predict(
                api.register("splink_pairs", table_name="pairs")
            )
            predicted = linker.inference.predict(warning_mode="never")
            sides.bring(_WEIGHED, _weighed(predicted.physical_name, model))
            sides.vault.make_table(SCORED, _scored(people, claims, model))
            sides.vault.drop(_WEIGHED)
    finally:
        frequencies = [f"splink_tf_{column}" for column in _frequency_columns(model)]
        engine.drop("splink_left", "splink_right", "splink_pairs", *frequencies)


def _make_none_scored(engine: Engine, model: Model) -> None:
    kinds = {"claim": "BIGINT", "person_ref": "BIGINT", "place": "BIGINT"}
    kinds |= {"weight": "DOUBLE", "chance": "DOUBLE"}
    for column in model.compared:
        kinds |= {f"level_{column}": "INTEGER", f"weight_{column}": "DOUBLE"}
    engine.make_empty_table(SCORED, kinds)


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


def _make_sides(engine: Engine) -> None:
    for table, side, key in (
        ("splink_left", _SHOWN_CLAIMS, "claim"),
        ("splink_right", _SHOWN_PEOPLE, "person_ref"),
    ):
        columns = engine.columns(f"SELECT * FROM {side}")
        shared = ", ".join(column for column in columns if column != key)
        engine.make_table(
            table,
            f"SELECT {key} AS unique_id, {shared} FROM {side} SEMI JOIN {PAIRS} USING ({key})",
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


def _make_frequencies(engine: Engine, column: str, table: str) -> None:
    """How common a value is among all people; counted for the values that claims bear."""
    engine.make_table(
        table,
        f"SELECT {column}, CAST(count(*) AS DOUBLE) / "
        f"(SELECT count({column}) FROM {_SHOWN_PEOPLE}) AS tf_{column} FROM {_SHOWN_PEOPLE} "
        f"SEMI JOIN {_SHOWN_CLAIMS} USING ({column}) GROUP BY {column}",
    )


def _weighed(predicted: str, model: Model) -> str:
    """What Splink made of each pair: claim, person_ref, weight, levels and weights."""
    rare = set(_frequency_columns(model))
    levels = "".join(
        f", gamma_{column} AS level_{column}, mw_{column}"
        + (f" + mw_tf_adj_{column}" if column in rare else "")
        + f" AS weight_{column}"
        for column in model.compared
        if column != NUMBER
    )
    return (
        f"SELECT unique_id_l AS claim, unique_id_r AS person_ref, match_weight AS weight{levels} "
        f"FROM {predicted}"
    )


def _scored(people: str, claims: str, model: Model) -> str:
    source, total = _WEIGHED, "weight"
    if NUMBER in model.compared:
        source, total = (
            f"({_with_number(people, claims, model)}) AS pairs",
            "weight + weight_number",
        )
    levels = "".join(
        f", level_{column}, round(weight_{column}, {WEIGHT_DECIMALS}) AS weight_{column}"
        for column in model.compared
    )
    return f"""
        WITH rounded AS (
            SELECT claim, person_ref, round({total}, {WEIGHT_DECIMALS}) AS weight{levels}
            FROM {source}
        ), pairs AS (
            SELECT *, pow(2, least(weight, 500)) AS odds FROM rounded
        )
        SELECT * EXCLUDE (odds), {chance_sql("claim")} AS chance,
            row_number() OVER (PARTITION BY claim ORDER BY weight DESC, person_ref) AS place
        FROM pairs
    """


def _with_number(people: str, claims: str, model: Model) -> str:
    """The weighed pairs with the level and weight of their two numbers."""
    (comparison,) = (
        one for one in model.settings["comparisons"] if one["output_column_name"] == NUMBER
    )
    weights = " ".join(f"WHEN {level} THEN {weight!r}" for level, weight in weights_of(comparison))
    return f"""
        SELECT *, CAST(CASE level_{NUMBER} {weights} ELSE 0 END AS DOUBLE) AS weight_{NUMBER} FROM (
            SELECT {_WEIGHED}.*, {level_sql(comparison)} AS level_{NUMBER} FROM {_WEIGHED}
            JOIN (SELECT claim, {NUMBER} AS {NUMBER}_l FROM {claims}) AS said USING (claim)
            JOIN (SELECT person_ref, {NUMBER} AS {NUMBER}_r FROM {people}) AS person
            USING (person_ref)
        ) AS compared
    """
