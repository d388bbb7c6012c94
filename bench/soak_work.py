"""The pieces of work that `bench/soak.py` runs and kills, each in a process of its own."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import Any

PACK = "cn_hunan_chenzhou"
KEY = b"soak" * 8
"""Of both homes: they then have the same references."""
COMPARED = ("deliveries", "registry", "links", "ledger", "timeline", "runs")
"""What must end the same; the vault is sealed with fresh nonces and never does."""
_LAST = 2023 * 12 + 9
"""The packs have values for every year up to then."""
RUN_DAY = 20


def write_months(folder: str, persons: int, seed: int, runs: int) -> list[list[Any]]:
    """Write the files of so many months: [feed, file, day of receipt, month], in order."""
    from fangpin.policy import load_pack
    from fangpin.synthetic.chenzhou.bench_month import write_bench_month
    from fangpin.values.month import Month
    from fangpin.web.settings.environment import shipped_packs

    planned = write_bench_month(
        pack=load_pack(shipped_packs() / PACK),
        folder=Path(folder),
        persons=persons,
        seed=seed,
        months_of_history=max(runs - 1, 1),
        new_month=Month(_LAST),
    )
    return [
        [one.feed, str(one.file), one.received.isoformat(), int(one.month)]
        for one in (*planned.history, *planned.new)
    ]


def months_of(planned: Sequence[Sequence[Any]]) -> list[int]:
    """The months that are delivered, in order."""
    return sorted({int(sent[3]) for sent in planned})


def run(home: str, files: Sequence[Sequence[Any]], month: int, engine: str, master: str) -> None:
    """Receive a month's files, those that are there already change nothing, and run the month."""
    from fangpin.feeds.receive import receive
    from fangpin.lake.engines import duckdb
    from fangpin.lake.home import Home
    from fangpin.lake.vault import Vault, write_installation_key
    from fangpin.policy import load_pack
    from fangpin.runs.monthly import run_month
    from fangpin.values.month import Month
    from fangpin.web.settings.environment import shipped_packs

    lake, pack = Home(Path(home)), load_pack(shipped_packs() / PACK)
    lake.prepare()
    if not lake.secret_key.exists():
        write_installation_key(lake, KEY)
    with duckdb.connect(spill=lake.spill) as receiving:
        vault = Vault(home=lake, engine=receiving)
        for feed, file, received, of_month in files:
            receive(
                home=lake,
                pack=pack,
                feed=feed,
                file=Path(file),
                original_name=Path(file).name,
                received=date.fromisoformat(received),
                month=Month(of_month),
                engine=receiving,
                vault=vault,
            )
    as_of = Month(month).plus(1).first_day.replace(day=RUN_DAY)
    with opened(engine, master, lake) as running:
        run_month(home=lake, pack=pack, engine=running, as_of=as_of)


def opened(engine: str, master: str, lake: Any) -> AbstractContextManager[Any]:
    """The engine of a name, spilling into a lake."""
    from fangpin.lake.engines import duckdb, spark
    from fangpin.lake.engines.spark_sessions import SparkAddress

    if engine == "spark":
        return spark.connect(address=SparkAddress(master=master, home=lake.root), spill=lake.spill)
    return duckdb.connect(spill=lake.spill)


if __name__ == "__main__":
    run(*json.loads(sys.argv[1]))
