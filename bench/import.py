"""A register of persons with wrong rows into an empty installation, against the floor of parsing it.

    fangpin bench import --persons 1000000

Every row is read, checked, referenced and sorted out; every identity number is new. Bar: 300,000 rows
a second.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path

from import_work import register, write_register
from measure import cost_of, machine, tell
from month_work import parse_only


def main() -> None:
    options = argparse.ArgumentParser(prog="fangpin bench import", description=__doc__)
    options.add_argument("--persons", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    place = Path(tempfile.mkdtemp(prefix="fangpin-bench-"))
    try:
        sent = cost_of(write_register, str(place / "files"), given.persons, given.seed).answer
        floor = cost_of(parse_only, [sent[1]])
        cost = cost_of(register, str(place / "home"), sent)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    tell(
        {
            "rows_a_second": round(cost.answer["read"] / cost.wall_s),
            "rows_a_cpu_second": round(cost.answer["read"] / cost.cpu_s),
            "cpu_s": cost.cpu_s,
            "wall_s": cost.wall_s,
            "floor_cpu_s": floor.cpu_s,
            "ratio": round(cost.cpu_s / floor.cpu_s, 2),
            "peak_mb": cost.peak_mb,
            **cost.answer,
            **machine(),
        },
        as_json=given.json,
    )


if __name__ == "__main__":
    main()
