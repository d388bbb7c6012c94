"""The pieces of work that `bench/rules.py` measures, each run in a process of its own."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any


def read_ledger(home: str) -> int:
    """The floor: sum every number of every ledger file once; returns household-months."""
    from fangpin.lake.engines.duckdb import connect

    rows = 0
    with connect() as engine:
        for folder in sorted(Path(home, "ledger").iterdir()):
            files = sorted(folder.glob("*.parquet"))
            if not files:
                continue
            engine.view_files("ledger", files)
            kinds = engine.rows("DESCRIBE SELECT * FROM ledger")
            sums = [f'sum("{name}")' for name, kind, *_ in kinds if kind != "VARCHAR"]
            rows += int(engine.rows(f"SELECT count(*), {', '.join(sums)} FROM ledger")[0][0])
    return rows


def judge(home: str, pack_name: str, as_of: str) -> dict[str, Any]:
    """Evaluate the rules in force and write hits with their evidence; returns counts."""
    os.environ |= {"FANGPIN_HOME": home, "FANGPIN_PACK": pack_name, "FANGPIN_CLOCK": as_of}
    from fangpin.cli.session import Session
    from fangpin.runs.monthly import run_month

    session = Session()
    with session.engine() as engine:
        result = run_month(
            home=session.home, pack=session.pack, engine=engine, as_of=date.fromisoformat(as_of)
        )
    hits = sum(counts["hit"] for counts in result.outcomes.values())
    return {
        "households": result.count_of_households,
        "rules": len(result.outcomes),
        "hits": hits,
    }
