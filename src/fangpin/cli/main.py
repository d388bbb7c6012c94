"""`fangpin`: noun, then verb. Exit codes are in docs/exit-codes.md."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from fangpin.cli import (
    alert,
    audit,
    backtest,
    bench,
    case,
    declaration,
    demo,
    feed,
    household,
    link,
    official,
    pack,
    paper,
    run,
    serve,
    vault,
    worker,
)
from fangpin.cli.output import errors, print_problems
from fangpin.values.files import MACHINE_CODES
from fangpin.values.problem import ProblemError

REFUSED = 3
MACHINE = 4

app = typer.Typer(
    name="fangpin",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _tell_version(asked: bool) -> None:
    if asked:
        typer.echo(f"fangpin {version('fangpin')}")
        raise typer.Exit


@app.callback()
def start(
    told: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_tell_version,
            is_eager=True,
            help="说出版本。 Tell the version.",
        ),
    ] = False,
) -> None:
    """防贫：从部门数据到预警、核查、帮扶和监督。 Prevents return to poverty."""


app.command("demo")(demo.demo)
app.command("run")(run.run)
app.command("backtest")(backtest.backtest)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.add_typer(feed.app, name="feed")
app.add_typer(alert.app, name="alert")
app.add_typer(audit.app, name="audit")
app.add_typer(case.app, name="case")
app.add_typer(declaration.app, name="declaration")
app.add_typer(household.app, name="household")
app.add_typer(link.app, name="link")
app.add_typer(vault.app, name="vault")
app.add_typer(official.app, name="official")
app.add_typer(pack.app, name="pack")
app.add_typer(paper.app, name="paper")
app.add_typer(backtest.rule_app, name="rule")
app.add_typer(bench.app, name="bench")


def main() -> None:
    """Run one command; foreseen problems are told in both languages and end with code 3 or 4."""
    try:
        app()
    except ProblemError as error:
        print_problems(error.problems, as_json="--json" in sys.argv)
        is_machine = any(problem.code in MACHINE_CODES for problem in error.problems)
        sys.exit(MACHINE if is_machine else REFUSED)
    except KeyboardInterrupt:
        errors.print("已停止；再次执行同一命令即可继续。 Stopped; the same command continues.")
        sys.exit(130)
