"""The same figures of the same deliveries by peers: plain pandas, Polars, OpenFisca-Core.

    pip install 'fangpin[bench]'
    fangpin bench peers --persons 300000

From linked rows to four figures a household: medical self-paid and wages of twelve months, months
with wages, pension of three months. Results are checked to be equal before any figure is printed.
OpenFisca has no way from rows to households: it is given the monthly sums in memory and judges only.
Bars: a full recompute of at least 5 M rows a cpu-second and at most 3 times the bare group-by.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from pathlib import Path
from typing import Any

from measure import cost_of, machine, tell
from month_work import PACK, month_of, write_files
from peers_work import bare_group_by, by_fangpin, by_openfisca, by_pandas, by_polars

AS_OF = "2020-12-10"


def main() -> None:
    options = argparse.ArgumentParser(prog="fangpin bench peers", description=__doc__)
    options.add_argument("--persons", type=int, default=300_000)
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
    """Every peer over one home; raises AssertionError when two do not agree."""
    home, files = str(place / "home"), str(place / "files")
    planned = cost_of(write_files, files, given.persons, given.seed, given.history).answer
    cost_of(month_of, home, PACK, planned["history"] + planned["new"], AS_OF)
    shutil.rmtree(files)
    found = {
        "bare_group_by": cost_of(bare_group_by, home),
        "fangpin": cost_of(by_fangpin, home),
        "polars": cost_of(by_polars, home),
        "pandas": cost_of(by_pandas, home),
        "openfisca": cost_of(by_openfisca, home),
    }
    own = found["fangpin"]
    for name, cost in found.items():
        if name != "bare_group_by" and cost.answer["figures"] != own.answer["figures"]:
            raise AssertionError(f"{name}: {cost.answer['figures']} != {own.answer['figures']}")
    rows = found["bare_group_by"].answer["rows"]
    told: dict[str, Any] = {"persons": given.persons, "rows": rows, **own.answer["figures"]}
    for name, cost in found.items():
        cpu_s = cost.answer.get("cpu_s", cost.cpu_s)
        told |= {f"{name}_cpu_s": cpu_s, f"{name}_mb": cost.peak_mb}
        if name != "fangpin":
            told[f"{name}_ratio"] = round(cpu_s / own.cpu_s, 2)
    work_s = own.answer["work_cpu_s"]
    return {
        **told,
        "fangpin_start_cpu_s": round(own.cpu_s - work_s, 2),
        "rows_a_cpu_second": round(rows / own.cpu_s),
        "rows_a_cpu_second_after_start": round(rows / work_s),
        "times_bare_group_by": round(own.cpu_s / found["bare_group_by"].cpu_s, 2),
        **machine(),
    }


if __name__ == "__main__":
    main()
