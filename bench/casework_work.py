"""The work of `bench/casework.py`: fill a database with cases, act on some, read many."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Any

from casework_fill import AT, DAY, VILLAGE, fill, scope


def measured_acts(
    home: str, url: str, cases: int, acts: int, reads: int, threads: int
) -> dict[str, Any]:
    """Rates, latencies and ratios of acts and reads over a database of so many cases."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="fangpin.web.settings",
        FANGPIN_HOME=home,
        FANGPIN_DATABASE_URL=url,
        FANGPIN_PACK="cn_hunan_chenzhou",
        FANGPIN_CLOCK=DAY.isoformat(),
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    numbers = fill(cases, acts // 3)
    floor = _timed(_bare_inserts(acts), threads)
    acted = _timed(_acts(numbers), threads)
    read = _timed(_reads(numbers, reads), threads)
    return {
        "cases": cases,
        "insert_per_s": floor["per_s"],
        "act_per_s": acted["per_s"],
        "act_p50_ms": acted["p50_ms"],
        "act_p99_ms": acted["p99_ms"],
        "act_to_insert": round(floor["per_s"] / acted["per_s"], 2),
        "read_per_s": read["per_s"],
        "read_p99_ms": read["p99_ms"],
        "acts": acted["count"],
    }


def _acts(numbers: list[str]) -> list[list[Callable[[], None]]]:
    """Assign, visit and consent on each case: three acts of three officials."""
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


def _bare_inserts(count: int) -> list[list[Callable[[], None]]]:
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


def _reads(numbers: list[str], count: int) -> list[list[Callable[[], None]]]:
    """A page of the working list, one case with its log: what an official opens."""
    from fangpin.casework.cases import queries

    mine = scope("county_approver")
    draw = random.Random(3)

    def page() -> None:
        found = queries.worklist(mine, after=(DAY + timedelta(days=draw.randrange(20)), 0))
        assert found.cases

    def one() -> None:
        case = queries.case(mine, draw.choice(numbers))
        queries.log(mine, case)

    return [[page if number % 2 else one] for number in range(count)]


def _timed(calls: list[list[Callable[[], None]]], threads: int) -> dict[str, Any]:
    """Rate and latencies by some threads: lists of calls in turn, each call timed by itself."""
    from django.db import connections

    def run(one_after_another: list[Callable[[], None]]) -> list[float]:
        taken = []
        for call in one_after_another:
            began = time.perf_counter()
            call()
            taken.append(time.perf_counter() - began)
        return taken

    def close(_: int) -> None:
        connections.close_all()

    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        taken = sorted(one for each in pool.map(run, calls) for one in each)
        wall = time.perf_counter() - began
        list(pool.map(close, range(threads)))
    return {
        "count": len(taken),
        "per_s": round(len(taken) / wall),
        "p50_ms": round(taken[len(taken) // 2] * 1000, 1),
        "p99_ms": round(taken[int(len(taken) * 0.99)] * 1000, 1),
    }
