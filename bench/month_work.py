"""The pieces of work that `bench/month.py` measures, each run in a process of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

PACK = "cn_hunan_chenzhou"


def write_files(
    folder: str, persons: int, seed: int, history: int, month: str = "2020-11"
) -> dict[str, Any]:
    """Write the registry, the history and the new month; returns what is to be received."""
    from fangpin.policy import load_pack
    from fangpin.synthetic.chenzhou.bench_month import write_bench_month
    from fangpin.values.month import Month
    from fangpin.web.settings.environment import shipped_packs

    planned = write_bench_month(
        pack=load_pack(shipped_packs() / PACK),
        folder=Path(folder),
        persons=persons,
        seed=seed,
        months_of_history=history,
        new_month=Month.parse(month),
    )
    return {
        name: [
            (one.feed, str(one.file), one.received.isoformat(), int(one.month))
            for one in deliveries
        ]
        for name, deliveries in (("history", planned.history), ("new", planned.new))
    }


def parse_only(files: Sequence[str]) -> int:
    """The floor: parse every field of the new files as text and count; returns rows."""
    from fangpin.lake.engines.duckdb import connect

    rows = 0
    with connect() as engine:
        for file in files:
            name = file.replace("'", "''")
            source = f"read_csv('{name}', all_varchar = true, header = true)"
            columns = engine.columns(f"SELECT * FROM {source}")
            counts = ", ".join(f'count("{column}")' for column in columns)
            rows += int(engine.rows(f"SELECT count(*), {counts} FROM {source}")[0][0])
    return rows


def month_of(
    home: str, pack_name: str, planned: Sequence[tuple[Any, ...]], as_of: str
) -> dict[str, Any]:
    """Receive deliveries, run the month and load its alerts; returns counts and step seconds."""
    os.environ |= {"FANGPIN_HOME": home, "FANGPIN_PACK": pack_name, "FANGPIN_CLOCK": as_of}
    from fangpin.cli.run import load_result
    from fangpin.cli.session import Session
    from fangpin.feeds.readers.limits import Limits
    from fangpin.feeds.receive import receive
    from fangpin.lake.vault import Vault
    from fangpin.runs.monthly import run_month
    from fangpin.values.month import Month

    session = Session()
    steps: dict[str, float] = {}
    began = time.process_time()

    def mark(step: str) -> None:
        nonlocal began
        steps[step] = round(time.process_time() - began, 2)
        began = time.process_time()

    session.start_django()
    pack = session.pack
    mark("start")
    rows = 0
    with session.engine() as engine:
        vault = Vault(home=session.home, engine=engine)
        mark("vault")
        for feed, file, received, month in planned:
            receipt = receive(
                home=session.home,
                pack=pack,
                feed=feed,
                file=Path(file),
                original_name=Path(file).name,
                received=date.fromisoformat(received),
                month=Month(month),
                engine=engine,
                vault=vault,
                # The registry of ten million persons is larger than what is usually taken.
                limits=Limits(file_bytes=1 << 33),
            )
            if receipt.outcome == "refused":
                raise RuntimeError(f"{feed}: {receipt.as_dict()['findings'][:1]}")
            rows += receipt.read
    mark("receive")
    with session.engine() as engine:
        result = run_month(
            home=session.home, pack=pack, engine=engine, as_of=date.fromisoformat(as_of)
        )
    mark("run")
    loaded = load_result(session, result)
    mark("load")
    return {
        "rows": rows,
        "households": result.count_of_households,
        "alerts": loaded["alerts_open"],
        "evidence_rows": loaded["evidence_rows"],
        "steps_cpu_s": steps,
    }
