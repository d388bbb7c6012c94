"""The pieces of work that `bench/linkage.py` measures, each run in a process of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

PACK = "cn_hunan_chenzhou"
_ERRORS = (
    "has_wrong_digit",
    "has_no_number",
    "has_wrong_name",
    "has_wrong_birth",
    "has_no_village",
)


def write_truth(folder: str, persons: int, claims: int, seed: int) -> None:
    """Write people.parquet, claims.parquet and truth.parquet."""
    from fangpin.lake.engines.duckdb import connect
    from fangpin.linkage.claims.scores import parent_sql
    from fangpin.policy import load_pack
    from fangpin.synthetic.chenzhou.bench_linkage import make_linkage_truth
    from fangpin.web.settings.environment import shipped_packs

    pack, place = load_pack(shipped_packs() / PACK), Path(folder)
    with connect(memory_limit="3GB") as engine:
        make_linkage_truth(engine, pack=pack, persons=persons, claims=claims, seed=seed)
        for table in ("people", "claims"):
            engine.write(
                f"SELECT *, {parent_sql(pack)} AS parent FROM truth_{table}",
                place / f"{table}.parquet",
            )
        engine.write("SELECT * FROM truth", place / "truth.parquet")


def link_by_the_stored_model(folder: str) -> dict[str, Any]:
    """The product's linkage, from two Parquet files to links; returns how good they are."""
    from fangpin.lake.engines.duckdb import connect
    from fangpin.linkage.claims.model import load_model
    from fangpin.linkage.claims.scores import CLAIMS_TABLE, PEOPLE, link
    from fangpin.linkage.claims.sides import Sides
    from fangpin.linkage.moved.chosen import accepted_sql

    place, model = Path(folder), load_model()
    with connect(memory_limit="800MB", spill=place) as engine:
        engine.view_files(PEOPLE, [place / "people.parquet"])
        engine.view_files(CLAIMS_TABLE, [place / "claims.parquet"])
        link(sides=Sides(engine), model=model)
        engine.make_table(
            "links",
            "SELECT claim_ref AS claim, person_ref, step, chance FROM link_scores WHERE place = 1 "
            f"AND (step <> 'model' OR ({accepted_sql(model)}))",
        )
        engine.write("SELECT * FROM links", place / "links.parquet")
        engine.view_files("truth", [place / "truth.parquet"])
        return {
            **_quality(engine),
            "steps": {
                step: {"links": count, "wrong": wrong}
                for step, count, wrong in engine.rows(
                    "SELECT step, count(*), count(*) FILTER (WHERE links.person_ref IS DISTINCT "
                    "FROM truth.person_ref) FROM links JOIN truth USING (claim) GROUP BY step "
                    "ORDER BY step"
                )
            },
            "in_review": engine.value(
                "SELECT count(DISTINCT claim_ref) FROM link_scores WHERE claim_ref NOT IN "
                f"(SELECT claim FROM links) AND chance >= {model.thresholds.review}"
            ),
            "missed": _missed(engine),
            "model": f"{model.model} {model.edition} {model.digest}",
        }


def splink_untuned(folder: str) -> dict[str, Any]:
    """Splink alone with its library's comparisons, trained here; a claim's best pair above 0.99."""
    import splink.comparison_library as compare
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    from fangpin.lake.engines.duckdb import connect

    place = Path(folder)
    with connect(memory_limit="3GB", spill=place) as engine:
        sides = []
        api = DuckDBAPI(connection=engine.lend())
        for name, key in (("claims", "claim"), ("people", "person_ref")):
            engine.view_files(f"{name}_rows", [place / f"{name}.parquet"])
            engine.make_table(
                name,
                f"SELECT {key} AS unique_id, CASE WHEN starts_with(number, '999999') OR number = "
                "repeat(substr(number, 1, 1), length(number)) THEN NULL ELSE number END AS number, "
                f"name, CAST(birth AS VARCHAR) AS birth, sex, division FROM {name}_rows",
            )
            sides.append(api.register(name, table_name=f"side_{name}"))
        rules = [
            block_on("number"),
            block_on("name", "birth"),
            block_on("birth", "division"),
            block_on("name", "division"),
        ]
        linker = Linker(
            sides,
            SettingsCreator(
                link_type="link_only",
                comparisons=[
                    compare.DamerauLevenshteinAtThresholds("number", 1),
                    compare.ExactMatch("name").configure(term_frequency_adjustments=True),
                    compare.DamerauLevenshteinAtThresholds("birth", 1),
                    compare.ExactMatch("sex"),
                    compare.ExactMatch("division"),
                ],
                blocking_rules_to_generate_predictions=rules,
                retain_matching_columns=False,
            ),
            log_level=None,
        )
        linker.training.estimate_probability_two_random_records_match(
            [block_on("number")], recall=0.85
        )
        linker.training.estimate_u_using_random_sampling(max_pairs=1_000_000, seed=1)
        for rule in (block_on("number"), block_on("name", "birth")):
            linker.training.estimate_parameters_using_expectation_maximisation(rule)
        found = linker.inference.predict(threshold_match_probability=0.99).physical_name
        engine.make_table(
            "links",
            "SELECT claim, person_ref FROM (SELECT unique_id_l AS claim, unique_id_r AS person_ref, "
            f"match_weight FROM {found}) AS pairs QUALIFY row_number() OVER "
            "(PARTITION BY claim ORDER BY match_weight DESC, person_ref) = 1",
        )
        engine.view_files("truth", [place / "truth.parquet"])
        return _quality(engine)


def _quality(engine: Any) -> dict[str, float]:
    right, made = engine.rows(
        "SELECT count(*) FILTER (WHERE links.person_ref = truth.person_ref), count(*) "
        "FROM links JOIN truth USING (claim)"
    )[0]
    of = engine.value("SELECT count(person_ref) FROM truth")
    return {"precision": round(right / made, 6), "recall": round(right / of, 6)}


def _missed(engine: Any) -> dict[str, int]:
    """How many rows of each mix of errors found nobody, or somebody else."""
    listed = ", ".join(_ERRORS)
    rows = engine.rows(
        f"SELECT {listed}, count(*) FROM truth ANTI JOIN (SELECT claim, person_ref FROM links) "
        "AS links USING (claim, person_ref) WHERE person_ref IS NOT NULL "
        f"GROUP BY {listed} ORDER BY count(*) DESC, {listed}"
    )
    return {
        " + ".join(
            name.removeprefix("has_") for name, is_so in zip(_ERRORS, flags, strict=True) if is_so
        )
        or "no error": count
        for *flags, count in rows
    }
