"""Trains a model of probabilistic linkage: on known truth, or from the records alone.

m is how often a true pair shows a level, u how often two records at random do. What was never seen
is not impossible: both have a floor.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fangpin.lake.engine import Engine
from fangpin.lake.engines.splink import splink_api
from fangpin.linkage.claims.comparisons import PERSON_BLOCKS, person_comparisons, settings_of
from fangpin.linkage.claims.model import PERSONS, Model, Thresholds
from fangpin.linkage.claims.numbers import eighteen_sql

ACCEPT, REVIEW = 0.99, 0.1
"""Thresholds of a new model; proposed, and looked at on its bench before it ships."""
LEAST_M, LEAST_U = 0.0005, 1e-7
_PAIRS_FOR_U = 4_000_000
_MOST_IN_A_BLOCK = 200
_LEAST_OF_A_NAME = 2
"""One character may be wrong, not more: see `person_comparisons`."""


def train_persons(
    *,
    engine: Engine,
    claims: str,
    people: str,
    truth: str,
    edition: int,
    source: str,
    trained_on: dict[str, str | int | float],
) -> Model:
    """The model of persons from claims whose truth is known; the tables have a column `parent`.

    It learns from what it will see: claims that no whole number links. Those that the cascade would
    repair stay among them, or it would believe that a number nearly right comes with a wrong name.
    """
    engine.make_table(
        "train_claims",
        f"SELECT * REPLACE ({eighteen_sql('number')} AS number) FROM {claims}",
    )
    engine.make_table(
        "train_claims", f"SELECT * FROM train_claims ANTI JOIN {people} USING (number)"
    )
    settings = trained_settings(
        engine=engine,
        claims="train_claims",
        people=people,
        comparisons=person_comparisons(),
        truth=f"{truth} SEMI JOIN train_claims USING (claim)",
    )
    listed = engine.value(
        f"SELECT count(person_ref) / count(*) FROM {truth} SEMI JOIN train_claims USING (claim)"
    )
    engine.drop("train_claims")
    return Model(
        model=PERSONS,
        edition=edition,
        status="proposed",
        source=source,
        trained_on=trained_on,
        listed_share=round(float(listed), 3),
        thresholds=Thresholds(accept=ACCEPT, review=REVIEW),
        required={"name": _LEAST_OF_A_NAME},
        blocks=PERSON_BLOCKS,
        most_in_a_block=_MOST_IN_A_BLOCK,
        settings=settings,
    )


def trained_settings(
    *,
    engine: Engine,
    claims: str,
    people: str,
    comparisons: Sequence[dict[str, Any]],
    truth: str | None = None,
    learn_on: Sequence[str] = (),
    seed: int = 1,
) -> dict[str, Any]:
    """Splink's settings with m and u, from tables of claim or person_ref and the compared columns.

    `truth` is a table of (claim, person_ref). Without one, m is learnt by expectation maximisation,
    once within each blocking rule of `learn_on`. Raises ProblemError (SPLINK_MISSING).
    """
    columns = engine.columns(f"SELECT * FROM {people}")
    shared = ", ".join(column for column in columns if column != "person_ref")
    engine.make_table("train_left", f"SELECT claim AS unique_id, {shared} FROM {claims}")
    engine.make_table("train_right", f"SELECT person_ref AS unique_id, {shared} FROM {people}")
    with splink_api(engine) as api:
        from splink import Linker, SettingsCreator

        linker = Linker(
            [
                api.register("train_left", table_name="claims"),
                api.register("train_right", table_name="people"),
            ],
            SettingsCreator.from_path_or_dict(settings_of(comparisons)),
            log_level=None,
        )
        training: Any = linker.training
        training.estimate_u_using_random_sampling(max_pairs=_PAIRS_FOR_U, seed=seed)
        if truth is not None:
            engine.make_table(
                "train_truth",
                "SELECT 'claims' AS source_dataset_l, claim AS unique_id_l, "
                "'people' AS source_dataset_r, person_ref AS unique_id_r "
                f"FROM {truth} WHERE person_ref IS NOT NULL",
            )
            training.estimate_m_from_pairwise_labels(
                api.register("train_truth", table_name="truth_pairs")
            )
        for rule in learn_on:
            training.estimate_parameters_using_expectation_maximisation(rule)
        settings: dict[str, Any] = linker.misc.save_model_to_json(out_path=None)
    engine.drop("train_left", "train_right", "train_truth")
    return _with_floors(settings)


def _with_floors(settings: dict[str, Any]) -> dict[str, Any]:
    """No level is impossible; figures are kept to six significant digits."""
    kept = {
        name: value
        for name, value in settings.items()
        if name not in ("linker_uid", "sql_dialect", "link_type")
    }
    for comparison in kept["comparisons"]:
        for level in comparison["comparison_levels"]:
            if level.get("is_null_level"):
                continue
            for name, least in (("m_probability", LEAST_M), ("u_probability", LEAST_U)):
                level[name] = float(f"{max(level.get(name) or 0.0, least):.6g}")
    return {"link_type": "link_only", **kept}
