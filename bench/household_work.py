"""The piece of work that `bench/household.py` measures, run in a process of its own."""

from __future__ import annotations

import os
import time
from pathlib import Path
from random import Random
from typing import Any


def read_households(home: str, households: int, seed: int) -> dict[str, Any]:
    """Milliseconds to read the months of households drawn at random, one after another."""
    os.environ |= {"FANGPIN_HOME": home, "FANGPIN_PACK": "cn_hunan_chenzhou"}
    from fangpin.cli.session import Session
    from fangpin.lake.engines.duckdb import connect
    from fangpin.runs.parts.months import months_of_household

    session = Session()
    pack = session.pack
    folder = max(Path(home, "runs").iterdir())
    with connect() as engine:
        refs = engine.rows(
            "SELECT household_ref FROM read_parquet(?) ORDER BY household_ref",
            [str(folder / "households.parquet")],
        )
    drawn = [ref for (ref,) in Random(seed).sample(refs, households)]
    took, months = [], 0
    for ref in drawn:
        began = time.perf_counter()
        found = months_of_household(
            home=session.home, pack=pack, run_folder=folder, household_ref=ref
        )
        took.append((time.perf_counter() - began) * 1000)
        months += len(found)
    first, ordered = took[0], sorted(took)
    return {
        "p50_ms": round(ordered[len(ordered) // 2], 1),
        "p95_ms": round(ordered[int(len(ordered) * 0.95)], 1),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)], 1),
        "first_ms": round(first, 1),
        "months_a_household": round(months / households, 1),
    }
