"""A rule replayed over 24 months by what had arrived then, as it is and with another value.

    fangpin bench history --persons 1000000 --rule med_01

Bar: at most 15 cpu-seconds. Received and rolled up outside the timed part. It is replayed twice: the first
time rows are linked as they would have been on each of the 24 days, which is kept (`first_cpu_s`).
"""

from __future__ import annotations

import argparse
from pathlib import Path

from history_work import replay_rule
from measure import cost_of, machine, tell
from years import home_of_years


def main() -> None:
    options = argparse.ArgumentParser(prog="fangpin bench history", description=__doc__)
    options.add_argument("--persons", type=int, default=1_000_000)
    options.add_argument("--months", type=int, default=24)
    options.add_argument("--rule", default="med_01")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--keep", type=Path, help="keep and reuse the home here")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    with home_of_years(
        given.keep, persons=given.persons, months=given.months, seed=given.seed
    ) as home:
        first = cost_of(replay_rule, str(home), given.rule, given.months)
        cost = cost_of(replay_rule, str(home), given.rule, given.months)
    assert first.answer == cost.answer, "what is kept is what was made"
    tell(
        {
            "persons": given.persons,
            "months": given.months,
            "first_cpu_s": first.cpu_s,
            "cpu_s": cost.cpu_s,
            "wall_s": cost.wall_s,
            "peak_mb": cost.peak_mb,
            **cost.answer,
            **machine(),
        },
        as_json=given.json,
    )


if __name__ == "__main__":
    main()
