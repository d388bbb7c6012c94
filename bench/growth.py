"""What a month costs as history grows, and when only two departments deliver.

    fangpin bench growth --persons 100000

The same month after 12 and after 60 months of history, and after 12 with two feeds alone. Bar: with
60 months at most 1.2 times the cost with 12; two feeds cost their own rows and one evaluation.
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

MONTH, BEFORE, AS_OF = "2023-11", "2023-11-10", "2023-12-10"
"""The last months that the pack has all values of: so late that a long history lies before them."""
TWO = ("yibao.settlement", "renshe.pension")


def main() -> None:
    options = argparse.ArgumentParser(prog="fangpin bench growth", description=__doc__)
    options.add_argument("--persons", type=int, default=100_000)
    options.add_argument("--short", type=int, default=12)
    options.add_argument("--long", type=int, default=60)
    options.add_argument("--repeat", type=int, default=3)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    place = Path(tempfile.mkdtemp(prefix="fangpin-bench-"))
    try:
        tell(measured(given, place), as_json=given.json)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def measured(given: argparse.Namespace, place: Path) -> dict[str, Any]:
    """The cpu-seconds of the three months, each the least of several runs."""
    found: dict[str, Any] = {"persons": given.persons}
    for name, history in (("short", given.short), ("long", given.long)):
        print(f"… {history} months of history", file=sys.stderr)
        home, files = place / f"{name}-prepared", place / f"{name}-files"
        planned = cost_of(write_files, str(files), given.persons, given.seed, history, MONTH).answer
        cost_of(month_of, str(home), PACK, planned["history"], BEFORE)
        sent = planned["new"]
        found[f"{name}_months"] = history
        found[f"{name}_cpu_s"], found[f"{name}_steps_cpu_s"] = _least(given, place, home, sent)
        if name == "short":
            two = [one for one in sent if one[0] in TWO]
            found["two_feeds_cpu_s"], found["two_feeds_steps_cpu_s"] = _least(
                given, place, home, two
            )
            found["floor_cpu_s"] = cost_of(parse_only, [one[1] for one in sent]).cpu_s
            found["two_feeds_floor_cpu_s"] = cost_of(parse_only, [one[1] for one in two]).cpu_s
        shutil.rmtree(files)
    found["growth"] = round(found["long_cpu_s"] / found["short_cpu_s"], 2)
    return {**found, **machine()}


def _least(
    given: argparse.Namespace, place: Path, prepared: Path, sent: list[Any]
) -> tuple[float, dict[str, float]]:
    costs = []
    for _ in range(given.repeat):
        home = place / "home"
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(prepared, home)
        costs.append(cost_of(month_of, str(home), PACK, sent, AS_OF))
    least = min(costs, key=lambda cost: cost.cpu_s)
    return least.cpu_s, least.answer["steps_cpu_s"]


if __name__ == "__main__":
    main()
