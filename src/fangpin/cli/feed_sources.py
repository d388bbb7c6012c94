"""`fangpin feed pull`, `fangpin feed contract export | import`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any

import typer

from fangpin.cli.output import errors, print_json, print_table, say
from fangpin.cli.session import Session
from fangpin.feeds.foreign_contract import as_pack_entry, imported
from fangpin.feeds.open_contract import exported
from fangpin.feeds.receipt import Receipt
from fangpin.feeds.sources.pull import pull as pull_source
from fangpin.feeds.sources.settings import read_sources
from fangpin.lake.vault import Vault
from fangpin.policy.reading.nearest import advice
from fangpin.values.files import MACHINE_CODES
from fangpin.values.problem import Problem, ProblemError

REFUSED = 3
Json = Annotated[bool, typer.Option("--json", help="one JSON object on stdout")]
PackName = Annotated[str | None, typer.Option("--pack", help="the policy pack; FANGPIN_PACK")]
contracts = typer.Typer(no_args_is_help=True, help="数据约定 Contracts of feeds.")


def pull(
    source: Annotated[str | None, typer.Argument(help="none: every source")] = None,
    pack: PackName = None,
    as_json: Json = False,
) -> None:
    """Receive what the databases and folders of sources.yaml have that was not taken yet."""
    session = Session(pack=pack)
    known = read_sources(session.home, pack=session.pack, variables=os.environ)
    if source is not None and source not in known:
        raise ProblemError(_unknown("SOURCE_UNKNOWN", source, list(known)))
    chosen = [known[source]] if source else list(known.values())
    told: list[dict[str, Any]] = []
    problems: list[Problem] = []
    with session.engine() as engine:
        vault = Vault(home=session.home, engine=engine, cipher=session.environment.cipher)
        for one in chosen:
            receipts: list[Receipt] = []
            try:
                pull_source(
                    home=session.home,
                    pack=session.pack,
                    engine=engine,
                    vault=vault,
                    source=one,
                    at=session.now(),
                    limits=session.environment.limits,
                    told=receipts.append,
                )
            except ProblemError as error:
                if any(problem.code in MACHINE_CODES for problem in error.problems):
                    raise
                # One source that cannot be reached keeps no other one waiting.
                problems += error.problems
            told += [{"source": one.source, **receipt.as_dict()} for receipt in receipts]
    refused = any(receipt["outcome"] == "refused" for receipt in told)
    if as_json:
        outcome = "refused" if refused or problems else "done"
        print_json(
            {
                "outcome": outcome,
                "receipts": told,
                "findings": [problem.as_dict() for problem in problems],
            }
        )
    else:
        columns = ["source", "feed", "outcome", "delivery", "read", "accepted", "quarantined"]
        columns += ["duplicate"]
        print_table("", columns, ([one[name] for name in columns] for one in told))
        for problem in problems:
            say(str(problem))
    if refused or problems:
        raise typer.Exit(REFUSED)


@contracts.command("export")
def export_contract(
    feed: str,
    output: Annotated[Path | None, typer.Option(help="a file; none: stdout")] = None,
    pack: PackName = None,
) -> None:
    """A feed's contract in the Open Data Contract Standard."""
    session = Session(pack=pack)
    contract = session.pack.contracts.get(feed)
    if contract is None:
        raise ProblemError(_unknown("CONTRACT_UNKNOWN", feed, list(session.pack.contracts)))
    text = exported(session.pack, contract)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


@contracts.command("import")
def import_contract(file: Path, output: Annotated[Path | None, typer.Option()] = None) -> None:
    """A contract of the standard as an entry of a pack's feeds/<department>.yaml."""
    found = imported(file)
    text = as_pack_entry(found.contract)
    if found.left_out:
        listed = ", ".join(found.left_out)
        errors.print(
            f"数据包没有这些要求的说法，未带过来：{listed}\n"
            f"A pack has no word for these demands; they were left out: {listed}",
            markup=False,
        )
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


def add_to(app: typer.Typer) -> None:
    """Make these commands of `fangpin feed`."""
    app.command()(pull)
    app.add_typer(contracts, name="contract")


def _unknown(code: str, written: str, valid: list[str]) -> Problem:
    near_zh, near_en = advice(written=written, valid=valid)
    if code == "SOURCE_UNKNOWN":
        return Problem(
            code="SOURCE_UNKNOWN",
            where="sources.yaml",
            zh=f"没有来源“{written}”。",
            en=f"There is no source '{written}'.",
            fix_zh=near_zh,
            fix_en=near_en,
        )
    return Problem(
        code="CONTRACT_UNKNOWN",
        where="feeds",
        zh=f"没有数据源“{written}”的约定。",
        en=f"There is no contract of a feed '{written}'.",
        fix_zh=near_zh,
        fix_en=near_en,
    )
