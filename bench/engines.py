"""One month by DuckDB and by Spark over the same deliveries: the same rows, and what each costs.

    fangpin bench engines --persons 100000
    fangpin bench engines --persons 30000 --master 'local-cluster[2,1,1024]'

Files are generated and received outside the timed part; one row in ten is given a number that does not
tell its person, so that claims are scored. Bar: every computed file has the same rows in the same
order, of the same types, by both engines.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from engines_work import receive_all, run_on, spoil_numbers, unlike_files
from measure import cost_of, machine, tell
from month_work import write_files


def main() -> None:
    options = argparse.ArgumentParser(prog="fangpin bench engines", description=__doc__)
    options.add_argument("--persons", type=int, default=100_000)
    options.add_argument("--history", type=int, default=2, help="months before the new one")
    options.add_argument("--master", default="local[2]", help="of Spark")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    place = Path(tempfile.mkdtemp(prefix="fangpin-bench-"))
    try:
        answer = measured(given, place)
        tell(answer, as_json=given.json)
        sys.exit(1 if answer["unlike"] else 0)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def measured(given: argparse.Namespace, place: Path) -> dict[str, Any]:
    """Generate, receive, then run on each engine from nothing but the deliveries."""
    received = place / "received"
    planned = cost_of(
        write_files, str(place / "files"), given.persons, given.seed, given.history
    ).answer
    sent = [*planned["history"], *planned["new"]]
    spoilt = cost_of(spoil_numbers, sent).answer
    rows = cost_of(receive_all, str(received), sent).answer
    answer: dict[str, Any] = {
        **machine(),
        "persons": given.persons,
        "deliveries": len(sent),
        "rows_received": rows,
        "rows_spoilt": spoilt,
        "master": given.master,
    }
    homes = []
    for engine in ("duckdb", "spark"):
        home = place / engine
        shutil.copytree(received, home)
        homes.append(str(home))
        cost = cost_of(run_on, str(home), engine, given.master)
        answer[f"{engine}_wall_s"] = cost.wall_s
        answer[f"{engine}_cpu_s"] = cost.answer["cpu_s"]
        answer[f"{engine}_hits"] = cost.answer["hits"]
        answer[f"{engine}_scored"] = cost.answer["scored"]
    compared, unlike = cost_of(unlike_files, *homes).answer
    return answer | {"files_compared": compared, "unlike": unlike}


if __name__ == "__main__":
    main()
