"""From the lake to hits with evidence, against the floor of reading the ledger's columns once.

    fangpin bench rules --households 100000

Deliveries are generated, received and rolled up outside the timed part.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from measure import cost_of, machine, tell
from month_work import month_of, write_files
from rules_work import judge, read_ledger

AS_OF = "2020-12-10"
PERSONS_A_HOUSEHOLD = 3


def main() -> None:
    options = argparse.ArgumentParser(prog="fangpin bench rules", description=__doc__)
    options.add_argument("--households", type=int, default=100_000)
    options.add_argument("--history", type=int, default=12)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    place = Path(tempfile.mkdtemp(prefix="fangpin-bench-"))
    try:
        tell(measured(given, place), as_json=given.json)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def measured(given: argparse.Namespace, place: Path) -> dict[str, Any]:
    """Prepare the lake, then measure one evaluation of its latest month and the floor."""
    home, pack = str(place / "home"), "cn_hunan_chenzhou"
    print("… preparing", file=sys.stderr)
    persons = given.households * PERSONS_A_HOUSEHOLD
    planned = cost_of(write_files, str(place / "files"), persons, given.seed, given.history).answer
    cost_of(month_of, home, pack, planned["history"] + planned["new"], AS_OF)
    shutil.rmtree(Path(home) / "runs")
    floor = cost_of(read_ledger, home)
    judged = cost_of(judge, home, pack, AS_OF)
    return {
        "cpu_s": judged.cpu_s,
        "floor_cpu_s": floor.cpu_s,
        "ratio": round(judged.cpu_s / floor.cpu_s, 2),
        "wall_s": judged.wall_s,
        "peak_mb": judged.peak_mb,
        "rows": floor.answer,
        **judged.answer,
        **machine(),
    }


if __name__ == "__main__":
    main()
