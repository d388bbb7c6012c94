"""What commands print: one JSON object with --json, else tables and sentences; progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.padding import Padding
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from fangpin.values.problem import Problem

screen = Console(highlight=False)
errors = Console(stderr=True, highlight=False)
_UNBOUNDED = screen.options.update(max_width=100_000)
"""How wide a table would be if it could."""


def print_json(answer: Any) -> None:
    """The only thing on stdout when --json was given."""
    sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")


def say(text: str) -> None:
    """One line for a person."""
    screen.print(text, soft_wrap=True, markup=False)


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """A table for a person; unknown values are shown as a dash.

    Nothing is cut: in a window that is too narrow each row is a block of its own, and what is not a
    window (a file, a pipe) is as wide as the table.
    """
    told = [["–" if value is None or value == "" else str(value) for value in row] for row in rows]
    table = Table(
        title=Text(title, "table.title"), title_justify="left", show_edge=False, pad_edge=False
    )
    for column, *cells in zip(columns, *told, strict=True):
        # Told its width, rich does not lay every cell out three times to find it.
        table.add_column(Text(column), width=max(_width(one) for one in (column, *cells)))
    for row in told:
        # As text: what departments wrote between brackets is no markup.
        table.add_row(*map(Text, row))
    needed = max(Measurement.get(screen, _UNBOUNDED, table).maximum, cell_len(title))
    if needed <= screen.width:
        screen.print(table)
        return
    if not screen.is_terminal:
        Console(highlight=False, width=needed).print(table)
        return
    if title:
        screen.print(title, style="italic", markup=False)
    for first, *others in told:
        screen.print(f"\n{first}", style="bold", soft_wrap=True, markup=False)
        pairs = [f"{name} {value}" for name, value in zip(columns[1:], others, strict=True)]
        screen.print(Padding(Text(" · ".join(pairs), overflow="fold"), (0, 0, 0, 2), expand=False))


def _width(cell: str) -> int:
    return max((cell_len(line) for line in cell.splitlines()), default=0)


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
