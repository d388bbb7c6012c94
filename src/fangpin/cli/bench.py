"""`fangpin bench`: the bars of `bench/`, each with its floor in the same run."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from typing import Annotated

import typer

import fangpin
from fangpin.values.problem import Problem, ProblemError

app = typer.Typer(no_args_is_help=True, help="测速 Benchmarks.")


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def month(context: typer.Context) -> None:
    """One month's new files to alerts with evidence: --persons N [--json]."""
    run_bench("month", context.args)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def rules(context: typer.Context) -> None:
    """From the lake to hits with evidence: --households N [--json]."""
    run_bench("rules", context.args)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def linkage(context: typer.Context) -> None:
    """Rows with errors to their persons, by the stored model: --registry N --feed N [--json]."""
    run_bench("linkage", context.args)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def growth(context: typer.Context) -> None:
    """A month after 12 and after 60 months of history, and with two feeds: --persons N [--json]."""
    run_bench("growth", context.args)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def household(context: typer.Context) -> None:
    """The months of one household as its page reads them: --persons N [--keep FOLDER] [--json]."""
    run_bench("household", context.args)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def history(context: typer.Context) -> None:
    """A rule replayed over 24 months: --persons N [--rule CODE] [--keep FOLDER] [--json]."""
    run_bench("history", context.args)


@app.command(
    name="import", context_settings={"ignore_unknown_options": True, "allow_extra_args": True}
)
def import_(context: typer.Context) -> None:
    """A register with wrong rows into an empty installation: --persons N [--json]."""
    run_bench("import", context.args)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def peers(context: typer.Context) -> None:
    """The same figures by pandas, Polars and OpenFisca: --persons N [--json]."""
    run_bench("peers", context.args)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def casework(context: typer.Context) -> None:
    """Official acts and reads over many cases: --cases N --acts N [--database sqlite] [--json]."""
    run_bench("casework", context.args)


@app.command(
    "killed-server",
    context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
)
def killed_server(context: typer.Context) -> None:
    """The server killed under load, again and again: --kills N [--json]."""
    run_bench("killed_server", context.args)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def engines(context: typer.Context) -> None:
    """One month by DuckDB and by Spark, equal or not: --persons N [--master M] [--json]."""
    run_bench("engines", context.args)


@app.command(context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def soak(context: typer.Context) -> None:
    """Months killed at random against months in peace: --runs N [--engine spark] [--json]."""
    run_bench("soak", context.args)


def run_bench(
    name: str, arguments: list[str], folder: Annotated[Path | None, "for tests"] = None
) -> None:
    """Run a bench script of the checkout. Raises ProblemError BENCH_MISSING outside of one."""
    place = (folder or Path(fangpin.__file__).resolve().parents[2] / "bench") / f"{name}.py"
    if not place.exists():
        raise ProblemError(
            Problem(
                code="BENCH_MISSING",
                where=name,
                zh="测速脚本只在源代码目录中提供。",
                en="Benchmarks come with the source checkout only.",
                fix_zh="请在源代码目录中执行。",
                fix_en="Run this in a checkout of the source.",
            )
        )
    sys.argv = [str(place), *arguments]
    sys.path.insert(0, str(place.parent))
    runpy.run_path(str(place), run_name="__main__")
