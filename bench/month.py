"""One month's new files to alerts with evidence in SQLite, against the floor of parsing the CSV.

    fangpin bench month --persons 1000000
    fangpin bench month --persons 1000000 --feeds yibao.settlement,renshe.employ

The registry, the history and the month's files are generated and received outside the timed part.
Bar: cpu-seconds at most 5 times the floor, at most 0.7 GB.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from measure import cost_of, machine, tell
from month_work import PACK, month_of, parse_only, write_files

BEFORE, AS_OF = "2020-11-10", "2020-12-10"


def main() -> None:
    options = argparse.ArgumentParser(prog="fangpin bench month", description=__doc__)
    options.add_argument("--persons", type=int, default=1_000_000)
    options.add_argument("--history", type=int, default=12, help="months before the timed one")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--feeds", help="only these feeds deliver in the timed month")
    options.add_argument("--repeat", type=int, default=1, help="floor and month, each so often")
    options.add_argument("--keep", type=Path, help="keep and reuse what was generated here")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    place = given.keep or Path(tempfile.mkdtemp(prefix="fangpin-bench-"))
    try:
        tell(measured(given, place), as_json=given.json)
    finally:
        if given.keep is None:
            shutil.rmtree(place, ignore_errors=True)


def measured(given: argparse.Namespace, place: Path) -> dict[str, Any]:
    """Generate, receive the history, then measure the month and its floor."""
    files = place / "files"
    prepared = place / "prepared"
    planned = cost_of(write_files, str(files), given.persons, given.seed, given.history).answer
    if not prepared.exists():
        _say("receiving the history")
        cost_of(month_of, str(prepared), PACK, planned["history"], BEFORE)
    sent = planned["new"]
    if given.feeds:
        sent = [one for one in sent if one[0] in given.feeds.split(",")]
    new = [file for _, file, _, _ in sent]
    floors, months = [], []
    for _ in range(given.repeat):
        home = place / "home"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(prepared, home)
        _say("floor")
        floors.append(cost_of(parse_only, new))
        _say("month")
        months.append(cost_of(month_of, str(home), PACK, sent, AS_OF))
    floor = min(floors, key=lambda cost: cost.cpu_s)
    month = min(months, key=lambda cost: cost.cpu_s)
    return {
        "cpu_s": month.cpu_s,
        "floor_cpu_s": floor.cpu_s,
        "ratio": round(month.cpu_s / floor.cpu_s, 2),
        "wall_s": month.wall_s,
        "peak_mb": month.peak_mb,
        "persons": given.persons,
        "files": len(new),
        "bytes_mb": round(sum(Path(file).stat().st_size for file in new) / 1e6),
        "months_of_history": given.history,
        **month.answer,
        **machine(),
    }


def _say(step: str) -> None:
    print(f"… {step}", file=sys.stderr)


if __name__ == "__main__":
    main()
