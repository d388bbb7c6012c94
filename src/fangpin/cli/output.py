"""What commands print: one JSON object with --json, else tables and sentences; progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table

from fangpin.values.problem import Problem

screen = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def print_json(answer: Any) -> None:
    """The only thing on stdout when --json was given."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")


def say(text: str) -> None:
    """One line for a person."""
    screen.print(text, soft_wrap=True, markup=False)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table for a person; unknown values are shown as a dash."""
    table = Table(title=title, title_justify="left", show_edge=False, pad_edge=False)
    for column in columns:
        table.add_column(column)
    for row in rows:
        table.add_row(*("–" if value is None or value == "" else str(value) for value in row))
    screen.print(table)


def print_problems(problems: Iterable[Problem], *, as_json: bool) -> None:
    """Problems on stderr for a person, or as the one JSON object."""
    found = list(problems)
    if as_json:
        print_json({"outcome": "refused", "findings": [problem.as_dict() for problem in found]})
        return
    for problem in found:
        errors.print(str(problem), soft_wrap=True, markup=False)


def progress_bars(*, is_shown: bool) -> Progress:
    """Progress bars on stderr; silent with --json."""
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=errors,
        disable=not is_shown,
        transient=False,
    )
