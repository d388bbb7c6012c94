"""The monthly run: from what had arrived by a date to hits with their evidence, in one folder.

The folder is a pure function of the deliveries received by `as_of` and the pack: the same again
gives the same bytes. It appears whole or not at all; loading it into the case database is a step of
its own (`load_alerts`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fangpin.feeds.arrivals import arrivals as all_arrivals
from fangpin.indicators.compile import Compiler
from fangpin.indicators.sources import ledger_source
from fangpin.lake.engine import Engine
from fangpin.lake.home import Home
from fangpin.ledger.snapshot import Snapshot, take_snapshot
from fangpin.ledger.timeline import bring_timeline
from fangpin.linkage.registry.households import make_spine
from fangpin.policy.pack import Pack
from fangpin.rules.evaluate import Evaluation, evaluate
from fangpin.rules.evidence import evidence_of_hits
from fangpin.runs.parts.cannot_tell import write_cannot_tell
from fangpin.runs.parts.deaths import hold_hits, write_deaths
from fangpin.runs.parts.hits import write_hits
from fangpin.runs.parts.households import write_households
from fangpin.runs.parts.linked_rows import write_linked_rows
from fangpin.runs.parts.months import MONTHS_SHOWN
from fangpin.runs.parts.registrations import write_registrations
from fangpin.runs.parts.restatement import write_restatement
from fangpin.values.files import published_folder

Progress = Callable[[str], None]
"""Told the name of each step as it begins: link, evaluate, evidence."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """A finished run: its folder, and how many households each rule answered how."""

    folder: Path
    as_of: date
    outcomes: dict[str, dict[str, int]]
    count_of_households: int
    is_linkage_whole: bool = True
    """False where claims stay open that the extra `fangpin[linkage]` could link."""


def run_month(
    *,
    home: Home,
    pack: Pack,
    engine: Engine,
    as_of: date,
    progress: Progress = lambda _: None,
) -> RunResult:
    """Judge the last complete month before `as_of` with what had arrived by then.

    Raises ProblemError REGISTRY_MISSING, NO_VALUE_FOR_DATE, DISK_FULL; nothing is left then.
    """
    home.prepare()
    home.sweep()
    progress("link")
    arrivals = all_arrivals(home)
    snapshot = take_snapshot(home=home, pack=pack, engine=engine, arrivals=arrivals, as_of=as_of)
    folder = home.runs / f"{as_of.isoformat()}-{snapshot.key}"
    if folder.exists():
        return read_run(folder)
    last = int(snapshot.month)
    timeline = bring_timeline(
        home=home,
        pack=pack,
        engine=engine,
        files=snapshot.files,
        first=last - MONTHS_SHOWN + 1,
        last=last,
    )
    progress("evaluate")
    evaluation = evaluate_snapshot(engine=engine, pack=pack, snapshot=snapshot)
    outcomes = evaluation.answers()
    count = int(engine.value("SELECT count(*) FROM spine"))
    progress("evidence")
    with published_folder(folder) as temporary:
        write_restatement(
            home=home,
            evaluation=evaluation,
            snapshot=snapshot,
            arrivals=arrivals,
            folder=temporary,
        )
        write_cannot_tell(evaluation=evaluation, folder=temporary)
        evaluation.forget()
        write_hits(evaluation=evaluation, folder=temporary)
        _write_evidence(evaluation, snapshot, temporary)
        write_deaths(engine=engine, pack=pack, snapshot=snapshot, folder=temporary)
        hold_hits(engine=engine, pack=pack, snapshot=snapshot, folder=temporary, outcomes=outcomes)
        write_linked_rows(engine=engine, snapshot=snapshot, folder=temporary)
        write_registrations(engine=engine, pack=pack, snapshot=snapshot, folder=temporary)
        write_households(
            home=home, engine=engine, pack=pack, state=snapshot.registry, folder=temporary
        )
        facts = {
            "as_of": as_of.isoformat(),
            "month": int(snapshot.month),
            "pack": pack.id,
            "pack_digest": pack.digest,
            "key": snapshot.key,
            "registry_key": snapshot.registry.key,
            "count_of_households": count,
            "outcomes": outcomes,
            "coverage": {
                feed: sorted(months) for feed, months in sorted(snapshot.coverage.months.items())
            },
            "deliveries": [f"{a.feed}/{a.delivery}" for a in snapshot.arrivals],
            "linkage": {"key": snapshot.linked.key, "is_whole": snapshot.linked.is_whole},
            "held": [
                f"{a.feed}/{a.delivery}"
                for a in arrivals
                if a.received <= as_of and a.standing_on(as_of) == "held"
            ],
            "ledger": {
                feed: [
                    [file.path.relative_to(home.root).as_posix(), file.first_month, file.last_month]
                    for file in files
                ]
                for feed, files in sorted(snapshot.files.items())
            },
            "timeline": [
                [file.path.relative_to(home.root).as_posix(), file.first_month, file.last_month]
                for file in timeline
            ],
        }
        (temporary / "run.json").write_text(
            json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8"
        )
    return RunResult(folder, as_of, outcomes, count, snapshot.linked.is_whole)


def evaluate_snapshot(*, engine: Engine, pack: Pack, snapshot: Snapshot) -> Evaluation:
    """Evaluate the rules in force over every household of a snapshot."""
    engine.view_files("people_rows", [snapshot.registry.people])
    make_spine(engine=engine, pack=pack, people="people_rows", month=snapshot.month, name="spine")
    compiler = Compiler(
        pack=pack, as_of=snapshot.as_of, month=snapshot.month, coverage=snapshot.coverage
    )
    return evaluate(
        engine=engine,
        compiler=compiler,
        spine="spine",
        source_of=ledger_source(engine, snapshot),
    )


def _write_evidence(evaluation: Evaluation, snapshot: Snapshot, folder: Path) -> None:
    """Write evidence.parquet of the hits in the engine's table `hits`."""
    engine = evaluation.engine
    with evidence_of_hits(
        engine=engine, pack=evaluation.compiler.pack, rules=evaluation.rules, snapshot=snapshot
    ) as rows:
        engine.write(
            f"SELECT * FROM ({rows}) AS rows "
            "ORDER BY household_ref, rule, item, month, delivery, row_no",
            folder / "evidence.parquet",
        )


def read_run(folder: Path) -> RunResult:
    """The result that a finished run's folder holds."""
    facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return RunResult(
        folder,
        date.fromisoformat(facts["as_of"]),
        facts["outcomes"],
        int(facts["count_of_households"]),
        bool(facts.get("linkage", {}).get("is_whole", True)),
    )
