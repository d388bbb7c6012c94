"""From a run's restatement to the alerts that it ends: which households, which rows, which answers."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from pathlib import Path

from fangpin.casework.alerts.corrections import Restated, SourceRow, end_corrected
from fangpin.casework.alerts.models import Alert, Run
from fangpin.casework.alerts.states import FIRST_STEP, AlertState
from fangpin.casework.cases.models import Clue
from fangpin.lake.engines.duckdb import Engine
from fangpin.runs.restatement import ANSWERS, TAKEN_BACK


def end_alerts_of_corrected_rows(
    *, engine: Engine, run: Run, run_folder: Path, at: datetime
) -> int:
    """End the alerts that rested only on what the run's departments took back; how many.

    A folder written before runs told of it ends none. In the transaction of the load.
    """
    if not (run_folder / TAKEN_BACK).exists():
        return 0
    engine.view_files("taken_back", [run_folder / TAKEN_BACK])
    engine.view_files("answers", [run_folder / ANSWERS])
    touched = {row[0] for row in engine.rows("SELECT DISTINCT household_ref FROM taken_back")}
    if not touched:
        return 0
    candidates = touched & set(
        Alert.objects.filter(state=AlertState.OPEN, step=FIRST_STEP).values_list(
            "household_id", flat=True
        )
    )
    rows: dict[int, set[SourceRow]] = defaultdict(set)
    rules: dict[int, set[str]] = defaultdict(set)
    wanted = sorted(candidates)
    for household_ref, feed, delivery, row_no in engine.rows(
        "SELECT household_ref, feed, delivery, row_no FROM taken_back "
        "WHERE list_contains(?, household_ref)",
        [wanted],
    ):
        rows[household_ref].add((feed, delivery, row_no))
    for household_ref, rule in engine.rows(
        "SELECT household_ref, rule FROM answers "
        "WHERE outcome = 'no_hit' AND list_contains(?, household_ref)",
        [wanted],
    ):
        rules[household_ref].add(rule)
    return end_corrected(
        run=run,
        restated=[Restated(ref, frozenset(rows[ref]), frozenset(rules[ref])) for ref in wanted],
        in_hand=set(
            Clue.objects.filter(alert__household__in=wanted).values_list("alert", flat=True)
        ),
        at=at,
    )
