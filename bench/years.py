"""A home with two years of all feeds, made once for the benches that look back."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from measure import cost_of
from month_work import PACK, month_of, write_files

MONTH, AS_OF = "2021-11", "2021-12-10"
"""So late that two years of history lie within what the pack has values for."""


@contextmanager
def home_of_years(keep: Path | None, *, persons: int, months: int, seed: int) -> Iterator[Path]:
    """A home that received `months` months and judged the last; kept and reused under `keep`."""
    place = keep or Path(mkdtemp(prefix="fangpin-bench-"))
    try:
        home, files = place / "home", place / "files"
        if not any((home / "runs").glob(f"{AS_OF}-*/run.json")):
            print(f"… receiving {months} months", file=sys.stderr)
            planned = cost_of(write_files, str(files), persons, seed, months - 1, MONTH).answer
            cost_of(month_of, str(home), PACK, planned["history"] + planned["new"], AS_OF)
            shutil.rmtree(files)
        yield home
    finally:
        if keep is None:
            shutil.rmtree(place, ignore_errors=True)
