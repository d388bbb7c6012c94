"""Official acts and reads on many cases, against a bare insert in the same database.

    fangpin bench casework --cases 200000 --acts 2000

SQLite in a file (WAL, synchronous FULL) and a PostgreSQL cluster of its own with fsync on. An act is
one call of casework with its permission, state check, rows and audit entry in one transaction. Calls
come from several processes with some threads each, as from a server's workers; cpu counts these and
the sessions of the database. On PostgreSQL reads are done once more held by row-level security.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from casework_work import Load, measured_acts
from measure import cost_of, machine, tell

BARS = {"sqlite": 200, "postgresql": 300}
"""Acts a second."""


def main() -> None:
    options = argparse.ArgumentParser(prog="fangpin bench casework", description=__doc__)
    options.add_argument("--cases", type=int, default=20_000)
    options.add_argument("--acts", type=int, default=2_000)
    options.add_argument("--reads", type=int, default=3_000)
    options.add_argument("--processes", type=int, default=2)
    options.add_argument("--threads", type=int, default=2)
    options.add_argument("--database", choices=["sqlite", "postgresql", "both"], default="both")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    wanted = ["sqlite", "postgresql"] if given.database == "both" else [given.database]
    answer: dict[str, Any] = {}
    for vendor in wanted:
        print(f"… {vendor}", file=sys.stderr)
        with a_database(vendor) as (home, url):
            load = Load(given.cases, given.acts, given.reads, given.processes, given.threads)
            cost = cost_of(measured_acts, home, url, load)
        answer |= {f"{vendor}_{name}": value for name, value in cost.answer.items()}
        answer[f"{vendor}_bar_acts_per_s"] = BARS[vendor]
        answer[f"{vendor}_peak_mb"] = cost.peak_mb
    answer["load_of_machine"] = " ".join(f"{one:.1f}" for one in os.getloadavg())
    tell(answer | machine(), as_json=given.json)


@contextmanager
def a_database(vendor: str) -> Iterator[tuple[str, str]]:
    """A home and the address of an empty database; both are gone after the block."""
    place = Path(tempfile.mkdtemp(prefix="fangpin-bench-"))
    try:
        if vendor == "sqlite":
            yield str(place), ""
        else:
            sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
            from tests.postgres import throw_away_cluster

            with throw_away_cluster(durable=True) as url:
                yield str(place), url
    finally:
        shutil.rmtree(place, ignore_errors=True)


if __name__ == "__main__":
    main()
