"""The work of `bench/casework.py`: fill a database with cases, act on some, read many."""

from __future__ import annotations

import multiprocessing
import os
import random
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from casework_fill import AT, COUNTY, DAY, VILLAGE, fill, scope

Calls = list[list[Callable[[], None]]]
"""Lists of calls; those of one list are done one after the other."""
ACTS_A_CASE = 3


@dataclass(frozen=True, slots=True)
class Load:
    """How much is asked, and by how many at once."""

    cases: int
    acts: int
    reads: int
    processes: int
    threads: int


@dataclass(frozen=True, slots=True)
class Taken:
    """What one process did: seconds of each call, its own cpu and that of its database sessions."""

    began: float
    ended: float
    seconds: list[float]
    cpu_s: float
    database_cpu_s: float


def measured_acts(home: str, url: str, load: Load) -> dict[str, Any]:
    """Rates, latencies and ratios of acts and reads over a database of so many cases."""
    _start(home, url)
    from django.core.management import call_command
    from django.db import connections

    call_command("migrate", verbosity=0)
    began = time.perf_counter()
    numbers = fill(load.cases, load.acts // ACTS_A_CASE)
    filled = time.perf_counter() - began
    connections.close_all()
    floor = _by_processes(home, url, load, "insert", numbers)
    acted = _by_processes(home, url, load, "act", numbers)
    read = _by_processes(home, url, load, "read", numbers)
    found = {"cases": load.cases, "fill_s": round(filled)}
    for name, taken in (("insert", floor), ("act", acted), ("read", read)):
        found |= {f"{name}_{figure}": value for figure, value in taken.items()}
    found["act_to_insert"] = round(floor["per_s"] / acted["per_s"], 2)
    found["act_to_insert_cpu"] = round(acted["cpu_ms"] / floor["cpu_ms"], 2)
    if url:
        held = _by_processes(home, url, load, "held_read", numbers)
        found |= {f"held_read_{figure}": value for figure, value in held.items()}
    return found


def _start(home: str, url: str) -> None:
    os.environ.update(
        DJANGO_SETTINGS_MODULE="fangpin.web.settings",
        FANGPIN_HOME=home,
        FANGPIN_DATABASE_URL=url,
        FANGPIN_PACK="cn_hunan_chenzhou",
        FANGPIN_CLOCK=DAY.isoformat(),
    )
    import django

    django.setup()


def _by_processes(
    home: str, url: str, load: Load, kind: str, numbers: Sequence[str]
) -> dict[str, Any]:
    """One kind of work by several processes that begin together, as a server's workers would."""
    context = multiprocessing.get_context("spawn")
    gate, answers = context.Barrier(load.processes), context.Queue()
    workers = [
        context.Process(target=_worker, args=(home, url, load, kind, numbers, place, gate, answers))
        for place in range(load.processes)
    ]
    for one in workers:
        one.start()
    taken: list[Taken] = [answers.get(timeout=1_800) for _ in workers]
    for one in workers:
        one.join()
    seconds = sorted(second for one in taken for second in one.seconds)
    wall = max(one.ended for one in taken) - min(one.began for one in taken)
    cpu = sum(one.cpu_s + one.database_cpu_s for one in taken)
    return {
        "count": len(seconds),
        "per_s": round(len(seconds) / wall),
        "p50_ms": round(seconds[len(seconds) // 2] * 1000, 1),
        "p99_ms": round(seconds[int(len(seconds) * 0.99)] * 1000, 1),
        "cpu_ms": round(cpu / len(seconds) * 1000, 2),
        "database_cpu_ms": round(sum(one.database_cpu_s for one in taken) / len(seconds) * 1000, 2),
    }


def _worker(
    home: str,
    url: str,
    load: Load,
    kind: str,
    numbers: Sequence[str],
    place: int,
    gate: Any,
    answers: Any,
) -> None:
    _start(home, url)
    own = list(numbers[place :: load.processes])
    calls: Calls
    if kind == "insert":
        calls = _bare_inserts(load.acts // load.processes)
    elif kind == "act":
        calls = _acts(own)
    else:
        calls = _reads(own, load.reads // load.processes, seed=place, is_held=kind == "held_read")
    _warm_up()
    gate.wait()
    answers.put(_timed(calls, load.threads))


def _warm_up() -> None:
    """What a server has done before its first request: the pack is loaded."""
    from fangpin.web.ground.pack import installation_pack

    installation_pack()


def _acts(numbers: Sequence[str]) -> Calls:
    """Assign, visit and consent on each case: three acts of two officials."""
    from fangpin.casework.cases import acts
    from fangpin.web.ground.pack import installation_pack

    pack = installation_pack()
    cadre, reviewer = scope("village_cadre"), scope("township_reviewer")
    visit = acts.VisitRecord(
        visited_at=AT,
        verifiers=("a", "b"),
        is_at_risk=True,
        judgement="-",
        causes=(acts.CauseFound("illness"),),
    )

    def assign(number: str) -> None:
        acts.assign(pack=pack, case_no=number, by=reviewer, at=AT, key=f"{number}:1")

    def record(number: str) -> None:
        acts.record_visit(
            pack=pack, case_no=number, by=cadre, at=AT, visit=visit, key=f"{number}:2"
        )

    def consent(number: str) -> None:
        acts.record_consent(
            pack=pack,
            case_no=number,
            by=cadre,
            at=AT,
            form="signature",
            signed_date=DAY,
            key=f"{number}:3",
        )

    return [
        [partial(assign, number), partial(record, number), partial(consent, number)]
        for number in numbers
    ]


def _bare_inserts(count: int) -> Calls:
    """One audit row in a transaction of its own: the least that an act could cost."""
    from fangpin.casework.audit.actions import record

    def insert() -> None:
        record(
            act="bench",
            official="bench",
            subject_kind="bench",
            subject="1",
            division=VILLAGE,
            at=AT,
        )

    return [[insert]] * count


def _reads(numbers: Sequence[str], count: int, *, seed: int, is_held: bool) -> Calls:
    """What officials open, half lists and half cases: a page of what waits for a village, a
    township or the county, a page of all under way, of what ended, of what is overdue, some of them
    deep; one case with its log. `is_held`: PostgreSQL itself holds each read to the scope."""
    from dataclasses import replace

    from fangpin.casework.cases import queries, turns
    from fangpin.casework.cases.turns import TurnFilters
    from fangpin.casework.officials import row_security

    county, township = scope("county_approver"), VILLAGE[:9]
    scopes = [
        county,
        replace(scope("township_reviewer"), divisions=(township,)),
        replace(scope("village_cadre"), divisions=(VILLAGE,)),
    ]
    draw = random.Random(seed)
    asked = [
        TurnFilters("mine"),
        TurnFilters("mine"),
        TurnFilters("open"),
        TurnFilters("ended"),
        TurnFilters("open", overdue_on=DAY),
    ]

    def held(scope_of: Any, read: Callable[[], None]) -> None:
        if not is_held:
            read()
            return
        with row_security.held_to(scope_of):
            read()

    def page() -> None:
        by, filters = draw.choice(scopes), draw.choice(asked)
        deep = filters.view in ("mine", "open") and not filters.overdue_on and draw.random() < 0.3
        after = ((DAY + timedelta(days=draw.randrange(60))).isoformat(), 0) if deep else None
        held(by, lambda: check(turns.page(by, filters=filters, after=after)))

    def check(found: Any) -> None:
        assert found.count_capped or found.next is None

    def one() -> None:
        number = draw.choice(numbers)
        held(county, lambda: _open_case(queries, county, number))

    assert county.divisions == (COUNTY,)
    return [[page if number % 2 else one] for number in range(count)]


def _open_case(queries: Any, by: Any, number: str) -> None:
    case = queries.case(by, number)
    assert queries.log(by, case)


def _timed(calls: Calls, threads: int) -> Taken:
    """Lists of calls by some threads, each call timed by itself."""
    from django.db import connection, connections

    sessions: dict[int, Path] = {}
    lock = threading.Lock()

    def run(one_after_another: list[Callable[[], None]]) -> list[float]:
        taken = []
        for call in one_after_another:
            began = time.perf_counter()
            call()
            taken.append(time.perf_counter() - began)
        if connection.vendor == "postgresql" and threading.get_ident() not in sessions:
            pid = connection.connection.info.backend_pid
            with lock:
                sessions[threading.get_ident()] = Path(f"/proc/{pid}/stat")
        return taken

    def close(_: int) -> None:
        connections.close_all()

    cpu, began = time.process_time(), time.monotonic()
    with ThreadPoolExecutor(threads) as pool:
        seconds = [one for each in pool.map(run, calls) for one in each]
        ended, cpu = time.monotonic(), time.process_time() - cpu
        database = sum(_cpu_of(stat) for stat in sessions.values())
        list(pool.map(close, range(threads)))
    return Taken(began, ended, seconds, cpu, database)


def _cpu_of(stat: Path) -> float:
    """User and system seconds of a process, from its line in /proc."""
    fields = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
