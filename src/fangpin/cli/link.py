"""`fangpin link`: whom rows are about; the queue of pairs that a person decides; the stored model."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from fangpin.cli.output import print_json, say
from fangpin.cli.session import Session
from fangpin.lake.engines.duckdb import connect
from fangpin.lake.engines.splink import has_splink, splink_missing
from fangpin.linkage.model import MODELS, PERSONS, load_model, write_model
from fangpin.linkage.scores import parent_sql
from fangpin.linkage.training import train_persons
from fangpin.policy import load_pack
from fangpin.synthetic.chenzhou.bench_linkage import (
    CLAIMS_TABLE,
    PEOPLE_TABLE,
    TRUTH_TABLE,
    Errors,
    make_linkage_truth,
)
from fangpin.values.problem import ProblemError

app = typer.Typer(no_args_is_help=True, help="归人与核对 Linkage and its review.")

TRAINING_PACK = "cn_hunan_chenzhou"
"""The pack whose villages the invented training county has."""


@app.command()
def train(
    persons: Annotated[int, typer.Option(help="persons of the invented registry")] = 60_000,
    claims: Annotated[int, typer.Option(help="rows of the invented feed")] = 120_000,
    seed: Annotated[int, typer.Option()] = 11,
    out: Annotated[
        Path | None, typer.Option(help="file to write; the shipped model if absent")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
) -> None:
    """Train the model of persons anew on invented truth; the same numbers give the same model."""
    if not has_splink():
        raise ProblemError(splink_missing())
    session = Session()
    pack = load_pack(session.packs_directory / TRAINING_PACK)
    file = out or MODELS / f"{PERSONS}.json"
    edition = load_model().edition + 1 if out is None and file.exists() else 1
    # Moves and slips of sex happen, though rarely: without them the model would trust both blindly.
    errors = Errors(wrong_village=20, wrong_sex=3)
    with connect(memory_limit="2GB") as engine:
        make_linkage_truth(
            engine, pack=pack, persons=persons, claims=claims, seed=seed, errors=errors
        )
        parent = parent_sql(pack)
        for table in (PEOPLE_TABLE, CLAIMS_TABLE):
            engine.make_table(table, f"SELECT *, {parent} AS parent FROM {table}")
        model = train_persons(
            engine=engine,
            claims=CLAIMS_TABLE,
            people=PEOPLE_TABLE,
            truth=TRUTH_TABLE,
            edition=edition,
            source="fangpin link train",
            trained_on={
                "generator": "synthetic/chenzhou/bench_linkage",
                "persons": persons,
                "claims": claims,
                "seed": seed,
                "splink": version("splink"),
                "duckdb": version("duckdb"),
            },
        )
    write_model(model, file)
    told = {"file": file.name, "edition": model.edition, "digest": model.digest}
    if as_json:
        print_json(told)
    else:
        say(f"{file}: edition {model.edition}, {model.digest}")
