"""Fifty phones write ten thousand visits on a bad line: nothing lost, doubled or overwritten unseen.

`python -m bench.fleet [--postgres] [--phones 50] [--visits 10000]`: SQLite in memory, or a
PostgreSQL cluster that is thrown away. Raises AssertionError at the first visit that is wrong.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import tempfile
import time
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tests.postgres import throw_away_cluster

PHONES_A_VILLAGE = 5


def main(*, phones: int, visits: int, cases: int, seed: int) -> None:
    """Drive a fleet on a database of its own and print what happened; its rows go with it."""
    import django
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SECRET_KEY = "for benchmarks only"
    django.setup()
    from django.db import connection
    from django.test.utils import get_runner, setup_test_environment

    setup_test_environment()
    runner = get_runner(settings)(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    from tests.casework.cases_world import DAY
    from tests.field.fleet import Fleet, drive
    from tests.field.world import build_field

    with tempfile.TemporaryDirectory() as folder:
        settings.FANGPIN = dataclasses.replace(
            settings.FANGPIN, home=Path(folder), pack="cn_hunan_chenzhou", packs=None, clock=DAY
        )
        world = build_field()
        refs = list(range(100, 100 + cases))
        fleet = Fleet(_crews(world, phones=phones, refs=refs))
        started = time.perf_counter()
        drive(fleet, visits=visits, seed=seed, refs=refs)
        told = fleet.check()
        seconds = time.perf_counter() - started
    answers = ", ".join(f"{status}: {count}" for status, count in sorted(fleet.answers.items()))
    print(f"{connection.vendor}: {phones} phones, {cases} households, {seconds:.0f} s")
    print("  " + ", ".join(f"{count} {what}" for what, count in told.items()))
    print(f"  answers {answers}")
    print("  nothing lost, nothing doubled, nothing silently overwritten")
    connection.close()
    runner.teardown_databases(databases)


def _crews(world: Any, *, phones: int, refs: list[int]) -> list[tuple[Any, list[Any]]]:
    """Villages of a township with a few phones each; every phone may visit the village's cases."""
    from tests.cast import TOWNSHIP, appoint, build_person
    from tests.field.world import open_case

    from fangpin.casework.divisions.models import Division

    villages = [f"{TOWNSHIP}{300 + number}" for number in range(max(phones // PHONES_A_VILLAGE, 1))]
    for code in villages:
        Division.objects.create(
            code=code, level="village", name_zh=code, name_en=code, parent_id=TOWNSHIP
        )
    here = {code: [] for code in villages}
    for place, ref in enumerate(refs):
        code = villages[place % len(villages)]
        here[code].append(open_case(world.office, ref, division=code))
    crews = []
    for number in range(phones):
        code = villages[number % len(villages)]
        person = appoint(build_person(f"phone{number}"), "village_cadre", code)
        crews.append((person.user, here[code]))
    return crews


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--phones", type=int, default=50)
    parser.add_argument("--visits", type=int, default=10_000)
    parser.add_argument("--cases", type=int, default=300)
    parser.add_argument("--seed", type=int, default=20201214)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fangpin.web.settings")
    with throw_away_cluster() if given.postgres else nullcontext("") as url:
        if url:
            os.environ["FANGPIN_DATABASE_URL"] = url
        main(phones=given.phones, visits=given.visits, cases=given.cases, seed=given.seed)
