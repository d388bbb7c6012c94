"""The months of one household, as its page reads them: 24 months of all feeds.

    fangpin bench household --persons 1000000

Households are drawn at random; each is read as the console reads it. Bar: 95 of 100 within 50 ms.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from household_work import read_households
from measure import cost_of, machine, tell
from years import home_of_years


def main() -> None:
    options = argparse.ArgumentParser(prog="fangpin bench household", description=__doc__)
    options.add_argument("--persons", type=int, default=1_000_000)
    options.add_argument("--months", type=int, default=24)
    options.add_argument("--households", type=int, default=400, help="how many are read")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--keep", type=Path, help="keep and reuse the home here")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    with home_of_years(
        given.keep, persons=given.persons, months=given.months, seed=given.seed
    ) as home:
        cost = cost_of(read_households, str(home), given.households, given.seed)
    tell(
        {
            "persons": given.persons,
            "months": given.months,
            **cost.answer,
            "cpu_ms_each": round(cost.cpu_s / given.households * 1000, 1),
            "peak_mb": cost.peak_mb,
            **machine(),
        },
        as_json=given.json,
    )


if __name__ == "__main__":
    main()
