"""Months in a row that are killed at any moment and begun again, against the same months undisturbed.

    fangpin bench soak --runs 36
    fangpin bench soak --runs 4 --engine spark --persons 300

Each month's files are received and the month is run in a process of its own; `kill -9` ends it at a
random moment, on Spark it or the Java process that drives Spark. It is begun again until it ends.
Bar: at the end the deliveries and all that was computed have the same bytes in both homes.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import Any

import psutil

from measure import cost_of, machine, tell
from soak_work import COMPARED, months_of, write_months

_UNFINISHED = ".unfinished-"


def main() -> None:
    options = argparse.ArgumentParser(prog="fangpin bench soak", description=__doc__)
    options.add_argument("--runs", type=int, default=36)
    options.add_argument("--persons", type=int, default=3_000)
    options.add_argument("--engine", choices=("duckdb", "spark"), default="duckdb")
    options.add_argument("--master", default="local[2]", help="of Spark")
    options.add_argument("--kills", type=float, default=1.0, help="of a month, on the average")
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    place = Path(tempfile.mkdtemp(prefix="fangpin-soak-"))
    try:
        answer = soaked(given, place)
        tell(answer, as_json=given.json)
        sys.exit(0 if answer["same_bytes"] else 1)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def soaked(given: argparse.Namespace, place: Path) -> dict[str, Any]:
    """Run the months once in peace and once with kills; what came of it."""
    random = Random(given.seed)
    planned = cost_of(
        write_months, str(place / "files"), given.persons, given.seed, given.runs
    ).answer
    calm, killed = place / "calm", place / "killed"
    lengths = {}
    for number, month in enumerate(months_of(planned), start=1):
        began = time.monotonic()
        _await(_start(given, calm, planned, month))
        lengths[month] = time.monotonic() - began
        _say(f"in peace {number}/{given.runs}: {lengths[month]:.1f} s")
    kills = halves = 0
    for number, month in enumerate(months_of(planned), start=1):
        tries = int(given.kills) + (random.random() < given.kills % 1)
        for _ in range(tries):
            process = _start(given, killed, planned, month)
            if _kill(process, after=lengths[month] * random.uniform(0.02, 1.0), random=random):
                kills += 1
            halves += _half_visible(killed)
        _await(_start(given, killed, planned, month))
        _say(f"killed {number}/{given.runs}: {kills} kills so far")
    homes = [_digests(home) for home in (calm, killed)]
    unlike = sorted(
        name
        for name in homes[0].keys() | homes[1].keys()
        if homes[0].get(name) != homes[1].get(name)
    )
    return {
        **machine(),
        "engine": given.engine,
        "runs": given.runs,
        "persons": given.persons,
        "kills": kills,
        "half_runs_seen": halves,
        "files_compared": len(homes[0]),
        "unlike": unlike[:5],
        "same_bytes": not unlike and not halves,
    }


def _start(
    given: argparse.Namespace, home: Path, planned: list[list[Any]], month: int
) -> subprocess.Popen[bytes]:
    files = [sent for sent in planned if sent[3] == month]
    told = json.dumps([str(home), files, month, given.engine, given.master])
    work = Path(__file__).with_name("soak_work.py")
    return subprocess.Popen([sys.executable, str(work), told])


def _await(process: subprocess.Popen[bytes]) -> None:
    if process.wait(timeout=3600):
        raise RuntimeError(f"an undisturbed month ended with {process.returncode}")


def _kill(process: subprocess.Popen[bytes], *, after: float, random: Random) -> bool:
    """Kill the month, or the Java process beneath it; False when it had ended already."""
    try:
        process.wait(timeout=after)
        return False
    except subprocess.TimeoutExpired:
        pass
    family = psutil.Process(process.pid).children(recursive=True)
    drivers = [one for one in family if one.name() == "java"]
    (random.choice(drivers) if drivers and random.random() < 0.5 else process).kill()
    process.wait(timeout=600)
    psutil.wait_procs(drivers, timeout=60)
    return True


def _half_visible(home: Path) -> int:
    """Runs that a reader sees without their run.json, which is written last."""
    return sum(
        not (run / "run.json").exists()
        for run in (home / "runs").glob("*")
        if not run.name.startswith(_UNFINISHED)
    )


def _digests(home: Path) -> dict[str, str]:
    return {
        file.relative_to(home).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for part in COMPARED
        for file in (home / part).rglob("*")
        if file.is_file() and _UNFINISHED not in file.as_posix()
    }


def _say(step: str) -> None:
    print(f"… {step}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
