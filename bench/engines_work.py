"""The pieces of work that `bench/engines.py` measures, each run in a process of its own."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

AS_OF = date(2020, 12, 10)
_COMPUTED = ("registry", "links", "ledger", "timeline", "runs")


def spoil_numbers(planned: Sequence[Sequence[Any]]) -> int:
    """Take the number from every twentieth row and swap two digits in every twentieth other.

    So there are claims for the model. The registry stays as it is. Returns the rows spoilt.
    """
    from fangpin.policy import load_pack
    from fangpin.web.settings.environment import shipped_packs
    from month_work import PACK

    pack, spoilt = load_pack(shipped_packs() / PACK), 0
    registry = pack.header.registry.feed if pack.header.registry else ""
    for feed, file, *_ in planned:
        kinds = {field.title.zh: field.type for field in pack.contracts[feed].fields}
        with Path(file).open(encoding="utf-8", newline="") as opened:
            header, *rows = csv.reader(opened)
        numbers = [at for at, title in enumerate(header) if kinds[title] == "identifier"]
        if feed == registry or not numbers or "name" not in (kinds[title] for title in header):
            continue
        for row in rows[::20]:
            row[numbers[0]] = ""
        for row in rows[10::20]:
            number = row[numbers[0]]
            row[numbers[0]] = number[:9] + number[10:11] + number[9:10] + number[11:]
        with Path(file).open("w", encoding="utf-8", newline="") as opened:
            csv.writer(opened).writerows([header, *rows])
        spoilt += len(rows[::20]) + len(rows[10::20])
    return spoilt


def receive_all(home: str, planned: Sequence[Sequence[Any]]) -> int:
    """Receive every file; returns the rows read."""
    from fangpin.feeds.receive import receive
    from fangpin.lake.engines import duckdb
    from fangpin.lake.home import Home
    from fangpin.lake.vault import Vault, write_installation_key
    from fangpin.policy import load_pack
    from fangpin.values.month import Month
    from fangpin.web.settings.environment import shipped_packs
    from month_work import PACK

    lake, pack, rows = Home(Path(home)), load_pack(shipped_packs() / PACK), 0
    lake.prepare()
    write_installation_key(lake, b"bench" * 6 + b"..")
    with duckdb.connect(spill=lake.spill) as engine:
        vault = Vault(home=lake, engine=engine)
        for feed, file, received, month in planned:
            rows += receive(
                home=lake,
                pack=pack,
                feed=feed,
                file=Path(file),
                original_name=Path(file).name,
                received=date.fromisoformat(received),
                month=Month(month),
                engine=engine,
                vault=vault,
            ).read
    return rows


def run_on(home: str, engine: str, master: str) -> dict[str, Any]:
    """Run the month; cpu-seconds of this process and of all beneath it, and the hits."""
    import psutil

    from fangpin.lake.home import Home
    from fangpin.policy import load_pack
    from fangpin.runs.monthly import run_month
    from fangpin.web.settings.environment import shipped_packs
    from month_work import PACK
    from soak_work import opened

    lake, pack = Home(Path(home)), load_pack(shipped_packs() / PACK)
    with opened(engine, master, lake) as running:
        result = run_month(home=lake, pack=pack, engine=running, as_of=AS_OF)
        own = psutil.Process()
        times = [one.cpu_times() for one in (own, *own.children(recursive=True))]
    hits = sum(counts["hit"] for counts in result.outcomes.values())
    cpu = round(sum(one.user + one.system for one in times), 1)
    return {"cpu_s": cpu, "hits": hits, "scored": _scored(lake.links)}


def _scored(links: Path) -> int:
    """How many pairs of a claim and a candidate the model scored."""
    from fangpin.lake.engines.duckdb import connect

    with connect() as engine:
        return sum(
            int(engine.value(f"SELECT count(*) FROM '{file}' WHERE step = 'model'"))
            for file in links.rglob("scores.parquet")
        )


def unlike_files(one: str, other: str) -> tuple[int, list[str]]:
    """How many files were compared, and those whose rows, their order or their types differ."""
    from fangpin.lake.engines.duckdb import connect

    homes = Path(one), Path(other)
    names = [
        {
            file.relative_to(home).as_posix()
            for part in _COMPUTED
            for file in (home / part).rglob("*")
            if file.is_file()
        }
        for home in homes
    ]
    unlike = sorted(names[0] ^ names[1])
    with connect() as engine:
        for name in sorted(names[0] & names[1]):
            files = [home / name for home in homes]
            if files[0].read_bytes() == files[1].read_bytes():
                continue
            if not name.endswith(".parquet"):
                unlike.append(name)
                continue
            tables = []
            for file in files:
                source = f"read_parquet('{file}')"
                shape = engine.rows(f"DESCRIBE SELECT * FROM {source}")
                tables.append((shape, engine.rows(f"SELECT * FROM {source}")))
            if tables[0] != tables[1]:
                unlike.append(name)
    return len(names[0]), unlike
