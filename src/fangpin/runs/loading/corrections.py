"""From a run's restatement to the alerts that it ends: which households, which rows, which answers."""

from __future__ import annotations

import json
from collections import defaultdict
from datetime import datetime
from pathlib import Path

from fangpin.casework.alerts.corrections import Restated, SourceRow, end_corrected
from fangpin.casework.alerts.models import EvidenceRow, Run
from fangpin.casework.alerts.states import FIRST_STEP, AlertState
from fangpin.casework.cases.models import Clue
from fangpin.lake.engines.duckdb import Engine
from fangpin.rules.evaluate import outcomes_in
from fangpin.runs.parts.restatement import ANSWERS, TAKEN_BACK


def end_alerts_of_corrected_rows(
    *, engine: Engine, run: Run, run_folder: Path, at: datetime
) -> int:
    """End the alerts that rested only on what the run's departments took back; how many.

    A folder written before runs told of it ends none. In the transaction of the load.
    """
    if not (run_folder / TAKEN_BACK).exists():
        return 0
    engine.view_files("taken_back", [run_folder / TAKEN_BACK])
    wanted = _households_citing(engine)
    if not wanted:
        return 0
    engine.make_table("wanted_households", "SELECT unnest(?) AS household_ref", [wanted])
    rows: dict[int, set[SourceRow]] = defaultdict(set)
    for household_ref, feed, delivery, row_no in engine.rows(
        "SELECT household_ref, feed, delivery, row_no FROM taken_back "
        "SEMI JOIN wanted_households USING (household_ref)"
    ):
        rows[household_ref].add((feed, delivery, row_no))
    engine.view_files("answers", [run_folder / ANSWERS])
    listed = list(json.loads((run_folder / "run.json").read_text(encoding="utf-8"))["outcomes"])
    rules: dict[int, frozenset[str]] = {}
    for household_ref, *numbers in engine.rows(
        "SELECT * FROM answers SEMI JOIN wanted_households USING (household_ref)"
    ):
        outcomes = outcomes_in(listed, numbers)
        rules[household_ref] = frozenset(
            rule for rule, outcome in outcomes.items() if outcome == "no_hit"
        )
    wanted = [ref for ref in wanted if ref in rows]
    # Of a household that is listed no longer no rule says anything: nothing else holds its alert.
    silent = frozenset(listed)
    return end_corrected(
        run=run,
        restated=[Restated(ref, frozenset(rows[ref]), rules.get(ref, silent)) for ref in wanted],
        in_hand=set(
            Clue.objects.filter(alert__household__in=wanted).values_list("alert", flat=True)
        ),
        at=at,
    )


def _households_citing(engine: Engine) -> list[int]:
    """Households of open alerts that cite a row of a delivery of which rows were taken back.

    Looked for among the evidence of alerts first: whole feeds are restated, few alerts cite them.
    """
    deliveries = [row[0] for row in engine.rows("SELECT DISTINCT delivery FROM taken_back")]
    if not deliveries:
        return []
    found = EvidenceRow.objects.filter(
        alert__state=AlertState.OPEN, alert__step=FIRST_STEP, delivery__in=deliveries
    )
    return sorted(set(found.values_list("alert__household", flat=True)))
